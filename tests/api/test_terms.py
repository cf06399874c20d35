"""What a source does not let go further leaves by no operation either."""

from __future__ import annotations

import pytest
from incident_ground import Ground, make_ground

from tutela.records.accounts.references import write_reference
from tutela.records.incidents.models import Batch, Report
from tutela.records.incidents.queries import list_reports
from tutela.records.ledger.acts import acting


def _import(ground: Ground, *, may_be_passed_on: bool) -> Report:
    officer = ground.people["officer"]
    common = {"presence_id": ground.presence, "compartment_id": ground.people.here, "marking": 0}
    with acting(officer, "test"):
        batch = Batch(
            recorded_by=officer.actor, digest="0", rows=1, placed=1, may_be_passed_on=may_be_passed_on, **common
        )
        batch.save()
        row = Report(kind="imported_event", what="killing", said_at=batch.recorded, batch=batch, **common)
        row.summary, row.recorded_by = "free-row" if may_be_passed_on else "zzyzx", officer.actor
        row.save()
    return row


@pytest.mark.parametrize("way", ["", "/status", "/triage"])
def test_a_report_that_may_not_be_passed_on_is_not_there_for_a_program(people, caller, way: str) -> None:
    ground = make_ground(people)
    row, program = _import(ground, may_be_passed_on=False), caller("officer")
    body = {"expected_version": row.version, **({"status": "rejected"} if way == "/status" else {})}

    def ask(number: int):
        path = f"/reports/{write_reference(number)}{way}"
        return program.post(path, body) if way else program.get(path)

    kept, missing = ask(row.pk), ask(123)
    assert kept.status_code == missing.status_code == 403
    assert kept.content == missing.content and b"zzyzx" not in kept.content


def test_the_inbox_of_a_program_has_what_may_be_passed_on_and_a_person_reads_all(people, caller) -> None:
    ground = make_ground(people)
    kept, free = _import(ground, may_be_passed_on=False), _import(ground, may_be_passed_on=True)
    answer = caller("officer").get(f"/presences/{write_reference(ground.presence)}/reports")
    assert b"free-row" in answer.content and b"zzyzx" not in answer.content
    assert caller("officer").get(f"/reports/{write_reference(free.pk)}").status_code == 200
    seen = {row.pk for row in list_reports(by=ground.people["officer"], presence=ground.presence)}
    assert {kept.pk, free.pk} <= seen
