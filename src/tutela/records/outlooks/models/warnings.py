"""Warnings within a budget, what was decided on each, and what colleagues judge beside the model."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tutela.engine.outlook.warnings import BUDGET
from tutela.records.accounts.sealed import SealedModel
from tutela.records.missions.models import Population, Presence, Site
from tutela.records.outlooks.models.forecasts import Forecast
from tutela.records.outlooks.models.rows import KeptRow


class OutlookSetting(SealedModel):
    """How many warnings a presence looks at each month, and how near to its people and sites a unit must lie."""

    version = models.PositiveIntegerField(default=1)
    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    budget = models.PositiveSmallIntegerField(default=BUDGET)
    within_km = models.PositiveSmallIntegerField(default=50)

    class Meta(SealedModel.Meta):
        """One for each presence in a compartment."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compartment", "presence"], name="outlook_one_setting")
        ]


class Warned(KeptRow):
    """One warning: a unit and a month that the budget reached, near people or sites of the presence.

    threshold   the chance that the budget came to;  of  how many units were looked at for it
    """

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    forecast = models.ForeignKey(Forecast, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    month = models.CharField(max_length=7)
    chance = models.FloatField()
    chance_many = models.FloatField()
    low = models.FloatField()
    middle = models.FloatField()
    high = models.FloatField()
    threshold = models.FloatField()
    budget = models.PositiveSmallIntegerField()
    of = models.PositiveIntegerField()

    class Meta(KeptRow.Meta):
        """A unit and month is warned of once by a forecast."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["presence", "forecast", "code", "month"], name="outlook_warned_once")
        ]


class WarnedPlace(KeptRow):
    """People at risk, or a site, for whose sake a warning stands; marked at least as they are."""

    warned = models.ForeignKey(Warned, models.PROTECT, related_name="+")
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    km = models.FloatField()
    """From the middle of the unit."""

    class Meta(KeptRow.Meta):
        """A place stands once under a warning, and is one thing."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(population__isnull=False, site__isnull=True)
                | Q(population__isnull=True, site__isnull=False),
                name="outlook_place_is_one",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["warned"], name="outlook_places_of")]


class WarningDecision(KeptRow):
    """What was decided on a warning; a later decision is a further row, and the newest stands.

    Acting and watching need an owner; doing nothing needs a reason from the list.
    """

    class Choice(models.TextChoices):
        """What is done."""

        ACT = "act", "Act"
        WATCH = "watch", "Watch"
        NO_ACTION = "no_action", "No action"

    class Reason(models.TextChoices):
        """Why nothing is done."""

        COVERED = "covered", "A valid plan covers it already"
        NO_ACCESS = "no_access", "It cannot be reached"
        NO_MEANS = "no_means", "No means are left for it"
        NOT_CREDIBLE = "not_credible", "Those who know the place do not believe it"
        OTHERS_ACT = "others_act", "Somebody else acts"
        WOULD_HARM = "would_harm", "Acting would do harm"
        NO_MANDATE = "no_mandate", "It is outside the mandate"

    warned = models.ForeignKey(Warned, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    choice = models.CharField(max_length=10, choices=Choice.choices)
    owner = models.CharField(max_length=80, default="", blank=True)
    """A function, not a name."""
    reason = models.CharField(max_length=16, choices=Reason.choices, default="", blank=True)
    note = models.CharField(max_length=400, default="", blank=True)
    look_again = models.DateField(null=True, blank=True)

    class Meta(KeptRow.Meta):
        """Numbered for each warning; each choice with what it needs."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["warned", "number"], name="outlook_decided_in_turn"),
            models.CheckConstraint(
                condition=Q(choice="no_action", reason__gt="") | (~Q(choice="no_action") & Q(owner__gt="")),
                name="outlook_decided_whole",
            ),
        ]


class Sitting(KeptRow):
    """One review of a presence's warnings: which forecast was looked at, on which day, when the next one is due."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    forecast = models.ForeignKey(Forecast, models.PROTECT, related_name="+")
    held_on = models.DateField()
    next_on = models.DateField()
    warned = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=400, default="", blank=True)

    class Meta(KeptRow.Meta):
        """Read for one presence, the newest first."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["presence", "held_on"], name="outlook_sat")]


class Judgement(KeptRow):
    """What colleagues judge of one place and month, whatever the model says; a later one is a further row.

    model_chance   what the forecast said of the place's unit when this was written; empty where it said nothing
    """

    class Confidence(models.TextChoices):
        """How sure they are."""

        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    forecast = models.ForeignKey(Forecast, models.PROTECT, related_name="+", null=True, blank=True)
    population = models.ForeignKey(Population, models.PROTECT, related_name="+", null=True, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    code = models.CharField(max_length=40, default="", blank=True)
    """The unit that the place lies in."""
    month = models.CharField(max_length=7)
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    confidence = models.CharField(max_length=6, choices=Confidence.choices)
    reason = models.CharField(max_length=400)
    model_chance = models.FloatField(null=True, blank=True)
    submission = models.CharField(max_length=64, default="", blank=True)

    class Meta(KeptRow.Meta):
        """Of one place, graded 1 to 5."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(population__isnull=False, site__isnull=True)
                | Q(population__isnull=True, site__isnull=False),
                name="outlook_judged_place",
            ),
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, likelihood__lte=5, impact__gte=1, impact__lte=5),
                name="outlook_judged_grades",
            ),
            models.UniqueConstraint(
                fields=["recorded_by", "submission"], condition=~Q(submission=""), name="outlook_judged_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["presence", "month"], name="outlook_judged")]
