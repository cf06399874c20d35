"""Reach by influence: whom a presence can call where it cannot drive. Strictly confidential; only counts leave."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tutela.kernel.markings import Marking
from tutela.records.missions.models.presences import Presence
from tutela.records.missions.models.rows import MissionRow


class Interlocutor(MissionRow):
    """Somebody with influence, and how they are reached. Lives in a compartment of its own, never a presence's."""

    class Channel(models.TextChoices):
        """How they are reached."""

        IN_PERSON = "in_person", "In person"
        TELEPHONE = "telephone", "Telephone"
        SECURE_MESSAGE = "secure_message", "Secure message"
        LETTER = "letter", "Letter or note verbale"
        INTERMEDIARY = "intermediary", "Through an intermediary"
        OTHER = "other", "Other"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    who = models.CharField(max_length=200)
    influences = models.CharField(max_length=400, default="", blank=True)
    """Over whom, and in what."""
    channel = models.CharField(max_length=16, choices=Channel.choices)
    who_may_call = models.CharField(max_length=200)
    usual_minutes = models.PositiveIntegerField(null=True, blank=True)
    """From trying to speaking with them; empty where not known."""
    last_used = models.DateField(null=True, blank=True)
    red_lines = models.TextField(max_length=4000, default="", blank=True)
    note = models.TextField(max_length=4000, default="", blank=True)
    retired_on = models.DateField(null=True, blank=True)

    class Meta(MissionRow.Meta):
        """The database, too, holds no other marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(marking=int(Marking.STRICTLY_CONFIDENTIAL)), name="missions_influence_marked"
            )
        ]


class InterlocutorCount(MissionRow):
    """How many there are for a presence: all that leaves their compartment. Marked as the presence."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(default=0)

    class Meta(MissionRow.Meta):
        """One for each presence."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["presence"], name="missions_one_count")
        ]
