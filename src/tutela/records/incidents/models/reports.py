"""The inbox, and the incidents that its reports are about."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tutela.records.incidents.models.batches import Batch
from tutela.records.incidents.models.rows import IncidentRow, SubmittedRow
from tutela.records.ledger.searched import COLUMN, SearchedWords
from tutela.records.missions.models import Population, Presence, Site


class Precision(models.TextChoices):
    """How exactly a place is known."""

    POINT = "point", "Exact point"
    SETTLEMENT = "settlement", "Settlement"
    DISTRICT = "district", "District"
    REGION = "region", "Region"
    UNKNOWN = "unknown", "Not known"


class Incident(IncidentRow):
    """Something that happened or may happen to civilians, from one report or several.

    `status` is a word of the catalogue's verification, `what` of its harms or of our signs, `perpetrator` of its
    classes. How many people is one range that somebody chose; the ranges of the reports are never added up.
    """

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    what = models.CharField(max_length=24)
    happened_at = models.DateTimeField()
    place = models.CharField(max_length=120, default="", blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    precision = models.CharField(max_length=12, choices=Precision.choices, default=Precision.UNKNOWN)
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    people_low = models.PositiveIntegerField(null=True, blank=True)
    people_high = models.PositiveIntegerField(null=True, blank=True)
    perpetrator = models.CharField(max_length=24, default="unknown")
    status = models.CharField(max_length=20, default="alleged")
    imminent = models.BooleanField(default=False)
    """Life was in imminent danger: act first, do-no-harm note within 24 hours."""
    merged_into = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    left = models.BooleanField(default=False)
    """It left the normal queue for restricted intake; nothing of it stands here any more."""

    words = SearchedWords("title", "place")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(IncidentRow.Meta):
        """Read for one presence, the newest first, and by place."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "happened_at"], name="incidents_by_time"),
            models.Index(fields=["presence", "lat", "lon"], name="incidents_by_place"),
        ]


class Report(SubmittedRow):
    """One thing that came in: an imported event, a field report, an alert of a community.

    A source is a contact code that the liaison assistant knows, and never a name.
    """

    class Kind(models.TextChoices):
        """How it came in."""

        IMPORTED_EVENT = "imported_event", "Imported event"
        FIELD_REPORT = "field_report", "Field report"
        COMMUNITY_ALERT = "community_alert", "Community alert"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", null=True, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    what = models.CharField(max_length=24)
    happened_at = models.DateTimeField(null=True, blank=True)
    said_at = models.DateTimeField()
    """When it was said; when it was written down is `recorded`."""
    place = models.CharField(max_length=120, default="", blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    precision = models.CharField(max_length=12, choices=Precision.choices, default=Precision.UNKNOWN)
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    people_low = models.PositiveIntegerField(null=True, blank=True)
    people_high = models.PositiveIntegerField(null=True, blank=True)
    perpetrator = models.CharField(max_length=24, default="unknown")
    summary = models.CharField(max_length=280, default="", blank=True)
    imminent = models.BooleanField(default=False)
    status = models.CharField(max_length=20, default="alleged")
    contact_code = models.CharField(max_length=12, default="", blank=True)
    told_by = models.CharField(max_length=80, default="", blank=True)
    """The function of whoever told it, as "market committee"."""
    acted_before_verified = models.BooleanField(default=False)
    cross_checked_with: models.JSONField[Any, Any] = models.JSONField(default=list)
    triage_note = models.CharField(max_length=280, default="", blank=True)
    triaged_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=80, default="", blank=True)
    source_id = models.CharField(max_length=80, default="", blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, blank=True)
    """The import that it came in with, so that all of it can be taken back."""

    words = SearchedWords("summary", "place", "told_by", "contact_code", "source_id")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(SubmittedRow.Meta):
        """An imported event stands once at a marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            *SubmittedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["presence", "marking", "source", "source_id"],
                condition=~models.Q(source_id=""),
                name="incidents_one_event",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "said_at"], name="incidents_inbox"),
            models.Index(fields=["incident"], name="incidents_grouped"),
        ]


class Merge(IncidentRow):
    """Two incidents found to be one by a person, with what was moved, so that it can be undone as a whole."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    kept = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    other = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=280)
    moved: models.JSONField[Any, Any] = models.JSONField(default=list)
    """The reports that changed over, by number."""
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField(max_length=280, default="", blank=True)

    class Meta(IncidentRow.Meta):
        """An incident is merged away once at a time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["other"], condition=models.Q(undone_at__isnull=True), name="incidents_one_merge"
            )
        ]
