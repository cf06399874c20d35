"""How long it takes from sites over a surface: the obvious search, and the same in compiled steps.

From the middle of a cell to the middle of a neighbour (8 of them) it takes the mean of both frictions times
the great-circle arc between them, so that cells grow narrow towards the poles. Within one cell it takes 0.
Eight directions make some ways up to 8 % longer than they are; with knight's moves, at most 3 %.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.friction import Surface
from tutela.engine.reach.searching import KNIGHTS, NEIGHBOURS, Reached, lay_ground, search_cells
from tutela.kernel.accounting import Accounting
from tutela.kernel.grids import Cells, Grid
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats, Table, Text

ALGORITHM: Final = 1
"""Raised when the same surface and sites would give other minutes."""

MOST_ROWS: Final = 12_000_000
"""A longer table of minutes would not fit into 2 GB of memory when it is written."""


@dataclass(frozen=True, slots=True)
class Starts(Table):
    """Points that people set out from, in degrees; the ids name the sites and may repeat."""

    site_id: Text
    lon: Floats
    lat: Floats


@dataclass(frozen=True, slots=True)
class TravelTable(Table):
    """Minutes from a start (its row) to a cell, sorted by start and cell; what is not here takes longer."""

    site: NDArray[np.int32]
    row: NDArray[np.int32]
    col: NDArray[np.int32]
    minutes: Floats


@dataclass(frozen=True, slots=True)
class Travel:
    """All that can be reached from each start within `max_minutes`.

    wanted   mask of the cells that were asked for, flat, None for all
    usable   mask of the starts that somebody can set out from
    accounting   starts: usable, or "outside-surface", or "on-impassable-cell"; none is moved to another cell
    """

    grid: Grid
    mode: str
    season: str
    max_minutes: float
    starts: Starts
    table: TravelTable
    passable: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    accounting: Accounting
    unused: tuple[tuple[str, str], ...] = ()
    wanted: NDArray[np.bool_] | None = None


def travel_obviously(surface: Surface, start: int, max_minutes: float, *, knights: bool = False) -> Floats:
    """Minutes from one cell to every cell, NaN beyond `max_minutes`: Dijkstra's search as in the textbook."""
    grid, friction = surface.grid, surface.friction.astype(np.float64)
    minutes = np.full(grid.shape, np.nan)
    waiting = [] if np.isnan(friction.ravel()[start]) else [(0.0, *divmod(start, grid.n_cols))]
    while waiting:
        here, row, col = heapq.heappop(waiting)
        if not np.isnan(minutes[row, col]):
            continue  # settled by a shorter way
        minutes[row, col] = here
        for d_row, d_col in NEIGHBOURS + KNIGHTS if knights else NEIGHBOURS:
            to_row, to_col = row + d_row, col + d_col
            if not (0 <= to_row < grid.n_rows and 0 <= to_col < grid.n_cols):
                continue
            length_m = _arc_m(grid, (row, col), (to_row, to_col))
            there = here + _mean_on_the_way(friction, (row, col), (to_row, to_col)) * length_m
            if there <= max_minutes:  # never true of NaN
                heapq.heappush(waiting, (there, to_row, to_col))
    return minutes


def _mean_on_the_way(friction: Floats, one: tuple[int, int], other: tuple[int, int]) -> float:
    """The mean of both cells; of a knight's move, that of the four cells it passes, a quarter of the way each."""
    down, right = other[0] - one[0], other[1] - one[1]
    passed = [one, other]
    if abs(down) == 2:
        passed += [(one[0] + down // 2, one[1]), (one[0] + down // 2, other[1])]
    elif abs(right) == 2:
        passed += [(one[0], one[1] + right // 2), (other[0], one[1] + right // 2)]
    return float(np.mean([friction[cell] for cell in passed]))


def _arc_m(grid: Grid, one: tuple[int, int], other: tuple[int, int]) -> float:
    lon, lat = grid.centres(np.array([grid.n_cols * one[0] + one[1], grid.n_cols * other[0] + other[1]]))
    return float(distances_km(lon[0], lat[0], lon[1], lat[1])) * 1000


def compute_travel(
    surface: Surface,
    starts: Starts,
    max_minutes: float,
    wanted: NDArray[np.bool_] | None = None,
    *,
    knights: bool = False,
) -> Travel:
    """Minutes from every start to every cell within `max_minutes`, or to those cells that are `wanted`.

    Starts in one cell are searched once. `knights` adds the moves of a knight to the 8 neighbours. Raises
    Problem "option-invalid" for minutes that are no length of time.
    """
    if not (math.isfinite(max_minutes) and max_minutes >= 0):
        raise Problem(
            "option-invalid",
            f"{max_minutes} is no number of minutes to travel.",
            where="max-min",
            remedy="Give a number of minutes of 0 or more, for example 360.",
        )
    cell = surface.grid.find_cells(starts.lon, starts.lat)
    passable = ~np.isnan(surface.friction.ravel())
    is_outside = cell < 0
    is_stuck = ~is_outside & ~passable[cell]
    usable = np.flatnonzero(~is_outside & ~is_stuck)
    sources, place = np.unique(cell[usable], return_inverse=True)
    by_source: list[Reached] = []
    rows, starts_in = 0, np.bincount(place, minlength=len(sources))
    ground = lay_ground(surface, knights=knights)
    for number, reached in enumerate(search_cells(ground, sources, max_minutes)):
        by_source.append(_pick(reached, wanted))
        rows += len(by_source[-1][0]) * int(starts_in[number])
        refuse_long(rows, len(starts))
    table = _expand(by_source, usable, place, surface.grid)
    unused = {"outside-surface": is_outside, "on-impassable-cell": is_stuck}
    return Travel(
        grid=surface.grid,
        mode=surface.mode,
        season=surface.season,
        max_minutes=float(max_minutes),
        starts=starts,
        table=table,
        passable=passable,
        usable=~is_outside & ~is_stuck,
        accounting=account_for_starts(len(starts), unused),
        unused=name_unused(starts, unused),
        wanted=wanted,
    )


def refuse_long(rows: int, n_starts: int) -> None:
    """Refuse a table of more than `MOST_ROWS` minutes. Raises Problem "option-invalid"."""
    if rows > MOST_ROWS:
        raise Problem(
            "option-invalid",
            f"The minutes from {n_starts:,} starting points to the cells make more than {MOST_ROWS:,} rows.",
            where="max-min",
            remedy="Search fewer minutes, take the sites of one day (--as-of), or build larger cells.",
        )


def account_for_starts(n_starts: int, unused: dict[str, NDArray[np.bool_]]) -> Accounting:
    """How many starts could be searched from, and why the others could not."""
    excluded = {reason: int(rows.sum()) for reason, rows in unused.items() if rows.any()}
    return Accounting("starting points", n_starts, n_starts - sum(excluded.values()), excluded)


def name_unused(starts: Starts, unused: dict[str, NDArray[np.bool_]]) -> tuple[tuple[str, str], ...]:
    """Each site with a start that could not be used, and why."""
    return tuple(
        (site_id, reason) for reason, rows in unused.items() for site_id in np.unique(starts.site_id[rows]).tolist()
    )


def _pick(reached: Reached, wanted: NDArray[np.bool_] | None) -> Reached:
    if wanted is None:
        return reached
    kept = wanted[reached[0]]
    return reached[0][kept], reached[1][kept]


def _expand(by_source: list[Reached], usable: Cells, place: Cells, grid: Grid) -> TravelTable:
    """From cells that were searched once to every start in them."""
    none: Reached = (np.empty(0, np.int64), np.empty(0))
    parts = [by_source[source] for source in place.tolist()]
    sizes = [len(cells) for cells, _ in parts]
    row, col = np.divmod(np.concatenate([cells for cells, _ in [none, *parts]]), grid.n_cols)
    return TravelTable(
        site=np.repeat(usable, sizes).astype(np.int32),
        row=row.astype(np.int32),
        col=col.astype(np.int32),
        minutes=np.concatenate([minutes for _, minutes in [none, *parts]]),
    )
