"""What the pages of the operations centre ask for in one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tutela.kernel.markings import Principal
from tutela.records.incidents.finding import note_access, see_presence, see_row
from tutela.records.incidents.models import (
    Clock,
    Contact,
    GroupDecision,
    Handover,
    Incident,
    Meeting,
    Paper,
    Readiness,
    ShiftEntry,
)
from tutela.records.incidents.waiting import Waiting, gather, read_waiting
from tutela.records.ledger.acts import action

CHECKED_WITHIN: Final = timedelta(days=91)
"""What was looked at longer ago than this is to be looked at again: numbers change, people rotate."""

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log with the line that corrected it, if one did, and its incident where it may be read."""

    entry: ShiftEntry
    corrected_by: ShiftEntry | None
    incident: Incident | None


@dataclass(frozen=True, slots=True)
class Branch:
    """One contact in the tree: how deep, and whether its number was tried lately."""

    contact: Contact
    depth: int
    is_stale: bool


@dataclass(frozen=True, slots=True)
class HandoverView:
    """A handover with what it handed over, as far as one may read it, as it is now."""

    handover: Handover
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting with its agenda, read as it is now, and what it decided."""

    meeting: Meeting
    agenda: tuple[Waiting, ...]
    decisions: tuple[GroupDecision, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist; `row` is None where nobody wrote anything down, which reads as missing."""

    item: str
    label: str
    row: Readiness | None
    is_stale: bool


@action("incidents.list_shift")
def list_shift(*, by: Principal, presence: int, day: date) -> tuple[LogLine, ...]:
    """The log of one day in UTC by time; corrected lines stand with what is right."""
    see_presence(by, presence, ShiftEntry)
    since = datetime.combine(day, time(0), UTC)
    rows = ShiftEntry.visible_to(by).filter(presence_id=presence, at__gte=since, at__lt=since + timedelta(days=1))
    kept = list(rows.order_by("at", "pk"))
    corrections = {
        row.corrects_id: row for row in ShiftEntry.visible_to(by).filter(corrects_id__in=[row.pk for row in kept])
    }
    about = {row.incident_id for row in kept if row.incident_id is not None}
    incidents: Mapping[int, Incident] = {
        row.pk: row for row in Incident.visible_to(by).filter(pk__in=sorted(about))
    }
    return tuple(LogLine(row, corrections.get(row.pk), incidents.get(row.incident_id or 0)) for row in kept)


@action("incidents.what_waits")
def what_waits(*, by: Principal, presence: int, now: datetime) -> tuple[Waiting, ...]:
    """What would be handed over if the shift ended now."""
    see_presence(by, presence)
    return read_waiting(by, gather(by, presence, now), now)


@action("incidents.contact_tree")
def contact_tree(*, by: Principal, presence: int, today: date) -> tuple[Branch, ...]:
    """Who calls whom, from the top, in the order of calling; whoever's caller may not be read stands at the top."""
    see_presence(by, presence, Contact)
    rows = list(
        Contact.visible_to(by)
        .filter(presence_id=presence, retired_on__isnull=True)
        .order_by("place", "function", "pk")
    )
    known = {row.pk for row in rows}
    below: dict[int | None, list[Contact]] = {}
    for row in rows:
        below.setdefault(row.called_by_id if row.called_by_id in known else None, []).append(row)
    found: list[Branch] = []
    stack = [(row, 0) for row in reversed(below.get(None, []))]
    while stack:
        row, depth = stack.pop()
        stale = row.tried_on is None or today - row.tried_on > CHECKED_WITHIN
        found.append(Branch(row, depth, stale))
        stack += [(item, depth + 1) for item in reversed(below.get(row.pk, []))]
    return tuple(found)


@action("incidents.list_handovers")
def list_handovers(*, by: Principal, presence: int) -> tuple[Handover, ...]:
    """Handovers of a presence, those that nobody took first, then the newest."""
    see_presence(by, presence, Handover)
    rows = list(Handover.visible_to(by).filter(presence_id=presence).order_by("-at", "-pk")[:PAGE])
    return tuple(sorted(rows, key=lambda row: row.taken_at is not None))


@action("incidents.view_handover")
def view_handover(*, by: Principal, handover: int, now: datetime) -> HandoverView:
    """One handover."""
    row = see_row(by, Handover, handover)
    return HandoverView(row, read_waiting(by, row.waiting, now))


@action("incidents.list_meetings")
def list_meetings(*, by: Principal, presence: int) -> tuple[Meeting, ...]:
    """Meetings of the working group, the newest first."""
    see_presence(by, presence, Meeting)
    return tuple(Meeting.visible_to(by).filter(presence_id=presence).order_by("-at", "-pk")[:PAGE])


@action("incidents.view_meeting")
def view_meeting(*, by: Principal, meeting: int, now: datetime) -> MeetingView:
    """One meeting with its agenda and its decisions."""
    row = see_row(by, Meeting, meeting)
    decisions = GroupDecision.visible_to(by).filter(meeting_id=row.pk).order_by("due_on", "pk")
    return MeetingView(row, read_waiting(by, row.agenda, now), tuple(decisions))


@action("incidents.view_decision")
def view_decision(*, by: Principal, decision: int) -> GroupDecision:
    """One decision of the working group."""
    return see_row(by, GroupDecision, decision)


@action("incidents.open_decisions")
def open_decisions(*, by: Principal, presence: int) -> tuple[GroupDecision, ...]:
    """Decisions that are not settled, the one due first at the top: those before today are overdue."""
    see_presence(by, presence, GroupDecision)
    rows = GroupDecision.visible_to(by).filter(presence_id=presence, state__in=GroupDecision.OPEN)
    return tuple(rows.order_by("due_on", "pk"))


@action("incidents.list_papers")
def list_papers(*, by: Principal, presence: int) -> tuple[Paper, ...]:
    """Reports of a presence, the newest day first; replaced editions stand below the one that holds."""
    see_presence(by, presence, Paper)
    rows = Paper.visible_to(by).filter(presence_id=presence)
    return tuple(rows.order_by("-day", "kind", "clock_id", "-edition", "-pk")[:PAGE])


@action("incidents.view_paper")
def view_paper(*, by: Principal, paper: int) -> Paper:
    """One report."""
    return see_row(by, Paper, paper)


@action("incidents.clock_of")
def clock_of(*, by: Principal, incident: int) -> Clock | None:
    """The clock of an incident, if it has one."""
    see_row(by, Incident, incident)
    row = Clock.visible_to(by).filter(incident_id=incident).first()
    if row is not None:
        note_access("view", row)
    return row


@action("incidents.list_readiness")
def list_readiness(*, by: Principal, presence: int, today: date) -> tuple[Item, ...]:
    """The whole checklist, in its order; what nobody wrote down is there as missing."""
    see_presence(by, presence, Readiness)
    rows = Readiness.visible_to(by).filter(presence_id=presence).order_by("marking")
    held = {row.item: row for row in rows}
    return tuple(
        Item(
            value,
            label,
            held.get(value),
            value not in held or today - held[value].checked_on > CHECKED_WITHIN,
        )
        for value, label in Readiness.Item.choices
    )
