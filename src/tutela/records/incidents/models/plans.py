"""Response plans: for a population at risk first, for a site second."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tutela.records.incidents.models.rows import IncidentRow
from tutela.records.ledger.searched import COLUMN, SearchedWords
from tutela.records.missions.models import Population, Presence, Site


class Plan(IncidentRow):
    """What a presence will do if these people are attacked. It holds only steps that the presence can take.

    `steps` is a list of {"code", "what", "who"}; `recipients` and `not_told` are lists of functions. The three
    times are in minutes, each with its basis; one that is not known is empty, never 0. A signed plan is not
    changed: it is replaced by another, and holds until that one is signed.
    """

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", "Draft"
        SIGNED = "signed", "Signed"
        RETIRED = "retired", "Retired"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    steps: models.JSONField[Any, Any] = models.JSONField(default=list)
    recipients: models.JSONField[Any, Any] = models.JSONField(default=list)
    not_told: models.JSONField[Any, Any] = models.JSONField(default=list)
    arrive_minutes = models.PositiveIntegerField(null=True, blank=True)
    arrive_basis = models.CharField(max_length=280, default="", blank=True)
    move_minutes = models.PositiveIntegerField(null=True, blank=True)
    move_basis = models.CharField(max_length=280, default="", blank=True)
    act_minutes = models.PositiveIntegerField(null=True, blank=True)
    act_basis = models.CharField(max_length=280, default="", blank=True)
    lead = models.CharField(max_length=80)
    lead_component = models.CharField(max_length=12)
    drafted_by = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=64, default="", blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    alone_because = models.CharField(max_length=280, default="", blank=True)
    """Why the drafter signed, where there is nobody else who may."""
    valid_until = models.DateField(null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)

    words = SearchedWords("title")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(IncidentRow.Meta):
        """For a population or for a site; signed with its end or not at all."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(population__isnull=False, site__isnull=True)
                | Q(population__isnull=True, site__isnull=False),
                name="incidents_plan_for_one",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | (~Q(signed_by="") & Q(signed_at__isnull=False, valid_until__isnull=False)),
                name="incidents_plan_signed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["presence", "state"], name="incidents_plans")]

    def is_valid(self, on: date) -> bool:
        """Whether it is signed and has not run out on this day."""
        return (
            self.state == self.State.SIGNED
            and self.valid_until is not None
            and self.signed_at is not None
            and self.signed_at.date() <= on <= self.valid_until
        )


class PlanTask(IncidentRow):
    """What one component does in a plan: asked, accepted or declined, reported back."""

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked", "Asked"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        REPORTED = "reported", "Reported back"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    component = models.CharField(max_length=12)
    what = models.CharField(max_length=280)
    owner = models.CharField(max_length=80)
    """A function, not a name."""
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    answer = models.CharField(max_length=280, default="", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    report = models.CharField(max_length=280, default="", blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta(IncidentRow.Meta):
        """Read for one plan."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["plan"], name="incidents_tasks")]


class Rehearsal(IncidentRow):
    """A plan tried out against the clock, and what that showed."""

    class Kind(models.TextChoices):
        """How."""

        TABLE_TOP = "table_top", "Table-top"
        DRILL = "drill", "Drill"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    held_on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TABLE_TOP)
    minutes = models.PositiveIntegerField()
    result = models.CharField(max_length=280)

    class Meta(IncidentRow.Meta):
        """Read for one plan in the order of days."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["plan", "held_on"], name="incidents_rehearsals")
        ]
