"""The working day in a browser: each journey from its first page to its end, with the steps that it takes."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader
from seats import PHONE, Served
from steps import Sit, close_the_loop, file_alert, in_days, seconds, start_clock


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


@pytest.mark.parametrize(
    ("who", "town"),
    [("envoy", "Invented harbour"), ("coordinator", "Invented valley")],
    ids=["at a special political mission", "where no mission is"],
)
def test_the_same_loop_on_the_clock_of_a_presence_without_force(sit: Sit, who: str, town: str) -> None:
    seat = sit(who)
    file_alert(seat, town)
    start_clock(seat, town)
    assert seat.presses == 3
    line = seat.page.locator("ol.clock")
    assert [step.split("\n")[0] for step in line.locator("li strong").all_inner_texts()] == [
        "Happened", "Detected", "Assessed", "Decided", "Contact made", "Commitment obtained", "Observed",
        "Community told",
    ]  # fmt: skip
    assert "Show or use force" not in seat.page.locator("main").inner_text()
    close_the_loop(seat, "Contact made")
    for step in ("Commitment obtained", "Observed"):
        seat.press(seat.page.get_by_role("button", name=f"Stamp now: {step}"))
    done = " ".join(line.locator(".done-step").all_inner_texts())
    assert [step for step in ("Commitment obtained", "Observed", "Community told") if step not in done] == []
    seat.deed("close", outcome="answered")
    assert "Answered" in seat.page.locator("main").inner_text()


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
