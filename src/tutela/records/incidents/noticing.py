"""Whether something came that waits for a person: yes or no, and never what, where or how much."""

from __future__ import annotations

from datetime import datetime

from tutela.kernel.markings import Principal
from tutela.records.accounts.notices import glass_was_broken, somebody_was_forced
from tutela.records.accounts.principals import Member
from tutela.records.accounts.roles import May
from tutela.records.incidents.models import Handover, IntakeReport, PlanTask, Report
from tutela.records.ledger.acts import action


@action("incidents.anything_waits")
def anything_waits(*, by: Principal, since: datetime) -> bool:
    """Whether an alert, a shift, a task, a broken glass or somebody who was forced came for them since then."""
    if not isinstance(by, Member):
        return False
    if glass_was_broken(by, since) or somebody_was_forced(by, since):
        return True
    return _alert(by, since) or _handover(by, since) or _task(by, since) or _dropped(by, since)


def _alert(by: Member, since: datetime) -> bool:
    rows = Report.visible_to(by).filter(compartment_id__in=by.where(May.TRIAGE), recorded__gt=since)
    rows = rows.filter(triaged_at__isnull=True, incident__isnull=True).exclude(kind=Report.Kind.IMPORTED_EVENT)
    return rows.exclude(recorded_by=by.actor).exists()


def _dropped(by: Member, since: datetime) -> bool:
    rows = IntakeReport.visible_to(by).filter(compartment_id__in=by.where(May.TRIAGE), recorded__gt=since)
    return rows.filter(state=IntakeReport.State.RECEIVED).exists()


def _handover(by: Member, since: datetime) -> bool:
    rows = Handover.visible_to(by).filter(compartment_id__in=by.where(May.RESPOND), recorded__gt=since)
    return rows.filter(taken_at__isnull=True).exclude(given_by=by.actor).exists()


def _task(by: Member, since: datetime) -> bool:
    rows = PlanTask.visible_to(by).filter(compartment_id__in=by.where(May.RESPOND), recorded__gt=since)
    return rows.filter(state=PlanTask.State.ASKED).exists()
