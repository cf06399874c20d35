"""Asking for a job, cancelling it, looking how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.principals import Member, refused
from tutela.records.jobs import queue
from tutela.records.jobs.kinds import require_kind
from tutela.records.jobs.models import Job, JobSpec, State
from tutela.records.ledger.acts import action

AT_ONCE: Final = 10
"""How many jobs of one person may be open at a time."""

LISTED: Final = 100

OPEN: Final = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class JobView:
    """One job as whoever asked for it sees it; `done` of `total` says how far it is, 0 of 0 that nobody knows."""

    number: int
    kind: str
    state: State
    compartment: int
    marking: Marking
    created: datetime
    started: datetime | None
    finished: datetime | None
    spec: Mapping[str, Any]
    result: Mapping[str, Any]
    problem: str
    message: str
    remedy: str
    done: int = 0
    total: int = 0

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in OPEN


@action("jobs.start")
def start(*, by: Principal, kind: str, compartment: int, marking: int, spec: Mapping[str, Any]) -> Job:
    """Put a job into the queue; whoever calls this has asked whether they may have what comes of it."""
    require_kind(kind)
    if not isinstance(by, Member) or by.depth or not by.writes(compartment, marking):
        raise refused()  # the worker acts with all rights of the account, which a showing has not
    if queue.jobs().filter(requester=by.actor, state__in=OPEN).count() >= AT_ONCE:
        raise Problem(
            "not-possible",
            said("{at_once} jobs of yours are waiting or running.", at_once=AT_ONCE),
            remedy="Wait until one of them is done, or cancel one.",
        )
    job = Job(kind=kind, requester=by.actor)
    job.save(force_insert=True)
    row = JobSpec(job=job, compartment_id=compartment, marking=int(marking), spec=dict(spec))
    row.save(force_insert=True)
    return job


@action("jobs.cancel")
def cancel(*, by: Principal, number: int) -> None:
    """Stop a job of one's own; one that runs ends at its next step, and leaves nothing."""
    _find(by, number)
    changed = (
        queue.jobs()
        .filter(pk=number, requester=by.actor, state__in=OPEN)
        .update(state=State.CANCELLED, finished=datetime.now(UTC), claim="")
    )
    if not changed:
        raise Problem("not-possible", "This job has ended already.", remedy="There is nothing left to cancel.")


@action("jobs.look")
def look(*, by: Principal, number: int) -> JobView:
    """One job of one's own."""
    return _views([_find(by, number)])[0]


@action("jobs.list")
def list_jobs(*, by: Principal, kind: str = "") -> tuple[JobView, ...]:
    """One's own jobs, of a kind or of all, newest first, as far as one still reads what they are about."""
    asked = {"kind": kind} if kind else {}
    own = queue.jobs().filter(requester=by.actor, **asked).order_by("-pk").values_list("pk", flat=True)
    rows = JobSpec.visible_to(by).filter(pk__in=list(own[:LISTED])).order_by("-pk")
    return tuple(_views(list(rows)))


def _find(by: Principal, number: int) -> JobSpec:
    """Fetch and authorise in one step: one's own, and still within what one reads."""
    row = JobSpec.visible_to(by).filter(pk=number).first()
    if row is None or not queue.jobs().filter(pk=number, requester=by.actor).exists():
        raise refused()
    return row


def _views(rows: list[JobSpec]) -> list[JobView]:
    numbers = [row.pk for row in rows]
    jobs = {job.pk: job for job in queue.jobs().filter(pk__in=numbers)}
    pulses = {pulse.pk: (pulse.done, pulse.total) for pulse in queue.pulses().filter(pk__in=numbers)}
    return [
        JobView(
            row.pk,
            jobs[row.pk].kind,
            State(jobs[row.pk].state),
            row.compartment_id,
            Marking(row.marking),
            jobs[row.pk].created,
            jobs[row.pk].started,
            jobs[row.pk].finished,
            row.spec,
            row.result,
            jobs[row.pk].problem,
            row.message,
            row.remedy,
            *pulses.get(row.pk, (0, 0)),
        )
        for row in rows
    ]
