"""Where the neighbour begins, and provinces and districts: cells around centres, on ground that is bent a little.

Straight lines between centres look drawn with a ruler. So all lines are drawn straight on a bent plane, and
bent back: every point still belongs to the nearest centre there, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.studies.invented.coast import Coast
from tutela.studies.invented.plane import Mask, Points, add_points, cut_rings, find_inside, measure_area

Numbers = NDArray[np.int64]

NEIGHBOUR_SHARE: Final = 0.15
"""Share of the main island that belongs to the neighbour."""

MAIN_PROVINCES: Final = 5
"""Provinces of the main island; the second island is one more."""

DISTRICTS: Final = (6, 6, 6, 5, 5, 2)
"""Districts of each province, the second island last."""

_STEP_KM: Final = 4.0
_WAVES: Final = ((230.0, 9.0), (95.0, 3.0), (42.0, 1.0))
"""Length and height of the bends in kilometres; their slopes add up to less than 1, so they can be undone."""


@dataclass(frozen=True, slots=True)
class Bend:
    """A smooth way of bending the plane that can be undone. Arrays: (waves, 2)."""

    heights: Points
    waves: Points
    phases: Points

    def apply(self, points: Points) -> Points:
        """Points of the plane on the bent plane."""
        return points + self._shift(points)

    def undo(self, points: Points) -> Points:
        """Points of the bent plane on the plane, to well under a metre."""
        found = points
        for _ in range(40):
            found = points - self._shift(found)
        return found

    def _shift(self, points: Points) -> Points:
        angles = points @ self.waves.T
        result: Points = np.sin(angles + self.phases[:, 0]) @ (self.heights * (1.0, 0.0))
        return result + np.sin(angles + self.phases[:, 1]) @ (self.heights * (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Voronoi:
    """What decides where a point belongs: centres on the bent plane, and the ring of the second island."""

    bend: Bend
    second: Points
    province_seeds: Points
    district_seeds: tuple[Points, ...]


@dataclass(frozen=True, slots=True)
class Regions:
    """The country's ground and its parts, on the plane in kilometres.

    territory    rings of the country;  border (n, 2) points along the land border, from one coast to the other
    provinces    rings of each province;  districts   rings of each district
    province_of  the province of each district;  centres   a point on land near the middle of each district
    land_cells, shore_km   centres of the land cells that are the country's, and how far from the sea they are
    """

    territory: tuple[Points, ...]
    border: Points
    provinces: tuple[tuple[Points, ...], ...]
    districts: tuple[tuple[Points, ...], ...]
    province_of: Numbers
    centres: Points
    land_cells: Points
    shore_km: NDArray[np.float64]
    voronoi: Voronoi


def divide_land(coast: Coast, rng: np.random.Generator) -> Regions:
    """Draw the border and the provinces and districts of one stream of chance."""
    bend = _roll_bend(rng)
    bent = bend.apply(coast.cells)
    turn = rng.uniform(-0.35, 0.35)
    normal = np.array(((np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn)))) @ coast.axis
    offset = float(np.quantile((bent @ normal)[~coast.on_second], 1 - NEIGHBOUR_SHARE))
    ours = (bent @ normal < offset) | coast.on_second
    mainland = [
        part for ring in (coast.main, *coast.islets) for part in cut_rings([bend.apply(ring)], normal, offset)
    ]
    cells = _spread_cells(bend, bent[ours], coast.on_second[ours], normal, coast.second, rng)
    second = bend.apply(coast.second)
    provinces = [_cut_cell(mainland, cells.province_seeds, i) for i in range(MAIN_PROVINCES)] + [[second]]
    districts = [
        _cut_cell(rings, seeds, k)
        for rings, seeds in zip(provinces, cells.district_seeds, strict=True)
        for k in range(len(seeds))
    ]
    own_cells = coast.cells[ours]
    district_of = _locate(cells, bent[ours], coast.on_second[ours])
    return Regions(
        territory=tuple(_unbend(bend, [*mainland, second])),
        border=_trace_border(bend, mainland, normal, offset),
        provinces=tuple(tuple(_unbend(bend, rings)) for rings in provinces),
        districts=tuple(tuple(_unbend(bend, rings)) for rings in districts),
        province_of=np.repeat(np.arange(len(DISTRICTS)), DISTRICTS),
        centres=np.array([_find_middle(own_cells[district_of == k]) for k in range(len(districts))]),
        land_cells=own_cells,
        shore_km=coast.shore_km[ours],
        voronoi=cells,
    )


def locate_districts(regions: Regions, points: Points) -> Numbers:
    """The district that each point on the country's land belongs to; of a point elsewhere, the nearest."""
    cells = regions.voronoi
    return _locate(cells, cells.bend.apply(points), find_inside(points, [cells.second]))


def _spread_cells(
    bend: Bend, bent: Points, on_second: Mask, normal: Points, second: Points, rng: np.random.Generator
) -> Voronoi:
    seeds = _spread_centres(bent[~on_second], MAIN_PROVINCES, rng)
    # From the second island to the border, so that a province's number says where it lies.
    seeds = seeds[np.argsort(seeds @ normal, kind="stable")]
    province = np.where(on_second, MAIN_PROVINCES, _find_nearest(bent, seeds))
    districts = [_spread_centres(bent[province == i], count, rng) for i, count in enumerate(DISTRICTS)]
    return Voronoi(bend, second, seeds, tuple(districts))


def _locate(cells: Voronoi, bent: Points, on_second: Mask) -> Numbers:
    province = np.where(on_second, MAIN_PROVINCES, _find_nearest(bent, cells.province_seeds))
    found = np.empty(len(bent), dtype=np.int64)
    for i, seeds in enumerate(cells.district_seeds):
        rows = np.flatnonzero(province == i)
        found[rows] = sum(DISTRICTS[:i]) + _find_nearest(bent[rows], seeds)
    return found


def _roll_bend(rng: np.random.Generator) -> Bend:
    heights, waves = [], []
    for length, height in _WAVES:
        for direction in rng.uniform(0, 2 * np.pi, 2):
            heights.append((height / 2, height / 2))
            waves.append((2 * np.pi / length * np.cos(direction), 2 * np.pi / length * np.sin(direction)))
    return Bend(np.array(heights), np.array(waves), rng.uniform(0, 2 * np.pi, (len(waves), 2)))


def _spread_centres(points: Points, count: int, rng: np.random.Generator) -> Points:
    """Centres of parts of about equal size (a few rounds of k-means from chance beginnings)."""
    centres = points[rng.choice(len(points), count, replace=False)]
    for _ in range(12):
        nearest = _find_nearest(points, centres)
        centres = np.array(
            [points[nearest == k].mean(axis=0) if np.any(nearest == k) else centres[k] for k in range(count)]
        )
    return centres


def _find_nearest(points: Points, centres: Points) -> Numbers:
    result: Numbers = np.argmin(((points[:, None] - centres) ** 2).sum(axis=2), axis=1)
    return result


def _cut_cell(rings: list[Points], centres: Points, which: int) -> list[Points]:
    """The parts of rings that are nearer to one centre than to any other."""
    for other in range(len(centres)):
        if other != which:
            normal = centres[other] - centres[which]
            rings = cut_rings(rings, normal, float(normal @ (centres[other] + centres[which]) / 2))
    return rings


def _unbend(bend: Bend, rings: list[Points]) -> list[Points]:
    unbent = [bend.undo(add_points(ring, _STEP_KM)) for ring in rings]
    return sorted(unbent, key=lambda ring: -abs(measure_area(ring)))


def _trace_border(bend: Bend, mainland: list[Points], normal: Points, offset: float) -> Points:
    """The land border as points of the country's outline, from one coast to the other."""
    along = np.concatenate([ring[np.abs(ring @ normal - offset) < 1e-6] for ring in mainland])
    tangent = np.array((-normal[1], normal[0]))
    ends = along[[np.argmin(along @ tangent), np.argmax(along @ tangent)]]
    share = np.linspace(0, 1, max(2, int(np.hypot(*(ends[1] - ends[0])) / _STEP_KM)))[:, None]
    return bend.undo(ends[0] + share * (ends[1] - ends[0]))


def _find_middle(cells: Points) -> Points:
    """The cell nearest to the middle of all: the middle itself may lie in a bay."""
    result: Points = cells[np.argmin(((cells - cells.mean(axis=0)) ** 2).sum(axis=1))]
    return result
