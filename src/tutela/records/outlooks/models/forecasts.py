"""Forecasts as they were made: taken in once, never edited, with what happened beside them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tutela.kernel.markings import Marking
from tutela.records.outlooks.models.rows import KeptRow


class Forecast(KeptRow):
    """One forecast, known by its digest: what it is of, from when, by which model, and whether it may be shown.

    is_better   whether the model beat the past twelve months by the rule; if not, the past twelve months are shown
    words       of the verdict, as the judging wrote them;  gain  its numbers, {} where the windows gave none
    units, active   how many units it is of, and how many of them had draws of their own; the others share one
    """

    digest = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    target = models.CharField(max_length=24)
    model = models.CharField(max_length=60)
    shown = models.CharField(max_length=60)
    is_better = models.BooleanField()
    words = models.CharField(max_length=400)
    gain: models.JSONField[Any, Any] = models.JSONField(default=dict)
    origin = models.CharField(max_length=7)
    """The last month that was known, YYYY-MM."""
    months: models.JSONField[Any, Any] = models.JSONField(default=list)
    vintage = models.CharField(max_length=300)
    not_said: models.JSONField[Any, Any] = models.JSONField(default=list)
    base_rate: models.JSONField[Any, Any] = models.JSONField(default=list)
    """The lines that quiet units share, as in `ForecastUnit.lines`."""
    units = models.PositiveIntegerField()
    active = models.PositiveIntegerField()
    invented = models.BooleanField(default=False)

    class Meta(KeptRow.Meta):
        """The same forecast stands once in a compartment at each marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compartment", "marking", "digest"], name="outlook_one_forecast")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["compartment", "origin"], name="outlook_by_origin")
        ]


class ForecastUnit(KeptRow):
    """One active unit of a forecast.

    lines    for each month [month, mean, q05, q25, q50, q75, q95, chance of any, chance of 25]
    draws    for each line its draws, sorted, as [value, times, value, times, ...]; empty where none were brought
    past     what was forecast for it on past windows: [origin, month, chance of any, mean, killed]
    history  what was known at the origin, the newest last: [month, killed]
    reasons  what the forecast says for itself: a code with values (`taking.CODED`), or a sentence
    """

    forecast = models.ForeignKey(Forecast, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    """The unit's own name: a cell's number, a country's code, the id of a vicinity."""
    label = models.CharField(max_length=120)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lines: models.JSONField[Any, Any] = models.JSONField(default=list)
    draws: models.JSONField[Any, Any] = models.JSONField(default=list)
    past: models.JSONField[Any, Any] = models.JSONField(default=list)
    history: models.JSONField[Any, Any] = models.JSONField(default=list)
    reasons: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta(KeptRow.Meta):
        """A unit stands once in a forecast."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["forecast", "code"], name="outlook_one_unit")
        ]


class PooledScore(KeptRow):
    """How good the method was over all places and windows together: no place is in it, so it is unclassified."""

    digest = models.CharField(max_length=64)
    level = models.CharField(max_length=16)
    target = models.CharField(max_length=24)
    model = models.CharField(max_length=60)
    origin = models.CharField(max_length=7)
    vintage = models.CharField(max_length=300)
    is_better = models.BooleanField()
    gain: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta(KeptRow.Meta):
        """One for each forecast; the database, too, holds no other marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compartment", "digest"], name="outlook_one_score"),
            models.CheckConstraint(
                condition=models.Q(marking=int(Marking.UNCLASSIFIED)), name="outlook_score_marked"
            ),
        ]


class Outcome(KeptRow):
    """What happened in one month, as one vintage of one source counts it; a later vintage is another row.

    killed   by unit, those with somebody killed;  of  how many units were looked at, so that the others had none
    """

    level = models.CharField(max_length=16)
    target = models.CharField(max_length=24)
    month = models.CharField(max_length=7)
    vintage = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    killed: models.JSONField[Any, Any] = models.JSONField(default=dict)
    of = models.PositiveIntegerField()

    class Meta(KeptRow.Meta):
        """A month stands once in a vintage."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["compartment", "marking", "level", "target", "vintage", "month"], name="outlook_one_outcome"
            )
        ]
