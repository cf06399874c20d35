"""Where an event without an exact place may lie: the points of the precise events in the same area.

It moves weight to where violence is known to happen, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.engine.reach.openings import Numbers
from tutela.kernel.tables import Events, Floats, Text

SHARED_NAMES: Final = (
    ((3,), ("country", "adm_1", "adm_2")),
    ((4,), ("country", "adm_1")),
    ((5, 6), ("country",)),
)
"""What an event of such a place precision shares with the precise ones. 7 is open sea or air: never spread."""


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas with their points and shares; area `slot` holds the entries `start[slot]` to `start[slot + 1]`.

    slot   per row of the events table: its area, -1 where it has none; an event with a place has that point
    point  per entry, index into lon and lat;  weight  per entry, adds up to 1 in each area
    """

    slot: Numbers
    start: Numbers
    point: Numbers
    weight: Floats
    lon: Floats
    lat: Floats


def find_areas(events: Events, placed: Numbers, imprecise: Numbers) -> Areas:
    """The area of each event: its own point, or where precise events of the same area lie.

    `placed` and `imprecise` are rows of the table. Points weigh as many precise events as lie there; events
    whose source is silent about precision say nothing about others. An imprecise event finds no area where a
    name of it is missing or no precise event lies there.
    """
    coordinates = np.column_stack((events.lon[placed], events.lat[placed]))
    points, own_point = np.unique(coordinates, axis=0, return_inverse=True)
    slot = np.full(len(events), -1, dtype=np.int64)
    slot[placed] = own_point
    sizes, entries, weights = [np.ones(len(points), np.int64)], [np.arange(len(points))], [np.ones(len(points))]
    is_precise = events.precision[placed] > 0
    precise, point = placed[is_precise], own_point[is_precise]
    for precisions, names in SHARED_NAMES:
        seekers = imprecise[np.isin(events.precision[imprecise], precisions)]
        rows = np.concatenate((precise, seekers))
        area = _number_areas([getattr(events, name)[rows] for name in names])
        codes, size, entry, weight = _share_out(area[: len(precise)], point)
        found = _look_up(area[len(precise) :], codes)
        slot[seekers] = np.where(found >= 0, found + sum(len(part) for part in sizes), -1)
        sizes.append(size)
        entries.append(entry)
        weights.append(weight)
    start = np.concatenate(([0], np.cumsum(np.concatenate(sizes))))
    return Areas(slot, start, np.concatenate(entries), np.concatenate(weights), points[:, 0], points[:, 1])


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
    return np.where(np.isin(wanted, codes), np.searchsorted(codes, wanted), -1)
