"""What each component takes on in a plan: asked, accepted or declined, reported back."""

from __future__ import annotations

from datetime import UTC, datetime

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, components, text
from tutela.records.incidents.finding import change, find_row
from tutela.records.incidents.models import Plan, PlanTask
from tutela.records.ledger.acts import action


@action("incidents.ask_task")
def ask_task(*, by: Principal, plan: int, component: str, what: str, owner: str) -> PlanTask:
    """Ask a component to take something on; the owner is a function."""
    row = find_row(by, Plan, plan, May.PLAN)
    if row.state == Plan.State.RETIRED:
        raise Problem("not-possible", "This plan was replaced.", remedy="Ask in the plan in force.")
    task = PlanTask(
        compartment_id=row.compartment_id,
        marking=row.marking,
        plan_id=row.pk,
        component=choice(component, components(), "component"),
        what=text(what, "what", 280, required=True),
        owner=text(owner, "owner", 80, required=True),
    )
    task.save(force_insert=True)
    return task


@action("incidents.answer_task")
def answer_task(*, by: Principal, task: int, accept: bool, expected_version: int, note: str = "") -> PlanTask:
    """Accept or decline; who declines says why."""
    row = find_row(by, PlanTask, task, May.RESPOND)
    if row.state != PlanTask.State.ASKED:
        raise Problem("already-there", "This task was answered before.", remedy="Read the answer.")
    return change(
        by,
        row,
        expected_version,
        state=PlanTask.State.ACCEPTED if accept else PlanTask.State.DECLINED,
        answer=text(note, "note", 280, required=not accept),
        answered_at=datetime.now(UTC),
    )


@action("incidents.report_back")
def report_back(*, by: Principal, task: int, report: str, expected_version: int) -> PlanTask:
    """Say what came of a task that was accepted."""
    row = find_row(by, PlanTask, task, May.RESPOND)
    if row.state != PlanTask.State.ACCEPTED:
        raise Problem("not-possible", "Only an accepted task is reported back.", remedy="Answer it first.")
    return change(
        by,
        row,
        expected_version,
        state=PlanTask.State.REPORTED,
        report=text(report, "report", 280, required=True),
        reported_at=datetime.now(UTC),
    )
