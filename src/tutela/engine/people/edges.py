"""Cells at the edge of a raster's numbers, where a mean over the land alone makes too many people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from tutela.engine.people.cells import cover_cells
from tutela.kernel.people import PeopleRaster
from tutela.kernel.tables import Floats


def find_edge(people: Floats) -> NDArray[np.bool_]:
    """Cells with a number of which one of the eight around them has none; the end of the grid is no edge."""
    known = ~np.isnan(people)
    padded = np.pad(known, 1, constant_values=True)
    rows, columns = people.shape
    around = np.ones_like(known)
    for down in range(3):
        for right in range(3):
            around &= padded[down : down + rows, right : right + columns]
    return known & ~around


def narrow_edges(raster: PeopleRaster, land: shapely.Geometry) -> PeopleRaster:
    """The raster with each edge cell's people cut to the share of the cell that is land.

    For rasters whose values are means over the land of a cell. An edge cell that the land does not touch keeps
    its own range: coast and raster disagree there, and its people are real.
    """
    cover = cover_cells(raster.grid, land)
    share = np.zeros_like(raster.people)
    rows, columns = cover.share.shape
    share[cover.row : cover.row + rows, cover.column : cover.column + columns] = cover.share
    cut = find_edge(raster.people) & (share > 0)
    factor = np.where(cut, share, 1.0)
    people = raster.people * factor
    least = np.where(cut, people, raster.least)
    note = f"People of {int(cut.sum()):,} cells at the edge were cut to the share of land in them."
    return replace(
        raster,
        people=people,
        least=least,
        counted_as=f"{raster.counted_as}, at the edge by the share of land",
        notes=(*raster.notes, note),
    )
