"""Populations at risk, and who can reach them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tutela.records.ledger.searched import COLUMN, SearchedWords
from tutela.records.missions.models.presences import Presence, Site
from tutela.records.missions.models.rows import MissionRow


class Population(MissionRow):
    """Civilians at risk in one place or along one route; response plans attach to them first."""

    class Kind(models.TextChoices):
        """Where they are."""

        SETTLEMENT = "settlement", "Settlement"
        IDP_SITE = "idp_site", "Site of internally displaced people"
        REFUGEE_SITE = "refugee_site", "Refugee site"
        POC_SITE = "poc_site", "Protection of civilians site"
        SCHOOL = "school", "School"
        HOSPITAL = "hospital", "Hospital"
        MARKET = "market", "Market"
        ROUTE = "route", "Route"

    class Status(models.TextChoices):
        """Whether they are there."""

        PRESENT = "present", "There"
        SEASONAL = "seasonal", "There at times"
        LEFT = "left", "Left"
        UNKNOWN = "unknown", "Not known"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    people_low = models.PositiveIntegerField(null=True, blank=True)
    people_high = models.PositiveIntegerField(null=True, blank=True)
    basis = models.CharField(max_length=400, default="", blank=True)
    """Where the numbers come from, and of when."""
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PRESENT)
    note = models.TextField(max_length=4000, default="", blank=True)

    words = SearchedWords("name", "basis")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(MissionRow.Meta):
        """One of a name and kind in a presence at each marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["presence", "marking", "kind", "name"], name="missions_one_population")
        ]


class Access(MissionRow):
    """Whether a population can be reached from a site, or by somebody else (`who`), and in how many minutes.

    Minutes are empty where they are not known, never 0. "season": in the dry season only.
    """

    class Mode(models.TextChoices):
        """How they travel."""

        ROAD = "road", "Road"
        FOOT = "foot", "On foot"
        AIR = "air", "Air"
        WATER = "water", "Water"

    class Reach(models.TextChoices):
        """Whether one arrives."""

        YES = "yes", "Yes"
        NO = "no", "No"
        SEASON = "season", "In the dry season only"

    population = models.ForeignKey(Population, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    who = models.CharField(max_length=160, default="", blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    can_reach = models.CharField(max_length=8, choices=Reach.choices)
    minutes_dry = models.PositiveIntegerField(null=True, blank=True)
    minutes_wet = models.PositiveIntegerField(null=True, blank=True)
    basis = models.CharField(max_length=400, default="", blank=True)

    class Meta(MissionRow.Meta):
        """Read for one population."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["population"], name="missions_access_of")]
