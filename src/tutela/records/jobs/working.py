"""The worker: takes one job at a time and does it as the one who asked, with the rights of that moment."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.models import User
from tutela.records.accounts.principals import Member, member_of, refused
from tutela.records.jobs import queue
from tutela.records.jobs.kinds import Result, Stopped, require_kind
from tutela.records.jobs.models import Job, JobSpec, State
from tutela.records.ledger.acts import action

_TOLD_EVERY_SECONDS: Final = 0.5

_log = logging.getLogger("tutela.worker")


class JobInHand:
    """One claimed job; see `kinds.Work`."""

    def __init__(self, job: Job) -> None:
        self.number: int = job.pk
        self._job = job
        self._told = 0.0
        self.spec: Mapping[str, Any] = _read_spec(by=self.by, number=job.pk)

    @property
    def by(self) -> Member:
        """Whoever asked, as they are now; refused where their account is shut."""
        user = User.objects.filter(pk=uuid.UUID(self._job.requester), is_active=True).first()
        if user is None:
            raise refused()
        return member_of(user)

    def tell(self, done: int, total: int) -> None:
        """Say how far it is; raises Stopped where the job is no longer ours."""
        now = time.monotonic()
        if now - self._told < _TOLD_EVERY_SECONDS and done < total:
            return
        self._told = now
        if not queue.keep_alive(self._job, (done, total)):
            raise Stopped


def work_once() -> bool:
    """Do the next job to its end, whatever that is; whether there was one."""
    queue.take_back(by=queue.WORKER)
    job = queue.claim(by=queue.WORKER)
    if job is None:
        return False
    heart = _Heart(job)
    heart.start()
    try:
        _do(job)
    finally:
        heart.stop()
    return True


def _do(job: Job) -> None:
    """Run the job; its end is written down in one transaction, or another worker takes it up again."""
    try:
        work = JobInHand(job)
        result = require_kind(job.kind)(work)
        _finish(by=work.by, job=job, result=result)
    except Stopped:
        pass  # cancelled, or taken by another worker: the row says so already
    except Problem as problem:
        _fail(job, problem)
    except Exception as error:
        # The kind of error alone: its text may hold a value.
        _log.error("job %s failed (%s)", job.pk, type(error).__name__)
        _fail(
            job,
            Problem(
                "job-failed",
                "The job came to no end; nothing of it was kept.",
                remedy="Ask for it again; if it fails again, tell whoever looks after this installation.",
            ),
        )


@action("jobs.read")
def _read_spec(*, by: Principal, number: int) -> Mapping[str, Any]:
    row = JobSpec.visible_to(by).filter(pk=number).first()
    if row is None:
        raise refused()
    spec: Mapping[str, Any] = row.spec
    return spec


@action("jobs.finish")
def _finish(*, by: Principal, job: Job, result: Result) -> None:
    if not queue.owned(job).update(state=State.DONE, finished=datetime.now(UTC), claim=""):
        raise Stopped
    if not JobSpec.visible_to(by).filter(pk=job.pk).update(result=dict(result)):
        raise refused()


def _fail(job: Job, problem: Problem) -> None:
    """The code for everybody; the sentence where whoever asked still reads it."""
    if not _give_up(by=queue.WORKER, job=job, code=problem.code):
        return
    user = User.objects.filter(pk=uuid.UUID(job.requester)).first()
    if user is not None:
        _say_why(by=member_of(user), number=job.pk, problem=problem)


@action("jobs.fail")
def _give_up(*, by: Principal, job: Job, code: str) -> bool:
    queue.require_worker(by)
    failed = queue.owned(job).update(state=State.FAILED, problem=code, finished=datetime.now(UTC), claim="")
    return bool(failed)


@action("jobs.say_why")
def _say_why(*, by: Principal, number: int, problem: Problem) -> None:
    rows = JobSpec.visible_to(by).filter(pk=number)
    rows.update(message=problem.message[:300], remedy=problem.remedy[:300])


class _Heart:
    """Keeps the lease of a job while it runs, also through long steps that tell nothing."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(queue.LEASE.total_seconds() / 4):
                try:
                    queue.keep_alive(self._job)
                except Exception as error:
                    _log.warning("a job's lease was not renewed (%s)", type(error).__name__)
        finally:
            connection.close()
