"""Towns and villages with people: few large, many small, most near the shore and on good ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.studies.invented.names import Name, coin_names
from tutela.studies.invented.plane import Points, find_inside, to_degrees, to_plane
from tutela.studies.invented.regions import Regions, locate_districts

Size = Literal["small", "medium", "large"]

COUNTS: Final[dict[Size, int]] = {"small": 60, "medium": 300, "large": 1500}
"""Settlements that each size of the country names. The smaller sizes name the largest of the same places."""

_LARGEST: Final = 1_150_000
_SPACING_KM: Final = ((10, 55.0), (60, 22.0), (300, 9.5), (1500, 3.6))
"""How far apart the largest so many lie at least."""

_CANDIDATES: Final = 24_000
_HIGH_KM: Final = 32.0
"""From here to the sea the speech of the coast is spoken; further in, that of the high ground."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town or village; rank 1 is the largest, the capital."""

    name: str
    name_ar: str
    lon: float
    lat: float
    people: int
    province: str
    district: str
    rank: int


@dataclass(frozen=True, slots=True)
class Settlements:
    """All places where people live, largest first, on the plane; the capital is the first."""

    points: Points
    degrees: Points
    people: NDArray[np.int64]
    district: NDArray[np.int64]
    names: tuple[Name, ...]


def settle_land(
    regions: Regions, bay: Points, rng: np.random.Generator, naming: np.random.Generator
) -> Settlements:
    """Put people on the land; places and people come from one stream of chance, names from another."""
    candidates = _roll_candidates(regions, rng)
    points = _keep_apart(candidates, bay)
    ranks = np.arange(1, len(points) + 1)
    people = np.sort(_LARGEST / ranks**0.97 * np.exp(rng.normal(0, 0.12, len(points))))[::-1]
    degrees = to_degrees(points)
    plane = to_plane(degrees)
    high = _is_high_ground(regions, plane)
    return Settlements(
        points=plane,
        degrees=degrees,
        people=np.round(people, -1).astype(np.int64),
        district=locate_districts(regions, plane),
        names=tuple(coin_names(naming, high.tolist())),
    )


def _roll_candidates(regions: Regions, rng: np.random.Generator) -> Points:
    """Points on land, thick where people like to live."""
    bumps = regions.land_cells[rng.choice(len(regions.land_cells), 60)]
    spread = rng.uniform(18, 50, len(bumps))
    liking = np.full(len(regions.land_cells), 0.16)
    for bump, width in zip(bumps, spread, strict=True):
        liking += np.exp(-((regions.land_cells - bump) ** 2).sum(axis=1) / (2 * width**2))
    liking *= 0.35 + np.exp(-regions.shore_km / 28)
    rows = rng.choice(len(regions.land_cells), _CANDIDATES, p=liking / liking.sum())
    points = regions.land_cells[rows] + rng.uniform(-1, 1, (_CANDIDATES, 2))
    # Taken as they will be written, so that a place near the water's edge is on land to the last digit.
    territory = [to_degrees(ring) for ring in regions.territory]
    return points[find_inside(to_degrees(points), territory)]


def _keep_apart(candidates: Points, bay: Points) -> Points:
    """The candidates in order, each as far from all before it as the spacing asks; the first is on the bay."""
    chosen = np.empty((_SPACING_KM[-1][0], 2))
    chosen[0] = candidates[np.argmin(((candidates - bay) ** 2).sum(axis=1))]
    count = 1
    for wanted, spacing in _SPACING_KM:
        for point in candidates:
            if count == wanted:
                break
            if ((chosen[:count] - point) ** 2).sum(axis=1).min() >= spacing**2:
                chosen[count] = point
                count += 1
    return chosen[:count]


def _is_high_ground(regions: Regions, points: Points) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = regions.shore_km[cKDTree(regions.land_cells).query(points)[1]] > _HIGH_KM
    return result
