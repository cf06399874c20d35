"""The clock of an incident, who decided what, and who answered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tutela.records.incidents.models.reports import Incident
from tutela.records.incidents.models.rows import IncidentRow, SubmittedRow
from tutela.records.missions.models import Presence


class Clock(IncidentRow):
    """From detecting to the community being told. Only detected, closed and outcome are required.

    `kind` and the steps are those of the catalogue: with authority to use force, or without.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        ANSWERED = "answered", "Answered"
        PARTLY_ANSWERED = "partly_answered", "Partly answered"
        NO_ACTION = "no_action", "No action"
        DID_NOT_HAPPEN = "did_not_happen", "The threat did not come about"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    imminent = models.BooleanField(default=False)
    note_due = models.DateTimeField(null=True, blank=True)
    """When the do-no-harm note is due, where life was in danger and action came first."""
    harm_note = models.CharField(max_length=1000, default="", blank=True)
    harm_noted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default="", blank=True)
    reason = models.CharField(max_length=24, default="", blank=True)
    """Why nothing was done: a code of the catalogue. For learning, never for appraisal."""
    reason_note = models.CharField(max_length=280, default="", blank=True)
    held_by = models.CharField(max_length=80, default="", blank=True)
    """The function that holds the outcome; never a person."""

    class Meta(IncidentRow.Meta):
        """One for each incident; closed with its outcome or not at all, no action with its reason."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident"], name="incidents_one_clock"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="incidents_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="no_action") | (~Q(reason="") & ~Q(held_by="")),
                name="incidents_no_action_has_reason",
            ),
        ]


class Stamp(IncidentRow):
    """When one step was taken; `late` where it was written down only afterwards."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+")
    step = models.CharField(max_length=24)
    at = models.DateTimeField()
    late = models.BooleanField(default=False)

    class Meta(IncidentRow.Meta):
        """Each step once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["clock", "step"], name="incidents_one_stamp")
        ]


class Decision(IncidentRow):
    """What was decided: steps of the ladder that this presence can take, or nothing, with the reason."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    steps: models.JSONField[Any, Any] = models.JSONField(default=list)
    reason = models.CharField(max_length=24, default="", blank=True)
    note = models.CharField(max_length=280, default="", blank=True)
    held_by = models.CharField(max_length=80)
    """The function that decided; never a person."""

    class Meta(IncidentRow.Meta):
        """Read for one clock; the first is the one that is timed."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["clock", "at"], name="incidents_decided")]


class Responder(SubmittedRow):
    """Who answered an incident and how; "none" says outright that nobody did."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    who = models.CharField(max_length=16)
    component = models.CharField(max_length=12, default="", blank=True)
    step = models.CharField(max_length=4, default="", blank=True)
    how = models.CharField(max_length=160, default="", blank=True)
    at = models.DateTimeField()

    class Meta(SubmittedRow.Meta):
        """Read for one incident."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["incident"], name="incidents_responders")]
