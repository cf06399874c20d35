"""People within a shape, source by source: on a grid, in named places, in units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from tutela.engine.people.cells import cover_cells
from tutela.kernel.estimates import Estimate
from tutela.kernel.people import PeopleRaster, Settlements
from tutela.kernel.tables import Floats

TINY: Final = 1e-9
"""Shares of a shape below this are rounding."""

Count = Callable[[shapely.Geometry], Estimate | None]
"""What counts people within a shape: an Estimate, or None where the source has no number there at all."""


@dataclass(frozen=True, slots=True)
class GridCount:
    """What a grid says of a shape. Shares are of the shape's area in degrees.

    people, least    added up over the cells with a number, by the share of each that is covered
    without_number   on cells without a number: sea, lakes, or a gap;  off_grid  beyond the grid's edge
    """

    people: float
    least: float
    without_number: float
    off_grid: float


def count_on_grid(raster: PeopleRaster, shape: shapely.Geometry) -> GridCount:
    """Count people within a polygon (or several) by the share of each cell that it covers."""
    cover = cover_cells(raster.grid, shape)
    people, least = cover.window(raster.people), cover.window(raster.least)
    known = ~np.isnan(people)
    # A shape without area covers nothing; dividing by the cells' own sum of areas would hide what lies outside.
    area = shapely.area(shape) / (raster.grid.step_lon * raster.grid.step_lat)
    whole = area if area > 0 else 1.0
    return GridCount(
        people=float(np.sum(people[known] * cover.share[known])),
        least=float(np.sum(least[known] * cover.share[known])),
        without_number=float(np.sum(cover.share[~known])) / float(whole),
        off_grid=max(0.0, 1.0 - float(np.sum(cover.share)) / float(whole)),
    )


def people_on_grid(raster: PeopleRaster, shape: shapely.Geometry) -> Estimate | None:
    """People within a shape by one raster; None where none of its cells there has a number.

    `at_least` where part of the shape lies beyond the grid. Ground without a number is named in the basis.
    """
    count = count_on_grid(raster, shape)
    if count.without_number + count.off_grid > 1 - TINY:
        return None
    basis = raster.counted_as
    cell = raster.grid.step_lon * raster.grid.step_lat
    if float(shapely.area(shapely.get_parts(shape)).min()) < cell:
        basis += "; a part of the ground is smaller than a cell, in which people are taken as evenly spread"
    if count.without_number > TINY:
        basis += f"; {count.without_number:.1%} of the area has no number (sea, lakes or gaps)"
    if count.off_grid > TINY:
        basis += f"; {count.off_grid:.1%} of the area lies beyond the grid"
    return Estimate(count.least, count.people, count.people, basis, at_least=count.off_grid > TINY)


def people_in_places(places: Settlements, shape: shapely.Geometry) -> Estimate | None:
    """People of the named places whose point lies within a shape: a lower bound, since not every place has a name.

    None where no place within it has a number.
    """
    shapely.prepare(shape)
    located = np.flatnonzero(np.isfinite(places.lon) & np.isfinite(places.lat))
    inside = located[shapely.intersects_xy(shape, places.lon[located], places.lat[located])]
    people = places.people[inside]
    known = ~np.isnan(people)
    if not known.any():
        return None
    basis = f"people of {int(known.sum()):,} named places"
    if not known.all():
        basis += f"; {int((~known).sum()):,} more have no number"
    return Estimate.exactly(float(np.sum(people[known])), basis, at_least=True)


def people_in_units(shapes: NDArray[np.object_], people: Floats, shape: shapely.Geometry) -> Estimate | None:
    """People within a shape by administrative units: `shapes` are their polygons, `people` their totals.

    Low counts the units that lie within it wholly, high every unit that it touches, and the middle each unit by
    the share of its area. None where no unit with a number is touched; `at_least` where one without is.
    """
    overlap = shapely.area(shapely.intersection(shapes, shape))
    share = np.clip(overlap / shapely.area(shapes), 0.0, 1.0)
    touched = share > TINY
    known = touched & ~np.isnan(people)
    if not known.any():
        return None
    missing = int((touched & ~known).sum())
    basis = f"{int(known.sum()):,} units: those wholly within, each by its share of area, and all that are touched"
    if missing:
        basis += f"; {missing:,} more have no number"
    whole = known & (share > 1 - TINY)
    return Estimate(
        float(np.sum(people[whole])),
        float(np.sum(people[known] * share[known])),
        float(np.sum(people[known])),
        basis,
        at_least=missing > 0,
    )
