"""The shift log: lines by the duty officer, corrected and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused, require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, moment, text
from tutela.records.incidents.fields import submission as a_submission
from tutela.records.incidents.finding import default_marking, find_row, save_once, see_presence
from tutela.records.incidents.models import Incident, ShiftEntry
from tutela.records.ledger.acts import action


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is written down: by which function, about what, when (by default now)."""

    category: str
    what: str
    function: str
    at: datetime | None = None
    incident: int | None = None


@action("incidents.log_shift")
def log_shift(
    *, by: Principal, presence: int, line: Line, marking: Marking | None = None, submission: str = ""
) -> ShiftEntry:
    """Write a line into the log of a presence; never below the incident that it is about."""
    home = see_presence(by, presence)
    least = max(home.marking, _marking_of(by, line.incident, home.pk))
    marked = default_marking(by, home.compartment_id, marking, least)
    require(by, May.RESPOND, home.compartment_id, marked)
    made = ShiftEntry(
        compartment_id=home.compartment_id,
        marking=int(marked),
        presence_id=home.pk,
        incident_id=line.incident,
        submission=a_submission(submission),
        **_columns(line),
    )
    return save_once(by, made)


@action("incidents.correct_shift")
def correct_shift(*, by: Principal, entry: int, line: Line, why: str, submission: str = "") -> ShiftEntry:
    """Write the line that is right; the one that was wrong is kept beside it, with what was wrong."""
    row = find_row(by, ShiftEntry, entry, May.RESPOND)
    wrong = text(why, "why", 280, required=True)
    if submission and (
        first := ShiftEntry.visible_to(by).filter(recorded_by=by.actor, submission=submission).first()
    ):
        return first
    if ShiftEntry.visible_to(by).filter(corrects_id=row.pk).exists():
        raise Problem("already-there", "This line was corrected before.", remedy="Correct the correction.")
    marking = max(row.marking, _marking_of(by, line.incident, row.presence_id))
    require(by, May.RESPOND, row.compartment_id, marking)
    made = ShiftEntry(
        compartment_id=row.compartment_id,
        marking=marking,
        presence_id=row.presence_id,
        incident_id=line.incident if line.incident is not None else row.incident_id,
        corrects_id=row.pk,
        why=wrong,
        submission=a_submission(submission),
        **_columns(line),
    )
    return save_once(by, made)


def _columns(line: Line) -> dict[str, object]:
    return {
        "at": moment(line.at or datetime.now(UTC), "at"),
        "category": choice(line.category, ShiftEntry.Category.values, "category"),
        "what": text(line.what, "what", 500, required=True),
        "function": text(line.function, "function", 80, required=True),
    }


def _marking_of(by: Principal, incident: int | None, presence: int) -> int:
    if incident is None:
        return 0
    found = Incident.visible_to(by).filter(pk=incident, presence_id=presence, left=False).first()
    if found is None:
        raise refused()
    return int(found.marking)
