"""Every page that the adviser of a presence can open, looked at: axe, two widths, both directions, and paper."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from seats import Seat, Served

TABLE = Path(__file__).resolve().parents[1] / "web" / "member_routes.csv"
NOT_A_PAGE = (".css", ".ico", ".json", "/healthz", "/statement/", "ground.json?box=24,4,26,6")
"""Neither is the statement of a presence that no study was made of in this home."""


@pytest.fixture(scope="module")
def adviser(browser: Browser, cast: Served) -> Iterator[Seat]:
    """One seat for all of it."""
    seat = Seat(browser, cast, "adviser")
    yield seat
    seat.context.close()


def addresses(cast: Served) -> dict[str, str]:
    """Each page by a word for it: what the table gives the adviser, and every page that shows a row."""
    rows = csv.DictReader(TABLE.read_text("utf-8").splitlines())
    plain = {
        row["route"]: row["path"]
        for row in rows
        if row["method"] == "GET" and row["adviser"] == "200" and not row["path"].endswith(NOT_A_PAGE)
    }
    plain["watch:new-alert"] = "/watch/alerts/new/"
    plain["threats:new"] = "/threats/new/"
    plain["watch:imports"] = "/watch/imports/"
    return plain | cast.pages["here"]


def test_every_page_is_sound_at_both_widths_and_from_both_sides(adviser: Seat, cast: Served) -> None:
    wrong = []
    for name, path in addresses(cast).items():
        status = adviser.go(path)
        if status != 200:
            wrong.append(f"{name}: answers {status}")
            continue
        wrong += adviser.look(name.replace(":", "-"))
    assert "\n".join(wrong + adviser.complaints) == ""


@pytest.mark.parametrize("name", ["watch:incident", "operations:handover", "operations:contacts"])
def test_on_paper_stands_what_the_page_says_with_its_marking_and_nothing_to_press(
    adviser: Seat, cast: Served, name: str
) -> None:
    adviser.go(cast.pages["here"][name])
    page = adviser.page
    page.emulate_media(media="print")
    try:
        adviser.picture(f"print-{name.replace(':', '-')}")
        assert [page.locator(".bar").nth(place).is_visible() for place in (0, 1)] == [True, True]
        assert page.get_by_role("heading", level=1).is_visible()
        pressed = [item for item in page.locator("nav, button, input, select, summary").all() if item.is_visible()]
        assert [item.inner_text() for item in pressed] == []
    finally:
        page.emulate_media(media="screen")
