"""The map in a real browser: offline but for this machine, by keyboard, from right to left, and without it."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "records"))
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

import cast
import members
import page_ground
import worlds
from django.conf import settings
from django.db import connection
from incident_ground import Ground, make_ground, open_incident
from serving import serve

from tutela.records.incidents.models import Incident
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Site
from tutela.web.shared import reader

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
MANY = 100_000
IDLE_SECONDS = 20.0
"""Four times what is asked for on a quiet machine: this is no measurement (docs/measurements/register.md)."""

ARABIC = "\u0642\u0627\u0639\u062f\u0629 \u0627\u0644\u0646\u0647\u0631"

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Ground]]:
    """A register with a presence, served on this machine; its address and what stands in it."""
    folder = tmp_path_factory.mktemp("map")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the loop of this thread is the browser's driver
    before, rooms = settings.KEYS_FOLDER, list(reader._rooms)
    settings.KEYS_FOLDER = str(folder / "keys")
    members.make_template(folder / "register.sqlite3")
    members.point_to(folder / "register.sqlite3")
    home = worlds.make_real_home()
    reader.open_room(reader.ReadingRoom(lambda: home, lambda: worlds.TODAY, lambda: True))
    people = cast.assemble()
    ground = make_ground(people)
    with acting(people["officer"], "test"):
        Site(
            presence_id=ground.presence, key="river", name=ARABIC, lat=5.3, lon=25.4, compartment_id=people.here,
            marking=0,
        ).save()  # fmt: skip
    open_incident(ground)
    with serve() as address:
        yield address, ground
    reader._rooms[:] = rooms
    settings.KEYS_FOLDER = before
    members.point_to(folder / "none.sqlite3")
    monkeypatch.undo()


@pytest.fixture(scope="module")
def drawing_browser(driver: Playwright) -> Iterator[Browser]:
    """Chromium with a WebGL made in software."""
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def show(drawing_browser: Browser, world: tuple[str, Ground]) -> Iterator[Show]:
    """Open the map as the adviser; whatever it asks of elsewhere, and every complaint, fails the test."""
    address, ground = world
    complaints: list[str] = []
    contexts = []

    def open_map(query: str = "", width: int = 1280, *, script: bool = True, webgl: bool = True) -> Page:
        context = drawing_browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        contexts.append(context)
        session = page_ground.browser_of(ground.people, "adviser").cookies["tutela_session"].value
        context.add_cookies([{"name": "tutela_session", "value": session, "url": address}])
        if not webgl:
            context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        context.on("request", lambda request: request.url.startswith(address) or complaints.append(request.url))
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                _is_performance(message.text) or complaints.append(f"{message.text} {message.location}")
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/map/{query}")
        return page

    yield open_map
    for context in contexts:
        context.close()
    assert complaints == []


def _is_performance(text: str) -> bool:
    """What the driver of a WebGL made in software says of its own slowness."""
    return "GL Driver Message" in text


def wait(page: Page, seconds: float = 30) -> None:
    page.wait_for_selector("#map[data-ready=yes]", timeout=seconds * 1000)


def picture(page: Page, name: str) -> bytes:
    taken = page.locator("#map").screenshot()
    if folder := os.environ.get("TUTELA_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    return taken


def on_screen(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a point of the Earth is drawn, from the part that the page asks for: Mercator, fitted to the frame."""
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    west, south, east, north = map(float, (page.locator("#map").get_attribute("data-box") or "").split(","))

    def up(degrees: float) -> float:
        return math.degrees(math.asinh(math.tan(math.radians(degrees))))

    scale = min(box["width"] / (east - west), box["height"] / (up(north) - up(south)))
    x = box["x"] + box["width"] / 2 + (lon - (west + east) / 2) * scale
    return x, box["y"] + box["height"] / 2 - (up(lat) - (up(north) + up(south)) / 2) * scale


def test_the_map_is_drawn_and_asks_this_machine_alone(show: Show) -> None:
    page = show()
    wait(page)
    assert len(picture(page, "map")) > 20_000
    assert page.locator("#map canvas").is_visible()
    assert not page.locator("#map-drawn").is_visible()
    assert page.locator("#map").get_attribute("data-error") is None
    assert page.locator(".maplibregl-ctrl-scale").is_visible()
    assert page.locator(".bar").first.is_visible()


def test_the_keyboard_moves_it_and_comes_out_again(show: Show) -> None:
    page = show()
    wait(page)
    page.locator("#map canvas").focus()
    before = picture(page, "map-before")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(600)
    assert picture(page, "map-moved") != before
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Closer"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("() => !document.getElementById('map').contains(document.activeElement)")


def test_a_sign_says_what_it_is_and_leads_to_the_incident(show: Show, world: tuple[str, Ground]) -> None:
    page = show()
    wait(page)
    page.mouse.click(*on_screen(page, 25.0, 5.01))
    found = page.locator(".maplibregl-popup-content").inner_text()
    assert "alleged" in found
    page.get_by_role("link", name="Open the incident").first.click()
    page.wait_for_url("**/watch/incidents/*/")


@pytest.mark.parametrize("without", ["script", "webgl"])
def test_without_script_or_webgl_the_drawing_and_the_table_stand(show: Show, without: str) -> None:
    page = show(script=without != "script", webgl=without != "webgl")
    assert page.locator("#map-drawn svg").is_visible()
    assert not page.locator("#map").is_visible()
    assert page.get_by_role("link", name="Abducted at the ford").is_visible()


def test_on_paper_the_drawing_stands_with_its_marking(show: Show) -> None:
    page = show()
    wait(page)
    page.emulate_media(media="print")
    assert page.locator("#map-drawn svg").is_visible()
    assert not page.locator("#map").is_visible()
    assert page.locator(".bar").last.is_visible()


def test_on_a_phone_and_from_right_to_left_nothing_is_cut_off(show: Show) -> None:
    for width in (320, 390):
        page = show(width=width)
        wait(page)
        for way in ("ltr", "rtl"):
            page.evaluate(f"() => document.documentElement.dir = '{way}'")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, (width, way)
    picture(page, "map-phone")


def test_axe_finds_nothing_serious(show: Show) -> None:
    page = show()
    wait(page)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("() => axe.run()")["violations"]
    assert [(item["id"], [node["html"][:120] for node in item["nodes"]]) for item in found] == []


def test_a_hundred_thousand_incidents_are_drawn_in_time(show: Show, world: tuple[str, Ground]) -> None:
    _add_many(world[1], MANY)
    page = show("?since=")
    begun = datetime.now(UTC)
    wait(page, 60)
    taken = (datetime.now(UTC) - begun).total_seconds()
    assert "too many incidents for a sign each" in page.content()
    assert taken < IDLE_SECONDS
    picture(page, "map-many")


def _add_many(ground: Ground, number: int) -> None:
    newest = datetime.now(UTC)
    for start in range(0, number, 10_000):
        rows = [
            Incident(
                compartment_id=ground.people.here, marking=0, presence_id=ground.presence, title="Invented",
                what="killed", happened_at=newest - timedelta(minutes=index), lat=4 + index % 331 / 150,
                lon=24 + index % 317 / 150, precision="settlement", status=("alleged", "verified")[index % 2],
            )
            for index in range(start, start + 10_000)
        ]  # fmt: skip
        with acting(ground.people["adviser"], "test"):
            Incident.objects.bulk_create(rows, batch_size=500)
    connection.close()
