"""What a presence did, what it means to prevent, and what it had to stop."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tutela.kernel.markings import Marking
from tutela.records.ledger.searched import COLUMN, SearchedWords
from tutela.records.missions.models.presences import Presence, Site, YesNo
from tutela.records.missions.models.rows import MissionRow


class Policy(models.TextChoices):
    """Policies that bind every presence, special political missions included."""

    SEXUAL_VIOLENCE = "crsv_2019_35", "Conflict-related sexual violence (2019.35)"
    CHILD_PROTECTION = "child_protection_2017", "Child protection (2017)"
    HUMAN_RIGHTS = "human_rights_2011", "Human rights in peace operations and political missions (2011)"
    DUE_DILIGENCE = "hrddp", "Human rights due diligence policy"
    AGENDA = "agenda_for_protection", "Agenda for Protection"


class Activity(MissionRow):
    """One thing done to protect civilians. Without its basis it is kept, with a warning and a request for it.

    `code`, `tier`, `phase`, `component` and `basis` are codes of the catalogue; `policies` a list of `Policy`.
    Which activities rest on human rights posts stands in `HumanRightsLink`, strictly confidential.
    """

    class Caution(models.TextChoices):
        """Why it carries a warning."""

        NONE = "", "None"
        NO_BASIS = "no_basis", "The basis is missing"
        OTHER_BASIS = "other_basis", "This activity does not usually rest on this"
        NO_FORCE_AUTHORITY = "no_force_authority", "The presence is not known to have authority to use force"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    code = models.CharField(max_length=8)
    tier = models.CharField(max_length=40)
    phase = models.CharField(max_length=20)
    component = models.CharField(max_length=12)
    day = models.DateField()
    basis = models.CharField(max_length=40, default="", blank=True)
    warned = models.BooleanField(default=False)
    warning = models.CharField(max_length=20, choices=Caution.choices, default=Caution.NONE, blank=True)
    policies: models.JSONField[Any, Any] = models.JSONField(default=list)
    note = models.TextField(max_length=4000, default="", blank=True)

    words = SearchedWords("note", "code", "basis")
    ledger_hides: ClassVar[tuple[str, ...]] = (COLUMN,)

    class Meta(MissionRow.Meta):
        """Read for one presence over some days."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "day"], name="missions_activity_day")
        ]


class HumanRightsLink(MissionRow):
    """Whether an activity rests on human rights posts, and on which function. Strictly confidential, always:
    added up it is a target list for cuts."""

    class Rests(models.TextChoices):
        """How far."""

        YES = "yes", "Yes"
        PARTLY = "partly", "Partly"
        NO = "no", "No"

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="+")
    rests = models.CharField(max_length=8, choices=Rests.choices)
    function = models.CharField(max_length=120, default="", blank=True)

    class Meta(MissionRow.Meta):
        """One for each activity; the database, too, holds no other marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["activity"], name="missions_one_link"),
            models.CheckConstraint(
                condition=models.Q(marking=int(Marking.STRICTLY_CONFIDENTIAL)), name="missions_link_marked"
            ),
        ]


class CalendarEntry(MissionRow):
    """Something that may bring violence, what is done before it, by whom, and how long before."""

    class Kind(models.TextChoices):
        """What comes."""

        ELECTION = "election", "Election"
        TRANSHUMANCE = "transhumance", "Transhumance"
        HARVEST = "harvest", "Harvest"
        VERDICT = "verdict", "Verdict"
        ANNIVERSARY = "anniversary", "Anniversary"
        RENEWAL = "renewal", "Renewal of a mandate"
        CLOSURE = "closure", "Closure of a site"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    title = models.CharField(max_length=200)
    from_day = models.DateField()
    to_day = models.DateField()
    action = models.CharField(max_length=400)
    owner = models.CharField(max_length=120)
    """A function, not a name."""
    lead_days = models.PositiveIntegerField(default=30)
    done = models.BooleanField(default=False)
    done_on = models.DateField(null=True, blank=True)
    note = models.TextField(max_length=4000, default="", blank=True)

    class Meta(MissionRow.Meta):
        """Read for one presence in the order of days."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "from_day"], name="missions_calendar_day")
        ]


class StoppedTask(MissionRow):
    """A protection task that ended without being finished: when, why, and who took it or nobody."""

    NOBODY: ClassVar[str] = "nobody"

    class Reason(models.TextChoices):
        """Why."""

        FUNDS = "funds", "Funds"
        CONSENT = "consent", "Consent of the host"
        SECURITY = "security", "Security"
        MANDATE = "mandate", "End or change of the mandate"
        STAFF = "staff", "No staff"
        OTHER = "other", "Other"

    presence = models.ForeignKey(Presence, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True, blank=True)
    task = models.CharField(max_length=400)
    day = models.DateField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    taken_by = models.CharField(max_length=200, default="", blank=True)
    """Who took it; "nobody" says so outright, and nothing means that it is not known."""
    note = models.TextField(max_length=4000, default="", blank=True)

    class Meta(MissionRow.Meta):
        """Read for one presence in the order of days."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["presence", "day"], name="missions_stopped_day")
        ]


class CutReview(MissionRow):
    """What was found 30, 90 or 180 days after a task stopped, against what had been predicted."""

    AFTER_DAYS: ClassVar[tuple[int, ...]] = (30, 90, 180)

    stopped = models.ForeignKey(StoppedTask, models.PROTECT, related_name="+")
    after_days = models.PositiveSmallIntegerField()
    day = models.DateField()
    as_predicted = models.CharField(max_length=8, choices=YesNo.choices, default=YesNo.UNKNOWN)
    prediction = models.CharField(max_length=64, default="", blank=True)
    """Digest of the registered prediction, where there was one."""
    finding = models.TextField(max_length=4000)

    class Meta(MissionRow.Meta):
        """One at each age."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["stopped", "after_days"], name="missions_one_review"),
            models.CheckConstraint(condition=models.Q(after_days__in=(30, 90, 180)), name="missions_review_age"),
        ]
