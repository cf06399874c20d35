"""Rivers: where the water of enough land comes together, from the first such place to the sea."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.studies.invented.names import coin_names
from tutela.studies.invented.plane import Points, measure_line, smooth_line, to_degrees
from tutela.studies.invented.relief import IN_SEA, Relief

RIVER_KM2: Final = 700.0
"""So much land must drain into a cell before a river runs through it."""

_LEAST_KM: Final = 14.0
_HIGH_M: Final = 350


@dataclass(frozen=True, slots=True)
class River:
    """One river from its first point to the sea or to the river that it joins.

    points        (n, 2) degrees, downstream
    upstream_km2  the land that drains into it at its end;  joins  id of the river that it runs into, "" the sea
    """

    river_id: str
    name: str
    name_ar: str
    points: Points
    length_km: float
    upstream_km2: float
    joins: str


@dataclass(frozen=True, slots=True)
class RiverCourse:
    """A river on the plane with the land that drains into each of its points."""

    line: Points
    upstream_km2: Points
    river: River


def trace_rivers(relief: Relief, used: frozenset[str], rng: np.random.Generator) -> tuple[RiverCourse, ...]:
    """All rivers, the one with most water first; `used` names are given to none."""
    chains = _follow_water(relief)
    heights = relief.elevation_m.ravel()
    high = [bool(heights[cells[0]] > _HIGH_M) for cells, _ in chains]
    names = coin_names(rng, high, used)
    number = {int(cells[0]): f"R{i + 1:02d}" for i, (cells, _) in enumerate(chains)}
    courses = []
    for (cells, joined), name in zip(chains, names, strict=True):
        line = smooth_line(relief.points[cells])
        flow = np.interp(np.arange(len(line)) / 3, np.arange(len(cells)), relief.upstream_km2[cells])
        last = cells[-2] if joined >= 0 else cells[-1]  # what it brings, without what the other river brings
        courses.append(
            RiverCourse(
                line,
                np.minimum(flow, relief.upstream_km2[last]),
                River(
                    river_id=number[int(cells[0])],
                    name=name.latin,
                    name_ar=name.arabic,
                    points=to_degrees(line),
                    length_km=round(measure_line(line), 1),
                    upstream_km2=round(float(relief.upstream_km2[last])),
                    joins=number[int(chains[joined][0][0])] if joined >= 0 else "",
                ),
            )
        )
    return tuple(courses)


def river_cells(relief: Relief) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(cells,) whether a river runs through each, also one too short to be drawn."""
    result: np.ndarray[tuple[int], np.dtype[np.bool_]] = relief.upstream_km2 >= RIVER_KM2
    return result


def _follow_water(relief: Relief) -> list[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], int]]:
    """Cells of each river downstream with the place in the list of the river that it joins, or -1 for the sea."""
    wet = np.flatnonzero(river_cells(relief))
    above: dict[int, list[int]] = {}
    for cell in wet.tolist():
        above.setdefault(int(relief.downstream[cell]), []).append(cell)
    mouths = [(cell, -1, -1) for cell in above.get(IN_SEA, [])]
    waiting = sorted(mouths, key=lambda item: (-relief.upstream_km2[item[0]], item[0]))
    chains: list[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], int]] = []
    while waiting:
        cell, joint, joined = waiting.pop(0)
        cells = [cell] if joint < 0 else [joint, cell]
        sides = []
        while cell in above:
            feeders = sorted(above[cell], key=lambda one: (-relief.upstream_km2[one], one))
            sides += [(one, cell) for one in feeders[1:]]
            cell = feeders[0]
            cells.append(cell)
        if len(cells) > 1 and measure_line(relief.points[cells]) >= _LEAST_KM:
            waiting += [(one, at, len(chains)) for one, at in sides]
            chains.append((np.array(cells[::-1], dtype=np.int64), joined))
    return chains
