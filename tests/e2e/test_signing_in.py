"""A register from its making to its first compartment, in a browser: by link, picture, code and form, no script."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from playwright.sync_api import Browser, Page

from tutela.data.store.homes import create_home

TUTELA = [sys.executable, "-c", "from tutela.cli.main import main; main()"]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "four words that belong together"


class Desk:
    """Somebody at a screen, with a phone: every page that they come to is looked at."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
        self.context.on("request", lambda request: request.url.startswith(address) or self.complain(request.url))
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complain(message.text))
        self.secret = b""
        self.step = 0

    def complain(self, text: str) -> None:
        # A refused form answers with 400, and signing out has the browser forget: it writes both down, as asked.
        if not any(known in text for known in ("responded with a status of 400", 'Cleared data types: "cache"')):
            self.complaints.append(text)

    def look(self, name: str) -> None:
        """Axe finds nothing, nothing scrolls sideways on a phone, from left or from right; keep a picture."""
        page = self.page
        assert page.evaluate("() => document.scripts.length") == 0
        if folder := os.environ.get("TUTELA_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.add_script_tag(path=AXE)
        found = page.evaluate("() => axe.run()")["violations"]
        assert [(item["id"], [node["html"][:120] for node in item["nodes"]]) for item in found] == []
        page.set_viewport_size({"width": 320, "height": 800})
        for way in ("ltr", "rtl"):
            page.evaluate(f"() => document.documentElement.dir = '{way}'")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 320, (name, way)
            if folder:
                page.screenshot(path=Path(folder) / f"{name}-320-{way}.png", full_page=True)
        page.evaluate("() => document.documentElement.dir = 'ltr'")
        small = page.evaluate(
            """() => [...document.querySelectorAll('header.top a, .ways a, form button, form select,'
                   + 'form input:not([type=hidden]):not([type=checkbox])')]
                   .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
                   .map(e => e.outerHTML.slice(0, 90))"""
        )
        assert small == []
        page.set_viewport_size({"width": 1280, "height": 800})

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def type_into(self, **fields: str) -> None:
        """Fill the fields by keyboard, in the order in which Tab comes to them, and send with Enter."""
        for number, (name, value) in enumerate(fields.items()):
            if number == 0:
                self.page.locator(f"#{name}").focus()
            while self.page.evaluate("() => document.activeElement.id") != name:
                self.page.keyboard.press("Tab")
                assert self.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"
            if self.page.evaluate("() => document.activeElement.tagName") == "SELECT":
                self.page.locator(f"#{name}").select_option(value)
            else:
                self.page.keyboard.type(value)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def code(self) -> str:
        """What the phone shows; the next one where this one was given already."""
        now = max(int(time.time()) // 30, self.step + 1)
        while now > int(time.time()) // 30 + 1:
            time.sleep(1)
        self.step = now
        return HOTP(self.secret, 6, SHA1()).generate(now).decode()

    def begin(self, link: str) -> list[str]:
        """The first sign-in by a link; gives the codes for paper."""
        self.go(link)
        self.look("first")
        self.type_into(password=PASSWORD, again=PASSWORD)
        self.look("set-up")
        spelt = self.page.locator("code.secret").inner_text().replace(" ", "")
        self.secret = base64.b32decode(spelt)
        assert self.page.locator(".square svg").bounding_box()
        self.type_into(code="000000")
        assert self.page.get_by_role("alert").is_visible()
        self.type_into(code=self.code())
        assert self.page.get_by_role("heading", level=1).inner_text() == "Recovery codes"
        self.look("codes")
        codes = self.page.locator(".codes code").all_inner_texts()
        self.page.get_by_role("link", name="I have kept them: go on").click()
        return codes

    def enter(self, email: str, code: str | None = None) -> None:
        """A later sign-in."""
        self.type_into(email=email, password=PASSWORD)
        self.look("factor")
        self.type_into(code=code or self.code())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and first link of a register that was made by the command."""
    home = tmp_path_factory.mktemp("register") / "home"
    create_home(home, demonstration=False)
    env = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")}
    create = ["register", "create", "--administrator", "first@invented.example", "--name", "First Keeper"]
    made = subprocess.run(
        [*TUTELA, *create, "--home", home, "--json"], check=True, capture_output=True, text=True, env=env
    )
    command = [*TUTELA, "serve", "--home", home, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["address"].rstrip("/"), json.loads(made.stdout)["link"]
        server.terminate()


@pytest.fixture
def sit_down(browser: Browser, served: tuple[str, str]) -> Iterator[Callable[[], Desk]]:
    """Somebody new at a desk of their own."""
    desks: list[Desk] = []

    def new() -> Desk:
        desks.append(Desk(browser, served[0]))
        return desks[-1]

    yield new
    for desk in desks:
        desk.context.close()
    assert [line for desk in desks for line in desk.complaints] == []


def test_from_the_making_of_a_register_to_its_first_compartment(sit_down, served) -> None:
    keeper = sit_down()
    keeper.go("/presences/")
    assert keeper.page.url.endswith("/accounts/sign-in/?next=%2Fpresences%2F")
    assert keeper.page.locator("header.top nav").count() == 0
    keeper.look("sign-in")
    keeper.type_into(email="first@invented.example", password="not this one")
    assert keeper.page.get_by_role("alert").is_visible()
    paper = keeper.begin(served[1])
    assert len(paper) == 10

    keeper.page.get_by_role("link", name="Administration").click()
    keeper.look("administration")
    keeper.page.get_by_role("link", name="New account").click()
    keeper.look("new-account")
    keeper.type_into(email="custodian@invented.example", name="Second Keeper", function="Protection adviser")
    keeper.look("link")
    link = keeper.page.locator("#link").inner_text()
    assert re.fullmatch(re.escape(served[0]) + r"/accounts/first/\?key=[\w-]{43}", link)
    keeper.page.get_by_role("link", name="To the account").click()
    keeper.look("account-of-somebody")
    keeper.go("/administration/users/")
    keeper.look("accounts")

    keeper.go("/administration/compartments/new/")
    keeper.look("new-compartment")
    keeper.type_into(
        name="Invented mission", kind="mission", email="custodian@invented.example", purpose="Keeps it"
    )
    assert keeper.page.get_by_role("status").is_visible()
    assert keeper.page.get_by_text("Invented mission").count() == 0

    custodian = sit_down()
    custodian.begin(link.removeprefix(served[0]))
    custodian.page.get_by_role("link", name="Administration").click()
    custodian.page.get_by_role("link", name="Invented mission").click()
    custodian.look("members")
    grant = {"email": "first@invented.example", "role": "analyst", "level": "1", "purpose": "Reads along"}
    custodian.type_into(**grant)
    assert custodian.page.get_by_role("button", name="Dismiss First Keeper").is_visible()

    custodian.page.get_by_role("button", name="Sign out").click()
    custodian.go("/administration/")
    assert "/accounts/sign-in/" in custodian.page.url
    custodian.enter("custodian@invented.example")
    assert custodian.page.get_by_role("heading", level=1).inner_text() == "Administration"

    keeper.page.get_by_role("link", name="First Keeper").click()
    keeper.look("own-account")
    assert keeper.page.get_by_role("rowheader", name="Invented mission").is_visible()
    for path, name in (
        ("password", "password"),
        ("recovery-codes", "renew"),
        ("again", "again"),
        ("sign-out", "out"),
    ):
        keeper.go(f"/accounts/{path}/")
        keeper.look(name)
    keeper.go("/administration/broken-glass/")
    keeper.look("broken-glass")
    keeper.page.get_by_role("button", name="Sign out").click()
    keeper.enter("first@invented.example", paper[0])

    keeper.go("/administration/house/")
    keeper.look("house")
    keeper.page.get_by_label("For everybody, at once").select_option("read_only")
    keeper.page.get_by_role("button", name="Set the mode").click()
    assert "Read only:" in keeper.page.locator("main").inner_text()
    keeper.look("read-only")
