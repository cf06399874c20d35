"""What is open at a presence, as numbers of rows that are read anew for whoever looks.

A handover note and an agenda keep these numbers and no words: a reader sees what they may read, in the words that
hold now, and nothing of restricted intake, influence or the host's intent is among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from tutela.kernel.markings import Principal
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.coverage import plans_to_renew, populations_without_plan
from tutela.records.incidents.finding import chunks
from tutela.records.incidents.models import (
    Clock,
    Commitment,
    Feedback,
    GroupDecision,
    Incident,
    Plan,
    PlanTask,
    Report,
    Stamp,
    Threat,
)
from tutela.records.incidents.places import say_where
from tutela.records.incidents.queries import due_commitments, list_running, overdue_notes, unanswered_alerts
from tutela.records.incidents.threat_lists import overdue_reviews
from tutela.records.incidents.words import WHATS
from tutela.records.missions.models import Population

LOOKS_AHEAD: Final = timedelta(days=7)
"""How far ahead what falls due is handed over."""

KINDS: Final[Mapping[str, type[SealedModel]]] = {
    "clock": Clock,
    "undecided": Clock,
    "note": Clock,
    "alert": Report,
    "commitment": Commitment,
    "decision": GroupDecision,
    "review": Threat,
    "plan": Plan,
    "task": PlanTask,
    "uncovered": Population,
}
"""What may wait, in the order in which it is read, and in which table it stands."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: its kind, its row, how it reads now, by when, and whether it is settled by now."""

    kind: str
    row: Any
    words: str
    due: date | datetime | None
    settled: bool
    incident: int | None = None


def gather(by: Principal, presence: int, now: datetime) -> list[dict[str, Any]]:
    """Everything that waits at a presence now, as {"kind", "row"}."""
    today = now.date()
    running = list_running(by=by, presence=presence)
    decided = _decided(by, [row.pk for row in running])
    decisions = GroupDecision.visible_to(by).filter(presence_id=presence, state__in=GroupDecision.OPEN)
    found: dict[str, Iterable[int]] = {
        "clock": [row.pk for row in running if row.pk in decided],
        "undecided": [row.pk for row in running if row.pk not in decided],
        "note": [row.pk for row in overdue_notes(by=by, presence=presence, now=now)],
        "alert": [row.pk for row in unanswered_alerts(by=by, presence=presence)],
        "commitment": [row.pk for row in due_commitments(by=by, presence=presence, until=today + LOOKS_AHEAD)],
        "decision": decisions.order_by("due_on", "pk").values_list("pk", flat=True),
        "review": [row.pk for row in overdue_reviews(by=by, presence=presence, today=today)],
        "plan": [row.pk for row in plans_to_renew(by=by, presence=presence, today=today)],
        "task": _asked(by, presence),
    }
    return [{"kind": kind, "row": row} for kind in KINDS if kind in found for row in found[kind]]


def gather_agenda(by: Principal, presence: int, now: datetime) -> list[dict[str, Any]]:
    """What a protection working group has before it: people without a plan, what is overdue or undecided."""
    kept = ("undecided", "commitment", "decision", "review", "plan", "task")
    items = [item for item in gather(by, presence, now) if item["kind"] in kept]
    uncovered = populations_without_plan(by=by, presence=presence, today=now.date())
    return [{"kind": "uncovered", "row": item.population.pk} for item in uncovered] + items


def read_waiting(by: Principal, items: Sequence[Mapping[str, Any]], now: datetime) -> tuple[Waiting, ...]:
    """What these numbers stand for, as far as it may be read, in the words that hold now."""
    held: dict[str, dict[int, Any]] = {}
    for kind, model in KINDS.items():
        held[kind] = {}
        for keys in chunks(item["row"] for item in items if item["kind"] == kind):
            held[kind] |= {row.pk: row for row in model.visible_to(by).filter(pk__in=keys)}
    incidents: dict[int, Incident] = {}
    for keys in chunks(row.incident_id for rows in held.values() for row in rows.values() if _about(row)):
        incidents |= {row.pk: row for row in Incident.visible_to(by).filter(pk__in=keys)}
    clocks = [*held["clock"], *held["undecided"]]
    places = say_where(by, [row for row in held["alert"].values() if isinstance(row, Report)])
    read = _Reading(incidents, _decided(by, clocks), _told(by, incidents), places, now)
    found = [
        read.of(item["kind"], held[item["kind"]][item["row"]])
        for item in items
        if item["kind"] in held and item["row"] in held[item["kind"]]
    ]
    return tuple(item for item in found if item is not None)


@dataclass(frozen=True, slots=True)
class _Reading:
    incidents: Mapping[int, Incident]
    decided: frozenset[int]
    told: frozenset[int]
    places: Mapping[int, str]
    now: datetime

    def of(self, kind: str, row: Any) -> Waiting | None:
        about = self.incidents.get(row.incident_id) if _about(row) else None
        if isinstance(row, Clock):
            if about is None:
                return None
            due: date | None = row.note_due if kind == "note" else None
            settled = row.harm_noted_at is not None if kind == "note" else row.closed_at is not None
            settled = settled or (kind == "undecided" and row.pk in self.decided)
            return Waiting(kind, row, about.title, due, settled, about.pk)
        if isinstance(row, Report):
            settled = row.status == "rejected" or row.incident_id in self.told
            words = f"{WHATS.get(row.what, row.what)}, {self.places[row.pk]}"
            return Waiting(kind, row, words, row.said_at, settled, row.incident_id)
        words, due, settled = _plain(row, self.now.date())
        return Waiting(kind, row, words, due, settled, about.pk if about else None)


def _plain(row: Any, today: date) -> tuple[str, date | None, bool]:
    if isinstance(row, Commitment | GroupDecision):
        open_states = (Commitment.State.OPEN, *GroupDecision.OPEN)
        return f"{row.what} ({row.owner})", row.due_on, row.state not in open_states
    if isinstance(row, PlanTask):
        return f"{row.what} ({row.owner})", None, row.state != PlanTask.State.ASKED
    if isinstance(row, Plan):
        return row.title, row.valid_until, row.state != Plan.State.SIGNED
    if isinstance(row, Threat):
        return row.title, row.review_date, row.review_date >= today or row.status == Threat.Status.CLOSED
    return str(row.name), None, False


def _about(row: Any) -> bool:
    return getattr(row, "incident_id", None) is not None


def _decided(by: Principal, clocks: Sequence[int]) -> frozenset[int]:
    found: set[int] = set()
    for keys in chunks(clocks):
        rows = Stamp.visible_to(by).filter(clock_id__in=keys, step="decided")
        found.update(rows.values_list("clock_id", flat=True))
    return frozenset(found)


def _told(by: Principal, incidents: Iterable[int]) -> frozenset[int]:
    found: set[int] = set()
    for keys in chunks(incidents):
        found.update(Feedback.visible_to(by).filter(incident_id__in=keys).values_list("incident_id", flat=True))
    return frozenset(found)


def _asked(by: Principal, presence: int) -> list[int]:
    found: list[int] = []
    signed = Plan.visible_to(by).filter(presence_id=presence, state=Plan.State.SIGNED)
    for keys in chunks(signed.values_list("pk", flat=True)):
        rows = PlanTask.visible_to(by).filter(plan_id__in=keys, state=PlanTask.State.ASKED)
        found += rows.order_by("pk").values_list("pk", flat=True)
    return found
