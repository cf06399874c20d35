"""Presences of every kind, their mandates, and their sites with what became of them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models

from tutela.catalogue.presences import MandateStanding
from tutela.records.ledger.searched import COLUMN, SearchedWords
from tutela.records.missions.models.rows import MissionRow


class YesNo(models.TextChoices):
    """An answer that may not be known."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNKNOWN = "unknown", "Not known"


class Presence(MissionRow):
    """A presence of the United Nations, or beside it: what it is, and what is known of its mandate.

    `kind` is a code of the catalogue's kinds; `hosts` a list of ISO 3166 alpha-3 codes. A key stands once in a
    compartment at each marking, never across them: whether a name is taken elsewhere is not told.
    """

    class Funding(models.TextChoices):
        """From which money it lives."""

        ASSESSED_PEACEKEEPING = "assessed_peacekeeping", "Assessed, peacekeeping budget"
        REGULAR_BUDGET = "regular_budget", "Regular budget"
        VOLUNTARY = "voluntary", "Voluntary contributions"
        MIXED = "mixed", "Mixed"
        UNKNOWN = "unknown", "Not known"

    class Status(models.TextChoices):
        """Whether there is such a presence now."""

        CURRENT = "current", "Current"
        CLOSED = "closed", "Closed"
        UNCONFIRMED = "unconfirmed", "Unconfirmed"

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    hosts: models.JSONField[Any, Any] = models.JSONField(default=list)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.CURRENT)
    funding = models.CharField(max_length=24, choices=Funding.choices, default=Funding.UNKNOWN)
    force_authority = models.CharField(max_length=8, choices=YesNo.choices, default=YesNo.UNKNOWN)
    protection_mandate = models.CharField(max_length=8, choices=YesNo.choices, default=YesNo.UNKNOWN)
    mandate_source = models.CharField(max_length=24, default="", blank=True)
    mandate_text = models.CharField(max_length=300, default="", blank=True)
    """The symbol of the text, such as that of a resolution."""
    mandate_since = models.DateField(null=True, blank=True)
    mandate_until = models.DateField(null=True, blank=True)
    mandate_open_ended = models.BooleanField(default=False)
    mandate_confirmed_on = models.DateField(null=True, blank=True)
    mandate_confirmed_by = models.CharField(max_length=64, default="", blank=True)
    started = models.DateField(null=True, blank=True)
    ended = models.DateField(null=True, blank=True)
    note = models.TextField(max_length=4000, default="", blank=True)
    invented = models.BooleanField(default=False)

    words = SearchedWords("name", "key", "note")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(MissionRow.Meta):
        """Listed by name."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compartment", "marking", "key"], name="missions_one_presence")
        ]

    def mandate_state(self, on: date) -> MandateStanding:
        """What may be said of the mandate on a day: in force only inside its days and once somebody confirmed it.

        Past its last known end it reads "last known, confirm", unless the end of the presence itself is known.
        """
        if self.ended is not None and on > self.ended:
            return "ended"
        is_known = bool(self.mandate_text) or self.mandate_until is not None or self.mandate_open_ended
        if not is_known or (self.mandate_since is not None and on < self.mandate_since):
            return "not known"
        runs = self.mandate_open_ended or (self.mandate_until is not None and on <= self.mandate_until)
        return "in force" if runs and self.mandate_confirmed_on is not None else "last known, confirm"


class PresenceFact(MissionRow):
    """One fact about a presence as a source gave it, kept beside what colleagues decided to write."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=1000)
    source = models.CharField(max_length=400)
    as_of = models.CharField(max_length=10)
    """YYYY, YYYY-MM or YYYY-MM-DD: as exactly as the source says."""
    status = models.CharField(max_length=12)

    class Meta(MissionRow.Meta):
        """The same fact stands once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["presence", "field", "as_of", "source", "value"], name="missions_one_fact"
            )
        ]


class MandateTask(MissionRow):
    """One task that a mandate gives: in whose words, from which text."""

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    task = models.CharField(max_length=1000)
    clause = models.CharField(max_length=40, default="", blank=True)
    """A key of the catalogue's mandate clauses, or nothing."""
    text = models.CharField(max_length=200)
    """Symbol and paragraph."""
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta(MissionRow.Meta):
        """Read for one presence."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["presence"], name="missions_task_presence")]


class SiteState(models.TextChoices):
    """What a site is, or was, at a time: the catalogue's site_status."""

    OPEN = "open", "Open"
    REDUCED = "reduced", "Reduced"
    CLOSING = "closing", "Closing"
    CLOSED = "closed", "Closed"
    EVACUATED = "evacuated", "Evacuated"
    HOST_DENIED = "host_denied", "Denied by the host"


class Site(MissionRow):
    """A place where a presence is or was; `status` is the newest of its history."""

    class Kind(models.TextChoices):
        """What sort of place."""

        HEADQUARTERS = "headquarters", "Headquarters"
        FIELD_OFFICE = "field_office", "Field office"
        BASE = "base", "Base"
        TEMPORARY_BASE = "temporary_base", "Temporary operating base"
        TEAM_SITE = "team_site", "Team site"
        LOGISTICS = "logistics", "Logistics base"
        AIRFIELD = "airfield", "Airfield or helipad"
        POLICE_POST = "police_post", "Police post"
        LIAISON = "liaison", "Liaison office"
        MODULAR_TEAM = "modular_team", "Modular team"
        OTHER = "other", "Other"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.BASE)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=SiteState.choices, default=SiteState.OPEN)
    status_since = models.DateField(null=True, blank=True)
    note = models.TextField(max_length=4000, default="", blank=True)

    words = SearchedWords("name", "key")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(MissionRow.Meta):
        """A key stands once in a presence at each marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["presence", "marking", "key"], name="missions_one_site")
        ]


class SiteStatus(MissionRow):
    """What a site was from a day on; the history of a site in the order of `since`. Marked as its site."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=SiteState.choices)
    since = models.DateField()
    source = models.CharField(max_length=400, default="", blank=True)
    note = models.TextField(max_length=4000, default="", blank=True)

    class Meta(MissionRow.Meta):
        """Read in the order of days; what was written later stands later."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["site", "since"], name="missions_status_since")
        ]
