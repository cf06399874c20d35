"""Who was harmed near whom, in time: every event against every site that was open that day.

The rules stand in `compute_vicinity`; `engine.reach.obvious` says the same slowly and is what this is
tested against. A ring is an analytical distance, never an area of responsibility.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.areas import find_areas
from tutela.engine.reach.joins import find_near_while_open, find_nearest_open
from tutela.engine.reach.months import split_by_month
from tutela.engine.reach.openings import Openings, find_runs, merge_openings, number_days
from tutela.engine.reach.spread import Parts, spread_events
from tutela.kernel.accounting import Accounting
from tutela.kernel.digests import content_digest
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Floats, Sites, Table, Text

ALGORITHM: Final = 1
"""Version of the rules: part of every recipe, raised when a result may change."""

EXCLUDED: Final = 0
UNPLACEABLE: Final = 1
PLACEABLE: Final = 2

IMPRECISE: Final = 3
"""From this place precision on a point stands for an area: a district, a province, a country."""

Rows = NDArray[np.int64]

Spread = Literal["none", "area-months"]
"""Whether an event counts at one place on one day, or is spread over its area and its months."""

Unit = Literal["km", "min"]
"""Whether rings are distances or travel times; both are called `within_km`, since all counting is the same."""


@dataclass(frozen=True, slots=True)
class VicinitySpec:
    """What to compute: rings in kilometres, the days that count (both ends in), and the variant.

    Rings are sorted and made distinct; with the unit "min" they are minutes of travel. Raises Problem
    "option-invalid" for a ring that is no distance, and for a period that ends before it starts.
    """

    within_km: tuple[float, ...]
    from_day: date | None
    as_of: date
    spread: Spread = "none"
    unit: Unit = "km"

    def __post_init__(self) -> None:
        if not self.within_km or not all(math.isfinite(km) and km >= 0 for km in self.within_km):
            is_far = self.unit == "km"
            raise Problem(
                "option-invalid",
                f"{', '.join(str(km) for km in self.within_km) or 'Nothing'} is no list of "
                f"{'distances' if is_far else 'travel times'}.",
                where=f"within-{self.unit}",
                remedy="Give one or more distances in kilometres, for example 5,30,50,100."
                if is_far
                else "Give one or more travel times in minutes, for example 30,120,360,1440.",
            )
        if self.from_day is not None and self.from_day > self.as_of:
            raise Problem(
                "option-invalid",
                f"The period starts on {self.from_day}, after the day it is seen from, {self.as_of}.",
                where="from",
                remedy="Choose a first day that is not after the as-of day.",
            )
        if self.spread not in get_args(Spread):
            raise Problem(
                "option-invalid",
                f"{self.spread!r} is no way to spread events.",
                where="spread",
                remedy=f"Use one of {', '.join(get_args(Spread))}.",
            )
        object.__setattr__(self, "within_km", tuple(sorted({float(km) for km in self.within_km})))

    @property
    def widest_km(self) -> float:
        """The outermost ring."""
        return self.within_km[-1]


@dataclass(frozen=True, slots=True)
class Pairs(Table):
    """An event near a site, once; under spread once for each month and ring. Sorted by event, month and site.

    event        row of the events table, int32;  site  index into `Vicinity.site_ids`, int32
    distance_km  to the nearest point of the site that was open that day; under spread, of the part's points;
                 minutes of travel where the unit of the vicinity is "min"
    weight       1; under spread the share of the event that lies, in this month, in this ring of the site and
                 not in a narrower one
    month        datetime64[M]
    """

    event: NDArray[np.int32]
    site: NDArray[np.int32]
    distance_km: Floats
    weight: Floats
    month: NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Vicinity:
    """The pairs within the widest ring, and an account of every event and every site row.

    site_ids, site_missions   one entry per site, in alphabetical order of the ids
    state          per event: EXCLUDED, UNPLACEABLE or PLACEABLE;  excluded  the first by reason
    is_spread      per event: its place is not one point but several (never without spread)
    is_site_open   per site: on some day of the period
    travel         what a vicinity by minutes was computed over; empty for one by distance
    once           under spread, by "presence" and "any": the parts of events near a site of each presence, and
                   near any site, each point once; empty without spread, where the pairs say it
    nearest_site   per event: index of the nearest site open on its day, at any distance; -1 where none was
                   open, where the event has no place, and where it is spread
    nearest_km     the distance to it, NaN where nearest_site is -1; by minutes, -1 and NaN also beyond the
                   widest ring, where nobody searched
    site_rows      which rows of the sites table could not be used, and why
    """

    spec: VicinitySpec
    site_ids: Text
    site_missions: Text
    pairs: Pairs
    state: NDArray[np.int8]
    excluded: Mapping[str, int]
    is_spread: NDArray[np.bool_]
    is_site_open: NDArray[np.bool_]
    nearest_site: NDArray[np.int32]
    nearest_km: Floats
    site_rows: Accounting
    once: Mapping[str, Parts] = field(default_factory=dict)
    travel: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accounting(self) -> Accounting:
        """Events: placeable + unplaceable + excluded = input."""
        n_unplaceable = int((self.state == UNPLACEABLE).sum())
        reasons = {**self.excluded, "unplaceable": n_unplaceable}
        placed = int((self.state == PLACEABLE).sum())
        return Accounting("vicinity", len(self.state), placed, {name: n for name, n in reasons.items() if n})

    def columns_by_id(self, events: Events) -> dict[str, NDArray[Any]]:
        """The pairs with the ids of event and site instead of row numbers: what an artifact holds."""
        columns = self.pairs.columns()
        ids = {"event_id": events.event_id[columns.pop("event")], "site_id": self.site_ids[columns.pop("site")]}
        if self.spec.unit == "min":
            columns["minutes"] = columns.pop("distance_km")
        return ids | columns

    def digest(self, events: Events) -> str:
        """The content digest of the pairs: the same for any order of the rows of events and sites."""
        return content_digest(self.columns_by_id(events))


def compute_vicinity(events: Events, sites: Sites, spec: VicinitySpec) -> Vicinity:
    """Pair every event with every site that was open near it on its day.

    The day of an event is its first. It counts on the day a site opens, not on the day it closes. Distance is
    the great circle on the mean Earth sphere; a ring's boundary is inside. Several rows of one site make one
    pair, at the smallest distance. Days outside the period are excluded; an event without a point, or with a
    place precision of 3 or more, is unplaceable unless spread; precision 0 says nothing against its point.
    """
    open_sites = merge_openings(sites)
    state, excluded = sort_events(events, spec)
    placed = np.flatnonzero(state == PLACEABLE)
    nearest_site, nearest_km = _find_nearest(events, placed, open_sites.openings)
    is_spread, parts = np.zeros(len(events), dtype=bool), dict[str, Parts]()
    if spec.spread == "none":
        pairs = _pair(events, placed, open_sites.openings, spec.widest_km)
    else:
        areas = find_areas(events, placed, np.flatnonzero(state == UNPLACEABLE))
        is_spread = (areas.slot >= 0) & (state == UNPLACEABLE)
        state[is_spread] = PLACEABLE
        as_of = int(np.datetime64(spec.as_of, "D").astype(np.int64))
        stretches = split_by_month(events, np.flatnonzero(state == PLACEABLE), as_of)
        parts = spread_events(areas, stretches, open_sites, spec.within_km)
        near = parts.pop("site")
        pairs = Pairs(near.event, near.group, near.distance_km, near.weight, near.month)
    return Vicinity(
        spec=spec,
        site_ids=open_sites.site_ids,
        site_missions=open_sites.missions,
        pairs=pairs,
        state=state,
        excluded=excluded,
        is_spread=is_spread,
        is_site_open=open_sites.find_open(spec.from_day, spec.as_of),
        nearest_site=nearest_site,
        nearest_km=nearest_km,
        site_rows=open_sites.accounting,
        once=parts,
    )


def sort_events(events: Events, spec: VicinitySpec) -> tuple[NDArray[np.int8], dict[str, int]]:
    """The state of each event before any spreading, and how many are excluded by reason."""
    reasons = {"no-day": np.isnat(events.day), "after-as-of": events.day > np.datetime64(spec.as_of)}
    if spec.from_day is not None:
        reasons["before-period"] = events.day < np.datetime64(spec.from_day)
    has_place = np.isfinite(events.lon) & np.isfinite(events.lat) & (events.precision < IMPRECISE)
    state = np.where(has_place, PLACEABLE, UNPLACEABLE).astype(np.int8)
    for is_outside in reasons.values():
        state[is_outside] = EXCLUDED
    return state, {name: int(rows.sum()) for name, rows in reasons.items() if rows.any()}


def _pair(events: Events, placed: Rows, openings: Openings, within_km: float) -> Pairs:
    points = events.lon[placed], events.lat[placed]
    near = find_near_while_open(points, number_days(events.day[placed]), openings, within_km)
    # Openings are sorted by site, so the openings of one site stand together within each point.
    site = openings.site[near.target]
    begins = np.flatnonzero(find_runs(near.point, site))
    event = placed[near.point[begins]]
    return Pairs(
        event=event.astype(np.int32),
        site=site[begins],
        distance_km=np.minimum.reduceat(near.distance_km, begins) if len(begins) else near.distance_km,
        weight=np.ones(len(begins)),
        month=events.day[event].astype("datetime64[M]"),
    )


def _find_nearest(events: Events, placed: Rows, openings: Openings) -> tuple[NDArray[np.int32], Floats]:
    site, distance_km = np.full(len(events), -1, dtype=np.int32), np.full(len(events), np.nan)
    points = events.lon[placed], events.lat[placed]
    found, distance_km[placed] = find_nearest_open(points, number_days(events.day[placed]), openings)
    site[placed[found >= 0]] = openings.site[found[found >= 0]]
    return site, distance_km
