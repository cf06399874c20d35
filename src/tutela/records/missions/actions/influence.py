"""Reach by influence: kept in a compartment of its own, strictly confidential; a count is all that leaves it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import F

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member, refused, require
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.missions.inputs import invalid, read_day, read_draft, require_past
from tutela.records.missions.lookups import change, find_for, find_row, insert
from tutela.records.missions.models import Interlocutor, InterlocutorCount, Presence


@dataclass(frozen=True, slots=True)
class InterlocutorDraft:
    """Who has influence and how they are reached; fields named as on `Interlocutor`."""

    who: str
    channel: str
    who_may_call: str
    influences: str = ""
    usual_minutes: int | None = None
    last_used: date | None = None
    red_lines: str = ""
    note: str = ""


@action("missions.add_interlocutor")
def add_interlocutor(
    *,
    by: Principal,
    compartment: int,
    presence: int,
    draft: InterlocutorDraft,
    marking: Marking = Marking.STRICTLY_CONFIDENTIAL,
) -> Interlocutor:
    """Somebody whom this presence can call: strictly confidential, never in the presence's own compartment.

    Whoever writes it reads the presence and has reach by influence in the compartment that keeps it.
    """
    require(by, May.INFLUENCE, compartment, Marking.STRICTLY_CONFIDENTIAL)
    parent = find_row(by, Presence, presence)
    if marking != Marking.STRICTLY_CONFIDENTIAL:
        raise invalid(
            "marking", "Reach by influence is strictly confidential.", "Mark it so; there is no other way."
        )
    if compartment == parent.compartment_id:
        raise invalid(
            "compartment",
            "Reach by influence is kept in a compartment of its own.",
            "Choose that compartment, or ask an administrator to make one.",
        )
    values = _read_interlocutor(draft)
    _count(by, parent, 1)
    return insert(Interlocutor(compartment_id=compartment, marking=int(marking), presence_id=parent.pk, **values))


@action("missions.describe_interlocutor")
def describe_interlocutor(
    *, by: Principal, interlocutor: int, expected_version: int, draft: InterlocutorDraft
) -> Interlocutor:
    """Write an interlocutor anew."""
    row = find_for(by, May.INFLUENCE, Interlocutor, interlocutor)
    return change(by, row, expected_version, _read_interlocutor(draft))


@action("missions.use_channel")
def use_channel(*, by: Principal, interlocutor: int, expected_version: int, day: date) -> Interlocutor:
    """Write down that the channel was used on a day; an earlier day than the last one changes nothing."""
    row = find_for(by, May.INFLUENCE, Interlocutor, interlocutor)
    require_past("day", read_day("day", day))
    last = day if row.last_used is None else max(row.last_used, day)
    return change(by, row, expected_version, {"last_used": last})


@action("missions.retire_interlocutor")
def retire_interlocutor(*, by: Principal, interlocutor: int, expected_version: int) -> Interlocutor:
    """Nobody calls them any more; the row stays, and the count goes down."""
    row = find_for(by, May.INFLUENCE, Interlocutor, interlocutor)
    parent = find_row(by, Presence, row.presence_id)
    if row.retired_on is not None:
        raise Problem(
            "not-possible",
            "They were retired already.",
            where="interlocutor",
            remedy="Write them anew if they can be called again.",
        )
    row = change(by, row, expected_version, {"retired_on": datetime.now(UTC).date()})
    _count(by, parent, -1)
    return row


def _count(by: Principal, parent: Presence, step: int) -> None:
    """Raise or lower the count that leaves, which stands in the presence's own compartment."""
    if isinstance(by, Member) and parent.compartment_id in by.read_only:
        raise refused()
    rows = InterlocutorCount.visible_to(by).filter(presence_id=parent.pk)
    if not rows.exists():
        first = InterlocutorCount(
            compartment_id=parent.compartment_id, marking=parent.marking, presence_id=parent.pk
        )
        with suppress(Problem):  # somebody else's first one came before ours, and is counted up now
            insert(first)
    rows.update(number=F("number") + step, version=F("version") + 1)


def _read_interlocutor(draft: InterlocutorDraft) -> dict[str, Any]:
    values = read_draft(Interlocutor, draft)
    require_past("last_used", draft.last_used)
    return values
