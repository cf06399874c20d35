"""What is to be prevented, and what had to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.missions.inputs import invalid, read_day, read_draft, require_order, require_past
from tutela.records.missions.lookups import change, find_for, find_row, find_site, insert, marking_for, taken
from tutela.records.missions.models import CalendarEntry, CutReview, Presence, StoppedTask

LONGEST_LEAD_DAYS = 730
"""Two years: whoever prepares longer has another entry."""


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """What comes, and what is done before it; fields named as on `CalendarEntry`. The owner is a function."""

    kind: str
    title: str
    from_day: date
    to_day: date
    action: str
    owner: str
    lead_days: int = 30
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoppedDraft:
    """What ended and why; `taken_by` is somebody, "nobody", or empty where not known."""

    task: str
    day: date
    reason: str
    taken_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """What was found 30, 90 or 180 days after a task stopped; `prediction` is the digest of a registered one."""

    after_days: int
    day: date
    finding: str
    as_predicted: str = "unknown"
    prediction: str = ""


@action("missions.add_calendar_entry")
def add_calendar_entry(
    *, by: Principal, presence: int, draft: CalendarDraft, site: int | None = None, marking: Marking | None = None
) -> CalendarEntry:
    """One more entry of the prevention calendar."""
    parent = find_for(by, May.DESCRIBE, Presence, presence)
    place = find_site(by, parent, site)
    values = _read_entry(draft)
    level = marking_for(by, May.DESCRIBE, marking, parent, place)
    row = CalendarEntry(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values)
    row.site_id = place.pk if place else None
    return insert(row)


@action("missions.describe_calendar_entry")
def describe_calendar_entry(
    *, by: Principal, entry: int, expected_version: int, draft: CalendarDraft
) -> CalendarEntry:
    """Write an entry anew; whether it was done stays."""
    row = find_for(by, May.DESCRIBE, CalendarEntry, entry)
    return change(by, row, expected_version, _read_entry(draft))


@action("missions.finish_calendar_entry")
def finish_calendar_entry(*, by: Principal, entry: int, expected_version: int, day: date) -> CalendarEntry:
    """The preventive action was taken on that day."""
    row = find_for(by, May.DESCRIBE, CalendarEntry, entry)
    require_past("day", read_day("day", day))
    return change(by, row, expected_version, {"done": True, "done_on": day})


@action("missions.log_stopped_task")
def log_stopped_task(
    *, by: Principal, presence: int, draft: StoppedDraft, site: int | None = None, marking: Marking | None = None
) -> StoppedTask:
    """A protection task that ended unfinished: reviewed after 30, 90 and 180 days."""
    parent = find_for(by, May.DESCRIBE, Presence, presence)
    place = find_site(by, parent, site)
    values = _read_stopped(draft)
    level = marking_for(by, May.DESCRIBE, marking, parent, place)
    row = StoppedTask(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values)
    row.site_id = place.pk if place else None
    return insert(row)


@action("missions.describe_stopped_task")
def describe_stopped_task(
    *, by: Principal, stopped: int, expected_version: int, draft: StoppedDraft
) -> StoppedTask:
    """Write a stopped task anew: who took it is often known later only."""
    row = find_for(by, May.DESCRIBE, StoppedTask, stopped)
    return change(by, row, expected_version, _read_stopped(draft))


@action("missions.review_stopped_task")
def review_stopped_task(*, by: Principal, stopped: int, draft: ReviewDraft) -> CutReview:
    """What was found 30, 90 or 180 days after a task stopped; once at each age, never before its day."""
    row = find_for(by, May.DESCRIBE, StoppedTask, stopped)
    values = read_draft(CutReview, draft)
    if draft.after_days not in CutReview.AFTER_DAYS:
        raise invalid("after_days", "Reviews are after 30, 90 and 180 days.", "Choose one of the three.")
    require_past("day", draft.day)
    if (draft.day - row.day).days < draft.after_days:
        raise invalid("day", "The review is before its day.", "Review once that many days have passed.")
    if CutReview.visible_to(by).filter(stopped_id=row.pk, after_days=draft.after_days).exists():
        raise taken("after_days")
    find_row(by, Presence, row.presence_id)
    return insert(CutReview(compartment_id=row.compartment_id, marking=row.marking, stopped_id=row.pk, **values))


def _read_entry(draft: CalendarDraft) -> dict[str, Any]:
    values = read_draft(CalendarEntry, draft)
    require_order(draft.from_day, draft.to_day, "to_day")
    if draft.lead_days > LONGEST_LEAD_DAYS:
        raise invalid("lead_days", "This is more than two years.", "Write how many days before it begins.")
    return values


def _read_stopped(draft: StoppedDraft) -> dict[str, Any]:
    values = read_draft(StoppedTask, draft)
    require_past("day", draft.day)
    if values["taken_by"].casefold() == StoppedTask.NOBODY:
        values["taken_by"] = StoppedTask.NOBODY
    return values
