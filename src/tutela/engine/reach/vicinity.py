"""Who was harmed near whom, in time: every event against every site that was open that day.

The rules stand in `compute_vicinity`; `engine.reach.obvious` says the same slowly and is what this is
tested against. A ring is an analytical distance, never an area of responsibility.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.joins import find_near_while_open, find_nearest_open, is_near_any
from tutela.engine.reach.openings import Openings, find_runs, merge_openings, number_days
from tutela.engine.reach.placements import Placements, place_events, place_in_months, split_by_month
from tutela.engine.reach.spread import Areas, find_areas, iterate_placements
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


@dataclass(frozen=True, slots=True)
class VicinitySpec:
    """What to compute: rings in kilometres, the days that count (both ends in), and the variant.

    Rings are sorted and made distinct. Raises Problem "option-invalid" for a ring that is no distance, and
    for a period that ends before it starts.
    """

    within_km: tuple[float, ...]
    from_day: date | None
    as_of: date
    spread: Spread = "none"

    def __post_init__(self) -> None:
        if not self.within_km or not all(math.isfinite(km) and km >= 0 for km in self.within_km):
            raise Problem(
                "option-invalid",
                f"{', '.join(str(km) for km in self.within_km) or 'Nothing'} is no list of distances.",
                where="within-km",
                remedy="Give one or more distances in kilometres, for example 5,30,50,100.",
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
    """An event near a site, at most once per event, placement and site; sorted by these three.

    event        row of the events table, int32;  site  index into `Vicinity.site_ids`, int32
    placement    0; under spread the number of the place and month within its event, int32
    distance_km  to the nearest point of the site that was open that day
    weight       1; under spread the share of the event that lies at this place in this month
    month        datetime64[M]
    """

    event: NDArray[np.int32]
    site: NDArray[np.int32]
    distance_km: Floats
    weight: Floats
    month: NDArray[np.datetime64]
    placement: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Vicinity:
    """The pairs within the widest ring, and an account of every event and every site row.

    site_ids, site_missions   one entry per site, in alphabetical order of the ids
    state          per event: EXCLUDED, UNPLACEABLE or PLACEABLE;  excluded  the first by reason
    is_spread      per event: its place is not one point but several (never without spread)
    is_site_open   per site: on some day of the period
    nearest_site   per event: index of the nearest site open on its day, at any distance; -1 where none was
                   open, where the event has no place, and where it is spread
    nearest_km     the distance to it, NaN where nearest_site is -1
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
    openings = open_sites.openings
    state, excluded = sort_events(events, spec)
    whole = np.flatnonzero(state == PLACEABLE)
    is_spread = np.zeros(len(events), dtype=bool)
    blocks: Iterable[Placements] = (place_events(events, whole),)
    if spec.spread == "area-months":
        areas = find_areas(events, whole[events.precision[whole] > 0], np.flatnonzero(state == UNPLACEABLE))
        is_spread = areas.slot >= 0
        state[is_spread] = PLACEABLE
        blocks = _spread(events, spec, areas, whole, openings)
    pairs = _order(Pairs.concatenate([_NO_PAIRS, *(_pair(block, openings, spec.widest_km) for block in blocks)]))
    nearest_site, nearest_km = _find_nearest(events, whole, openings)
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


def _spread(
    events: Events, spec: VicinitySpec, areas: Areas, whole: Rows, openings: Openings
) -> Iterator[Placements]:
    as_of = int(np.datetime64(spec.as_of, "D").astype(np.int64))
    yield place_in_months(events, split_by_month(events, whole, as_of))
    is_near = is_near_any((areas.lon, areas.lat), (openings.lon, openings.lat), spec.widest_km)
    spread_out = split_by_month(events, np.flatnonzero(areas.slot >= 0), as_of)
    yield from iterate_placements(areas, spread_out, is_near)


def _pair(block: Placements, openings: Openings, within_km: float) -> Pairs:
    near = find_near_while_open((block.lon, block.lat), block.day, openings, within_km)
    # Openings are sorted by site, so the openings of one site stand together within each point.
    site = openings.site[near.target]
    begins = np.flatnonzero(find_runs(near.point, site))
    point = near.point[begins]
    return Pairs(
        event=block.event[point].astype(np.int32),
        site=site[begins],
        distance_km=np.minimum.reduceat(near.distance_km, begins) if len(begins) else near.distance_km,
        weight=block.weight[point],
        month=block.day[point].astype("datetime64[D]").astype("datetime64[M]"),
        placement=block.number[point].astype(np.int32),
    )


def _order(pairs: Pairs) -> Pairs:
    return pairs.take(np.lexsort((pairs.site, pairs.placement, pairs.event)))


def _find_nearest(events: Events, whole: Rows, openings: Openings) -> tuple[NDArray[np.int32], Floats]:
    site, distance_km = np.full(len(events), -1, dtype=np.int32), np.full(len(events), np.nan)
    points = events.lon[whole], events.lat[whole]
    found, distance_km[whole] = find_nearest_open(points, number_days(events.day[whole]), openings)
    site[whole[found >= 0]] = openings.site[found[found >= 0]]
    return site, distance_km


_NO_PAIRS: Final = Pairs(
    event=np.empty(0, np.int32),
    site=np.empty(0, np.int32),
    distance_km=np.empty(0),
    weight=np.empty(0),
    month=np.empty(0, "datetime64[M]"),
    placement=np.empty(0, np.int32),
)
