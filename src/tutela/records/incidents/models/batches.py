"""Files of events that were taken into the inbox, each as one batch that can be taken back as a whole."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tutela.records.incidents.models.rows import IncidentRow
from tutela.records.missions.models import Presence


class Batch(IncidentRow):
    """One import: rows read = reports made + rows left out by reason. Of the file its digest alone is kept."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    recorded_by = models.CharField(max_length=64)
    """The opaque number of the account; never a name."""
    sources = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    placed = models.PositiveIntegerField()
    excluded: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """How many rows were left out, by reason."""
    lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Line and reason of the first rows that were left out."""
    everywhere = models.CharField(max_length=280, default="", blank=True)
    """Why events beyond the vicinity were taken as well; "" where they were not."""
    may_be_passed_on = models.BooleanField(default=False)
    """Whether the terms of the source let its rows leave the register."""
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField(max_length=280, default="", blank=True)

    class Meta(IncidentRow.Meta):
        """Read for one presence, the newest first."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "recorded"], name="incidents_batches")
        ]
