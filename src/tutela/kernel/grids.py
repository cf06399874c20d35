"""Cells of equal degrees: what a raster of ground and a table of travel have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.problems import Problem

MOST_CELLS: Final = 25_000_000
"""A larger raster is refused before its arrays are made."""

_SLACK: Final = 1e-9

Cells = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """A box in degrees cut into cells; row 0 is the northernmost, column 0 the westernmost.

    A cell has a flat number: row * n_cols + column.
    """

    west: float
    north: float
    step_lon: float
    step_lat: float
    n_rows: int
    n_cols: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.n_rows, self.n_cols

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        east, south = self.west + self.n_cols * self.step_lon, self.north - self.n_rows * self.step_lat
        return self.west, round(south, 9), round(east, 9), self.north

    def find_cells(self, lon: Floats, lat: Floats) -> Cells:
        """The cell of each point, -1 outside and for NaN; the box's own edge belongs to it."""
        _, south, east, _ = self.bbox
        inside = (lon >= self.west) & (lon <= east) & (lat >= south) & (lat <= self.north)
        col = np.floor((np.where(inside, lon, self.west) - self.west) / self.step_lon).astype(np.int64)
        row = np.floor((self.north - np.where(inside, lat, self.north)) / self.step_lat).astype(np.int64)
        cells = np.minimum(row, self.n_rows - 1) * self.n_cols + np.minimum(col, self.n_cols - 1)
        return np.where(inside, cells, -1)

    def centres(self, cells: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Longitude and latitude of the middle of each cell."""
        row, col = np.divmod(cells.astype(np.int64), self.n_cols)
        return self.west + (col + 0.5) * self.step_lon, self.north - (row + 0.5) * self.step_lat


def lay_grid(bbox: tuple[float, float, float, float], cell_deg: float) -> Grid:
    """Square cells over a box (west, south, east, north), which grows to whole cells in the east and south.

    Raises Problem "option-invalid" for a box that is no part of the Earth or crosses the antimeridian, for a
    cell without size, and for more than `MOST_CELLS` cells.
    """
    west, south, east, north = bbox
    if not all(math.isfinite(degrees) for degrees in (*bbox, cell_deg)) or cell_deg <= 0:
        raise _refuse("Box and cell must be numbers of degrees, the cell above 0.", "cell-deg", "Try 0.05.")
    if east <= west or east > 180 or west < -180:
        raise _refuse(
            "The box crosses the antimeridian, or its east is not east of its west.",
            "bbox",
            "Give west, south, east, north within -180 and 180; across the antimeridian build two surfaces.",
        )
    if not -90 <= south < north <= 90:
        raise _refuse("The box's south is not south of its north.", "bbox", "Give west, south, east, north.")
    n_cols, n_rows = (math.ceil((east - west) / cell_deg - _SLACK), math.ceil((north - south) / cell_deg - _SLACK))
    if n_cols * n_rows > MOST_CELLS:
        raise _refuse(
            f"That is {n_cols * n_rows:,} cells, and more than {MOST_CELLS:,} are refused.",
            "cell-deg",
            "Choose a larger cell or a smaller box.",
        )
    return Grid(float(west), float(north), float(cell_deg), float(cell_deg), n_rows, n_cols)


def _refuse(message: str, where: str, remedy: str) -> Problem:
    return Problem("option-invalid", message, where=where, remedy=remedy)
