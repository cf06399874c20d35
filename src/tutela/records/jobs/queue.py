"""The queue: entered, claimed by one, kept alive, finished, taken back from a worker that died.

The one module of this app that opens a closed model: the queue says nothing of what a job is about. Every step
is one conditional UPDATE whose count tells whether it was ours, the same on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import refused
from tutela.records.jobs.models import Job, Pulse, State
from tutela.records.ledger.acts import acting, action
from tutela.records.ledger.closed import ClosedQuerySet

WORKER: Final = Principal("worker")
"""The actor of the queue; it reads no sealed row, so it does each job as the one who asked."""

LEASE: Final = timedelta(seconds=60)
"""For how long a worker is taken to be alive after it last said so."""

ATTEMPTS: Final = 3
"""How many workers may die of one job."""


@action("jobs.claim")
def claim(*, by: Principal) -> Job | None:
    """The next job, now this worker's alone; None where nothing waits."""
    require_worker(by)
    for number in jobs().filter(state=State.WAITING).order_by("pk").values_list("pk", flat=True)[:5]:
        now, token = datetime.now(UTC), secrets.token_hex(16)
        waiting = jobs().filter(pk=number, state=State.WAITING)
        if waiting.update(state=State.RUNNING, claim=token, started=now):
            pulses().filter(pk=number).delete()
            Pulse(job_id=number, until=now + LEASE).save(force_insert=True)
            return jobs().get(pk=number)
    return None


@action("jobs.take_back")
def take_back(*, by: Principal) -> int:
    """Put jobs whose worker died back into the queue, or give them up after the third; gives how many."""
    require_worker(by)
    now = datetime.now(UTC)
    dead = list(pulses().filter(until__lt=now).values_list("pk", flat=True))
    number = 0
    for job in jobs().filter(pk__in=dead, state=State.RUNNING):
        held = jobs().filter(pk=job.pk, state=State.RUNNING, claim=job.claim)
        if job.attempts + 1 >= ATTEMPTS:
            number += held.update(
                state=State.FAILED, problem="job-failed", finished=now, attempts=ATTEMPTS, claim=""
            )
        else:
            number += held.update(state=State.WAITING, attempts=job.attempts + 1, claim="")
    pulses().filter(until__lt=now).exclude(pk__in=_running()).delete()
    return number


def require_worker(by: Principal) -> None:
    """Refuse anybody but a worker."""
    if by != WORKER:
        raise refused()


def keep_alive(job: Job, progress: tuple[int, int] | None = None) -> bool:
    """Say that the worker lives, and how far it is; whether the job is still its own."""
    values = {"done": progress[0], "total": progress[1]} if progress else {}
    with acting(WORKER, "jobs.pulse"):
        alive = pulses().filter(pk=job.pk).update(until=datetime.now(UTC) + LEASE, **values)
        return bool(alive) and owned(job).exists()


def owned(job: Job) -> ClosedQuerySet[Job]:
    """The row of this job, if the worker that claimed it still has it."""
    return jobs().filter(pk=job.pk, state=State.RUNNING, claim=job.claim)


def is_anything_waiting() -> bool:
    """Whether a worker would find something to do: for whoever starts workers."""
    with acting(WORKER, "jobs.look"):
        return jobs().filter(state=State.WAITING).exists() or pulses().filter(until__lt=datetime.now(UTC)).exists()


def waits_for_nobody() -> tuple[int, datetime | None]:
    """Jobs that wait while no worker is alive, and since when the first of them; 0 where a worker is at work."""
    with acting(WORKER, "jobs.look"):
        if pulses().filter(until__gte=datetime.now(UTC)).exists():
            return 0, None
        waiting = jobs().filter(state__in=[State.WAITING, State.RUNNING])
        return waiting.count(), waiting.order_by("pk").values_list("created", flat=True).first()


def jobs() -> ClosedQuerySet[Job]:
    """All rows of the queue."""
    rows: ClosedQuerySet[Job] = Job.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()


def pulses() -> ClosedQuerySet[Pulse]:
    """All pulses."""
    rows: ClosedQuerySet[Pulse] = Pulse.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()


def _running() -> list[int]:
    return list(jobs().filter(state=State.RUNNING).values_list("pk", flat=True))
