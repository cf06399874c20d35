"""Restricted intake: what the normal queue must never hold, in a compartment that the mission does not read."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tutela.kernel.markings import Marking
from tutela.records.accounts.models import Compartment
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.models.rows import IncidentRow
from tutela.records.missions.models import Presence


class RestrictedIntake(IncidentRow):
    """Where a presence's restricted reports go, and whom else to turn to; everybody who reports may know that."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    intake = models.ForeignKey(Compartment, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=280)
    """The hand-off channel, in words: for whoever would rather not use this software."""
    pathway = models.CharField(max_length=280, default="", blank=True)
    """The referral pathway for survivors and children: service and focal point, by function."""

    class Meta(IncidentRow.Meta):
        """One for each presence, never above what a liaison assistant reads."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["presence"], name="incidents_one_intake"),
            models.CheckConstraint(
                condition=models.Q(marking=int(Marking.UNCLASSIFIED)), name="incidents_intake_is_known"
            ),
        ]


class IntakeReport(SealedModel):
    """Harm by UN or UN-supported personnel, or sexual exploitation and abuse: dropped in, never read back.

    A drop box: whoever may report writes into it without reading there. Its number is not made by the database,
    which would have to read the row to give it back. What it tells is kept out of the ledger's content.
    """

    is_drop_box: ClassVar[bool] = True
    ledger_hides: ClassVar[tuple[str, ...]] = (
        "receipt", "what", "happened_at", "said_at", "place", "lat", "lon", "summary", "contact_code", "told_by",
        "survivor_choice", "about", "of_whom", "came_from", "handed_to",
    )  # fmt: skip

    class Choice(models.TextChoices):
        """What the survivor wants, where that is known; nothing happens against it."""

        UNKNOWN = "unknown", "Not known"
        CONTACT = "contact", "Wants to be contacted"
        NO_CONTACT = "no_contact", "Does not want to be contacted"
        ASSISTANCE_ONLY = "assistance_only", "Wants assistance, no complaint"

    class About(models.TextChoices):
        """Whom a complaint is about."""

        UNIT = "unit", "A unit"
        STAFF = "staff", "A member of staff"
        PARTNER = "partner", "A partner"
        OTHER = "other", "Somebody or something else"

    class State(models.TextChoices):
        """What was done with it."""

        RECEIVED = "received", "Received"
        TAKEN_ON = "taken_on", "Taken on"
        HANDED_OFF = "handed_off", "Handed to the mandated channel"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    recorded = models.DateTimeField(auto_now_add=True)
    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    came_from = models.CharField(max_length=160, default="", blank=True)
    """What the presence is called: those who work the intake do not read the presence itself."""
    receipt = models.CharField(max_length=12)
    by_un_personnel = models.BooleanField(default=False)
    sexual_exploitation = models.BooleanField(default=False)
    survivor_choice = models.CharField(max_length=16, choices=Choice.choices, default=Choice.UNKNOWN)
    what = models.CharField(max_length=24)
    happened_at = models.DateTimeField(null=True, blank=True)
    said_at = models.DateTimeField()
    place = models.CharField(max_length=120, default="", blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    summary = models.CharField(max_length=280, default="", blank=True)
    contact_code = models.CharField(max_length=12, default="", blank=True)
    told_by = models.CharField(max_length=80, default="", blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    taken_on_at = models.DateTimeField(null=True, blank=True)
    handed_to = models.CharField(max_length=120, default="", blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    about = models.CharField(max_length=8, choices=About.choices, default="", blank=True)
    """Of a complaint alone: whom it is about, and which one, by unit or function."""
    of_whom = models.CharField(max_length=120, default="", blank=True)
    due_diligence = models.BooleanField(default=False)
    """It concerns a force that the United Nations supports: the due diligence policy applies."""

    class Meta(SealedModel.Meta):
        """Strictly confidential, and nothing else."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(marking=int(Marking.STRICTLY_CONFIDENTIAL)), name="incidents_intake_marked"
            )
        ]

    def __str__(self) -> str:
        return f"intake report {self.pk}"
