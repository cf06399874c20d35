"""Where people set out: the cell of each site, and for those on water or walls the nearest cell that is passable.

A site is moved only as far as was allowed, and every move is told; a site off the surface is never moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.friction import Surface, cell_height_m
from tutela.engine.reach.traveltime import Starts, account_for_starts, name_unused
from tutela.kernel.accounting import Accounting
from tutela.kernel.grids import Cells
from tutela.kernel.places import distances_km

OUTSIDE: Final = "outside-surface"
STUCK: Final = "on-impassable-cell"


@dataclass(frozen=True, slots=True)
class Moved:
    """A site that sets out from another cell than its own, and how far that is."""

    site_id: str
    moved_km: float


@dataclass(frozen=True, slots=True)
class Standing:
    """For each start its cell, -1 where nobody can set out, with what became of the others."""

    cells: Cells
    accounting: Accounting
    unused: tuple[tuple[str, str], ...]
    moved: tuple[Moved, ...]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Mask of the starts that somebody can set out from."""
        return self.cells >= 0


def find_standing(surface: Surface, starts: Starts, snap_km: float = 0.0) -> Standing:
    """The cell of every start; one on a cell that nobody passes is moved at most `snap_km`, and told."""
    cells = surface.grid.find_cells(starts.lon, starts.lat)
    passable = ~np.isnan(surface.friction.ravel())
    is_outside, moved = cells < 0, []
    for number in np.flatnonzero(~is_outside & ~passable[cells]).tolist():
        there, km = _find_nearest(surface, passable, float(starts.lon[number]), float(starts.lat[number]), snap_km)
        cells[number] = there
        if there >= 0:
            moved.append(Moved(str(starts.site_id[number]), round(km, 3)))
    reasons = {OUTSIDE: is_outside, STUCK: ~is_outside & (cells < 0)}
    return Standing(cells, account_for_starts(len(starts), reasons), name_unused(starts, reasons), tuple(moved))


def _find_nearest(
    surface: Surface, passable: NDArray[np.bool_], lon: float, lat: float, within_km: float
) -> tuple[int, float]:
    """The nearest passable cell within the distance, -1 for none."""
    grid = surface.grid
    row, col = divmod(int(grid.find_cells(np.array([lon]), np.array([lat]))[0]), grid.n_cols)
    high = int(within_km * 1000 / cell_height_m(grid)) + 1
    wide = int(high * grid.step_lat / grid.step_lon / max(0.02, np.cos(np.radians(abs(lat))))) + 1
    rows = np.arange(max(0, row - high), min(grid.n_rows, row + high + 1))
    cols = np.arange(max(0, col - wide), min(grid.n_cols, col + wide + 1))
    near = (rows[:, None] * grid.n_cols + cols).ravel()
    near = near[passable[near]]
    if not len(near):
        return -1, np.inf
    distance = distances_km(lon, lat, *grid.centres(near))
    best = int(np.argmin(distance))
    return (int(near[best]), float(distance[best])) if distance[best] <= within_km else (-1, np.inf)
