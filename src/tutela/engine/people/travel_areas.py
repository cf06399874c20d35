"""How much of an area lies within how many minutes of the nearest site: ground, and people where they are known.

Whole = inside + beyond + not covered, in square kilometres and in people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from tutela.engine.people.cells import Cover, cover_cells
from tutela.engine.people.within import count_on_grid
from tutela.engine.reach.traveltime import Travel
from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster
from tutela.kernel.places import EARTH_RADIUS_KM
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats

ALGORITHM: Final = 1
"""Raised when the same travel table and areas would give other shares."""

TINY: Final = 1e-9
"""Shares of a cell below this are rounding."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Square kilometres, or people, of one area: whole = within + beyond for each time, + not covered.

    within        for each time, what lies within it of the nearest site;  beyond  what takes longer
    off_surface   outside the surface's box;  impassable  on cells that nobody passes or of which nothing is known
    """

    whole: float
    within: tuple[float, ...]
    beyond: tuple[float, ...]
    off_surface: float
    impassable: float

    @property
    def not_covered(self) -> float:
        """What no minutes can be said of."""
        return self.off_surface + self.impassable

    def shares(self) -> tuple[float | None, ...]:
        """`within` as shares of what is covered; None where nothing is."""
        covered = self.whole - self.not_covered
        return tuple(amount / covered if covered > TINY else None for amount in self.within)


@dataclass(frozen=True, slots=True)
class AreaReach:
    """One area: its ground, its people by best and by least count (None without a raster), and minutes.

    minutes_least   of the quickest cell;  minutes_median  half of the covered ground takes no longer; None where
    that is beyond what was searched, or nothing is covered
    """

    km2: Amounts
    people: Amounts | None
    people_least: Amounts | None
    minutes_least: float | None
    minutes_median: float | None

    @property
    def is_covered(self) -> bool:
        """Whether minutes can be said of any part of it."""
        return self.km2.whole - self.km2.not_covered > TINY


@dataclass(frozen=True, slots=True)
class TravelGround:
    """The fewest minutes to each cell (NaN beyond what was searched), the times asked for, and people per cell."""

    grid: Grid
    minutes: Floats
    passable: NDArray[np.bool_]
    within_min: tuple[float, ...]
    raster: PeopleRaster | None = None
    people: Floats | None = None
    least: Floats | None = None


def lay_travel(travel: Travel, within_min: Sequence[float], raster: PeopleRaster | None = None) -> TravelGround:
    """Bring a travel table, and people, onto the cells of its grid.

    People of a cell of the raster are taken as evenly spread over it. Raises Problem "option-invalid" for times
    that are none, or beyond what was searched.
    """
    times = tuple(sorted({float(minutes) for minutes in within_min}))
    if not times or not all(np.isfinite(times)) or times[0] < 0 or times[-1] > travel.max_minutes:
        raise Problem(
            "option-invalid",
            f"Ways were searched for {travel.max_minutes:g} minutes; shares were asked within "
            f"{', '.join(f'{minutes:g}' for minutes in times) or 'no time'}.",
            where="within-min",
            remedy="Give minutes of 0 or more, and search as far as the longest with --max-min.",
        )
    shape = travel.grid.shape
    minutes, passable = find_fewest(travel).reshape(shape), travel.passable.reshape(shape)
    if raster is None:
        return TravelGround(travel.grid, minutes, passable, times)
    people, least = (_spread_onto(travel.grid, raster.grid, values) for values in (raster.people, raster.least))
    return TravelGround(travel.grid, minutes, passable, times, raster, people, least)


def find_fewest(travel: Travel) -> Floats:
    """The fewest minutes from any start to each cell, flat; NaN where nobody arrives within what was searched."""
    fewest = np.full(travel.grid.n_rows * travel.grid.n_cols, np.inf)
    cells = travel.table.row.astype(np.int64) * travel.grid.n_cols + travel.table.col
    np.minimum.at(fewest, cells, travel.table.minutes)
    return np.where(np.isfinite(fewest), fewest, np.nan)


def reach_area(ground: TravelGround, shape: shapely.Geometry) -> AreaReach:
    """How much of an area lies within each time. The shape is valid, in degrees, with sides straight on the map."""
    # What made a shape valid may have left lines beside its polygons.
    parts = [part for part in shapely.get_parts(shape).tolist() if shapely.get_dimensions(part) == 2]
    shape = shapely.union_all(parts)
    cover = cover_cells(ground.grid, shape)
    share = np.where(cover.share > TINY, cover.share, 0.0)
    first = np.arange(share.shape[0]) + cover.row
    on_cells = share * row_areas_km2(ground.grid)[first, None]
    minutes, passable = (_window(cover, values) for values in (ground.minutes, ground.passable))
    box = shapely.box(*ground.grid.bbox)
    off = 0.0 if shapely.covers(box, shape) else sphere_km2(shapely.difference(shape, box))
    reached = passable & (share > 0) & ~np.isnan(minutes)
    return AreaReach(
        km2=_add_amounts(ground, (on_cells, minutes, passable), off),
        people=_count_people(ground, shape, (cover, minutes, passable), is_least=False),
        people_least=_count_people(ground, shape, (cover, minutes, passable), is_least=True),
        minutes_least=float(minutes[reached].min()) if reached.any() else None,
        minutes_median=_find_median(minutes, np.where(passable, on_cells, 0.0)),
    )


def row_areas_km2(grid: Grid) -> Floats:
    """The area of one cell of each row."""
    edges = np.radians(grid.north - np.arange(grid.n_rows + 1) * grid.step_lat)
    areas: Floats = EARTH_RADIUS_KM**2 * np.radians(grid.step_lon) * (np.sin(edges[:-1]) - np.sin(edges[1:]))
    return areas


def sphere_km2(shape: shapely.Geometry) -> float:
    """The area on the mean sphere of polygons whose sides are straight in degrees: exact, not by cells."""
    areas = [
        part for part in shapely.get_parts(shape).tolist() if part.geom_type == "Polygon" and not part.is_empty
    ]
    return float(sum(_polygon_km2(shapely.orient_polygons(area)) for area in areas))


def _polygon_km2(polygon: Any) -> float:
    return sum(
        _ring_km2(np.radians(shapely.get_coordinates(ring))) for ring in (polygon.exterior, *polygon.interiors)
    )


def _ring_km2(ring: Floats) -> float:
    """Signed: the ground between each side and the equator, summed along the ring."""
    lon, lat = np.diff(ring[:, 0]), np.diff(ring[:, 1])
    middle = (ring[1:, 1] + ring[:-1, 1]) / 2
    # The mean of the sine along a side; np.sinc(x) is sin(pi x) / (pi x), and 1 for a side along a parallel.
    return float(-(EARTH_RADIUS_KM**2) * np.sum(lon * np.sin(middle) * np.sinc(lat / 2 / np.pi)))


def _window(cover: Cover, values: NDArray[Any]) -> NDArray[Any]:
    rows, columns = cover.share.shape
    return values[cover.row : cover.row + rows, cover.column : cover.column + columns]


def _add_amounts(ground: TravelGround, cells: tuple[Floats, Floats, NDArray[np.bool_]], off: float) -> Amounts:
    amount, minutes, passable = cells
    covered = np.where(passable, amount, 0.0)
    total = float(covered.sum())
    within = tuple(float(covered[minutes <= limit].sum()) for limit in ground.within_min)
    impassable = float(amount[~passable].sum())
    return Amounts(
        whole=total + impassable + off,
        within=within,
        beyond=tuple(max(0.0, total - inside) for inside in within),
        off_surface=off,
        impassable=impassable,
    )


def _count_people(
    ground: TravelGround,
    shape: shapely.Geometry,
    cells: tuple[Cover, Floats, NDArray[np.bool_]],
    *,
    is_least: bool,
) -> Amounts | None:
    values = ground.least if is_least else ground.people
    if ground.raster is None or values is None:
        return None
    cover, minutes, passable = cells
    on_cells = _window(cover, values) * cover.share
    counted = count_on_grid(ground.raster, shape)
    if counted.without_number + counted.off_grid > 1 - TINY:
        return None
    whole = counted.least if is_least else counted.people
    # A cell of the surface and one of the raster cut a border at different places: the rest is not negative.
    off = max(0.0, whole - float(on_cells.sum()))
    return _add_amounts(ground, (on_cells, minutes, passable), off)


def _find_median(minutes: Floats, weight: Floats) -> float | None:
    order = np.argsort(minutes, axis=None, kind="stable")  # NaN comes last
    summed = np.cumsum(weight.ravel()[order])
    if not len(summed) or summed[-1] <= TINY:
        return None
    middle = float(minutes.ravel()[order][np.searchsorted(summed, summed[-1] / 2)])
    return None if np.isnan(middle) else middle


def _spread_onto(grid: Grid, source: Grid, values: Floats) -> Floats:
    """Values of cells brought onto other cells by the share of each that overlaps; NaN counts as none."""
    south_edges = grid.step_lat * np.arange(grid.n_rows + 1, dtype=np.float64) + source.north - grid.north
    east_edges = grid.step_lon * np.arange(grid.n_cols + 1, dtype=np.float64) + grid.west - source.west
    rows = _gather(np.nan_to_num(values, nan=0.0), south_edges / source.step_lat)
    return _gather(rows.T, east_edges / source.step_lon).T


def _gather(values: Floats, edges: Floats) -> Floats:
    """What lies between each edge and the next, counted in rows of the values; nothing lies beyond them."""
    summed = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    at = np.clip(edges, 0.0, len(values))
    row = np.minimum(at.astype(np.int64), len(values) - 1)
    begun = (at - row)[:, None]
    gathered: Floats = np.diff(summed[row] + begun * (summed[row + 1] - summed[row]), axis=0)
    return np.maximum(gathered, 0.0)
