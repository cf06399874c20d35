"""What is due: preventive action, and reviews of what had to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import action
from tutela.records.missions.lookups import find_row, record_look
from tutela.records.missions.models import CalendarEntry, CutReview, Presence, StoppedTask

Standing = Literal["prepare", "under way", "overdue"]


@dataclass(frozen=True, slots=True)
class Due:
    """An entry whose preventive action is not done and should be under way; days are negative once it began."""

    entry: CalendarEntry
    begins_in_days: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """A review of a stopped task that nobody wrote yet, with the day from which it was due."""

    stopped: StoppedTask
    after_days: int
    since: date


@action("missions.due")
def due(*, by: Principal, presence: int, today: date) -> tuple[Due, ...]:
    """Entries not done whose lead time has begun on this day; those that are over stay, as overdue."""
    rows = [row for row in _entries(by, presence) if not row.done and (row.from_day - today).days <= row.lead_days]
    record_look("search", rows)
    return tuple(Due(row, (row.from_day - today).days, _standing(row, today)) for row in rows)


@action("missions.list_calendar")
def list_calendar(*, by: Principal, presence: int) -> list[CalendarEntry]:
    """The whole prevention calendar of a presence, in the order of days."""
    found = _entries(by, presence)
    record_look("search", found)
    return found


@action("missions.list_stopped_tasks")
def list_stopped_tasks(*, by: Principal, presence: int) -> list[StoppedTask]:
    """What had to stop, the newest first."""
    parent = find_row(by, Presence, presence)
    found = list(StoppedTask.visible_to(by).filter(presence_id=parent.pk).order_by("-day", "-pk"))
    record_look("search", found)
    return found


@action("missions.list_cut_reviews")
def list_cut_reviews(*, by: Principal, stopped: int) -> list[CutReview]:
    """What was found of one stopped task, by age."""
    parent = find_row(by, StoppedTask, stopped)
    found = list(CutReview.visible_to(by).filter(stopped_id=parent.pk).order_by("after_days"))
    record_look("search", found)
    return found


@action("missions.reviews_due")
def reviews_due(*, by: Principal, presence: int, today: date) -> tuple[ReviewDue, ...]:
    """Reviews after 30, 90 and 180 days whose day has come and that nobody wrote, the longest due first."""
    parent = find_row(by, Presence, presence)
    rows = list(StoppedTask.visible_to(by).filter(presence_id=parent.pk).order_by("day", "pk"))
    home = CutReview.visible_to(by).filter(compartment_id=parent.compartment_id)
    held = set(home.values_list("stopped_id", "after_days"))
    found = [
        ReviewDue(row, age, row.day + timedelta(days=age))
        for row in rows
        for age in CutReview.AFTER_DAYS
        if (row.pk, age) not in held and row.day + timedelta(days=age) <= today
    ]
    record_look("search", [item.stopped for item in found])
    return tuple(sorted(found, key=lambda item: (item.since, item.stopped.pk)))


def _entries(by: Principal, presence: int) -> list[CalendarEntry]:
    parent = find_row(by, Presence, presence)
    return list(CalendarEntry.visible_to(by).filter(presence_id=parent.pk).order_by("from_day", "pk"))


def _standing(row: CalendarEntry, today: date) -> Standing:
    if today < row.from_day:
        return "prepare"
    return "under way" if today <= row.to_day else "overdue"
