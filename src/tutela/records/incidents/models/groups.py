"""The protection working group: its meetings, what was on the agenda, what it decided."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tutela.records.incidents.models.reports import Incident
from tutela.records.incidents.models.rows import IncidentRow
from tutela.records.missions.models import Presence


class Meeting(IncidentRow):
    """A meeting, called or held. `agenda` is a list of {"kind", "row"}, read anew for whoever looks;
    `points` what somebody added in words."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    chair = models.CharField(max_length=80)
    """A function, not a name."""
    invited: models.JSONField[Any, Any] = models.JSONField(default=list)
    agenda: models.JSONField[Any, Any] = models.JSONField(default=list)
    points: models.JSONField[Any, Any] = models.JSONField(default=list)
    held_at = models.DateTimeField(null=True, blank=True)
    present: models.JSONField[Any, Any] = models.JSONField(default=list)
    summary = models.CharField(max_length=1000, default="", blank=True)

    class Meta(IncidentRow.Meta):
        """Read for one presence by time."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["presence", "at"], name="incidents_meetings")]


class GroupDecision(IncidentRow):
    """What the group decided: one owner, one day; the component accepts or declines, and reports back."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "Asked"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        REPORTED = "reported", "Reported back"
        WITHDRAWN = "withdrawn", "Withdrawn"

    OPEN: ClassVar[tuple[str, ...]] = ("asked", "accepted")

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", null=True, blank=True)
    what = models.CharField(max_length=280)
    component = models.CharField(max_length=12)
    owner = models.CharField(max_length=80)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    answer = models.CharField(max_length=280, default="", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    report = models.CharField(max_length=500, default="", blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta(IncidentRow.Meta):
        """Read for one presence by the day they are due."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "state", "due_on"], name="incidents_group_decisions")
        ]
