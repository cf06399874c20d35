"""The clock: started in one press, stamped step by step, closed with an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from tutela.catalogue.doctrine import Rung, find_steps, load_doctrine
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, choices, invalid, moment, text
from tutela.records.incidents.finding import change, find_row, moved_on
from tutela.records.incidents.models import Clock, Decision, Incident, Stamp
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Presence

NOTE_WITHIN: Final = timedelta(hours=24)
"""How long after detecting the do-no-harm note may follow, where life was in danger."""

LATE: Final = timedelta(minutes=15)
"""A step written down longer after it was taken than this is marked late."""

IN_ORDER: Final = {
    "force": ("event", "detected", "decided", "moved", "arrived", "effect"),
    "without_force": ("event", "detected", "decided", "contact_made", "commitment_obtained"),
}
"""Steps that cannot come before one another. The others only follow detecting: acting before verifying is doctrine
where life is in danger, and a community may be warned first."""

HOST_CLASSES: Final = ("host_state", "state_aligned")
"""Whoever may be the danger is not told: no alert to the host's authorities in these cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was decided: steps, or nothing for a reason; by which function, when (by default now)."""

    held_by: str
    steps: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How it ended; no action needs a reason and the function that holds it."""

    outcome: str
    reason: str = ""
    note: str = ""
    held_by: str = ""
    at: datetime | None = None


@action("incidents.start_clock")
def start_clock(
    *,
    by: Principal,
    incident: int,
    detected_at: datetime | None = None,
    imminent: bool = False,
    is_old: bool = False,
) -> Clock:
    """Start the clock of an incident, by default now; the kind of clock follows from the authority to use force.

    Where life is in imminent danger, act first: the do-no-harm note is due within 24 hours.
    """
    row = find_row(by, Incident, incident, May.RESPOND)
    if row.merged_into_id is not None or row.left:
        raise Problem("not-possible", "This incident does not stand.", remedy="Open the one that was kept.")
    detected = moment(detected_at or datetime.now(UTC), "detected_at", is_old=is_old)
    home = _presence_of(by, row.presence_id)
    urgent = imminent or row.imminent
    clock = Clock(
        compartment_id=row.compartment_id,
        marking=row.marking,
        presence_id=row.presence_id,
        incident_id=row.pk,
        kind="force" if home.force_authority == "yes" else "without_force",
        imminent=urgent,
        note_due=detected + NOTE_WITHIN if urgent else None,
    )
    try:
        with transaction.atomic():
            clock.save(force_insert=True)
    except IntegrityError:
        raise Problem(
            "already-there", "The clock of this incident was started before.", remedy="Open it."
        ) from None
    _add(clock, "detected", detected)
    if row.happened_at <= detected:
        _add(clock, "event", row.happened_at, late=False)
    return clock


@action("incidents.stamp")
def stamp(*, by: Principal, clock: int, step: str, at: datetime | None = None) -> Stamp:
    """Write down that a step was taken, by default now. Later entries, also after closing, are marked late."""
    row = find_row(by, Clock, clock, May.RESPOND)
    choice(step, load_doctrine().clocks[row.kind], "step")
    if step == "decided":
        raise Problem(
            "not-possible", "A decision says what was decided.", where="step", remedy="Write the decision down."
        )
    return _stamp(by, row, step, moment(at or datetime.now(UTC), "at"))


@action("incidents.decide")
def decide(*, by: Principal, clock: int, decision: Choice, expected_version: int) -> Decision:
    """Decide what is done. Of two who decide at once, the second is told and may then decide anew."""
    row = find_row(by, Clock, clock, May.DECIDE)
    if row.closed_at is not None:
        raise Problem("not-possible", "This clock was closed.", remedy="Open the incident again with a new report.")
    known = load_doctrine()
    steps = choices(decision.steps, [rung.code for rung in _steps_for(by, row)], "steps")
    if bool(steps) == bool(decision.reason):
        raise invalid("steps", "A decision is steps, or no action with its reason.", "Choose one of the two.")
    if decision.reason:
        choice(decision.reason, known.reasons_for_no_action, "reason")
    at = moment(decision.at or datetime.now(UTC), "at")
    made = Decision(
        compartment_id=row.compartment_id,
        marking=row.marking,
        clock_id=row.pk,
        at=at,
        steps=steps,
        reason=decision.reason,
        note=text(decision.note, "note", 280),
        held_by=text(decision.held_by, "held_by", 80, required=True),
    )
    change(by, row, expected_version)
    if not Stamp.visible_to(by).filter(clock_id=row.pk, step="decided").exists():
        _stamp(by, row, "decided", at)
    made.save(force_insert=True)
    return made


@action("incidents.close_clock")
def close(*, by: Principal, clock: int, ending: Ending, expected_version: int) -> Clock:
    """Close a clock with its outcome; what is not known yet may follow, marked late."""
    row = find_row(by, Clock, clock, May.RESPOND)
    if row.closed_at is not None:
        raise Problem("already-there", "This clock was closed before.", remedy="Add what is missing to it.")
    outcome = choice(ending.outcome, Clock.Outcome.values, "outcome")
    if outcome == Clock.Outcome.NO_ACTION:
        choice(ending.reason, load_doctrine().reasons_for_no_action, "reason")
    elif ending.reason:
        raise invalid("reason", "Only no action has a reason.", "Leave the reason empty, or choose no action.")
    at = moment(ending.at or datetime.now(UTC), "at")
    if at < Stamp.visible_to(by).get(clock_id=row.pk, step="detected").at:
        raise _out_of_order()
    return change(
        by,
        row,
        expected_version,
        closed_at=at,
        outcome=outcome,
        reason=ending.reason,
        reason_note=text(ending.note, "note", 280),
        held_by=text(ending.held_by, "held_by", 80, required=outcome == Clock.Outcome.NO_ACTION),
    )


@action("incidents.note_harm")
def note_harm(*, by: Principal, clock: int, note: str, expected_version: int) -> Clock:
    """The do-no-harm note that follows where action came first; kept also when it is overdue."""
    row = find_row(by, Clock, clock, May.RESPOND)
    if row.harm_noted_at is not None:
        raise Problem("already-there", "The note was written before.", remedy="Read it on the clock.")
    written = text(note, "note", 1000, required=True)
    return change(by, row, expected_version, harm_note=written, harm_noted_at=datetime.now(UTC))


def take_stamp(by: Principal, incident: int, step: str, at: datetime) -> None:
    """Stamp a step that another action took, if this incident has a clock without it."""
    row = Clock.visible_to(by).filter(incident_id=incident).first()
    if row is None or Stamp.visible_to(by).filter(clock_id=row.pk, step=step).exists():
        return
    if Stamp.visible_to(by).filter(clock_id=row.pk, step="detected", at__lte=at).exists():
        _stamp(by, row, step, at)


def possible_steps(presence: Presence) -> tuple[Rung, ...]:
    """The steps that a presence of this kind can take; force only where its mandate is known to give it."""
    doctrine = load_doctrine()
    if presence.kind not in doctrine.presence_kinds:
        return tuple(rung for rung in doctrine.ladder if rung.code == "R0")
    return find_steps(doctrine, presence.kind, presence.force_authority)


def _steps_for(by: Principal, clock: Clock) -> tuple[Rung, ...]:
    steps = possible_steps(_presence_of(by, clock.presence_id))
    incident = Incident.visible_to(by).filter(pk=clock.incident_id).first()
    if incident is not None and incident.perpetrator in HOST_CLASSES:
        return tuple(rung for rung in steps if rung.code != "R2")
    return steps


def _presence_of(by: Principal, key: int) -> Presence:
    found = Presence.visible_to(by).filter(pk=key).first()
    if found is None:
        raise refused()
    return found


def _stamp(by: Principal, clock: Clock, step: str, at: datetime) -> Stamp:
    held = dict(Stamp.visible_to(by).filter(clock_id=clock.pk).values_list("step", "at"))
    if step in held:
        raise Problem(
            "already-there", "This step was stamped before.", where="step", remedy="Read it on the clock."
        )
    order = IN_ORDER[clock.kind]
    place = order.index(step) if step in order else -1
    before = [held[name] for name in order[:place] if name in held] if place >= 0 else [held["detected"]]
    after = [held[name] for name in order[place + 1 :] if name in held] if place >= 0 else []
    if any(at < other for other in before) or any(at > other for other in after):
        raise _out_of_order()
    return _add(clock, step, at)


def _add(clock: Clock, step: str, at: datetime, *, late: bool | None = None) -> Stamp:
    if late is None:
        late = clock.closed_at is not None or datetime.now(UTC) - at > LATE
    row = Stamp(
        compartment_id=clock.compartment_id, marking=clock.marking, clock_id=clock.pk, step=step, at=at, late=late
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise moved_on() from None
    return row


def _out_of_order() -> Problem:
    return invalid(
        "at",
        "This step cannot have been taken then: the order of the steps would turn round.",
        "Look at the times.",
    )
