"""High and low ground: the heights that made the coast, ridges inland, and the way that water takes to the sea."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tutela.studies.invented.coast import HALF_HEIGHT_KM, HALF_WIDTH_KM, STEP_KM, Coast, roll_heights
from tutela.studies.invented.plane import Points

Numbers = NDArray[np.int64]

SEA: Final = -9999
"""Stands in the elevation where there is no land."""

IN_SEA: Final = -1
"""Stands in `downstream` where water has reached the sea."""

_TOP_M: Final = 2_150.0
_CELL_KM2: Final = STEP_KM**2
_JITTER_KM: Final = 0.45
_NEIGHBOURS: Final = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


@dataclass(frozen=True, slots=True)
class Relief:
    """The land's surface on the grid of the coast, row 0 in the south, cells numbered row by row.

    elevation_m   (rows, columns) whole metres, SEA where there is none
    downstream    for each cell the cell that its water runs to, IN_SEA at the shore and in the sea
    upstream_km2  for each cell the land whose water comes through it, its own included
    points        (cells, 2) where lines through each cell pass, on the plane: near its middle, not on it
    """

    elevation_m: NDArray[np.int16]
    downstream: Numbers
    upstream_km2: NDArray[np.float64]
    points: Points

    @property
    def land(self) -> NDArray[np.bool_]:
        """(cells,) whether each is land."""
        result: NDArray[np.bool_] = self.elevation_m.ravel() != SEA
        return result


def locate_cells(points: Points) -> Numbers:
    """The grid's cell that each point of the plane lies in."""
    columns = 2 * int(HALF_WIDTH_KM / STEP_KM) + 1
    column = np.rint((points[:, 0] + HALF_WIDTH_KM) / STEP_KM).astype(np.int64)
    row = np.rint((points[:, 1] + HALF_HEIGHT_KM) / STEP_KM).astype(np.int64)
    return row * columns + column


def raise_relief(coast: Coast, rng: np.random.Generator) -> Relief:
    """Make ridges and plains on the land of a coast, and let its water run to the sea from every cell."""
    land = coast.heights > 0
    inland = 1 - np.exp(-ndimage.distance_transform_edt(land) * STEP_KM / 32)
    own = np.clip(coast.heights / coast.heights.max(), 0, 1)
    ridges = (1 - np.minimum(np.abs(roll_heights(rng, land.shape)) / 1.4, 1)) ** 3
    ranges = 1 / (1 + np.exp(-3 * roll_heights(rng, land.shape)))
    rough = inland * (0.30 * own + 0.85 * ridges * ranges) + 0.05 * inland * roll_heights(rng, land.shape)
    metres = np.where(land, 4 + _TOP_M * np.clip(rough, 0.0, None) / rough[land].max(), -1.0)
    downstream, order = _drain(metres, land)
    upstream = np.where(land.ravel(), _CELL_KM2, 0.0)
    for cell in order[::-1].tolist():
        if downstream[cell] != IN_SEA:
            upstream[downstream[cell]] += upstream[cell]
    rows, columns = np.indices(land.shape).reshape(2, -1)
    middles = np.column_stack((columns * STEP_KM - HALF_WIDTH_KM, rows * STEP_KM - HALF_HEIGHT_KM))
    return Relief(
        elevation_m=np.where(land, np.maximum(np.rint(metres), 1), SEA).astype(np.int16),
        downstream=downstream,
        upstream_km2=upstream,
        points=middles + rng.uniform(-_JITTER_KM, _JITTER_KM, middles.shape),
    )


def _drain(metres: NDArray[np.float64], land: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Where each cell's water goes, and the land cells in the order in which the sea would flood them.

    The flood comes in from the shore over the lowest ground first, so that no hollow keeps its water.
    """
    columns = land.shape[1]
    steps = [i * columns + j for i, j in _NEIGHBOURS]
    dry, height = land.ravel().tolist(), metres.ravel().tolist()
    downstream = np.full(land.size, IN_SEA, dtype=np.int64)
    shore = land & ndimage.binary_dilation(~land, structure=np.ones((3, 3)))
    waiting = [(height[cell], cell) for cell in np.flatnonzero(shore).tolist()]
    heapq.heapify(waiting)
    for _, cell in waiting:
        dry[cell] = False
    order = []
    while waiting:
        level, cell = heapq.heappop(waiting)
        order.append(cell)
        for step in steps:
            near = cell + step
            if dry[near]:
                dry[near] = False
                downstream[near] = cell
                heapq.heappush(waiting, (max(level + 1e-3, height[near]), near))
    return downstream, np.array(order, dtype=np.int64)
