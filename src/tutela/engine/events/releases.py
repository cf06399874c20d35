"""What changed between two releases of one source: rows matched, revised, replaced, removed and added.

Rows are matched by id; what is left is matched by what it says, where that leaves no doubt (`renumbered`).
A column that one release does not have at all is not compared: its absence is no revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.events.renumbered import Likely, Nearness, Rows, find_renumbered
from tutela.kernel.accounting import Accounting
from tutela.kernel.places import distances_km
from tutela.kernel.tables import COUNTS, Events, Floats, Table

Mask = NDArray[np.bool_]

ALGORITHM: Final = 1
"""Raised when the same two releases would be compared otherwise."""

BY_ID: Final = 0
"""Matched by id; the other ways are `renumbered.EXACT` and `renumbered.NEAR`."""

COLUMNS: Final = (
    "day",
    "day_end",
    "place",
    "precision",
    "country",
    "violence",
    "side_a",
    "side_b",
    *COUNTS,
)
"""What is compared. Names of provinces follow from the place, classes of perpetrators from the sides."""


@dataclass(frozen=True, slots=True)
class ReleaseSpec:
    """Which events are compared: of these countries (all if none), days and precisions of place.

    An event counts where either release has it in there. A precision of 0 (not stated) is never too coarse.
    """

    countries: tuple[str, ...] = ()
    from_day: date | None = None
    until: date | None = None
    coarsest: int | None = None
    near: Nearness = field(default_factory=Nearness)


@dataclass(frozen=True, slots=True)
class Matches(Table):
    """Rows of the old release by rows of the new one, how they were found, and how far the place moved.

    Sorted by the old event's id. `how` is BY_ID, EXACT or NEAR; `distance_km` NaN where one has no place.
    """

    old: Rows
    new: Rows
    how: NDArray[np.int8]
    distance_km: Floats


@dataclass(frozen=True, slots=True)
class ReleaseComparison:
    """Two releases side by side. Every row of each stands in exactly one list, or outside what was asked for.

    changed        a mask over `matches` for each column that was compared
    not_compared   columns that only one release has, with the release ("old", "new") that lacks them
    possible       pairs that may be one event but have rivals; their rows are in `ambiguous_old`, `ambiguous_new`
    in_old, in_new masks over the releases: the events that were asked for, as each release itself has them
    """

    old: Events
    new: Events
    spec: ReleaseSpec
    matches: Matches
    changed: Mapping[str, Mask]
    not_compared: Mapping[str, str]
    possible: Likely
    removed: Rows
    added: Rows
    ambiguous_old: Rows
    ambiguous_new: Rows
    in_old: Mask
    in_new: Mask

    @property
    def is_changed(self) -> Mask:
        """Which matches differ in any column."""
        start: Mask = np.zeros(len(self.matches), dtype=bool)
        for mask in self.changed.values():
            start = start | mask
        return start

    @property
    def account_of_old(self) -> Accounting:
        """Every row of the old release: matched, removed, ambiguous, or not asked for."""
        return _account("old", len(self.old), len(self.matches), ("removed", self.removed), self.ambiguous_old)

    @property
    def account_of_new(self) -> Accounting:
        """Every row of the new release: matched, added, ambiguous, or not asked for."""
        return _account("new", len(self.new), len(self.matches), ("added", self.added), self.ambiguous_new)


def compare_releases(old: Events, new: Events, spec: ReleaseSpec | None = None) -> ReleaseComparison:
    """Compare two releases of one source; ids are unique in each. The order of rows changes no answer.

    Matching looks at all rows, so that an event that moved over the edge of what was asked for keeps its partner.
    """
    spec = spec or ReleaseSpec()
    old, new = old.take(np.argsort(old.event_id)), new.take(np.argsort(new.event_id))
    in_old, in_new = _is_meant(old, spec), _is_meant(new, spec)
    matches, possible = _match(old, new, spec)
    matches = matches.take(in_old[matches.old] | in_new[matches.new])
    possible = possible.take(in_old[possible.old] | in_new[possible.new])
    lone_old, lone_new = in_old.copy(), in_new.copy()
    for rows in (matches, possible):
        lone_old[rows.old] = False
        lone_new[rows.new] = False
    not_compared = _find_absent(old, new)
    return ReleaseComparison(
        old=old,
        new=new,
        spec=spec,
        matches=matches,
        changed={name: _differ((old, new), matches, name, spec) for name in COLUMNS if name not in not_compared},
        not_compared=not_compared,
        possible=possible,
        removed=np.flatnonzero(lone_old),
        added=np.flatnonzero(lone_new),
        ambiguous_old=np.unique(possible.old),
        ambiguous_new=np.unique(possible.new),
        in_old=in_old,
        in_new=in_new,
    )


def _is_meant(events: Events, spec: ReleaseSpec) -> Mask:
    meant = np.ones(len(events), dtype=bool)
    if spec.countries:
        meant &= np.isin(events.country, np.array(spec.countries, dtype=np.str_))
    if spec.from_day is not None:
        meant &= events.day >= np.datetime64(spec.from_day, "D")
    if spec.until is not None:
        meant &= events.day <= np.datetime64(spec.until, "D")
    if spec.coarsest is not None:
        meant &= events.precision <= spec.coarsest
    return meant


def _match(old: Events, new: Events, spec: ReleaseSpec) -> tuple[Matches, Likely]:
    rows = np.intersect1d(old.event_id, new.event_id, return_indices=True)[1:]
    left_old = np.setdiff1d(np.arange(len(old)), rows[0])
    left_new = np.setdiff1d(np.arange(len(new)), rows[1])
    paired, possible = find_renumbered(old.take(left_old), new.take(left_new), spec.near)
    by_id = Matches(rows[0], rows[1], np.full(len(rows[0]), BY_ID, np.int8), _distances(old, new, rows))
    replaced = Matches(left_old[paired.old], left_new[paired.new], paired.rule, paired.distance_km)
    matches = Matches.concatenate([by_id, replaced])
    open_ = Likely(left_old[possible.old], left_new[possible.new], possible.distance_km, possible.rule)
    return matches.take(np.argsort(matches.old)), open_


def _distances(old: Events, new: Events, rows: tuple[Rows, Rows]) -> Floats:
    return distances_km(old.lon[rows[0]], old.lat[rows[0]], new.lon[rows[1]], new.lat[rows[1]])


def _find_absent(old: Events, new: Events) -> dict[str, str]:
    """Columns that one release has nothing in, while the other has; of an empty release nothing is said."""
    if not len(old) or not len(new):
        return {}
    lacking = {name: (_is_absent(old, name), _is_absent(new, name)) for name in COLUMNS}
    return {name: "old" if first else "new" for name, (first, second) in lacking.items() if first != second}


def _is_absent(events: Events, name: str) -> bool:
    column = events.lon if name == "place" else getattr(events, name)
    if column.dtype.kind == "M":
        return bool(np.isnat(column).all())
    if column.dtype.kind == "f":
        return bool(np.isnan(column).all())
    return not (column != (0 if column.dtype.kind == "i" else "")).any()


def _differ(releases: tuple[Events, Events], matches: Matches, name: str, spec: ReleaseSpec) -> Mask:
    old, new = releases
    if name == "place":
        placed_old = ~np.isnan(old.lon + old.lat)[matches.old]
        placed_new = ~np.isnan(new.lon + new.lat)[matches.new]
        moved: Mask = (placed_old != placed_new) | (matches.distance_km > spec.near.moved_km)
        return moved
    ours, theirs = getattr(old, name)[matches.old], getattr(new, name)[matches.new]
    # NaN and NaT equal themselves here.
    differ: Mask = (ours != theirs) & ((ours == ours) | (theirs == theirs))
    return differ


def _account(which: str, rows: int, matched: int, lone: tuple[str, Rows], ambiguous: Rows) -> Accounting:
    counts = {lone[0]: len(lone[1]), "ambiguous": len(ambiguous)}
    counts["not-asked-for"] = rows - matched - sum(counts.values())
    excluded = {reason: count for reason, count in counts.items() if count}
    return Accounting(f"comparing the {which} release", rows, matched, excluded)
