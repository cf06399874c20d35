"""The demonstration as a newcomer meets it: built by the command, served by the command, read in a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

TUTELA = [sys.executable, "-c", "from tutela.cli.main import main; main()"]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PRESENCES = ("IMIPA", "IOGAL", "IPMA", "IESAT", "IMTSA", "IUNCTA")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its address and its home."""
    home = tmp_path_factory.mktemp("demonstration") / "home"
    subprocess.run([*TUTELA, "demo", "--home", home, "--size", "small"], check=True, stdout=subprocess.DEVNULL)
    command = [*TUTELA, "serve", "--home", home, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["address"].rstrip("/"), home
        server.terminate()


@pytest.fixture
def visit(browser: Browser, demonstration: tuple[str, Path]) -> Iterator[Callable[..., Page]]:
    """Open a path of the demonstration; a complaint of the browser or a request elsewhere fails the test."""
    address, _ = demonstration
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    context.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))

    def open_path(path: str, width: int = 1280) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.on("console", lambda message: complaints.append(message.text))
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200
        return page

    yield open_path
    context.close()
    assert complaints == []


@pytest.mark.parametrize("presence", PRESENCES)
def test_every_presence_answers_its_question_from_its_own_statement(visit, presence):
    page = visit(f"/presences/{presence}/")
    assert "Invented" in page.locator("body").inner_text()
    claims = page.locator("[id^=card-claim-]").count()
    assert claims >= 2, "the headline shows no claim of the statement: were its keys renamed?"
    text = page.locator("main").inner_text()
    assert "XIA" not in text
    assert "0 reached" not in text


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("presence", PRESENCES)
def test_no_statement_scrolls_sideways(visit, presence, width):
    page = visit(f"/presences/{presence}/statement/", width)
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize("path", ["/presences/IMIPA/", *(f"/presences/{name}/statement/" for name in PRESENCES)])
def test_axe_finds_nothing_serious_on_real_pages(visit, path):
    page = visit(path)
    page.add_script_tag(path=AXE)
    found = page.evaluate("() => axe.run()")["violations"]
    serious = [
        (item["id"], [node["html"][:200] for node in item["nodes"][:2]])
        for item in found
        if item["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_a_figure_on_the_page_is_traced_by_the_command_it_names(visit, demonstration):
    page = visit("/presences/IMIPA/")
    page.locator("button[popovertarget=card-claim-near_30_life_core_best]").click()
    card = page.locator("#card-claim-near_30_life_core_best").inner_text()
    digest = card.split("tutela trace ")[1].split()[0]
    command = [*TUTELA, "trace", digest, "--home", demonstration[1], "--json"]
    traced = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert traced["figure"]["digest"].startswith(digest)
    assert traced["figure"]["printed"] in page.locator("main").inner_text().replace("\n", " ")
    assert traced["rows_in_all"] > 0
    assert {file["found"] for file in traced["files"]} == {"unchanged"}


def test_a_statement_carries_its_own_policy_and_its_style_still_works(browser, demonstration):
    address, _ = demonstration
    context = browser.new_context()
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}/presences/IPMA/statement/")
    assert page.evaluate("() => getComputedStyle(document.querySelector('.marking')).backgroundColor") not in (
        "rgba(0, 0, 0, 0)",
        "",
    )
    assert page.evaluate("() => document.scripts.length") == 0
    context.close()
    assert complaints == []


def test_the_demonstration_shows_what_changed_since_the_last_release(visit):
    page = visit("/releases/")
    page.locator("main table a").click()
    text = page.locator("main").inner_text()
    assert "What changed between the two releases?" in text
    assert "with a higher figure than before" in text
    assert page.locator("main .bars svg").count() >= 1
    page.add_script_tag(path=AXE)
    found = page.evaluate("() => axe.run()")["violations"]
    assert [item["id"] for item in found] == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [1280, 320])
def test_the_demonstration_shows_warnings_fans_and_how_good_they_were(visit, width):
    page = visit("/outlook/", width)
    assert "Warnings for" in page.locator("main").inner_text()
    warned = page.locator("#warnings ~ table a.target")
    assert 1 <= warned.count() <= 5
    place = warned.first.get_attribute("href")
    pages = [page, visit(place, width)]
    assert pages[1].locator("figure.chart svg").count() == 1
    pages.append(visit("/outlook/map/", width))
    assert pages[2].locator("figure.chart svg").count() == 1
    pages.append(visit("/outlook/record/", width))
    assert "CRPS" in pages[3].locator("main").inner_text()
    assert "hindsight" in pages[3].locator("main").inner_text()
    assert pages[3].locator("figure.chart svg").count() == 1
    pages += [visit("/outlook/changes/", width), visit("/outlook/method/", width)]
    for shown in pages:
        assert "invented" in shown.locator("aside.bar").first.inner_text().lower()
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
