"""What other apps and pages may read: the inbox, incidents, counts by status, what waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Q

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import refused
from tutela.records.incidents.fields import choice, statuses
from tutela.records.incidents.finding import (
    chunks,
    incidents_within_terms,
    see_incident,
    see_presence,
    within_terms,
)
from tutela.records.incidents.models import (
    Clock,
    Commitment,
    Decision,
    Feedback,
    HarmCheck,
    Incident,
    Merge,
    Report,
    Responder,
    Stamp,
)
from tutela.records.ledger.acts import action

PAGE: Final = 50

Mark = tuple[datetime, int]
"""Where a page ended: the time and the number of its last row."""

Window = tuple[datetime | None, datetime | None]
"""From a time on and before another; None where there is no such end."""


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many stand at each status. There is no total: what is alleged is never added to what is verified."""

    alleged: int
    under_verification: int
    verified: int
    rejected: int
    cannot_verify: int


@dataclass(frozen=True, slots=True)
class IncidentFile:
    """One incident with all that is known of it, as far as whoever asks may read.

    `merged` are incidents that were merged into it; their reports and answers are among these.
    """

    incident: Incident
    merged: tuple[Incident, ...]
    merges: tuple[Merge, ...]
    reports: tuple[Report, ...]
    responders: tuple[Responder, ...]
    clock: Clock | None
    stamps: tuple[Stamp, ...]
    decisions: tuple[Decision, ...]
    checks: tuple[HarmCheck, ...]
    feedback: tuple[Feedback, ...]
    commitments: tuple[Commitment, ...]


@action("incidents.list_reports")
def list_reports(
    *, by: Principal, presence: int, status: str = "", untriaged: bool = False, before: Mark | None = None
) -> tuple[Report, ...]:
    """The inbox, the newest first, a page at a time; `before` is where the page before it ended."""
    see_presence(by, presence, Report)
    rows = within_terms(by, Report.visible_to(by).filter(presence_id=presence))
    if status:
        rows = rows.filter(status=choice(status, statuses(), "status"))
    if untriaged:
        rows = rows.filter(triaged_at__isnull=True)
    if before is not None:
        rows = rows.filter(Q(said_at__lt=before[0]) | Q(said_at=before[0], pk__lt=before[1]))
    return tuple(rows.order_by("-said_at", "-pk")[:PAGE])


@action("incidents.list_incidents")
def list_incidents(
    *, by: Principal, presence: int, status: str = "", window: Window = (None, None), before: Mark | None = None
) -> tuple[Incident, ...]:
    """Incidents that stand, the newest first, a page at a time; merged ones are found through the one kept.

    Of a window, those that happened from its first time on and before its second.
    """
    see_presence(by, presence, Incident)
    standing = Incident.visible_to(by).filter(presence_id=presence, merged_into__isnull=True, left=False)
    rows = incidents_within_terms(by, standing)
    if status:
        rows = rows.filter(status=choice(status, statuses(), "status"))
    if window[0] is not None:
        rows = rows.filter(happened_at__gte=window[0])
    if window[1] is not None:
        rows = rows.filter(happened_at__lt=window[1])
    if before is not None:
        rows = rows.filter(Q(happened_at__lt=before[0]) | Q(happened_at=before[0], pk__lt=before[1]))
    return tuple(rows.order_by("-happened_at", "-pk")[:PAGE])


@action("incidents.view_incident")
def view_incident(*, by: Principal, incident: int) -> IncidentFile:
    """One incident with its reports, clock, answers and feedback."""
    row = see_incident(by, incident)
    merged = tuple(Incident.visible_to(by).filter(merged_into_id=row.pk).order_by("pk"))
    keys = [row.pk, *(item.pk for item in merged)]
    clock = Clock.visible_to(by).filter(incident_id=row.pk).first()
    of_clock = {"clock_id": clock.pk if clock is not None else None}
    return IncidentFile(
        row,
        merged,
        tuple(Merge.visible_to(by).filter(kept_id=row.pk).order_by("pk")),
        tuple(within_terms(by, Report.visible_to(by).filter(incident_id__in=keys)).order_by("said_at", "pk")),
        tuple(Responder.visible_to(by).filter(incident_id__in=keys).order_by("at", "pk")),
        clock,
        tuple(Stamp.visible_to(by).filter(**of_clock).order_by("at", "pk")),
        tuple(Decision.visible_to(by).filter(**of_clock).order_by("at", "pk")),
        tuple(HarmCheck.visible_to(by).filter(incident_id__in=keys).order_by("recorded", "pk")),
        tuple(Feedback.visible_to(by).filter(incident_id__in=keys).order_by("told_at", "pk")),
        tuple(Commitment.visible_to(by).filter(incident_id__in=keys).order_by("due_on", "pk")),
    )


@action("incidents.find_incident")
def find_incident(*, by: Principal, incident: int) -> Incident:
    """One incident by itself; for a program, only where a source lets what is known of it go further."""
    return see_incident(by, incident)


@action("incidents.find_clock")
def find_clock(*, by: Principal, incident: int) -> Clock:
    """The clock of an incident; refused alike where it was not started and where there is no such incident."""
    row = see_incident(by, incident)
    clock = Clock.visible_to(by).filter(incident_id=row.pk).first()
    if clock is None:
        raise refused()
    return clock


@action("incidents.count_by_status")
def count_by_status(
    *, by: Principal, presence: int, since: datetime | None = None, until: datetime | None = None
) -> StatusCounts:
    """How many incidents stand at each status, apart; merged ones count once, those that left do not count."""
    see_presence(by, presence, Incident)
    rows = Incident.visible_to(by).filter(presence_id=presence, merged_into__isnull=True, left=False)
    if since is not None:
        rows = rows.filter(happened_at__gte=since)
    if until is not None:
        rows = rows.filter(happened_at__lt=until)
    held = dict(rows.order_by().values_list("status").annotate(number=Count("pk")))
    return StatusCounts(**{status: held.get(status, 0) for status in statuses()})


@action("incidents.overdue_notes")
def overdue_notes(*, by: Principal, presence: int, now: datetime) -> tuple[Clock, ...]:
    """Clocks on which action came first and the do-no-harm note did not follow within its 24 hours."""
    see_presence(by, presence, Clock)
    rows = Clock.visible_to(by).filter(presence_id=presence, note_due__lt=now, harm_noted_at__isnull=True)
    return tuple(rows.order_by("note_due", "pk"))


@action("incidents.list_running")
def list_running(*, by: Principal, presence: int) -> tuple[Clock, ...]:
    """Clocks that run, the oldest first."""
    see_presence(by, presence, Clock)
    rows = Clock.visible_to(by).filter(presence_id=presence, closed_at__isnull=True)
    return tuple(rows.order_by("recorded", "pk"))


@action("incidents.unanswered_alerts")
def unanswered_alerts(*, by: Principal, presence: int) -> tuple[Report, ...]:
    """Alerts of communities about which nobody has told the community anything yet, the oldest first."""
    see_presence(by, presence, Report)
    rows = Report.visible_to(by).filter(presence_id=presence, kind=Report.Kind.COMMUNITY_ALERT)
    alerts = list(rows.exclude(status="rejected").order_by("said_at", "pk"))
    told: set[int] = set()
    for keys in chunks(item.incident_id for item in alerts if item.incident_id is not None):
        told.update(Feedback.visible_to(by).filter(incident_id__in=keys).values_list("incident_id", flat=True))
    return tuple(item for item in alerts if item.incident_id not in told)


@action("incidents.due_commitments")
def due_commitments(*, by: Principal, presence: int, until: date) -> tuple[Commitment, ...]:
    """Open commitments due by this day, the oldest first; those before today are overdue."""
    see_presence(by, presence, Commitment)
    rows = Commitment.visible_to(by).filter(presence_id=presence, state=Commitment.State.OPEN, due_on__lte=until)
    return tuple(rows.order_by("due_on", "pk"))
