"""Points near points: the radius join and the nearest neighbour, exact to the last bit.

Straight-line search on the unit sphere proposes candidates, with a slack of micrometres; the great-circle
distance decides. So the result is that of comparing everything with everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.engine.reach.openings import Numbers, Openings
from tutela.kernel.places import chord_of_km, distances_km, unit_vectors
from tutela.kernel.tables import Floats, Table

CHUNK: Final = 2**15
"""Points that are searched at a time: fixed, so that the work is cut the same way whoever does it."""

MOST_CANDIDATES: Final = 2**24
"""Candidates that may lie in memory at a time, about 400 MB."""

SLACK: Final = 1e-12
"""Added to chords of the unit sphere; rounding there stays below 1e-15, and 1e-12 is 6 micrometres."""

Keep = Callable[[Numbers, Numbers], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Near(Table):
    """Which point is near which target, sorted by point and target."""

    point: Numbers
    target: Numbers
    distance_km: Floats


def find_near(points: tuple[Floats, Floats], targets: tuple[Floats, Floats], within_km: float) -> Near:
    """All pairs at most `within_km` apart, the boundary included; points and targets are (lon, lat)."""
    return _collect(points, targets, within_km, None)


def find_near_while_open(points: tuple[Floats, Floats], day: Numbers, openings: Openings, within_km: float) -> Near:
    """The same with openings as targets, of which only those count that were open on the point's day."""

    def keep(point: Numbers, target: Numbers) -> NDArray[np.bool_]:
        return (openings.opened[target] <= day[point]) & (day[point] < openings.closed[target])

    return _collect(points, (openings.lon, openings.lat), within_km, keep)


def is_near_any(
    points: tuple[Floats, Floats], targets: tuple[Floats, Floats], within_km: float
) -> NDArray[np.bool_]:
    """Whether any target may lie within the distance: never a false no, a false yes only by micrometres."""
    if not len(targets[0]):
        return np.zeros(len(points[0]), dtype=bool)
    chord, _ = cKDTree(unit_vectors(*targets)).query(unit_vectors(*points))
    near: NDArray[np.bool_] = chord <= chord_of_km(within_km) + SLACK
    return near


def _collect(
    points: tuple[Floats, Floats], targets: tuple[Floats, Floats], within_km: float, keep: Keep | None
) -> Near:
    parts = [Near(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    n_targets = len(targets[0])
    for point, target in _propose(points, targets, within_km):
        # Days are cheaper to compare than distances, and than sorting: of the sites near an event, five in six
        # were not open that day. On all Geo-PKO sites this order takes a third off the time of the join.
        chosen = slice(None) if keep is None else keep(point, target)
        # One sort of plain integers instead of sorting by two columns.
        keys = np.sort(point[chosen] * n_targets + target[chosen])
        point, target = keys // n_targets, keys % n_targets
        distance = distances_km(points[0][point], points[1][point], targets[0][target], targets[1][target])
        parts.append(Near(point, target, distance).take(distance <= within_km))
    return Near.concatenate(parts)


def _propose(
    points: tuple[Floats, Floats], targets: tuple[Floats, Floats], within_km: float
) -> Iterator[tuple[Numbers, Numbers]]:
    n_targets = len(targets[0])
    if not n_targets:
        return
    chord = chord_of_km(within_km) + SLACK
    tree = cKDTree(unit_vectors(*targets))
    step = max(1, min(CHUNK, MOST_CANDIDATES // n_targets))
    for start in range(0, len(points[0]), step):
        vectors = unit_vectors(points[0][start : start + step], points[1][start : start + step])
        # Two trees against each other give arrays; querying a tree point by point gives Python lists, which
        # took three times as long. A tree that lives for one query is not worth balancing.
        chunk = cKDTree(vectors, balanced_tree=False, compact_nodes=False)
        found = chunk.sparse_distance_matrix(tree, chord, output_type="ndarray")
        yield found["i"] + start, found["j"].astype(np.int64)


def find_nearest_open(points: tuple[Floats, Floats], day: Numbers, openings: Openings) -> tuple[Numbers, Floats]:
    """For each point the opening nearest to it of those open on its day, and its distance; -1 and NaN if none.

    Of several at one distance it is the first in the table, that is the site first in the alphabet.
    """
    nearest = np.full(len(day), -1, dtype=np.int64)
    distance = np.full(len(day), np.nan)
    # Between two days on which something opens or closes, the same sites are open: one small tree for each
    # such stretch. Asking one tree of all openings for ever more neighbours until an open one came up took
    # many times as long, because most of the nearest were closed that day.
    changes = np.unique(np.concatenate((openings.opened, openings.closed)))
    stretch = np.searchsorted(changes, day, side="right")
    order = np.argsort(stretch, kind="stable")
    bounds = np.flatnonzero(np.diff(stretch[order], prepend=-1, append=-1))
    for first, last in pairwise(bounds):
        rows = order[first:last]
        if stretch[rows[0]] == 0:
            continue
        since = changes[stretch[rows[0]] - 1]
        is_open = np.flatnonzero((openings.opened <= since) & (since < openings.closed))
        if len(is_open):
            found, km = _find_nearest((points[0][rows], points[1][rows]), openings, is_open)
            nearest[rows], distance[rows] = found, km
    return nearest, distance


def _find_nearest(points: tuple[Floats, Floats], openings: Openings, is_open: Numbers) -> tuple[Numbers, Floats]:
    # Sites that share a point would tie everywhere: the first of them stands for all.
    coordinates = np.column_stack((openings.lon[is_open], openings.lat[is_open]))
    candidates = is_open[np.sort(np.unique(coordinates, axis=0, return_index=True)[1])]
    lon, lat = openings.lon[candidates], openings.lat[candidates]
    chords, found = cKDTree(unit_vectors(lon, lat)).query(unit_vectors(*points), k=[1, 2])
    best = found[:, 0].astype(np.int64)
    # With a single candidate the second chord is infinite.
    unsure = np.flatnonzero(chords[:, 1] - chords[:, 0] <= 2 * SLACK)
    step = max(1, MOST_CANDIDATES // len(candidates) // 8)
    for start in range(0, len(unsure), step):
        rows = unsure[start : start + step]
        best[rows] = np.argmin(distances_km(points[0][rows, None], points[1][rows, None], lon, lat), axis=1)
    return candidates[best], distances_km(*points, lon[best], lat[best])
