"""Closing the loop: the do-no-harm check before contact, what was told to whom, and what was committed to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tutela.records.incidents.models.reports import Incident
from tutela.records.incidents.models.rows import IncidentRow, SubmittedRow
from tutela.records.missions.models import Population, Presence


class HarmCheck(IncidentRow):
    """Whether contact would put anybody in danger, thought through before it is made."""

    class Verdict(models.TextChoices):
        """What was found."""

        GO = "go", "Go ahead"
        GO_WITH_MEASURES = "go_with_measures", "Go ahead with these measures"
        DO_NOT = "do_not", "Do not"

    class About(models.TextChoices):
        """What was meant to be done."""

        CONTACT = "contact", "Contact"
        WARNING = "warning", "Warning"
        PUBLICATION = "publication", "Publication"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    about = models.CharField(max_length=12, choices=About.choices)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    risks = models.CharField(max_length=280)
    measures = models.CharField(max_length=280, default="", blank=True)
    held_by = models.CharField(max_length=80)
    """A function, not a name."""


class Feedback(SubmittedRow):
    """What a community was told about an incident, when, and by which function."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    to_whom = models.CharField(max_length=120)
    """A group or a function, not a name."""
    what = models.CharField(max_length=280)
    channel = models.CharField(max_length=40)
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=80)
    check_before = models.ForeignKey(HarmCheck, models.PROTECT, related_name="+", null=True, blank=True)
    """Empty where life was in imminent danger and action came first."""

    class Meta(SubmittedRow.Meta):
        """Read for one incident."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["incident"], name="incidents_fed_back")]


class Commitment(SubmittedRow):
    """Something that a community was told would be done, and by when."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", "Open"
        KEPT = "kept", "Kept"
        NOT_KEPT = "not_kept", "Not kept"
        WITHDRAWN = "withdrawn", "Withdrawn"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", null=True, blank=True)
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    to_whom = models.CharField(max_length=120)
    what = models.CharField(max_length=280)
    due_on = models.DateField()
    owner = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=280, default="", blank=True)

    class Meta(SubmittedRow.Meta):
        """Read for one presence by the day they are due."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "state", "due_on"], name="incidents_commitments")
        ]
