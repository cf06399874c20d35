"""The queue that a worker sees, the pulse of what runs, and what was asked for, which is sealed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tutela.records.accounts.sealed import SealedModel
from tutela.records.ledger.closed import ClosedModel


class State(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Job(ClosedModel):
    """One piece of work in the queue: its kind, who asked, where it stands. What it is about is not here.

    A worker must see the jobs of every compartment, and may read none of them by that: so this row is not sealed
    and says nothing, and `JobSpec` is sealed and says it all.
    """

    kind = models.CharField(max_length=40)
    requester = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, default="", blank=True)
    """The worker that has it; another one's word on this job is not taken."""
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=40, default="", blank=True)
    """The code of what went wrong; its sentence is in the sealed row."""

    class Meta(ClosedModel.Meta):
        """Claimed in the order in which they came."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["state", "id"], name="jobs_open", condition=Q(state__in=[State.WAITING, State.RUNNING])
            ),
            models.Index(fields=["requester", "id"], name="jobs_requester"),
        ]

    def __str__(self) -> str:
        return f"job {self.pk}"


class Pulse(ClosedModel):
    """How far a running job is, and until when its worker is taken to be alive."""

    job = models.OneToOneField(Job, models.CASCADE, primary_key=True, related_name="+")
    until = models.DateTimeField()
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"pulse of job {self.pk}"


class JobSpec(SealedModel):
    """What was asked for, and what came of it: for those who read there, and for the worker on behalf of one."""

    job = models.OneToOneField(Job, models.PROTECT, primary_key=True, related_name="+")
    spec: models.JSONField[Any, Any] = models.JSONField(default=dict)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict)
    message = models.CharField(max_length=300, default="", blank=True)
    remedy = models.CharField(max_length=300, default="", blank=True)

    def __str__(self) -> str:
        return f"spec of job {self.pk}"
