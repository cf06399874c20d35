"""What is handed in by program: done once for each submission, refused where it says something else."""

from __future__ import annotations

import json

import pytest
from incident_ground import make_ground
from operation_ground import HOLDERS, TABLE, Rows, counts, rows_of, together

from tutela.records.accounts.models import Submission
from tutela.records.incidents.models import Commitment, IntakeReport

SENT = "field-tool-0001"
WRITING = [line for line in TABLE if line["method"] == "POST"]
TAKES_NONE = {"cancel-job", "destroy-export"}
"""Doing these twice is refused or is the same as once: they make nothing."""


@pytest.fixture
def ground(people):
    return make_ground(people)


def ask(ground, caller, line, **more):
    """One row of the table by somebody who may: who calls, the path, the body."""
    name = HOLDERS.get(line["operation"], "officer")
    rows = Rows(ground, name)
    return caller(name), rows.fill(line["path"]), json.loads(rows.fill(line["body"])) | more


@pytest.mark.parametrize("line", WRITING, ids=lambda line: line["operation"])
def test_a_field_that_is_not_asked_for_is_refused_by_name_and_nothing_is_written(ground, caller, line) -> None:
    program, path, body = ask(ground, caller, line, compartment_id=2)
    answer = program.post(path, body)
    assert (answer.status_code, answer.json()["problem"]) == (400, "field-invalid")
    assert answer.json()["where"].endswith("compartment_id")
    del body["compartment_id"]
    assert program.post(path, body).status_code in (200, 201), "what was refused was half written"


@pytest.mark.parametrize("line", WRITING, ids=lambda line: line["operation"])
def test_a_replay_is_answered_like_the_first_and_writes_nothing(ground, caller, line) -> None:
    program, path, body = ask(ground, caller, line, submission=SENT)
    first = program.post(path, body)
    assert first.status_code in (200, 201), first.content
    before = counts()
    again = program.post(path, body)
    assert counts() == before
    if line["operation"] in TAKES_NONE:
        return
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = program.post(path, body | {_a_text(body): "another thing"})
    assert counts() == before
    if other.status_code != 400:  # a word that no list knows is refused for that, first
        assert (other.status_code, other.json()["problem"]) == (409, "already-there")


def test_a_submission_that_was_refused_may_be_sent_again(ground, caller) -> None:
    program, path = caller("adviser"), Rows(ground, "adviser").fill("/presences/{presence}/commitments")
    body = {"to_whom": "Market", "what": "", "due_on": "2099-01-01", "owner": "Adviser", "submission": SENT}
    assert program.post(path, body).status_code == 400
    assert program.post(path, body | {"what": "A patrol"}).status_code == 201


def test_another_token_does_not_learn_what_a_submission_made(ground, caller) -> None:
    one, other = caller("adviser"), caller("adviser")
    path = Rows(ground, "adviser").fill("/presences/{presence}/commitments")
    body = {"to_whom": "Market", "what": "A patrol", "due_on": "2099-01-01", "owner": "X", "submission": SENT}
    assert one.post(path, body).status_code == 201
    answer = other.post(path, body)
    assert (answer.status_code, answer.json()["where"]) == (409, "submission")
    assert Submission.objects.get_queryset().opened().count() == 1


def test_restricted_intake_leaves_no_trace_among_submissions(people, caller) -> None:
    from incident_ground import add_intake

    ground = add_intake(make_ground(people))
    program, path = caller("officer"), Rows(ground, "officer").fill("/presences/{presence}/reports")
    body = {"kind": "field_report", "what": "abducted", "where": {"name": "Ford"}, "by_un_personnel": True}
    first, again = (program.post(path, body | {"submission": SENT}) for _ in range(2))
    assert first.status_code == 201 and first.content == again.content and first.json()["receipt"]
    assert len(rows_of(people["focal"], IntakeReport)) == 1
    assert not Submission.objects.get_queryset().opened().exists()


def test_the_same_submission_at_once_writes_once(ground, caller) -> None:
    program, path = caller("adviser"), Rows(ground, "adviser").fill("/presences/{presence}/commitments")
    body = {"to_whom": "Market", "what": "A patrol", "due_on": "2099-01-01", "owner": "X", "submission": SENT}
    answers = together([lambda: program.post(path, body)] * 4)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(rows_of(ground.people["adviser"], Commitment)) == 1


def _a_text(body: dict) -> str:
    """A field of free words where there is one: changing it makes another content."""
    free = ("what", "reason", "note", "risks", "title", "result", "report", "owner", "purpose", "name")
    return next((key for key in (*free, *body) if isinstance(body.get(key), str)), "note")
