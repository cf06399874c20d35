"""The register of threats; what the host State intends stands apart, strictly confidential."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tutela.kernel.markings import Marking
from tutela.records.incidents.models.rows import IncidentRow, SubmittedRow
from tutela.records.ledger.searched import COLUMN, SearchedWords
from tutela.records.missions.models import Population, Presence


def _graded(*names: str) -> Q:
    every = Q()
    for name in names:
        every &= Q(**{f"{name}__gte": 1, f"{name}__lte": 5})
    return every


class Threat(SubmittedRow):
    """What may hurt civilians, where and when: intent, capability and what inhibits them, likelihood and impact.

    `civilians` is a list of {"group", "low", "high", "gender", "age"}; `harms` a list of the catalogue's harms.
    The intent of the host State is in `HostIntent` and never here.
    """

    class Confidence(models.TextChoices):
        """How sure the assessment is."""

        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    class Status(models.TextChoices):
        """Whether it stands."""

        ACTIVE = "active", "Active"
        DORMANT = "dormant", "Dormant"
        CLOSED = "closed", "Closed"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    level = models.CharField(max_length=12)
    area = models.CharField(max_length=200)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    radius_km = models.FloatField(null=True, blank=True)
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    from_day = models.DateField()
    to_day = models.DateField(null=True, blank=True)
    civilians: models.JSONField[Any, Any] = models.JSONField(default=list)
    harms: models.JSONField[Any, Any] = models.JSONField(default=list)
    perpetrator = models.CharField(max_length=24, default="unknown")
    perpetrator_name = models.CharField(max_length=160, default="", blank=True)
    rationale = models.CharField(max_length=400, default="", blank=True)
    tactics = models.CharField(max_length=400, default="", blank=True)
    capability = models.PositiveSmallIntegerField()
    intent = models.PositiveSmallIntegerField()
    inhibiting_context = models.CharField(max_length=400, default="", blank=True)
    host_state_capacity = models.CharField(max_length=400, default="", blank=True)
    other_protectors = models.CharField(max_length=400, default="", blank=True)
    vulnerability = models.CharField(max_length=400, default="", blank=True)
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    confidence = models.CharField(max_length=6, choices=Confidence.choices)
    would_change = models.CharField(max_length=400, default="", blank=True)
    """What one would have to see or hear to think otherwise."""
    owner = models.CharField(max_length=80)
    """A function, not a name."""
    review_date = models.DateField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)

    words = SearchedWords("title", "perpetrator_name")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(SubmittedRow.Meta):
        """Grades run from 1 to 5."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            *SubmittedRow.Meta.constraints,
            models.CheckConstraint(
                condition=_graded("capability", "intent", "likelihood", "impact"), name="incidents_threat_graded"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "status", "review_date"], name="incidents_threats")
        ]


class ThreatReview(IncidentRow):
    """What a threat was found to be on a day: its history, in the order in which it was reviewed."""

    threat = models.ForeignKey(Threat, models.PROTECT, related_name="+")
    on = models.DateField()
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    capability = models.PositiveSmallIntegerField()
    intent = models.PositiveSmallIntegerField()
    confidence = models.CharField(max_length=6, choices=Threat.Confidence.choices)
    note = models.CharField(max_length=400, default="", blank=True)

    class Meta(IncidentRow.Meta):
        """Read for one threat."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["threat", "on"], name="incidents_reviews")]


class HostIntent(IncidentRow):
    """What the host State is judged to intend, with the grade 1 to 5. Strictly confidential, always."""

    threat = models.ForeignKey(Threat, models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    grade = models.PositiveSmallIntegerField()

    class Meta(IncidentRow.Meta):
        """One for each threat; the database, too, holds no other marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["threat"], name="incidents_one_intent"),
            models.CheckConstraint(
                condition=Q(marking=int(Marking.STRICTLY_CONFIDENTIAL)) & _graded("grade"),
                name="incidents_intent_marked",
            ),
        ]


class ThreatSource(SubmittedRow):
    """One report on a threat: the source graded A to F, the information 1 to 6, apart; contradictions are kept."""

    class Says(models.TextChoices):
        """Which way it points."""

        SUPPORTS = "supports", "Supports"
        CONTRADICTS = "contradicts", "Contradicts"

    threat = models.ForeignKey(Threat, models.PROTECT, related_name="+")
    source_grade = models.CharField(max_length=1)
    information_grade = models.PositiveSmallIntegerField()
    says = models.CharField(max_length=12, choices=Says.choices)
    note = models.CharField(max_length=400, default="", blank=True)

    class Meta(SubmittedRow.Meta):
        """Read for one threat."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["threat"], name="incidents_sources")]
