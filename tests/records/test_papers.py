"""Reports of the operations centre: who may, what never stands in one, issued once, replaced by versions."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import docx
import pytest
from cast import Cast
from django.db.utils import IntegrityError
from incident_ground import (
    NOW,
    TODAY,
    Ground,
    add_duty,
    add_intake,
    alert,
    earlier,
    hand_in,
    in_days,
    make_ground,
    open_incident,
)
from operations_ground import REASON, entry, flash, line, run_clock, signed_plan
from pypdf import PdfReader

from tutela.catalogue.doctrine import load_doctrine
from tutela.data.documents import Candour, Facts, Table, to_html, to_pdf, to_word
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.incidents.actions.clocks import stamp
from tutela.records.incidents.actions.incidents import Triage, triage
from tutela.records.incidents.actions.reports import report
from tutela.records.incidents.actions.responses import Response, record_response
from tutela.records.incidents.duty import contacts, papers, shifts
from tutela.records.incidents.fields import Where
from tutela.records.incidents.flashes import prepare_flash
from tutela.records.incidents.models import HostIntent, Incident, Paper, Threat
from tutela.records.incidents.operations import list_papers, view_paper
from tutela.records.incidents.printing import document_of, print_paper
from tutela.records.incidents.situation import BLOCKS
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Presence

NOBODY = ["administrator", "officer", "analyst", "assistant", "custodian", "outsider"]


@pytest.fixture
def ground(people: Cast) -> Ground:
    ground = make_ground(people)
    add_duty(people)
    return ground


def refusal(attempt) -> Problem:
    with pytest.raises(Problem) as caught:
        attempt()
    return caught.value


def drafted(ground: Ground, **changed) -> Paper:
    return papers.draft_daily(by=ground.people["duty"], presence=ground.presence, day=TODAY, **changed)


def text_of(paper: Paper) -> str:
    return to_html(document_of(paper)).decode()


def edited(ground: Ground, paper: Paper, **sections: str) -> Paper:
    written = papers.DailyText(sections=sections or {"assessment": "Calm."}, recipients=("Head of office",))
    return papers.edit_daily(
        by=ground.people["duty"], paper=paper.pk, written=written, expected_version=paper.version
    )


def issued(ground: Ground) -> Paper:
    paper = edited(ground, drafted(ground))
    paper = papers.sign_daily(by=ground.people["second"], paper=paper.pk, expected_version=paper.version)
    return papers.issue_daily(
        by=ground.people["duty"], paper=paper.pk, issued_as="Duty officer", expected_version=paper.version
    )


def mark(ground: Ground, row, **values):
    by = ground.people["officer"]
    with acting(by, "test"):
        type(row).visible_to(by).filter(pk=row.pk).update(**values)


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("name", NOBODY)
def test_who_is_not_on_duty_issues_nothing(ground: Ground, name: str):
    by, clock, paper = ground.people[name], run_clock(ground), drafted(ground)
    for attempt in (
        lambda: prepare_flash(by=by, clock=clock.pk, now=NOW),
        lambda: papers.issue_flash(by=by, clock=clock.pk, draft=flash()),
        lambda: papers.draft_daily(by=by, presence=ground.presence, day=in_days(-1)),
        lambda: papers.edit_daily(by=by, paper=paper.pk, written=papers.DailyText(sections={}), expected_version=1),
        lambda: papers.refill_daily(by=by, paper=paper.pk, expected_version=1),
        lambda: papers.sign_daily(by=by, paper=paper.pk, expected_version=1),
        lambda: papers.issue_daily(by=by, paper=paper.pk, issued_as="x", expected_version=1),
        lambda: papers.revise_daily(by=by, paper=paper.pk, expected_version=1),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize("name", ["administrator", "assistant", "outsider", "custodian"])
def test_a_report_of_others_and_one_that_is_not_there_answer_alike(ground: Ground, name: str):
    by, paper = ground.people[name], issued(ground)
    for look in (view_paper, print_paper):
        there = refusal(lambda look=look: look(by=by, paper=paper.pk))
        assert there.as_json() == refusal(lambda look=look: look(by=by, paper=999_999)).as_json()
    if name == "assistant":
        assert list_papers(by=by, presence=ground.presence) == ()


def test_the_duty_officer_does_not_sign_off(ground: Ground):
    paper = edited(ground, drafted(ground))
    attempt = lambda: papers.sign_daily(by=ground.people["duty"], paper=paper.pk, expected_version=2)  # noqa: E731
    assert refusal(attempt).code == "not-allowed"


def test_whoever_wrote_last_does_not_sign_off_while_there_is_somebody_else(ground: Ground):
    by = ground.people["second"]
    written = papers.DailyText(sections={"assessment": "Calm."}, recipients=("Head",))
    paper = papers.edit_daily(by=by, paper=drafted(ground).pk, written=written, expected_version=1)
    attempt = lambda: papers.sign_daily(by=by, paper=paper.pk, expected_version=2, alone_because=REASON)  # noqa: E731
    assert refusal(attempt).code == "not-possible"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"recipients": ()}, "recipients"),
        ({"issued_as": ""}, "issued_as"),
        ({"recipients": ("Head",), "not_told": ("HEAD",)}, "recipients"),
        ({"unknown": ("x" * 281,)}, "unknown"),
    ],
)
def test_a_flash_report_for_nobody_or_for_who_must_not_be_told_is_refused(ground: Ground, changed, field):
    clock = run_clock(ground)
    attempt = lambda: papers.issue_flash(by=ground.people["duty"], clock=clock.pk, draft=flash(**changed))  # noqa: E731
    assert refusal(attempt).where == field


def test_where_the_host_may_be_the_danger_no_report_goes_to_it_whatever_was_typed(ground: Ground):
    duty = ground.people["duty"]
    contacts.add_contact(
        by=duty, presence=ground.presence, entry=entry(function="Prefect of the invented district", whose="host")
    )
    clock = run_clock(ground, perpetrator="state_aligned")
    for name in ("Prefect of the invented district", "host_authority", "HOST_FORCE"):
        attempt = lambda name=name: papers.issue_flash(  # noqa: E731
            by=duty, clock=clock.pk, draft=flash(recipients=("Head", name))
        )
        assert refusal(attempt).where == "recipients"
    paper = papers.issue_flash(by=duty, clock=clock.pk, draft=flash())
    assert paper.not_told == ["host_authority", "host_force", "Prefect of the invented district"]
    assert "The host&#x27;s authorities; The host&#x27;s forces; Prefect" in text_of(paper)


def test_whom_a_plan_excludes_is_excluded_from_the_flash_report(ground: Ground):
    signed_plan(ground, recipients=("Sector command",), not_told=("Village chief",))
    clock = run_clock(ground)
    made = prepare_flash(by=ground.people["duty"], clock=clock.pk, now=NOW)
    assert (made.recipients, made.never_told) == (("Sector command",), ("Village chief",))
    attempt = lambda: papers.issue_flash(  # noqa: E731
        by=ground.people["duty"], clock=clock.pk, draft=flash(recipients=("village chief",))
    )
    assert refusal(attempt).where == "recipients"


def test_what_was_issued_is_not_changed_by_any_action(ground: Ground):
    duty, paper = ground.people["duty"], issued(ground)
    flashed = papers.issue_flash(by=duty, clock=run_clock(ground).pk, draft=flash())
    for row in (paper, flashed):
        written = papers.DailyText(sections={"assessment": "Other"}, recipients=("x",))
        at = {"paper": row.pk, "expected_version": row.version}
        for attempt in (
            lambda at=at, written=written: papers.edit_daily(by=duty, written=written, **at),
            lambda at=at: papers.refill_daily(by=duty, **at),
            lambda at=at: papers.issue_daily(by=duty, issued_as="x", **at),
            lambda at=at: papers.sign_daily(by=ground.people["second"], **at),
        ):
            assert refusal(attempt).code in ("not-possible", "already-there")
        assert view_paper(by=duty, paper=row.pk).content == row.content


@pytest.mark.parametrize("change", [
    {"title": "Another"}, {"content": []}, {"issued_as": "x"}, {"marking": 0}, {"not_told": ["x"]}, {"edition": 9},
    {"state": "draft", "issued_at": None}, {"state": "signed", "issued_at": None}, {"recorded": earlier(days=1)},
])  # fmt: skip
def test_what_was_issued_is_not_changed_by_the_database_either(ground: Ground, change):
    row = issued(ground)
    officer = ground.people["officer"]

    def refused(write) -> None:
        with pytest.raises(IntegrityError, match="never changed"), acting(officer, "test"):
            write(Paper.visible_to(officer).filter(pk=row.pk))

    refused(lambda rows: rows.update(**change))
    refused(lambda rows: rows.delete())
    with acting(officer, "test"):
        Paper.visible_to(officer).filter(pk=row.pk).update(state="replaced", version=9)
    refused(lambda rows: rows.update(**change))
    refused(lambda rows: rows.update(state="issued"))
    refused(lambda rows: rows.delete())
    assert view_paper(by=officer, paper=row.pk).content == row.content


@pytest.mark.parametrize(("ceiling", "code"), [(Marking.STRICTLY_CONFIDENTIAL, "not-allowed")])
def test_nobody_drafts_above_what_they_read(ground: Ground, ceiling, code):
    assert refusal(lambda: drafted(ground, ceiling=ceiling)).code == code


def test_a_report_of_tomorrow_and_a_second_one_of_a_day_are_refused(ground: Ground):
    draft = lambda day: papers.draft_daily(by=ground.people["duty"], presence=ground.presence, day=day)  # noqa: E731
    assert refusal(lambda: draft(in_days(1))).where == "day"
    drafted(ground)
    assert refusal(lambda: drafted(ground)).code == "already-there"


# --- what never leaves


def test_no_report_holds_host_intent_intake_a_contact_code_or_who_did_it(ground: Ground):
    add_intake(ground)
    duty, officer = ground.people["duty"], ground.people["officer"]
    clock = run_clock(ground, contact_code="KB-014", told_by="market committee", perpetrator="host_state")
    with acting(officer, "test"):
        common = {"compartment_id": ground.people.here, "presence_id": ground.presence}
        threat = Threat(
            title="Threat xyzzy", level="tactical", area="x", from_day=TODAY, capability=3, intent=5, likelihood=3,
            impact=3, confidence="low", owner="JMAC", review_date=TODAY, perpetrator_name="Force xyzzy", marking=1,
            host_state_capacity="capacity xyzzy", **common,
        )  # fmt: skip
        threat.save()
        intent = HostIntent(threat_id=threat.pk, grade=5, text="intent xyzzy", marking=2)
        intent.compartment_id = ground.people.here
        intent.save()
    report(
        by=duty, presence=ground.presence, alert=alert(by_un_personnel=True, summary="intake xyzzy"), submission=""
    )
    flashed = papers.issue_flash(by=duty, clock=clock.pk, draft=flash())
    for said in (text_of(flashed), text_of(edited(ground, drafted(ground)))):
        for never in ("xyzzy", "KB-014", "market committee", "Host State"):
            assert never not in said


def test_rows_above_the_ceiling_and_of_other_presences_are_not_in_a_report(ground: Ground):
    by = ground.people["duty"]
    secret = open_incident(ground, "officer", where=Where(name="Hidden valley"))
    mark(ground, secret, marking=2)
    shifts.log_shift(by=by, presence=ground.presence, line=line(what="Patrol to the camp"))
    seen_by_officer = edited(ground, drafted(ground))
    assert "Hidden valley" not in text_of(seen_by_officer)
    assert "Patrol to the camp" in text_of(seen_by_officer)
    low = papers.draft_daily(by=by, presence=ground.presence, day=in_days(-1), ceiling=Marking.UNCLASSIFIED)
    assert low.marking == Marking.UNCLASSIFIED
    assert seen_by_officer.marking == Marking.CONFIDENTIAL


# ------------------------------------------------------------------------------------------------- a flash report


def test_a_flash_report_says_what_the_clock_knows_and_what_nobody_does(ground: Ground):
    duty = ground.people["duty"]
    signed_plan(ground)
    clock = run_clock(ground)
    left = Response(who="un_physical", component="military", how="A patrol left")
    record_response(by=duty, incident=clock.incident_id, response=left)
    paper = papers.issue_flash(by=duty, clock=clock.pk, draft=flash(unknown=("Whether the road is open",)))
    document = document_of(paper)
    facts, candour = document.blocks[0], document.blocks[-1]
    assert isinstance(facts, Facts)
    assert facts.emphatic
    assert isinstance(candour, Candour)
    assert "Whether the road is open" in candour.items
    assert "It has not been verified." in candour.items
    assert "Whether anybody has answered." not in candour.items
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert tables[0].rows[0][:3] == ("Invented town", "people at risk", "up to 5 km")
    assert tables[0].rows[0][4].startswith("valid until")
    steps = {row[0]: row[1] for row in tables[1].rows}
    assert steps["Arrived"] == "not yet"
    assert steps["Detected"].startswith(f"{NOW:%Y-%m-%d}")
    assert "A patrol left" in text_of(paper)
    assert "United Nations, on the spot" in text_of(paper)


def test_a_later_flash_report_replaces_the_first_and_both_are_kept(ground: Ground):
    duty, clock = ground.people["duty"], run_clock(ground)
    first = papers.issue_flash(by=duty, clock=clock.pk, draft=flash())
    stamp(by=duty, clock=clock.pk, step="verified")
    second = papers.issue_flash(by=duty, clock=clock.pk, draft=flash())
    assert (second.edition, second.replaces_id) == (2, first.pk)
    before = view_paper(by=duty, paper=first.pk)
    assert (before.state, before.content) == ("replaced", first.content)
    assert "Replaced by a later edition." in text_of(before)
    assert [row.pk for row in list_papers(by=duty, presence=ground.presence)] == [second.pk, first.pk]


def test_a_flash_report_is_marked_as_high_as_what_it_speaks_of(ground: Ground):
    clock = run_clock(ground)
    officer = ground.people["officer"]
    with acting(officer, "test"):
        Incident.visible_to(officer).filter(pk=clock.incident_id).update(marking=1)
    assert papers.issue_flash(by=ground.people["duty"], clock=clock.pk, draft=flash()).marking == 1


# --- a situation report


def test_a_situation_report_has_its_nine_blocks_filled_in_from_the_register(ground: Ground):
    duty, at = ground.people["duty"], {"presence": ground.presence}
    clock = run_clock(ground)
    record_response(by=duty, incident=clock.incident_id, response=Response(who="community", how="Took people in"))
    papers.issue_flash(by=duty, clock=clock.pk, draft=flash())
    for category in ("movement", "action", "task", "resource", "gender", "assessment"):
        shifts.log_shift(by=duty, **at, line=line(category=category, what=f"Line about {category}"))
    wrong = shifts.log_shift(by=duty, **at, line=line(what="Line that is wrong"))
    shifts.correct_shift(by=duty, entry=wrong.pk, line=line(what="Line that is right"), why="Wrong")
    paper = drafted(ground)
    held = {item["block"]: item["text"] for item in paper.sections}
    assert tuple(held) == BLOCKS == load_doctrine().enumerations["sitrep_block"]
    assert "Invented base: open" in held["unit_location"]
    assert "Line about movement" in held["places_visited"]
    assert "Line that is right" in held["places_visited"]
    assert "[alleged]" in held["significant_incidents"]
    assert "Took people in" in held["action_taken"]
    assert "Flash report" in held["special_reports_24h"]
    assert "Line about task" in held["special_tasks"]
    assert "Line about resource" in held["national_resources"]
    assert "Line about gender" in held["gender_observations"]
    assert held["assessment"] == "Line about assessment"
    assert "Line that is wrong" not in str(held)


def test_alleged_and_verified_stand_apart_with_a_share_and_its_interval(ground: Ground):
    duty, adviser = ground.people["duty"], ground.people["adviser"]
    for status in ("alleged", "verified", "verified"):
        said = hand_in(ground, where=Where(name=f"Place of {status}"))
        made = triage(by=adviser, report=said.pk, triage=Triage(title="x", status="alleged"), expected_version=1)
        mark(ground, Incident(pk=made.pk), status=status)
        record_response(
            by=duty, incident=made.pk, response=Response(who="none" if status == "alleged" else "community")
        )
    paper = drafted(ground)
    figures = {item["status"]: item for item in paper.figures}
    assert (figures["alleged"]["incidents"], figures["verified"]["incidents"]) == (1, 2)
    assert figures["alleged"]["unanswered"] == 1
    low, mid, high = figures["verified"]["share"]
    assert low < mid == high == 1
    table = next(block for block in document_of(paper).blocks if isinstance(block, Table))
    assert [row[:2] for row in table.rows[:3]] == [
        ("alleged", "at least 1"), ("under verification", "none known"), ("verified", "at least 2"),
    ]  # fmt: skip
    assert not any("3" in cell for row in table.rows for cell in row[1:2])


def test_it_is_edited_signed_off_issued_and_replaced_by_its_next_edition(ground: Ground):
    duty, second = ground.people["duty"], ground.people["second"]
    paper = drafted(ground)
    sign = lambda row: papers.sign_daily(by=second, paper=row.pk, expected_version=row.version)  # noqa: E731
    assert refusal(lambda: sign(paper)).where == "assessment"
    early = lambda: papers.issue_daily(by=duty, paper=paper.pk, issued_as="x", expected_version=1)  # noqa: E731
    assert refusal(early).code == "not-possible"
    assert "Draft: not issued." in text_of(paper)
    signed = sign(edited(ground, paper))
    again = edited(ground, signed)
    assert (again.state, again.signed_by) == ("draft", "")
    signed = sign(again)
    first = papers.issue_daily(by=duty, paper=signed.pk, issued_as="Duty officer", expected_version=signed.version)
    later = papers.revise_daily(by=duty, paper=first.pk, expected_version=first.version)
    twice = lambda: papers.revise_daily(by=duty, paper=first.pk, expected_version=first.version)  # noqa: E731
    assert refusal(twice).code == "already-there"
    assert view_paper(by=duty, paper=first.pk).state == "issued"
    signed = sign(edited(ground, later, assessment="Worse."))
    papers.issue_daily(by=duty, paper=signed.pk, issued_as="Duty officer", expected_version=signed.version)
    assert view_paper(by=duty, paper=first.pk).state == "replaced"
    assert "Calm." in text_of(view_paper(by=duty, paper=first.pk))


def test_filling_in_anew_keeps_the_assessment(ground: Ground):
    paper = edited(ground, drafted(ground), assessment="Calm.", special_tasks="Mine")
    shifts.log_shift(by=ground.people["duty"], presence=ground.presence, line=line(what="Later patrol"))
    paper = papers.refill_daily(by=ground.people["duty"], paper=paper.pk, expected_version=2)
    held = {item["block"]: item["text"] for item in paper.sections}
    assert held["assessment"] == "Calm."
    assert "Later patrol" in held["places_visited"]
    assert held["special_tasks"] == ""


def test_a_block_that_is_unknown_or_too_long_is_refused(ground: Ground):
    paper = drafted(ground)
    assert refusal(lambda: edited(ground, paper, gossip="x")).where == "sections"
    assert refusal(lambda: edited(ground, paper, assessment="x " * 3000)).where == "assessment"


def test_a_block_in_which_nobody_wrote_says_so(ground: Ground):
    said = text_of(drafted(ground))
    assert said.count("Nothing was written down; that is not the same as nothing happened.") >= 5


@pytest.mark.parametrize("kind", ["daily", "flash"])
def test_every_form_says_the_same_and_carries_its_marking(ground: Ground, kind: str):
    duty = ground.people["duty"]
    if kind == "daily":
        paper = issued(ground)
    else:
        paper = papers.issue_flash(by=duty, clock=run_clock(ground, where=Where(name="مخاضة")).pk, draft=flash())
    document = print_paper(by=duty, paper=paper.pk)
    with acting(duty, "test"):
        assert not Presence.visible_to(duty).get(pk=ground.presence).invented
    word = docx.Document(BytesIO(to_word(document)))
    pages = PdfReader(BytesIO(to_pdf(document))).pages
    assert word.paragraphs[0].text == document.title
    for page in pages:
        assert page.extract_text().count("Confidential") >= 2 or paper.marking == 0
    assert document.marking == paper.marking
    assert to_pdf(document) == to_pdf(print_paper(by=duty, paper=paper.pk))
    assert datetime.now(UTC) >= document.issued
