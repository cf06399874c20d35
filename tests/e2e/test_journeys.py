"""Longer journeys of several people: a shift that changes hands, a day that is reported, rows that leave."""

from __future__ import annotations

import csv
import json
import zipfile
from io import BytesIO, StringIO

from pypdf import PdfReader
from seats import Seat, Served
from steps import Sit, seconds

TWO_MINUTES = 120


def take_over(seat: Seat, cast: Served) -> None:
    """From the day's desk to a shift that is taken."""
    seat.go(cast.pages["here"]["operations:handovers"])
    seat.press(seat.page.locator("li", has_text="waits to be taken").get_by_role("link").first)
    seat.press(seat.form("take").get_by_role("button"))
    assert seat.page.locator(".tag", has_text="taken").first.is_visible()


def test_a_shift_changes_hands_in_two_minutes(sit: Sit, cast: Served) -> None:
    first, second = sit("duty"), sit("second")
    take_over(second, cast)  # the one of the night before
    first.go(cast.pages["here"]["operations:desk"])
    first.press(first.page.get_by_role("link", name="Hand the shift over"))
    form = first.form("give")
    note = "Boats wait at the ford; the committee calls at six."
    first.fill(form, note=note, from_function="Duty officer", to_function="Night duty")
    first.press(form.get_by_role("button", name="Give over"))
    assert first.page.get_by_text(note).first.is_visible()
    second.presses = second.fields = 0
    take_over(second, cast)
    assert second.page.get_by_text(note).is_visible()
    letters = len(note + "Duty officer" + "Night duty")
    taken = seconds(first.presses + second.presses, first.fields + second.fields, letters)
    assert (first.presses, first.fields, second.presses, second.fields) == (2, 3, 2, 0)
    assert taken < TWO_MINUTES


def test_a_day_is_reported_from_its_assessment_to_three_kinds_of_file(sit: Sit, cast: Served) -> None:
    seat = sit("duty")
    seat.go(cast.pages["here"]["operations:reports"])
    seat.deed("draft")
    words = "Quiet by day; the ford stays the place to watch."
    seat.deed("edit", assessment=words, recipients="Head of office")
    assert seat.page.get_by_text(words).first.is_visible()
    where = seat.page.url.removeprefix(cast.address).partition("?")[0]
    second = sit("second")
    second.go(where)
    second.deed("sign")
    second.deed("issue", issued_as="Protection adviser")
    assert second.page.locator(".tag", has_text="Issued").first.is_visible()
    texts = {}
    for name in ("HTML", "PDF", "Word"):
        with second.download() as fetched:
            second.page.get_by_role("link", name=name, exact=True).click()
        texts[name] = _words(name, fetched[0])
    for name, text in texts.items():
        assert words in " ".join(text.split()), name
        assert "Confidential" in text or "CONFIDENTIAL" in text, name
    assert not second.form("edit").count()


def _words(name: str, content: bytes) -> str:
    if name == "PDF":
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    if name == "Word":
        with zipfile.ZipFile(BytesIO(content)) as box:
            return " ".join(box.read(part).decode() for part in box.namelist() if part.endswith(".xml"))
    return content.decode()


def test_rows_leave_with_a_purpose_and_a_manifest(sit: Sit) -> None:
    seat = sit("adviser")
    seat.go("/exports/")
    form = seat.page.locator("form.form").first
    wanted = {"table": "incidents", "marking": "1", "format": "csv"}
    place = form.locator("[name=compartment]")
    seat.fill(form, **wanted, purpose="Briefing")
    place.select_option(index=1)
    seat.press(form.get_by_role("button", name="Make the file"))
    assert "This says too little of the purpose." in seat.page.locator("main").inner_text()
    form = seat.page.locator("form.form").first
    assert form.locator("[name=purpose]").input_value() == "Briefing"
    seat.fill(form, purpose="Briefing of the head of office")
    seat.press(form.get_by_role("button", name="Make the file"))
    ready = seat.page.get_by_role("button", name="Fetch the file")
    ready.wait_for(timeout=60_000)  # the page looks again by itself
    with seat.download() as fetched:
        ready.click()
    rows = list(csv.reader(StringIO(fetched[0].decode("utf-8-sig"))))
    assert any("Abducted at the ford" in cell for row in rows for cell in row)
    with seat.download() as fetched:
        seat.page.get_by_role("link", name="Fetch its manifest").click()
    assert json.loads(fetched[0])["asked"]["purpose"] == "Briefing of the head of office"
    seat.deed("destroy")
    assert not seat.page.get_by_role("button", name="Fetch the file").count()
