"""What became of incidents: answered or not, by several components or one, and how long each step took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Final

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.estimates import Estimate
from tutela.kernel.markings import Principal
from tutela.records.incidents.fields import choice, choices, statuses
from tutela.records.incidents.finding import chunks, see_presence
from tutela.records.incidents.models import Clock, Incident, Responder, Stamp
from tutela.records.incidents.shares import wilson
from tutela.records.ledger.acts import action

STANDING: Final = ("alleged", "under_verification", "verified", "cannot_verify")
"""Statuses that are asked about unless somebody says otherwise: all but what was rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Incidents of these statuses that happened from `since` up to, not with, `until`."""

    since: datetime
    until: datetime
    statuses: tuple[str, ...] = STANDING


@dataclass(frozen=True, slots=True)
class Answers:
    """Incidents with an answer, with none, and those of which nothing was written down, which is neither.

    share       of those of which something is known, with its interval; None where nothing is
    responders  incidents by who answered; one incident may stand at several
    by_status   answered and unanswered apart for each status, so that nothing is summed silently
    """

    answered: int
    unanswered: int
    not_known: int
    share: Estimate | None
    responders: Mapping[str, int]
    by_status: Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Together:
    """Incidents answered by the United Nations with two or more components, of all that it answered."""

    joint: int
    answered_by_un: int
    share: Estimate | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Minutes from one step to the next over `n` clocks; the median is None where there is none.

    turned_round   clocks on which the later step came first; they are not in the median
    late           of `n`, those of which a stamp was written down only afterwards
    """

    from_step: str
    to_step: str
    median_minutes: float | None
    n: int
    turned_round: int
    late: int


@action("incidents.answers")
def count_answers(*, by: Principal, presence: int, window: Window) -> Answers:
    """How many incidents were answered, and how many not."""
    see_presence(by, presence, Responder)
    incidents = _incidents(by, presence, window)
    who, outcomes = _responders(by, incidents), _outcomes(by, incidents)
    tallies: dict[str, list[int]] = {status: [0, 0, 0] for status in window.statuses}
    responders: dict[str, int] = dict.fromkeys(load_doctrine().enumerations["responder"], 0)
    for key, status in incidents.items():
        names = {name for name, _ in who.get(key, ())}
        tallies[status][_state(names, outcomes.get(key, ""))] += 1
        for name in names:
            responders[name] += 1
    answered, unanswered, unknown = (sum(tally[place] for tally in tallies.values()) for place in range(3))
    what = f"incidents ({', '.join(window.statuses)})"
    return Answers(
        answered,
        unanswered,
        unknown,
        wilson(answered, answered + unanswered, what),
        responders,
        {status: (tally[0], tally[1], tally[2]) for status, tally in tallies.items()},
    )


@action("incidents.together")
def count_together(*, by: Principal, presence: int, window: Window) -> Together:
    """How often two or more components answered together."""
    see_presence(by, presence, Responder)
    who = _responders(by, _incidents(by, presence, window))
    components = [{part for _, part in rows if part} for rows in who.values()]
    by_un = [parts for parts in components if parts]
    joint = sum(len(parts) > 1 for parts in by_un)
    return Together(joint, len(by_un), wilson(joint, len(by_un), "incidents that the United Nations answered"))


@action("incidents.gaps")
def measure_gaps(*, by: Principal, presence: int, kind: str, window: Window) -> tuple[Gap, ...]:
    """How long each step took after the one before it, on clocks of one kind."""
    see_presence(by, presence, Clock)
    steps = load_doctrine().clocks[choice(kind, load_doctrine().clocks, "kind")]
    incidents = _incidents(by, presence, window)
    clocks: list[int] = []
    for keys in chunks(incidents):
        rows = Clock.visible_to(by).filter(incident_id__in=keys, kind=kind)
        clocks += rows.values_list("pk", flat=True)
    stamps: dict[int, dict[str, tuple[datetime, bool]]] = defaultdict(dict)
    for keys in chunks(clocks):
        found = Stamp.visible_to(by).filter(clock_id__in=keys)
        for clock, step, at, late in found.values_list("clock_id", "step", "at", "late"):
            stamps[clock][step] = (at, late)
    return tuple(_gap(first, second, stamps.values()) for first, second in pairwise(steps))


def _gap(first: str, second: str, stamps: Iterable[Mapping[str, tuple[datetime, bool]]]) -> Gap:
    pairs = [(held[first], held[second]) for held in stamps if first in held and second in held]
    minutes = [(end[0] - start[0]).total_seconds() / 60 for start, end in pairs if end[0] >= start[0]]
    late = sum((start[1] or end[1]) and end[0] >= start[0] for start, end in pairs)
    return Gap(first, second, median(minutes) if minutes else None, len(minutes), len(pairs) - len(minutes), late)


def _incidents(by: Principal, presence: int, window: Window) -> dict[int, str]:
    """The status of each incident of the window by its number."""
    wanted = choices(window.statuses, statuses(), "statuses")
    rows = Incident.visible_to(by).filter(
        presence_id=presence,
        merged_into__isnull=True,
        left=False,
        status__in=wanted,
        happened_at__gte=window.since,
        happened_at__lt=window.until,
    )
    return dict(rows.values_list("pk", "status"))


def _responders(by: Principal, incidents: Mapping[int, str]) -> dict[int, set[tuple[str, str]]]:
    """Who answered with which component, by incident; answers to one that was merged count for the one kept."""
    kept = {key: key for key in incidents}
    for keys in chunks(incidents):
        rows = Incident.visible_to(by).filter(merged_into_id__in=keys)
        kept |= dict(rows.values_list("pk", "merged_into_id"))
    held: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for keys in chunks(kept):
        found = Responder.visible_to(by).filter(incident_id__in=keys)
        for key, who, component in found.values_list("incident_id", "who", "component"):
            held[kept[key]].add((who, component))
    return held


def _outcomes(by: Principal, incidents: Mapping[int, str]) -> dict[int, str]:
    held: dict[int, str] = {}
    for keys in chunks(incidents):
        rows = Clock.visible_to(by).filter(incident_id__in=keys).exclude(outcome="")
        held |= dict(rows.values_list("incident_id", "outcome"))
    return held


def _state(names: set[str], outcome: str) -> int:
    """0 answered, 1 unanswered, 2 not known; who answered says more than the outcome does."""
    if names - {"none"}:
        return 0
    if names or outcome == Clock.Outcome.NO_ACTION:
        return 1
    return 0 if outcome in (Clock.Outcome.ANSWERED, Clock.Outcome.PARTLY_ANSWERED) else 2
