"""What a presence has, and what it is not allowed to do with it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tutela.records.missions.models.presences import Presence, Site
from tutela.records.missions.models.rows import MissionRow


class Capacity(MissionRow):
    """One number of people with its day and source; four measures that are never one for another.

    `profile` narrows a component ("human rights", "interpreters"); "" is the whole component. A correction leaves
    the row it corrects in place, as superseded.
    """

    class Measure(models.TextChoices):
        """What the number is of."""

        CEILING = "ceiling", "Ceiling"
        AUTHORISED = "authorised", "Authorised"
        DEPLOYED = "deployed", "Deployed"
        EFFECTIVE = "effective", "Effective"

    class Exactness(models.TextChoices):
        """How the source says it."""

        EXACTLY = "exactly", "Exactly"
        ABOUT = "about", "About"
        MORE_THAN = "more_than", "More than"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    component = models.CharField(max_length=12)
    profile = models.CharField(max_length=80, default="", blank=True)
    measure = models.CharField(max_length=12, choices=Measure.choices)
    number = models.PositiveIntegerField()
    exactness = models.CharField(max_length=12, choices=Exactness.choices, default=Exactness.EXACTLY)
    as_of = models.DateField()
    source = models.CharField(max_length=400)
    status = models.CharField(max_length=12, default="unverified")
    superseded = models.BooleanField(default=False)
    note = models.TextField(max_length=4000, default="", blank=True)

    class Meta(MissionRow.Meta):
        """Read for one presence up to a day."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "as_of"], name="missions_capacity_day")
        ]


class Restriction(MissionRow):
    """Consent withheld: what was denied or demanded, by whom, from when to when, and what it stops."""

    class Kind(models.TextChoices):
        """What was done."""

        FLIGHT_DENIED = "flight_denied", "Flight denied"
        CLOSURE_DEMANDED = "closure_demanded", "Closure demanded"
        MOVEMENT_REFUSED = "movement_refused", "Movement refused"
        ACCESS_DENIED = "access_denied", "Access denied"
        ARREST = "arrest", "Arrest or detention of personnel"
        EXPULSION = "expulsion", "Expulsion"
        VISA = "visa", "Visa refused or delayed"
        RADIO = "radio", "Radio or communications"
        CUSTOMS = "customs", "Goods held at customs"
        OTHER = "other", "Other"

    class Authority(models.TextChoices):
        """Who did it."""

        HOST_STATE = "host_state", "Authority of the host State"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Not known"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    by_whom = models.CharField(max_length=12, choices=Authority.choices, default=Authority.UNKNOWN)
    authority = models.CharField(max_length=160, default="", blank=True)
    """Which one, in words."""
    stops = models.CharField(max_length=400)
    source = models.CharField(max_length=400, default="", blank=True)
    note = models.TextField(max_length=4000, default="", blank=True)

    class Meta(MissionRow.Meta):
        """Read for one presence, the newest first."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "since"], name="missions_restriction_day")
        ]
