"""The operations centre's pages: who is refused first, then what they promise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import docx
import pytest
from cast import Cast
from django.urls import reverse
from incident_ground import TODAY, Ground, add_duty, make_ground
from operations_ground import entry, flash, invitation, line, resolution, run_clock, signed_plan, turnover
from page_ground import ROLES, browser_of, open_home
from pypdf import PdfReader
from test_incident_pages import fields_of, form_of, page

from tutela.records.accounts.models import User
from tutela.records.incidents.duty import contacts, groups, handovers, papers, shifts
from tutela.records.incidents.models import Contact, GroupDecision, Handover, Meeting, Paper, Readiness, ShiftEntry
from tutela.records.ledger.acts import acting
from tutela.web.shared.references import write_reference


@pytest.fixture
def ground(people: Cast) -> Iterator[Ground]:
    with open_home():
        ground = make_ground(people)
        add_duty(people)
        yield ground


def rows(ground: Ground, model, name: str = "adviser"):
    with acting(ground.people[name], "test"):
        return list(model.visible_to(ground.people[name]).order_by("pk"))


def kit(ground: Ground) -> dict[str, str]:
    """One row of everything, and the address of each page."""
    duty, at = ground.people["duty"], {"presence": ground.presence}
    shifts.log_shift(by=duty, **at, line=line())
    contact = contacts.add_contact(by=duty, **at, entry=entry())
    given = handovers.give_shift(by=duty, **at, turnover=turnover())
    meeting = groups.call_meeting(by=ground.people["adviser"], **at, invitation=invitation())
    groups.resolve(by=ground.people["adviser"], meeting=meeting.pk, resolution=resolution())
    clock = run_clock(ground)
    report = papers.issue_flash(by=duty, clock=clock.pk, draft=flash())
    here = ground.presence
    return {
        "desk": reverse("operations:desk", args=[here]),
        "contacts": reverse("operations:contacts", args=[here]),
        "contact": reverse("operations:contact", args=[here, contact.pk]),
        "handovers": reverse("operations:handovers", args=[here]),
        "group": reverse("operations:group", args=[here]),
        "reports": reverse("operations:reports", args=[here]),
        "checklist": reverse("operations:checklist", args=[here]),
        "handover": reverse("operations:handover", args=[given.pk]),
        "meeting": reverse("operations:meeting", args=[meeting.pk]),
        "report": reverse("operations:report", args=[report.pk]),
        "html": reverse("operations:print", args=[report.pk, "html"]),
        "pdf": reverse("operations:print", args=[report.pk, "pdf"]),
        "docx": reverse("operations:print", args=[report.pk, "docx"]),
        "flash": reverse("operations:flash", args=[clock.incident_id]),
    }


# ------------------------------------------------------------------------------------------------- refusals

READING = {
    "desk": "200 200 200 200 200 200 403 403",
    "contacts": "200 200 200 200 200 200 403 403",
    "contact": "200 200 200 200 403 403 403 403",
    "handovers": "200 200 200 200 200 200 403 403",
    "group": "200 200 200 200 200 200 403 403",
    "reports": "200 200 200 200 200 200 403 403",
    "checklist": "200 200 200 200 200 200 403 403",
    "handover": "200 200 200 200 403 403 403 403",
    "meeting": "200 200 200 200 403 403 403 403",
    "report": "200 200 200 200 403 403 403 403",
    "html": "200 200 200 200 403 403 403 403",
    "pdf": "200 200 200 200 403 403 403 403",
    "docx": "200 200 200 200 403 403 403 403",
    "flash": "403 200 200 403 403 403 403 403",
}
"""officer, adviser, commander, analyst, assistant, custodian, administrator, outsider."""

WRITING = {
    ("desk", "log"): "403 200 200 403 403 403 403 403",
    ("contacts", "add-contact"): "403 200 200 403 403 403 403 403",
    ("handovers", "give"): "403 200 200 403 403 403 403 403",
    ("group", "call"): "403 200 403 403 403 403 403 403",
    ("reports", "draft"): "403 200 409 403 403 403 403 403",
    ("checklist", "check"): "403 200 409 403 403 403 403 403",
    ("meeting", "resolve"): "403 200 403 403 403 403 403 403",
    ("flash", "issue"): "403 200 200 403 403 403 403 403",
}
"""One after the other over the same register: what the first made, the second finds there."""

SENT = {
    "log": {"what": "Calm", "category": "event", "function": "Duty officer"},
    "add-contact": {"function": "Base", "whose": "own", "channel": "telephone", "who_may_call": "Duty officer"},
    "give": {"from_function": "Night", "to_function": "Day"},
    "call": {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}", "chair": "Adviser"},
    "draft": {},
    "check": {"row": write_reference(1), "state": "missing", "held_by": "Head"},
    "resolve": {"what": "Go", "component": "police", "owner": "Police", "due_on": TODAY.isoformat()},
    "issue": {"recipients": "Head of office", "issued_as": "Duty officer"},
}


@pytest.mark.parametrize("name", sorted(READING))
def test_who_reads_which_page(ground: Ground, name: str):
    address = kit(ground)[name]
    found = {role: browser_of(ground.people, role).get(address).status_code for role in ROLES}
    assert found == dict(zip(ROLES, map(int, READING[name].split()), strict=True))


@pytest.mark.parametrize("where", sorted(WRITING), ids=":".join)
def test_who_does_what(ground: Ground, where: tuple[str, str]):
    name, code = where
    address, found = kit(ground)[name], {}
    for role in ROLES:
        answer = browser_of(ground.people, role).post(address, {"do": code} | SENT[code], follow=True)
        found[role] = answer.status_code
    assert found == dict(zip(ROLES, map(int, WRITING[where].split()), strict=True))


def test_a_reader_without_the_right_finds_no_form_on_the_page(ground: Ground):
    addresses = kit(ground)
    for name in ("desk", "contacts", "handovers", "group", "reports", "checklist", "meeting", "report"):
        text = page(browser_of(ground.people, "analyst"), addresses[name])
        assert not re.findall(r'name="do"', text), name


def test_a_page_of_another_and_one_that_is_not_there_are_the_same_bytes(ground: Ground):
    browser = browser_of(ground.people, "outsider")
    for address in kit(ground).values():
        last = re.findall(r"[a-z2-7]{13}", address)[-1]
        there, gone = browser.get(address), browser.get(address.replace(last, write_reference(999_999)))
        assert re.sub(rb'"\w{64}"', b"", there.content) == re.sub(rb'"\w{64}"', b"", gone.content)


def test_every_page_carries_the_marking_of_its_highest_row_above_and_below(ground: Ground):
    addresses = kit(ground)
    for name in ("desk", "contacts", "handover", "meeting", "report", "flash"):
        text = page(browser_of(ground.people, "adviser"), addresses[name])
        assert text.count('class="bar level-1"') == 2, name


def test_what_people_wrote_is_never_markup(ground: Ground):
    addresses, duty = kit(ground), ground.people["duty"]
    nasty = "<script>alert(1)</script>"
    shifts.log_shift(by=duty, presence=ground.presence, line=line(what=nasty))
    contacts.add_contact(by=duty, presence=ground.presence, entry=entry(function=nasty))
    papers.draft_daily(by=duty, presence=ground.presence, day=TODAY)
    report = reverse("operations:report", args=[rows(ground, Paper)[-1].pk])
    for address in (addresses["desk"], addresses["contacts"], report):
        text = page(browser_of(ground.people, "adviser"), address)
        assert nasty not in text
        assert "&lt;script&gt;" in text


# ------------------------------------------------------------------------------------------------- journeys


def press(browser, address: str, code: str, **changed: str):
    """Send a form as it stands on the page, with what somebody typed."""
    sent = form_of(page(browser, address), code) | changed
    answer = browser.post(address, sent, follow=True)
    assert answer.status_code == 200, re.findall(r"<li>.*?</li>", answer.content.decode())[:3]
    return answer


def test_a_shift_is_handed_over_in_three_steps_and_five_words(ground: Ground):
    """Two minutes: the outgoing opens the page and presses once, the incoming opens the note and presses once."""
    run_clock(ground)
    outgoing, incoming = browser_of(ground.people, "duty"), browser_of(ground.people, "second")
    typed = "Bridge closed since noon today"
    steps = 1
    given = press(outgoing, reverse("operations:handovers", args=[ground.presence]), "give", note=typed)
    assert "waits to be taken" in given.content.decode()
    row = rows(ground, Handover)[0]
    assert row.from_function == row.to_function == "Duty officer, operations centre"
    steps += 1
    desk = page(incoming, reverse("operations:handovers", args=[ground.presence]))
    assert reverse("operations:handover", args=[row.pk]) in desk
    steps += 1
    taken = press(incoming, reverse("operations:handover", args=[row.pk]), "take")
    assert "You have the shift." in taken.content.decode()
    assert rows(ground, Handover)[0].taken_at is not None
    assert steps == 3
    assert len(typed.split()) == 5


def test_an_incident_with_a_running_clock_is_two_presses_from_an_issued_flash_report(ground: Ground):
    signed_plan(ground, recipients=("Head of office", "Sector command"))
    clock = run_clock(ground)
    browser = browser_of(ground.people, "duty")
    incident = page(browser, reverse("watch:incident", args=[clock.incident_id]))
    address = reverse("operations:flash", args=[clock.incident_id])
    assert f'href="{address}"' in incident
    done = press(browser, address, "issue").content.decode()
    assert "The report is issued. It is not changed any more." in done
    assert "Sector command" in done
    paper = rows(ground, Paper)[0]
    assert (paper.state, paper.recipients) == ("issued", ["Head of office", "Sector command"])


def test_a_situation_report_goes_from_draft_to_three_files(ground: Ground):
    duty, adviser = browser_of(ground.people, "duty"), browser_of(ground.people, "second")
    list_of = reverse("operations:reports", args=[ground.presence])
    press(duty, list_of, "draft")
    address = reverse("operations:report", args=[rows(ground, Paper)[0].pk])
    press(duty, address, "edit", assessment="Calm.\nهادئ", recipients="Head of office")
    press(adviser, address, "sign")
    press(duty, address, "issue")
    assert 'value="edit"' not in page(duty, address)
    for form, media_type in (("html", "text/html"), ("pdf", "application/pdf"), ("docx", "application/vnd")):
        answer = duty.get(f"{address}as/{form}/")
        assert answer["Content-Type"].startswith(media_type)
        assert re.fullmatch(
            r'attachment; filename="report-[a-z2-7]{13}\.' + form + '"', answer["Content-Disposition"]
        )
        said = answer.content
        if form == "html":
            assert "هادئ" in said.decode()
        elif form == "pdf":
            assert "Confidential" in PdfReader(BytesIO(said)).pages[0].extract_text()
        else:
            assert "هادئ" in [paragraph.text for paragraph in docx.Document(BytesIO(said)).paragraphs]


def test_a_line_is_written_and_corrected_on_the_desk(ground: Ground):
    browser, address = browser_of(ground.people, "duty"), reverse("operations:desk", args=[ground.presence])
    press(browser, address, "log", what="Patrol out", category="movement")
    text = press(browser, address, "correct", why="Wrong", what="Patrol in", category="movement").content.decode()
    assert "<s>" in text
    assert [row.what for row in rows(ground, ShiftEntry)] == ["Patrol out", "Patrol in"]
    browser.post(address, {"do": "log", "what": "x", "category": "event", "function": "y", "submission": "a" * 12})
    browser.post(address, {"do": "log", "what": "x", "category": "event", "function": "y", "submission": "a" * 12})
    assert len(rows(ground, ShiftEntry)) == 3


def test_a_contact_is_added_changed_tried_and_taken_out(ground: Ground):
    browser, address = browser_of(ground.people, "duty"), reverse("operations:contacts", args=[ground.presence])
    press(browser, address, "add-contact", function="Base", whose="own", channel="telephone", who_may_call="All")
    row = rows(ground, Contact)[0]
    change = reverse("operations:contact", args=[ground.presence, row.pk])
    press(browser, change, "change-contact", function="Base, north")
    press(browser, address, "try-contact")
    press(browser, address, "retire-contact")
    row = rows(ground, Contact)[0]
    assert (row.function, row.tried_on, row.retired_on) == ("Base, north", TODAY, TODAY)


def test_a_decision_goes_from_the_meeting_to_its_report(ground: Ground):
    adviser, police = browser_of(ground.people, "adviser"), browser_of(ground.people, "commander")
    group = reverse("operations:group", args=[ground.presence])
    press(adviser, group, "call", at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M}", invited="Police\nForce")
    meeting = reverse("operations:meeting", args=[rows(ground, Meeting)[0].pk])
    assert "Invented town" in page(adviser, meeting)
    press(adviser, meeting, "resolve", **SENT["resolve"])
    press(adviser, meeting, "hold", summary="Agreed")
    press(police, group, "accept")
    press(police, group, "report", report="Done")
    assert [row.state for row in rows(ground, GroupDecision)] == ["reported"]
    assert rows(ground, Meeting)[0].present == ["Police", "Force"]


def test_an_item_of_the_checklist_is_written_down_and_changed(ground: Ground):
    browser, address = browser_of(ground.people, "duty"), reverse("operations:checklist", args=[ground.presence])
    assert "7 of the 7 items are not ready" in page(browser, address)
    press(browser, address, "check", state="ready", what="Cellar of the clinic", held_by="Head")
    press(browser, address, "check", what="Cellar of the school")
    assert [row.what for row in rows(ground, Readiness)] == ["Cellar of the school"]


def test_two_who_take_a_shift_at_once_are_told_one_after_the_other(ground: Ground):
    duty = ground.people["duty"]
    given = handovers.give_shift(by=duty, presence=ground.presence, turnover=turnover())
    address = reverse("operations:handover", args=[given.pk])
    first, second = browser_of(ground.people, "second"), browser_of(ground.people, "adviser")
    sent = form_of(page(second, address), "take")
    press(first, address, "take")
    assert second.post(address, sent).status_code == 409
    assert rows(ground, Handover)[0].taken_by == str(User.objects.get(pk=ground.people.users["second"].pk).pk)


def test_forms_of_the_page_are_read_by_the_tests_as_a_browser_reads_them(ground: Ground):
    text = page(browser_of(ground.people, "duty"), reverse("operations:desk", args=[ground.presence]))
    whole = next(part for part in re.findall(r"<form.*?</form>", text, re.S) if 'value="log"' in part)
    assert set(fields_of(whole)) >= {"do", "what", "category", "function", "submission"}
