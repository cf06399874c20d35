"""PRIO-GRID: cells of half a degree, numbered from the south-west; and which cells lie around which."""

from __future__ import annotations

from typing import Final

import numpy as np

from tutela.engine.outlook.panels import Ids, Neighbours
from tutela.kernel.tables import Floats

COLUMNS: Final = 720
ROWS: Final = 360
HALF_DEGREES: Final = 2

# Steps to the cells of the first ring and of the second.
_NEAR: Final = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)]
_RINGS: Final = tuple(tuple(step for step in _NEAR if max(map(abs, step)) == ring) for ring in (1, 2))


def number_cells(lon: Floats, lat: Floats) -> Ids:
    """The cell of each point; the eastern and the northern edge of the world belong to the last cells."""
    column = np.minimum(np.floor((lon + 180) * HALF_DEGREES), COLUMNS - 1).astype(np.int64)
    row = np.minimum(np.floor((lat + 90) * HALF_DEGREES), ROWS - 1).astype(np.int64)
    return row * COLUMNS + column + 1


def centres_of(cells: Ids) -> tuple[Floats, Floats]:
    """Longitude and latitude of the middle of each cell."""
    row, column = np.divmod(cells - 1, COLUMNS)
    return (column + 0.5) / HALF_DEGREES - 180, (row + 0.5) / HALF_DEGREES - 90


def with_surroundings(cells: Ids) -> Ids:
    """These cells and all that touch them, each once, in order."""
    return np.unique(np.concatenate([cells, *(_step(cells, *step) for step in _RINGS[0])]))


def find_rings(cells: Ids) -> tuple[Neighbours, ...]:
    """The first and the second ring around each cell, of those that are in the list; `cells` are sorted."""
    return tuple(_find_ring(cells, steps) for steps in _RINGS)


def _find_ring(cells: Ids, steps: tuple[tuple[int, int], ...]) -> Neighbours:
    around = np.stack([_step(cells, *step) for step in steps], axis=1)
    place = np.minimum(np.searchsorted(cells, around), len(cells) - 1)
    held = cells[place] == around
    start = np.concatenate(([0], np.cumsum(held.sum(axis=1))))
    return Neighbours(start, place[held])


def _step(cells: Ids, rows: int, columns: int) -> Ids:
    """The cell so many rows and columns away; past the poles there is none (0), the date line joins."""
    row, column = np.divmod(cells - 1, COLUMNS)
    row = row + rows
    moved = row * COLUMNS + (column + columns) % COLUMNS + 1
    return np.where((row >= 0) & (row < ROWS), moved, 0)
