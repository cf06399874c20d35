"""Bad input, line by line as the register promises it: refused or resolved with one clear message, nothing lost.

Each row of the table is sent by program to the operation that it names. What is refused says which field and what
to do, repeats nothing that was sent, writes nothing, and stands in the ledger under whoever sent it.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import worlds
from callers import Caller
from hostile_ground import HOSTILE, Walk, fields_of_text, send_everywhere
from incident_ground import Ground, add_duty, hand_in, make_ground
from openpyxl import load_workbook
from operation_ground import HOLDERS, TABLE, Rows, counts, rows_of, together
from page_ground import browser_of

from tutela.kernel.markings import Marking
from tutela.records.accounts.actions import Grant, admit
from tutela.records.accounts.references import write_reference
from tutela.records.accounts.roles import Role
from tutela.records.exports.formats import _DANGEROUS
from tutela.records.exports.tables import tables
from tutela.records.incidents.models import Clock, Decision, Incident, Merge, Report
from tutela.records.jobs.working import work_once
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry
from tutela.records.missions.models import Population, Presence
from tutela.web.shared import reader

LINES = {line["operation"]: line for line in TABLE}
SAID = "zqxjk"
"""Stands in what is sent, and never in what is answered."""


def _time(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


@dataclass(frozen=True)
class Bad:
    """One submission: which promise it tries, to which operation, what is wrong with it, what is answered.

    before  operations that are done first, on the same rows;  raw  the whole body where it is not JSON of ours
    """

    line: str
    operation: str
    change: dict[str, Any] = field(default_factory=dict)
    code: str = "field-invalid"
    where: str | None = None
    before: tuple[tuple[str, dict[str, Any]], ...] = ()
    raw: bytes | None = None

    def __str__(self) -> str:
        return f"{self.line}: {self.operation} {self.where or self.code}"


AGAIN = "field-tool-0002"
BAD = (
    Bad("malformed", "file-report", raw=b'{"kind": "zqxjk', code="request-refused"),
    Bad("malformed", "file-report", raw=b"[]", where="body"),
    Bad("malformed", "file-report", raw=b"\xff\xfe zqxjk", code="request-refused"),
    Bad("malformed", "file-report", raw=b"[" * 50_000, code="request-refused"),
    Bad("malformed", "file-report", {"people_low": "three"}, where="people_low"),
    Bad("malformed", "file-report", {"people_low": 3.5}, where="people_low"),
    Bad("malformed", "file-report", {"summary": f"{SAID}\x00"}, where="summary"),
    Bad("malformed", "file-report", {"summary": f"{SAID}\ud800"}, where="summary"),
    Bad("malformed", "file-report", {"said_at": "yesterday"}, where="said_at"),
    Bad("malformed", "file-report", {"said_at": "2026-03-01T10:00:00"}, where="said_at"),
    Bad("malformed", "file-report", {"contact_code": f"{SAID} +1 555"}, where="contact_code"),
    Bad("malformed", "file-report", {"where": {"lat": 95.0, "lon": 5.0}}, where="lat"),
    Bad("malformed", "commit", {"submission": "no blanks here"}, where="submission"),
    Bad("oversized", "file-report", raw=b'{"summary": "' + b"z" * 1_100_000 + b'"}', code="file-too-large"),
    Bad("oversized", "file-report", {"summary": SAID * 60}, where="summary"),
    Bad("oversized", "file-report", {"people_low": 10**30}, where="people_low"),
    Bad("oversized", "draft-plan", {"steps": [{"code": "R1", "what": SAID, "who": "x"}] * 31}, where="steps"),
    Bad("oversized", "draft-plan", {"recipients": [f"{SAID} {n}" for n in range(31)]}, where="recipients"),
    Bad("oversized", "log-activity", {"note": "z" * 4001}, where="note"),
    Bad("out of order", "stamp-clock", {"at": _time(days=3)}, where="at"),
    Bad("out of order", "stamp-clock", {"step": "decided"}, "not-possible", "step"),
    Bad("out of order", "close-clock", {"at": _time(days=3)}, where="at"),
    Bad("out of order", "report-task", {"expected_version": 1}, "not-possible", before=(("asked", {}),)),
    Bad("out of order", "decide", {"expected_version": 2}, "not-possible", before=(("close-clock", {}),)),
    Bad("out of order", "answer-task", {"expected_version": 2}, "already-there", before=(("answer-task", {}),)),
    Bad("out of order", "settle-commitment", {}, "already-there", before=(("settle-commitment", {}),)),
    Bad("out of order", "incident-status", {}, "not-possible", "expected_version", (("incident-status", {}),)),
    Bad("duplicated", "start-clock", {}, "already-there", before=(("start-clock", {}),)),
    Bad("duplicated", "stamp-clock", {}, "already-there", "step", (("stamp-clock", {}),)),
    Bad("duplicated", "add-population", {}, "already-there", "name", (("add-population", {}),)),
    Bad("duplicated", "note-harm", {"expected_version": 2}, "already-there", before=(("note-harm", {}),)),
    Bad(
        "duplicated", "commit", {"submission": AGAIN, "what": SAID}, "already-there", "submission",
        (("commit", {"submission": AGAIN}),),
    ),
    Bad("a year wrong", "file-report", {"said_at": _time(days=-366)}, where="said_at"),
    Bad("a year wrong", "file-report", {"said_at": _time(days=366)}, where="said_at"),
    Bad("a year wrong", "file-report", {"happened_at": _time(days=366)}, where="happened_at"),
    Bad("a year wrong", "file-report", {"said_at": "0001-01-01T00:00:00+14:00", "is_old": True}, where="said_at"),
    Bad("a year wrong", "start-clock", {"detected_at": _time(days=366)}, where="detected_at"),
    Bad("a year wrong", "start-clock", {"detected_at": _time(days=-366)}, where="detected_at"),
    Bad("a year wrong", "stamp-clock", {"at": _time(days=-366)}, where="at"),
    Bad("a year wrong", "decide", {"at": _time(days=-366)}, where="at"),
    Bad("a year wrong", "close-clock", {"at": _time(days=-366)}, where="at"),
    Bad("a year wrong", "respond", {"at": _time(days=-366)}, where="at"),
    Bad("a year wrong", "tell-community", {"told_at": _time(days=-366)}, where="told_at"),
    Bad("a year wrong", "commit", {"due_on": _day(-366)}, where="due_on"),
    Bad("a year wrong", "log-activity", {"day": _day(366)}, where="day"),
    Bad("a year wrong", "rehearse-plan", {"held_on": _day(366)}, where="held_on"),
    Bad("a year wrong", "review-threat", {"review_date": _day(-366)}, where="review_date"),
    Bad("mass assignment", "file-report", {"status": "verified"}, where="status"),
    Bad("mass assignment", "file-report", {"recorded_by": SAID}, where="recorded_by"),
    Bad("mass assignment", "incident-status", {"merged_into": None}, where="merged_into"),
    Bad("mass assignment", "draft-plan", {"state": "signed"}, where="state"),
    Bad("mass assignment", "draft-plan", {"steps": [{"code": "R1", "what": "x", "who": "y", "done": True}]}),
    Bad("mass assignment", "commit", {"state": "kept"}, where="state"),
    Bad("mass assignment", "ask-export", {"recipient": SAID}, where="recipient"),
    Bad("a merge of merged incidents", "merge-incidents", {}, "not-possible", before=(("merge-incidents", {}),)),
    Bad("a merge of merged incidents", "undo-merge", {}, "already-there", before=(("undo-merge", {}),)),
)  # fmt: skip


@pytest.fixture
def ground(people) -> Ground:
    return make_ground(people)


def _send(bad: Bad, rows: Rows, program: Caller):
    path = rows.fill(LINES[bad.operation]["path"])
    if bad.raw is not None:
        return program.post(path, bad.raw)
    body = json.loads(rows.fill(LINES[bad.operation]["body"])) | bad.change
    return program.post(path, json.dumps(body))


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_it_is_refused_with_one_clear_message_and_nothing_is_written(ground, caller, bad: Bad) -> None:
    name = HOLDERS.get(bad.operation, "officer")
    program, rows = caller(name), Rows(ground, name)
    if bad.before == (("asked", {}),):
        rows.made["accepted"] = rows.number("task")
    elif bad.before:
        operation, change = bad.before[0]
        first = _send(Bad("", operation, change), rows, program)
        assert first.status_code in (200, 201), first.content
    _send(Bad("", bad.operation, raw=b"{"), rows, program)  # whatever the row needs is there before it is counted
    before, last = counts(), Entry.objects.order_by("-pk").first().pk
    answer = _send(bad, rows, program)
    said = answer.json()
    assert said["problem"] == bad.code, said
    assert 400 <= answer.status_code < 500
    assert bad.where is None or (said["where"] or "").split(".")[-1] == bad.where, said
    assert said["message"] and said["remedy"]
    assert SAID.encode() not in answer.content, "the answer repeats what was sent"
    assert counts() == before
    told = Entry.objects.filter(pk__gt=last, actor=ground.people[name].actor, operation="refused")
    assert [entry.subject for entry in told] == [bad.code], "it is not in the ledger, or more than once"


def test_every_line_of_the_promise_is_tried() -> None:
    assert {bad.line for bad in BAD} == {
        "malformed", "oversized", "out of order", "duplicated", "a year wrong", "mass assignment",
        "a merge of merged incidents",
    }  # fmt: skip
    # Replays: test_handing_in. The others are below: each needs more than one request.


# --------------------------------------------------------------------------------- a token of another compartment


def test_a_token_of_another_compartment_moves_nothing(ground, caller) -> None:
    """The holder may do all of it; the token was made for the other mission."""
    people = ground.people
    grant = Grant(Role.PROTECTION_ADVISER, Marking.CONFIDENTIAL, "works there")
    admit(by=people["custodian"], compartment=people.there, user=people.users["adviser"], grant=grant)
    program, rows = caller("adviser", compartments=(people.there,)), Rows(ground, "adviser")
    writing = [line for line in TABLE if line["method"] == "POST" and "{" in line["path"]]
    for line in writing:
        path, body = rows.fill(line["path"]), rows.fill(line["body"])
        before = counts()
        answer = program.post(path, body)
        absent = program.post(path.replace(path.split("/")[2], write_reference(10**9)), body)
        assert answer.status_code == 403 and answer.content == absent.content, line["operation"]
        assert counts() == before


def test_a_row_of_another_compartment_cannot_be_named_in_a_body(ground, caller) -> None:
    people, outsider = ground.people, ground.people["outsider"]
    with acting(outsider, "test"):
        home = Presence(key="other", name="Other", kind="SPM", compartment_id=people.there, marking=0)
        home.save()
        foreign = Population(
            presence_id=home.pk, name="Elsewhere", kind="market", compartment_id=people.there, marking=0
        )
        foreign.save()
    for operation, change in (
        ("file-report", {"where": {"population": write_reference(foreign.pk)}}),
        ("draft-plan", {"population": write_reference(foreign.pk)}),
        ("commit", {"population": write_reference(foreign.pk)}),
        ("assess-threat", {"population": write_reference(foreign.pk)}),
        ("ask-export", {"compartment": "second-mission"}),
    ):
        name = HOLDERS.get(operation, "officer")
        before = counts()
        answer = _send(Bad("", operation, change), Rows(ground, name), caller(name))
        assert answer.status_code == 403, (operation, answer.content)
        assert counts() == before


# ------------------------------------------------------------------------------------------ two officers at once


def test_of_two_who_decide_at_once_one_is_told_and_may_decide_anew(ground, caller) -> None:
    add_duty(ground.people)
    programs = [caller("adviser"), caller("second")]
    rows = Rows(ground, "adviser")
    path = rows.fill("/incidents/{clocked}/clock/decisions")
    body = {"held_by": "Duty officer", "steps": ["R1"], "expected_version": 1}
    answers = together([lambda who=who: who.post(path, body) for who in programs])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    told = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (told["problem"], told["where"]) == ("not-possible", "expected_version")
    adviser = ground.people["adviser"]
    assert len(rows_of(adviser, Decision)) == 1
    version = programs[0].get(rows.fill("/incidents/{clocked}/clock")).json()["clock"]["version"]
    again = next(who for who, answer in zip(programs, answers, strict=True) if answer.status_code == 409)
    assert again.post(path, body | {"expected_version": version}).status_code == 201
    assert len(rows_of(adviser, Decision)) == 2
    refused = Entry.objects.filter(operation="refused", subject="not-possible")
    assert refused.count() == 1


def test_of_two_who_sort_one_report_at_once_one_opens_an_incident(ground, caller) -> None:
    add_duty(ground.people)
    programs = [caller("adviser"), caller("duty")]
    report = hand_in(ground, "assistant")
    path = f"/reports/{write_reference(report.pk)}/triage"
    answers = together(
        [lambda who=who: who.post(path, {"title": "At the ford", "expected_version": 1}) for who in programs]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    adviser = ground.people["adviser"]
    (incident,) = rows_of(adviser, Incident)
    assert [row.incident_id for row in rows_of(adviser, Report)] == [incident.pk]


def test_of_two_who_merge_two_incidents_into_each_other_at_once_one_does(ground, caller) -> None:
    add_duty(ground.people)
    rows = Rows(ground, "adviser")
    pair = rows.fill("{incident}"), rows.fill("{other}")
    deeds = [
        lambda who=who, kept=kept, other=other: who.post(
            f"/incidents/{kept}/merge",
            {"other": other, "reason": "The same", "expected_version": 1, "expected_version_of_other": 1},
        )
        for who, (kept, other) in zip((caller("adviser"), caller("duty")), (pair, pair[::-1]), strict=True)
    ]
    answers = together(deeds)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    adviser = ground.people["adviser"]
    assert len(rows_of(adviser, Merge)) == 1
    (merged,) = (row for row in rows_of(adviser, Incident) if row.merged_into_id)
    assert [row.incident_id for row in rows_of(adviser, Report)] == [merged.merged_into_id] * 2


def test_of_two_who_start_the_clock_at_once_one_starts_it(ground, caller) -> None:
    add_duty(ground.people)
    path = Rows(ground, "adviser").fill("/incidents/{incident}/clock")
    answers = together([lambda who=who: who.post(path, {}) for who in (caller("adviser"), caller("duty"))])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(rows_of(ground.people["adviser"], Clock)) == 1


# ------------------------------------------------------------------- SVG, HTML and formulas in every field of text


@pytest.fixture
def whole_home(entered) -> None:
    """A home with studies too, so that every page can be opened."""
    home = worlds.make_real_home()
    reader._rooms.clear()
    reader.open_room(reader.ReadingRoom(lambda: home, lambda: worlds.TODAY, lambda: True))


@pytest.mark.usefixtures("whole_home")
def test_svg_and_html_are_text_on_every_page_whichever_field_they_came_by(ground, caller) -> None:
    assert len(list(fields_of_text())) > 120
    wrong, kept = send_everywhere(ground, caller, HOLDERS)
    assert wrong == []
    assert kept > 70, "hardly any of it was kept, so hardly any of it is looked for"
    filled = 0
    for name in ("officer", "adviser", "custodian", "administrator"):
        walk = Walk(browser_of(ground.people, name)).through()
        filled += walk.send_all()
        walk.seen.clear()
        walk.times.clear()
        walk.through()
        assert walk.wrong == [], f"{name} is shown it as it was written"
        assert name not in ("officer", "adviser") or len(walk.showing) > 6, "hardly any page shows it"
    assert filled > 60


def _cells(content: bytes, format_: str) -> list[str]:
    if format_ == "csv":
        lines = [line for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if line]
    else:
        book = load_workbook(io.BytesIO(content))
        lines = [[str(cell.value or "") for cell in row] for sheet in book for row in sheet.iter_rows()]
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds, "a cell is a formula"
    return [cell for line in lines for cell in line]


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_no_cell_of_any_export_begins_a_formula(ground, caller, format_: str) -> None:
    assert len(list(fields_of_text())) > 120
    wrong, kept = send_everywhere(ground, caller, HOLDERS)
    assert wrong == []
    assert kept > 70, "hardly any of it was kept, so hardly any of it is looked for"
    program, texts = caller("officer"), 0
    for table in tables():
        wish = {"table": table, "format": format_, "compartment": "first-mission", "marking": "unclassified"}
        made = program.post("/exports", {**wish, "purpose": f"{HOSTILE} for an office"})
        assert made.status_code == 201, made.content
        while work_once():
            pass
        answer = program.get(f"/exports/{made.json()['reference']}/file")
        assert answer.status_code == 200, table
        cells = _cells(b"".join(answer.streaming_content), format_)
        texts += sum("onload" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(_DANGEROUS) and not _is_number(cell)], table
    assert texts > 8, "no export holds what was sent"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
