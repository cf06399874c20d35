"""Giving a shift over: filled in from the register, added to by the outgoing, taken by the incoming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import text
from tutela.records.incidents.finding import change, default_marking, find_row, see_presence
from tutela.records.incidents.models import Handover
from tutela.records.incidents.seconds import second_person
from tutela.records.incidents.waiting import gather
from tutela.records.ledger.acts import action


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """From which function to which, and what no list can say."""

    from_function: str
    to_function: str
    note: str = ""


@action("incidents.give_shift")
def give_shift(*, by: Principal, presence: int, turnover: Turnover) -> Handover:
    """Hand a shift over as things are now; a note that nobody took yet is to be changed, not doubled."""
    home = see_presence(by, presence)
    marking = default_marking(by, home.compartment_id, None, home.marking)
    require(by, May.RESPOND, home.compartment_id, marking)
    if Handover.visible_to(by).filter(presence_id=home.pk, taken_at__isnull=True, given_by=by.actor).exists():
        raise Problem(
            "already-there",
            "Your last handover was not taken yet.",
            remedy="Add to it, or ask the incoming to take it.",
        )
    now = datetime.now(UTC)
    made = Handover(
        compartment_id=home.compartment_id,
        marking=int(marking),
        presence_id=home.pk,
        at=now,
        given_by=by.actor,
        waiting=gather(by, home.pk, now),
        **_columns(turnover),
    )
    made.save(force_insert=True)
    return made


@action("incidents.add_to_handover")
def add_to_handover(*, by: Principal, handover: int, turnover: Turnover, expected_version: int) -> Handover:
    """Change what the outgoing says, as long as nobody took it; what waits is filled in anew."""
    row = find_row(by, Handover, handover, May.RESPOND)
    _untaken(row)
    if row.given_by != by.actor:
        raise Problem("not-possible", "Somebody else gives this shift over.", remedy="Write into the shift log.")
    now = datetime.now(UTC)
    return change(by, row, expected_version, at=now, waiting=gather(by, row.presence_id, now), **_columns(turnover))


@action("incidents.take_shift")
def take_shift(
    *, by: Principal, handover: int, expected_version: int, answer: str = "", alone_because: str = ""
) -> Handover:
    """Take a shift over; by somebody else than who gave it, unless there is nobody else."""
    row = find_row(by, Handover, handover, May.RESPOND)
    _untaken(row)
    reason = second_person(by, row, May.RESPOND, row.given_by, alone_because)
    return change(
        by,
        row,
        expected_version,
        taken_by=by.actor,
        taken_at=datetime.now(UTC),
        answer=text(answer, "answer", 280),
        alone_because=reason,
    )


def _untaken(row: Handover) -> None:
    if row.taken_at is not None:
        raise Problem("already-there", "This shift was taken before.", remedy="Write into the shift log.")


def _columns(turnover: Turnover) -> dict[str, str]:
    return {
        "from_function": text(turnover.from_function, "from_function", 80, required=True),
        "to_function": text(turnover.to_function, "to_function", 80, required=True),
        "note": text(turnover.note, "note", 1000),
    }
