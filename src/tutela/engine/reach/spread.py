"""The variant "area-months": events shared out over where and when they may have been.

An event located only to a district, a province or a country is shared out over the points of its area, an
event of several months over its months. Sums are taken by site, by presence and over all sites, because a
point near two sites counts for both of them but only once for their presence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.areas import Areas
from tutela.engine.reach.joins import find_near_while_open, is_near_any
from tutela.engine.reach.months import Stretches
from tutela.engine.reach.openings import Numbers, Openings, OpenSites, find_runs
from tutela.kernel.tables import Floats, Table

BLOCK: Final = 2**17
"""Points of areas that are searched at a time; near a capital each may have dozens of sites."""

LEVELS: Final = ("site", "presence", "any")
"""What a point counts for once: each site, each presence, all sites together."""


@dataclass(frozen=True, slots=True)
class Parts(Table):
    """How much of an event lies in one month within one ring of one group, and not within a narrower ring.

    group  index of a site or of a presence, or 0 for all sites;  distance_km  to the nearest of these points
    Sorted by event, month, group and distance.
    """

    event: NDArray[np.int32]
    group: NDArray[np.int32]
    distance_km: Floats
    weight: Floats
    month: NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class _Units:
    """Areas at times between which nothing opens or closes: all events of a unit have the same sites near.

    of_stretch  per stretch its unit;  slot, day  per unit its area and one of its days
    """

    of_stretch: Numbers
    slot: Numbers
    day: Numbers


@dataclass(frozen=True, slots=True)
class _Reached(Table):
    """What a whole event of a unit would weigh within one ring of one group."""

    unit: Numbers
    group: Numbers
    distance_km: Floats
    weight: Floats


def spread_events(
    areas: Areas, stretches: Stretches, sites: OpenSites, within_km: tuple[float, ...]
) -> dict[str, Parts]:
    """The parts of these events near sites, by LEVELS; what lies near no site is in none of them."""
    # One row for each event, point and site would fill any memory: a war near a capital has thousands of
    # vague events, each of which may lie at thousands of points near dozens of sites. But in one area, while
    # no site opens or closes, all events have the same parts: those are computed once.
    units = _find_units(areas, stretches, sites.openings)
    found: dict[str, list[_Reached]] = {level: [] for level in LEVELS}
    for unit, entry in _iterate_points(areas, units, sites.openings, within_km[-1]):
        for level, reached in _reach(areas, units, sites, within_km, unit, entry):
            found[level].append(reached)
    return {level: _hand_out(_Reached.concatenate(parts), units, stretches) for level, parts in found.items()}


def _find_units(areas: Areas, stretches: Stretches, openings: Openings) -> _Units:
    changes = np.unique(np.concatenate((openings.opened, openings.closed)))
    slot, since = areas.slot[stretches.event], np.searchsorted(changes, stretches.day, side="right")
    _, first, unit = np.unique(slot * (len(changes) + 1) + since, return_index=True, return_inverse=True)
    return _Units(unit, slot[first], stretches.day[first])


def _iterate_points(
    areas: Areas, units: _Units, openings: Openings, within_km: float
) -> Iterator[tuple[Numbers, Numbers]]:
    """The units with each entry of their areas that any site is ever near to, block by block."""
    is_near = is_near_any((areas.lon, areas.lat), (openings.lon, openings.lat), within_km)
    kept = np.flatnonzero(is_near[areas.point])
    start = np.searchsorted(kept, areas.start)
    counts = start[units.slot + 1] - start[units.slot]
    blocks = np.flatnonzero(np.diff(np.cumsum(counts) // BLOCK)) + 1
    for rows in np.split(np.arange(len(counts)), blocks):
        unit = np.repeat(rows, counts[rows])
        rank = np.arange(len(unit)) - np.repeat(np.cumsum(counts[rows]) - counts[rows], counts[rows])
        yield unit, kept[start[units.slot[unit]] + rank]


def _reach(
    areas: Areas, units: _Units, sites: OpenSites, within_km: tuple[float, ...], unit: Numbers, entry: Numbers
) -> Iterator[tuple[str, _Reached]]:
    openings, place = sites.openings, areas.point[entry]
    near = find_near_while_open((areas.lon[place], areas.lat[place]), units.day[unit], openings, within_km[-1])
    site = openings.site[near.target].astype(np.int64)
    presence = np.unique(sites.missions, return_inverse=True)[1][site]
    for level, group in zip(LEVELS, (site, presence, np.zeros_like(site)), strict=True):
        n_groups = int(group.max(initial=0)) + 1
        # Each point once in each group, at the distance of the group's nearest site.
        keys, lowest, _ = _fold(near.point * n_groups + group, near.distance_km, near.distance_km)
        point, ring = keys // n_groups, np.searchsorted(within_km, lowest)
        ring_keys = (unit[point] * n_groups + keys % n_groups) * len(within_km) + ring
        keys, lowest, weight = _fold(ring_keys, lowest, areas.weight[entry[point]])
        keys //= len(within_km)
        yield level, _Reached(keys // n_groups, keys % n_groups, lowest, weight)


def _fold(keys: Numbers, distance_km: Floats, weight: Floats) -> tuple[Numbers, Floats, Floats]:
    """For each key, in order, the lowest distance and the sum of weights."""
    order = np.argsort(keys, kind="stable")
    keys, distance_km = keys[order], distance_km[order]
    begins = find_runs(keys)
    first = np.flatnonzero(begins)
    if not len(first):
        return keys, distance_km, weight
    sums: Floats = np.bincount(np.cumsum(begins) - 1, weights=weight[order]).astype(np.float64)
    return keys[first], np.minimum.reduceat(distance_km, first), sums


def _hand_out(reached: _Reached, units: _Units, stretches: Stretches) -> Parts:
    counts = np.bincount(units.of_stretch, minlength=len(units.slot))
    by_unit, start = np.argsort(units.of_stretch, kind="stable"), np.cumsum(counts) - counts
    copies = counts[reached.unit]
    row = np.repeat(np.arange(len(copies)), copies)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(copies) - copies, copies)
    stretch = by_unit[start[reached.unit[row]] + rank]
    parts = Parts(
        event=stretches.event[stretch].astype(np.int32),
        group=reached.group[row].astype(np.int32),
        distance_km=reached.distance_km[row],
        weight=reached.weight[row] * stretches.weight[stretch],
        month=stretches.day[stretch].astype("datetime64[D]").astype("datetime64[M]"),
    )
    return parts.take(np.lexsort((parts.distance_km, parts.group, parts.month, parts.event)))
