"""The working day in a browser: each journey from its first page to its end, with the steps that it takes.

Steps become seconds by the keystroke-level model (Card, Moran and Newell, 1980): 1.35 s to think before each act,
1.3 s to point and press, and half a second for a letter on a phone. It is a bound by counting, for somebody who
knows the page; it is no measurement of people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from seats import PHONE, Seat, Served

THINK, PRESS, LETTER = 1.35, 1.3, 0.5

Sit = Callable[..., Seat]


def seconds(presses: int, fields: int, letters: int = 0) -> float:
    """What an experienced person needs; a field from a list is two presses: open it, choose."""
    return (presses + fields) * THINK + (presses + 2 * fields) * PRESS + letters * LETTER


def in_days(days: int) -> str:
    """A day as a form has it."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


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


def file_alert(seat: Seat, town: str, *, facts: str = "") -> None:
    """From the first page of the watch to an alert that is kept."""
    seat.go("/watch/")
    seat.presses = seat.fields = 0
    seat.press(seat.page.get_by_role("link", name="File an alert"))
    form = seat.page.locator("form.alert")
    form.locator("[name=what]").select_option("threat")
    place = form.locator("[name=where]")
    place.select_option(value=place.locator("option", has_text=town).get_attribute("value"))
    seat.fields += 2
    if facts:
        seat.fill(form, summary=facts)
    seat.press(form.get_by_role("button", name="File the alert"))
    assert seat.page.get_by_role("status").is_visible()


def start_clock(seat: Seat, town: str) -> None:
    """From the inbox to a running clock, pressing only."""
    seat.go("/watch/inbox/")
    seat.presses = 0
    row = seat.page.locator("main tr, main li").filter(has_text=town).first
    seat.press(row.get_by_role("link").first)
    seat.press(seat.page.get_by_role("button", name="Make it an incident"))
    seat.press(seat.page.get_by_role("button", name="Start the clock"))
    assert seat.page.get_by_text("It runs.").is_visible()


def close_the_loop(seat: Seat, step: str) -> None:
    """Decide, stamp, check, tell the community, commit."""
    page = seat.page
    seat.press(page.locator("details.deed > summary", has_text="Decide"))
    form = seat.form("decide")
    form.get_by_label("Warn the threatened community").check()
    seat.press(form.get_by_role("button"))
    assert page.get_by_text("Warn the threatened community").first.is_visible()
    seat.press(page.get_by_role("button", name=f"Stamp now: {step}"))
    assert page.locator(".done-step", has_text=step).is_visible()
    seat.deed("check", risks="They may be seen with us", measures="By radio", verdict="go")
    seat.deed("tell", to_whom="Market committee", what="A patrol comes before noon")
    assert page.locator("section", has=page.locator("#told")).get_by_text("A patrol comes before noon").is_visible()
    assert page.locator(".done-step", has_text="Community told").is_visible()
    seat.deed("commit", to_whom="Market committee", what="A patrol on market days", due_on=in_days(3))
    assert (
        page.locator("section", has=page.locator("#commitments"))
        .get_by_text("A patrol on market days")
        .is_visible()
    )


def test_an_alert_on_a_phone_is_filed_in_under_sixty_seconds(sit: Sit) -> None:
    seat = sit("assistant", PHONE)
    facts = "Armed men at the market, 20"
    file_alert(seat, "Invented town", facts=facts)
    assert (seat.presses, seat.fields) == (2, 3)
    assert seconds(seat.presses, seat.fields, len(facts)) < 60


def test_from_an_alert_to_the_community_being_told_at_a_large_operation(sit: Sit) -> None:
    file_alert(sit("assistant", PHONE), "Invented town")
    seat = sit("adviser", PHONE)
    start_clock(seat, "Invented town")
    assert seat.presses == 3
    close_the_loop(seat, "Moved")
    seat.go("/watch/commitments/")
    assert seat.page.get_by_text("A patrol on market days").first.is_visible()


def test_the_same_loop_where_no_mission_is(sit: Sit) -> None:
    seat, town = sit("coordinator"), "Invented valley"
    file_alert(seat, town)
    start_clock(seat, town)
    assert seat.presses == 3
    line = seat.page.locator("ol.clock").inner_text()
    assert "Contact made" in line
    assert "Commitment obtained" in line
    assert "Moved" not in line
    assert "Show or use force" not in seat.page.locator("main").inner_text()
    close_the_loop(seat, "Contact made")


def test_from_an_alert_to_a_running_clock_by_keyboard_alone_and_without_script(sit: Sit) -> None:
    seat = sit("adviser")
    page = seat.page
    seat.go("/watch/")
    seat.by_keyboard(page.get_by_role("link", name="File an alert"))
    seat.enter()
    seat.by_keyboard(page.locator("[name=what]"))
    page.keyboard.type("Th")
    seat.by_keyboard(page.locator("[name=where]"))
    page.keyboard.type("Invented camp")
    seat.by_keyboard(page.get_by_role("button", name="File the alert"))
    seat.enter()
    assert page.get_by_role("status").is_visible()
    seat.go("/watch/inbox/")
    row = page.locator("main tr").filter(has_text="Invented camp").first
    seat.by_keyboard(row.get_by_role("link").first)
    seat.enter()
    for button in ("Make it an incident", "Start the clock"):
        seat.by_keyboard(page.get_by_role("button", name=button))
        seat.enter()
    assert page.get_by_text("It runs.").is_visible()
    assert page.evaluate("() => document.scripts.length") == 0


def test_a_flash_report_is_issued_from_a_running_clock_and_fetched(sit: Sit, cast: Served) -> None:
    seat = sit("duty")
    seat.go(cast.pages["here"]["watch:incident"])
    seat.press(seat.page.get_by_role("link", name="Flash report"))
    form = seat.form("issue")
    seat.fill(form, recipients="Head of office")
    seat.press(form.get_by_role("button").last)
    assert "Abducted at the ford" in seat.heading()
    with seat.download() as fetched:
        seat.page.get_by_role("link", name="PDF").click()
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(fetched[0])).pages)
    assert "Abducted at the ford" in text
    assert "Confidential" in text


def test_a_threat_is_registered_and_reviewed(sit: Sit) -> None:
    seat = sit("adviser")
    seat.go("/threats/")
    seat.press(seat.page.get_by_role("link", name="Put a threat on the register"))
    form = seat.page.locator("main form").last
    wanted = {
        "title": "Night raids on the valley", "level": "tactical", "area": "Invented valley",
        "from_day": in_days(0), "group_1": "Herders", "intent": "4", "capability": "3",
        "likelihood": "4", "impact": "4",
        "confidence": "medium", "owner": "Protection adviser", "review_date": in_days(14),
    }  # fmt: skip
    for part in form.locator("details:not([open]) > summary").all():
        part.click()
    seat.fill(form, **wanted)
    for box in form.get_by_label("People killed").all():
        box.check()
    seat.press(form.get_by_role("button").last)
    assert seat.heading() == "Night raids on the valley"
    seat.deed("review", likelihood="2", note="Quieter since the patrols", review_date=in_days(30))
    assert seat.page.get_by_text("Quieter since the patrols").first.is_visible()
    assert seat.page.locator(".headline").get_by_text("2 unlikely").is_visible()


def test_a_plan_is_drafted_and_signed_by_somebody_else(sit: Sit) -> None:
    seat = sit("adviser")
    seat.go("/watch/")
    seat.press(seat.page.get_by_role("link", name="Draft a plan for Invented camp"))
    form = seat.page.locator("form.draft")
    seat.fill(
        form, title="The camp at night", lead="Head of office", lead_component="civilian", what_R1="Ring the bell",
        who_R1="Camp committee",
    )  # fmt: skip
    seat.press(form.get_by_role("button"))
    assert seat.page.get_by_text("You drafted it; somebody else must sign it.").is_visible()
    where = seat.page.url.removeprefix(seat.served.address).partition("?")[0]
    second = sit("second")
    second.go(where)
    second.deed("sign", valid_until=in_days(90))
    assert second.page.locator(".tag", has_text="Signed").first.is_visible()


def test_a_complaint_gets_a_receipt_and_no_page_of_the_presence_shows_it(sit: Sit) -> None:
    seat = sit("assistant", PHONE)
    seat.go("/watch/complaints/new/")
    form = seat.form("complain")
    seat.fill(form, of_whom="Invented escort unit", summary="They asked for money at the gate")
    form.locator("[name=about]").select_option(index=1)
    seat.press(form.get_by_role("button", name="Hand in the complaint"))
    assert seat.page.locator(".receipt code").inner_text()
    assert "the invented clinic" in seat.page.locator("main").inner_text()
    for path in ("/watch/", "/watch/inbox/?status=alleged", "/watch/incidents/"):
        seat.go(path)
        assert "asked for money" not in seat.page.content()
