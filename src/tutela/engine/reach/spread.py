"""The variant "area-months": events without an exact place or day, shared out over where and when they may be.

An event located only to a district, a province or a country is shared out over the points of the precisely
located events there, in proportion to how many happened at each; an event of several months over its months,
in proportion to its days. It moves weight to where violence is known to happen, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.openings import Numbers
from tutela.engine.reach.placements import Placements, Stretches
from tutela.kernel.tables import Events, Floats, Text

AREAS: Final = (
    ((3,), ("country", "adm_1", "adm_2")),
    ((4,), ("country", "adm_1")),
    ((5, 6), ("country",)),
)
"""What an event of such a place precision shares with the precise ones. 7 is open sea or air: never spread."""

BLOCK: Final = 2**20
"""Placements that lie in memory at a time, about 50 MB."""


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas with their points and shares; area `slot` holds the entries `start[slot]` to `start[slot + 1]`.

    slot   per row of the events table: its area, -1 where it has none
    point  per entry, index into lon and lat;  weight  per entry, adds up to 1 in each area
    """

    slot: Numbers
    start: Numbers
    point: Numbers
    weight: Floats
    lon: Floats
    lat: Floats


def find_areas(events: Events, precise: Numbers, imprecise: Numbers) -> Areas:
    """The area of each imprecise event, built from the precise ones; both are rows of the table.

    An event finds no area where a name of it is missing or no precise event lies there.
    """
    coordinates = np.column_stack((events.lon[precise], events.lat[precise]))
    points, point = np.unique(coordinates, axis=0, return_inverse=True)
    slot = np.full(len(events), -1, dtype=np.int64)
    sizes, entries, weights = [np.zeros(1, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for precisions, names in AREAS:
        seekers = imprecise[np.isin(events.precision[imprecise], precisions)]
        rows = np.concatenate((precise, seekers))
        area = _number_areas([getattr(events, name)[rows] for name in names])
        codes, size, entry, weight = _share_out(area[: len(precise)], point)
        found = _look_up(area[len(precise) :], codes)
        slot[seekers] = np.where(found >= 0, found + sum(len(part) for part in sizes) - 1, -1)
        sizes.append(size)
        entries.append(entry)
        weights.append(weight)
    start = np.cumsum(np.concatenate(sizes))
    return Areas(slot, start, np.concatenate(entries), np.concatenate(weights), points[:, 0], points[:, 1])


def iterate_placements(
    areas: Areas, stretches: Stretches, is_near: NDArray[np.bool_] | None = None
) -> Iterator[Placements]:
    """The placements of events with an area, block by block; with `is_near` only those at such points.

    A country may have thousands of points and a war thousands of imprecise events: all of their placements
    would fill the memory, and those far from every site pair with none.
    """
    kept = np.arange(len(areas.point)) if is_near is None else np.flatnonzero(is_near[areas.point])
    start = np.searchsorted(kept, areas.start)
    slot = areas.slot[stretches.event]
    counts = start[slot + 1] - start[slot]
    block = np.cumsum(counts) // BLOCK
    for rows in np.split(np.arange(len(slot)), np.flatnonzero(np.diff(block)) + 1):
        stretch = np.repeat(rows, counts[rows])
        rank = np.arange(len(stretch)) - np.repeat(np.cumsum(counts[rows]) - counts[rows], counts[rows])
        own = slot[stretch]
        entry = kept[start[own] + rank]
        size = areas.start[own + 1] - areas.start[own]
        point = areas.point[entry]
        yield Placements(
            stretches.event[stretch],
            stretches.number[stretch] * size + entry - areas.start[own],
            stretches.day[stretch],
            areas.lon[point],
            areas.lat[point],
            stretches.weight[stretch] * areas.weight[entry],
        )


def _number_areas(names: list[Text]) -> Numbers:
    """One number for each combination of names, -1 where one of them is unknown."""
    area = np.zeros(len(names[0]), dtype=np.int64)
    for name in names:
        known, code = np.unique(name, return_inverse=True)
        area = area * len(known) + code
    for name in names:
        area[name == ""] = -1
    return area


def _share_out(area: Numbers, point: Numbers) -> tuple[Numbers, Numbers, Numbers, Floats]:
    """The areas that have points, how many each, and those points with the share of the area's events there."""
    width = int(point.max(initial=0)) + 1
    keys, counts = np.unique((area * width + point)[area >= 0], return_counts=True)
    codes, first, size = np.unique(keys // width, return_index=True, return_counts=True)
    totals = np.add.reduceat(counts, first) if len(first) else counts
    return codes, size, keys % width, counts / np.repeat(totals, size)


def _look_up(wanted: Numbers, codes: Numbers) -> Numbers:
    """Where each wanted number stands among the sorted codes, -1 where it does not."""
    position = np.searchsorted(codes, wanted)
    is_there = np.isin(wanted, codes)
    return np.where(is_there, position, -1)
