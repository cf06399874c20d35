"""A shift in the operations centre: its log, whom it calls, and how it hands over."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tutela.records.incidents.models.reports import Incident
from tutela.records.incidents.models.rows import IncidentRow, SubmittedRow
from tutela.records.missions.models import Presence


class ShiftEntry(SubmittedRow):
    """One line of the log: what was seen or done, when, by which function. It is corrected, never changed."""

    class Category(models.TextChoices):
        """What the line is about; the situation report is filled in by these."""

        EVENT = "event", "Something that happened"
        MOVEMENT = "movement", "Movement, visit or patrol"
        ACTION = "action", "Action taken"
        CALL = "call", "Call made or received"
        TASK = "task", "Special task"
        RESOURCE = "resource", "Resources"
        GENDER = "gender", "Gender-related observation"
        ASSESSMENT = "assessment", "Assessment"
        OTHER = "other", "Something else"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    category = models.CharField(max_length=12, choices=Category.choices)
    what = models.CharField(max_length=500)
    function = models.CharField(max_length=80)
    """Who is on duty, as a function."""
    corrects = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    why = models.CharField(max_length=280, default="", blank=True)
    """What was wrong with the line that this one corrects."""

    class Meta(SubmittedRow.Meta):
        """Read for one presence by time; a line is corrected once, and the correction may be corrected."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            *SubmittedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["corrects"], condition=models.Q(corrects__isnull=False), name="incidents_one_correction"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "at"], name="incidents_shift_log")
        ]


class Contact(IncidentRow):
    """Who is called: a function and its duty number, never a person's own name, number or address."""

    class Whose(models.TextChoices):
        """On which side they stand; the host's are called only where the host may not be the danger."""

        OWN = "own", "This presence"
        UN = "un", "Another part of the United Nations"
        HUMANITARIAN = "humanitarian", "Humanitarian organisation"
        COMMUNITY = "community", "Community"
        HOST = "host", "Authority or force of the host"
        OTHER = "other", "Other"

    class Channel(models.TextChoices):
        """How they are reached."""

        TELEPHONE = "telephone", "Telephone"
        SATELLITE = "satellite", "Satellite telephone"
        RADIO_HF = "radio_hf", "HF radio"
        RADIO_VHF = "radio_vhf", "VHF radio"
        MESSAGE = "message", "Message"
        IN_PERSON = "in_person", "In person"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    called_by = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    """Who calls them: the branch of the tree; empty for those whom the duty officer calls."""
    place = models.PositiveSmallIntegerField(default=1)
    """In which order on its branch."""
    function = models.CharField(max_length=80)
    whose = models.CharField(max_length=12, choices=Whose.choices, default=Whose.OWN)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    number = models.CharField(max_length=40, default="", blank=True)
    """The duty number or call sign that goes with the function."""
    who_may_call = models.CharField(max_length=160)
    hours = models.CharField(max_length=80, default="", blank=True)
    after_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    """After how many minutes without an answer the next is called."""
    note = models.CharField(max_length=280, default="", blank=True)
    tried_on = models.DateField(null=True, blank=True)
    """When somebody last found that the number answers."""
    retired_on = models.DateField(null=True, blank=True)

    class Meta(IncidentRow.Meta):
        """Read for one presence."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "place"], name="incidents_contacts")
        ]


class Handover(IncidentRow):
    """A shift given over: what was open then, filled in from the register; what the outgoing adds; who took it.

    `waiting` is a list of {"kind", "row"}: numbers only, whose rows are read anew for whoever looks.
    """

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    from_function = models.CharField(max_length=80)
    to_function = models.CharField(max_length=80)
    given_by = models.CharField(max_length=64)
    """The opaque number of the account; never a name."""
    waiting: models.JSONField[Any, Any] = models.JSONField(default=list)
    note = models.CharField(max_length=1000, default="", blank=True)
    taken_by = models.CharField(max_length=64, default="", blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=280, default="", blank=True)
    alone_because = models.CharField(max_length=280, default="", blank=True)
    """Why one person gave and took it, where there is nobody else."""

    class Meta(IncidentRow.Meta):
        """Taken by somebody at a time, or waiting."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(taken_by="", taken_at__isnull=True)
                | (~models.Q(taken_by="") & models.Q(taken_at__isnull=False)),
                name="incidents_handover_taken",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "at"], name="incidents_handovers")
        ]
