"""Reports that the operations centre issues, and what a light presence must have before it needs it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tutela.records.incidents.models.clocks import Clock
from tutela.records.incidents.models.rows import IncidentRow
from tutela.records.ledger.fixing import Fixing
from tutela.records.missions.models import Presence


class Paper(IncidentRow):
    """A flash report or a daily situation report. What was issued is not changed: another version replaces it.

    `sections` is a list of {"block", "text"} as somebody edits them; `figures` a list of {"name", "low", "high",
    "basis"}, counted and never edited; `content` the blocks as they were issued, in the form of `data.documents`.
    """

    class Kind(models.TextChoices):
        """Which; the words of the catalogue's report_type."""

        DAILY = "daily_sitrep", "Daily situation report"
        FLASH = "flash_sincrep", "Flash report"

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "Draft"
        SIGNED = "signed", "Signed off"
        ISSUED = "issued", "Issued"
        REPLACED = "replaced", "Replaced by a later version"

    ledger_fixing: ClassVar[Fixing] = Fixing("state", ("issued", "replaced"), still=("state", "version"))

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+", null=True, blank=True)
    day = models.DateField()
    edition = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=8, default="en")
    as_of = models.DateTimeField()
    """Up to when the register was read for it."""
    recipients: models.JSONField[Any, Any] = models.JSONField(default=list)
    not_told: models.JSONField[Any, Any] = models.JSONField(default=list)
    sections: models.JSONField[Any, Any] = models.JSONField(default=list)
    figures: models.JSONField[Any, Any] = models.JSONField(default=list)
    content: models.JSONField[Any, Any] = models.JSONField(default=list)
    drafted_by = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=64, default="", blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    alone_because = models.CharField(max_length=280, default="", blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_as = models.CharField(max_length=80, default="", blank=True)
    """The function that issued it; never a person."""

    class Meta(IncidentRow.Meta):
        """A daily report is of a day, a flash report of a clock; issued with its time and its content."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind="daily_sitrep", clock__isnull=True) | Q(kind="flash_sincrep", clock__isnull=False),
                name="incidents_paper_of_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "signed"), issued_at__isnull=True)
                | Q(state__in=("issued", "replaced"), issued_at__isnull=False),
                name="incidents_paper_issued",
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(replaces__isnull=False), name="incidents_one_later_paper"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "kind", "day"], name="incidents_papers")
        ]


class Readiness(IncidentRow):
    """One item that a light presence must have before it needs it: is it there, who holds it, when was it tried."""

    class Item(models.TextChoices):
        """The checklist of a modular team."""

        REFUGE = "refuge_plan", "Refuge plan"
        CONTACTS = "contact_tree", "Contact tree"
        EVACUATION = "medical_evacuation", "Medical evacuation"
        ALERT_LINE = "alert_line", "Alert line"
        LEAD = "lead_authority", "Lead authority"
        EXIT = "exit_criteria", "Exit criteria"
        FIRST_HOURS = "first_72_hours", "First 72 hours"

    class State(models.TextChoices):
        """Whether it is there."""

        MISSING = "missing", "Missing"
        PARTLY = "partly", "Partly"
        READY = "ready", "Ready"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    item = models.CharField(max_length=20, choices=Item.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    what = models.CharField(max_length=500, default="", blank=True)
    held_by = models.CharField(max_length=80)
    """A function, not a name."""
    checked_on = models.DateField()

    class Meta(IncidentRow.Meta):
        """One of each item at each marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["presence", "marking", "item"], name="incidents_one_readiness")
        ]
