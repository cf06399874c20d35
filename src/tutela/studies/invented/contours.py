"""Outlines of the high ground of a grid of heights (marching squares)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Heights = NDArray[np.float64]

# Sides of a cell are numbered south 0, east 1, north 2, west 3; corners weigh SW 1, SE 2, NE 4, NW 8.
# A line runs from one side to another with the high ground on its left.
_LINES: Final = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    5: ((0, 3), (2, 1)),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    10: ((1, 0), (3, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}


def trace_outlines(heights: Heights, level: float) -> list[NDArray[np.float64]]:
    """Rings around the ground above a level, anticlockwise, in columns and rows of the grid.

    The outermost cells of the grid must lie below the level, or a ring would not close.
    """
    following = _link_sides(heights > level)
    rings = []
    while following:
        side = start = next(iter(following))
        ring = []
        while side in following:
            ring.append(side)
            side = following.pop(side)
        if side != start:
            msg = "the high ground touches the edge of the grid"
            raise ValueError(msg)
        rings.append(_place_points(heights, level, np.array(ring)))
    return rings


def _link_sides(high: NDArray[np.bool_]) -> dict[int, int]:
    """Which side of a cell each line runs to, by the side it comes from."""
    rows, columns = high.shape
    south_west, south_east, north_west, north_east = high[:-1, :-1], high[:-1, 1:], high[1:, :-1], high[1:, 1:]
    case = south_west + 2 * south_east + 4 * north_east + 8 * north_west
    linked: dict[int, int] = {}
    for kind, lines in _LINES.items():
        i, j = np.nonzero(case == kind)
        flat, other = i * columns + j, rows * columns
        sides = (flat, other + flat + 1, flat + columns, other + flat)
        for begin, end in lines:
            linked.update(zip(sides[begin].tolist(), sides[end].tolist(), strict=True))
    return linked


def _place_points(heights: Heights, level: float, sides: NDArray[np.int64]) -> NDArray[np.float64]:
    upright, flat = np.divmod(sides, heights.size)
    i, j = np.divmod(flat, heights.shape[1])
    first, second = heights[i, j], heights[i + upright, j + 1 - upright]
    share = (level - first) / (second - first)
    return np.column_stack((j + share * (1 - upright), i + share * upright))
