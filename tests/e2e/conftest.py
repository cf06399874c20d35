"""A real browser over the running application; nothing but this machine can be reached."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
django.setup()
sys.path[:0] = [str(Path(__file__).parent.parent / "web"), str(Path(__file__).parent)]

import worlds
from seats import Seat, Served, serve_cast
from serving import serve
from steps import Sit

from tutela.web.shared import reader

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The demonstration, served on this machine."""
    world = worlds.make_demonstration()
    reader.open_room(reader.ReadingRoom(open_shelf=lambda: world, today=lambda: worlds.TODAY))
    with serve() as where:
        yield where


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What drives browsers; there may be one at a time."""
    if not CHROMIUM.exists():
        reason = "Chromium is not here: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A register with the invented cast, made once and served by the command."""
    with serve_cast(tmp_path_factory.mktemp("cast") / "home") as served:
        yield served


@pytest.fixture
def sit(browser: Browser, cast: Served) -> Iterator[Sit]:
    """Somebody of the cast at a screen; what a browser complains of fails the test."""
    seats: list[Seat] = []

    def take_seat(name: str, width: int = 1280, **how: bool) -> Seat:
        seats.append(Seat(browser, cast, name, width, **how))
        return seats[-1]

    yield take_seat
    for seat in seats:
        seat.context.close()
    assert [line for seat in seats for line in seat.complaints] == []


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open a path in a window of its own; whatever it asks of elsewhere, and every complaint, fails the test."""
    complaints: list[str] = []
    contexts = []

    def guard(route: Route) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            complaints.append(f"asked for {route.request.url}")
            route.abort()

    def open_at(path: str, width: int = 1280, *, bypass_csp: bool = False) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=bypass_csp)
        contexts.append(context)
        context.route("**/*", guard)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []
