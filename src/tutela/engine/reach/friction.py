"""The ground as minutes per metre: land, roads, lakes, rivers and slope put together in one raster.

Friction is a property of a cell, the same in all directions. NaN means that nobody passes there, or that
nothing is known of the cell; the shares of both are kept with the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.digests import content_digest
from tutela.kernel.grids import Grid
from tutela.kernel.places import EARTH_RADIUS_KM
from tutela.kernel.problems import Problem

ALGORITHM: Final = 1
"""Raised when the same layers would give another friction."""

GAP: Final = -1
"""Where the land cover says nothing."""

NO_ROAD: Final = -1
"""Where no road runs."""

Friction = NDArray[np.float32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surface:
    """Minutes per metre on a grid, float32, shape (rows, columns), NaN where nobody passes.

    Raises Problem "surface-unusable" for zero, negative or infinite friction and for a raster of NaN alone.
    """

    grid: Grid
    friction: Friction
    mode: str = ""
    season: str = ""

    def __post_init__(self) -> None:
        if self.friction.shape != self.grid.shape:
            msg = f"friction has the shape {self.friction.shape}, its grid {self.grid.shape}"
            raise ValueError(msg)
        bad = ~np.isnan(self.friction) & ~((self.friction > 0) & np.isfinite(self.friction))
        if bad.any():
            row, col = np.unravel_index(int(np.argmax(bad)), bad.shape)
            raise Problem(
                "surface-unusable",
                f"{int(bad.sum()):,} cells have a friction that is zero, negative or infinite.",
                where=f"surface, row {row}, column {col}",
                remedy="Friction is minutes per metre, above 0; mark cells that nobody passes as NaN or nodata.",
            )
        if np.isnan(self.friction).all():
            raise Problem(
                "surface-unusable",
                "No cell of the surface can be passed: all are NaN.",
                where="surface",
                remedy="Build it again over a box that the land cover covers.",
            )

    @property
    def digest(self) -> str:
        """The content digest of the passable cells."""
        return content_digest({"friction": self.friction.ravel(), "cell": np.arange(self.friction.size)})

    @property
    def crossing_minutes(self) -> float:
        """How long it takes to cross half of the passable cells from north to south, or less."""
        return float(np.nanmedian(self.friction)) * cell_height_m(self.grid)


@dataclass(frozen=True, slots=True)
class Layers:
    """What is known of each cell, arrays of the grid's shape.

    landcover  class, GAP where there is none;  road  index of the road class, NO_ROAD where there is none
    lake, river  whether water lies there;  slope_deg  None where no slope was given, NaN in its gaps
    """

    grid: Grid
    landcover: NDArray[np.int16]
    road: NDArray[np.int16]
    lake: NDArray[np.bool_]
    river: NDArray[np.bool_]
    slope_deg: Floats | None = None


@dataclass(frozen=True, slots=True)
class Speeds:
    """How fast one mode is in one season.

    land_kmh   by land cover class; a class that is missing is unknown, NaN means water or the like
    road_kmh   in the order of the road classes
    river_minutes   to get over a river where no road crosses it; NaN where nobody does
    """

    mode: str
    season: str
    land_kmh: Mapping[int, float]
    road_kmh: tuple[float, ...]
    river_minutes: float


@dataclass(frozen=True, slots=True)
class BuiltSurface:
    """A surface, and the share of its cells by what decided: "land", "road", and each reason for NaN."""

    surface: Surface
    shares: Mapping[str, float] = field(default_factory=dict)
    unknown_classes: tuple[int, ...] = ()


def build_friction(layers: Layers, speeds: Speeds) -> BuiltSurface:
    """Put the layers together: the faster of road and open ground; water stops all that no road carries over.

    Slope slows walking off the roads by Tobler's function, as the mean of going up and coming down.
    """
    known = np.isin(layers.landcover, np.array(sorted(speeds.land_kmh), dtype=np.int16))
    land_kmh = np.full(layers.grid.shape, np.nan)
    for code, kmh in speeds.land_kmh.items():
        land_kmh[layers.landcover == code] = kmh
    friction = minutes_per_metre(land_kmh)
    slope_is_gap = np.zeros(layers.grid.shape, dtype=bool)
    if layers.slope_deg is not None:
        slope_is_gap = np.isnan(layers.slope_deg)
        friction = friction * slope_factor(layers.slope_deg)
    friction = friction + np.where(layers.river, speeds.river_minutes / cell_height_m(layers.grid), 0.0)
    friction[layers.lake] = np.nan
    has_road = layers.road != NO_ROAD
    friction[has_road] = np.fmin(friction, minutes_per_metre(np.array([*speeds.road_kmh, np.nan])[layers.road]))[
        has_road
    ]
    reasons = {
        "road": has_road,
        "lake": layers.lake,
        "gap": layers.landcover == GAP,
        "unknown-class": ~known,
        "water": np.isnan(land_kmh),
        "river": layers.river & np.isnan(friction),
        "slope-gap": slope_is_gap,
    }
    unknown = np.unique(layers.landcover[~known & (layers.landcover != GAP)])
    surface = Surface(layers.grid, friction.astype(np.float32), speeds.mode, speeds.season)
    return BuiltSurface(surface, _share(reasons, layers.grid.shape), tuple(unknown.tolist()))


def minutes_per_metre(speed_kmh: Floats) -> Floats:
    """Friction of a speed; NaN where nobody moves."""
    return 60.0 / (1000.0 * speed_kmh)


def slope_factor(slope_deg: Floats) -> Floats:
    """How many times as long a slope takes as flat ground, on foot, there and back (Tobler 1993)."""
    gradient = np.tan(np.radians(np.abs(slope_deg)))
    up, down, flat = (np.exp(-3.5 * np.abs(step + 0.05)) for step in (gradient, -gradient, np.zeros_like(gradient)))
    factor: Floats = 0.5 * (flat / up + flat / down)
    return factor


def cell_height_m(grid: Grid) -> float:
    """The length of a cell from north to south."""
    return float(np.radians(grid.step_lat)) * EARTH_RADIUS_KM * 1000


def _share(reasons: Mapping[str, NDArray[np.bool_]], shape: tuple[int, int]) -> dict[str, float]:
    left = np.ones(shape, dtype=bool)
    shares = {}
    for reason, cells in reasons.items():
        shares[reason] = float((left & cells).mean())
        left &= ~cells
    return {"land": float(left.mean()), **{reason: share for reason, share in shares.items() if share}}
