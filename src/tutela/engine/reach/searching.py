"""Searches over a surface: from each of many cells as far as some minutes, or from all of them at once.

What a search costs grows with the cells that it reaches. Chunks of sources are fixed and come back in order, so
the number of workers changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tutela.engine.reach.friction import Surface, cell_height_m
from tutela.engine.reach.spreading import (
    BARRED,
    DONE,
    N_BUCKETS,
    QUEUE_FULL,
    RIM,
    Found,
    Ground,
    Plane,
    Queue,
    Seeds,
    gather,
    measure_spans,
    plant,
    search_each,
    spread,
)
from tutela.kernel.grids import Cells, Grid
from tutela.kernel.places import distances_km
from tutela.kernel.tables import Floats

DECIMALS: Final = 6
"""Minutes are rounded to these: what is left of rounding in the sums stays below, whatever the order."""

CHUNK: Final = 64
"""Sources that are searched by one worker in one go."""

WORKERS: Final = 2

NEIGHBOURS: Final = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
KNIGHTS: Final = ((-2, -1), (-2, 1), (-1, -2), (-1, 2), (1, -2), (1, 2), (2, -1), (2, 1))

_FIRST_WINDOW: Final = 252
_SAMPLE: Final = 4096
_BUCKET_SHARE: Final = 0.5

Reached = tuple[Cells, Floats]


def lay_ground(surface: Surface, *, knights: bool = False) -> Ground:
    """The surface as the inner loop takes it; with knight's moves ways bend less and take twice as long to find."""
    moves = NEIGHBOURS + KNIGHTS if knights else NEIGHBOURS
    half_m = np.column_stack([measure_steps(surface.grid, down, right) / 2 for down, right in moves])
    flat = surface.friction.ravel()
    sample = flat[:: max(1, flat.size // _SAMPLE)]
    known = sample[~np.isnan(sample)]
    usual = float(np.median(known)) if len(known) else float(np.nanmin(flat))
    width = _BUCKET_SHARE * usual * cell_height_m(surface.grid)
    return Ground(np.ascontiguousarray(surface.friction), half_m, np.array(moves, np.int64), width)


def measure_steps(grid: Grid, down: int, right: int) -> Floats:
    """For every row how many metres a step is long that leaves it."""
    _, lat = grid.centres(np.arange(grid.n_rows) * grid.n_cols)
    there = np.clip(lat - down * grid.step_lat, -90.0, 90.0)
    # Measured from the northern end, so that a way is exactly as long as the way back.
    north, south = np.maximum(lat, there), np.minimum(lat, there)
    length_m: Floats = distances_km(0.0, north, abs(right) * grid.step_lon, south) * 1000
    return length_m


def search_cells(ground: Ground, sources: Cells, max_minutes: float, workers: int = WORKERS) -> Iterator[Reached]:
    """For each source, in their order, the cells within the minutes, sorted, and how long it takes to each.

    The sources are passable cells. Minutes have `DECIMALS` decimals; those of a source are 0.
    """
    chunks = [sources[begin : begin + CHUNK] for begin in range(0, len(sources), CHUNK)]
    tasks = [(ground, chunk, max_minutes) for chunk in chunks]
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield from _search_chunk(task)
        return
    with ThreadPoolExecutor(workers) as pool:
        for answer in pool.map(_search_chunk, tasks):
            yield from answer


def search_together(ground: Ground, seeds: Seeds, max_minutes: float) -> Reached:
    """The cells that any seed reaches within the minutes, and the least minutes, those it begins at included."""
    plane = _spread_whole(ground, seeds, _a_little_more(max_minutes), np.float64)
    found = Found(np.empty(measure_spans(plane), np.int32), np.empty(measure_spans(plane)))
    n = gather(plane, found, 0, 0, plane.n_cols)
    return _round((found.cells[:n].astype(np.int64), found.minutes[:n]), max_minutes)


def search_surface(ground: Ground, seeds: Seeds, max_minutes: float = np.inf) -> NDArray[np.float32]:
    """The least minutes from the seeds to every cell, NaN where none comes: 32 bits, and nothing is rounded."""
    plane = _spread_whole(ground, seeds, max_minutes, np.float32)
    labels = plane.labels.reshape(len(plane.first) + 2 * RIM, -1)[RIM:-RIM, RIM:-RIM]
    labels[np.isinf(labels)] = np.nan
    return labels


def _search_chunk(task: tuple[Ground, Cells, float]) -> list[Reached]:
    """Search in small windows first, and again in larger ones where a search left its own."""
    ground, sources, max_minutes = task
    n_rows, n_cols = ground.friction.shape
    found: dict[int, Reached] = {}
    pending, side, room = np.arange(len(sources)), _FIRST_WINDOW, 0.5
    limit = _a_little_more(max_minutes)
    while len(pending):
        plane = _lay_plane(min(side, n_rows), min(side, n_cols), np.float64)
        queue = _lay_queue(int(room * len(plane.labels)) + CHUNK, np.float64)
        counts, reached = search_each(ground, plane, queue, sources[pending], limit)
        # All sources of the chunk at once, by the worker: one by one it would keep the other workers waiting.
        cells, minutes = _round((reached.cells.astype(np.int64), reached.minutes), max_minutes)
        ends = np.cumsum(np.maximum(counts, 0))
        for number in np.flatnonzero(counts > 0).tolist():
            rows = slice(ends[number] - counts[number], ends[number])
            found[int(pending[number])] = (cells[rows], minutes[rows])
        room *= 2 if (counts == -QUEUE_FULL).any() else 1
        pending, side = pending[counts <= 0], 4 * side
    return [found[number] for number in range(len(sources))]


def _spread_whole(ground: Ground, seeds: Seeds, limit: float, dtype: DTypeLike) -> Plane:
    """One search in a window that is the whole raster."""
    n_rows, n_cols = ground.friction.shape
    size = len(seeds.cells) + n_rows * n_cols // 16 + 4096
    while True:
        plane, queue = _lay_plane(n_rows, n_cols, dtype), _lay_queue(size, dtype)
        if spread(ground, plane, queue, plant(plane, queue, seeds), limit, (0, 0)) == DONE:
            return plane
        size *= 2


def _lay_plane(n_rows: int, n_cols: int, dtype: DTypeLike) -> Plane:
    labels: NDArray[Any] = np.full((n_rows + 2 * RIM, n_cols + 2 * RIM), BARRED, dtype)
    labels[RIM:-RIM, RIM:-RIM] = np.inf
    return Plane(labels.ravel(), np.full(n_rows, n_cols), np.full(n_rows, -1), n_cols)


def _lay_queue(size: int, dtype: DTypeLike) -> Queue:
    heads = np.full(N_BUCKETS + 1, -1, np.int32)
    return Queue(heads, np.empty(size, np.int32), np.empty(size, dtype), np.empty(size, np.int32))


def _a_little_more(max_minutes: float) -> float:
    """Half of the last decimal more than asked for, so that what rounds to the limit is still found."""
    return max_minutes + 0.5 * 10**-DECIMALS


def _round(reached: Reached, max_minutes: float) -> Reached:
    cells, minutes = reached
    return cells, np.minimum(np.round(minutes, DECIMALS), max_minutes)
