"""The inner loop of travel times: one search over a raster that costs what it reaches, not what the raster holds.

The search spreads over a small window of labels around its first cells. Where it comes to the window's edge and
the raster goes on, it stops and says so, and is run again in a larger one: the labels of a usual search lie in
the processor's cache. Waiting cells lie in buckets of equal width; a cell whose label fell once more after it had
spread is spread again, so the order inside a bucket changes nothing: the labels are the only fixed point of
"the least of what the neighbours give", byte for byte whatever the width of a bucket or of the window.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.compiled import Compiled

RIM: Final = 2
"""Rows and columns around a window's labels that no step may enter: a knight's move reaches two."""

BARRED: Final = -1.0
"""The label of the rim: nothing is less, so nothing is ever written there."""

N_BUCKETS: Final = 8192
"""Buckets in the ring (a power of two); what lies further ahead waits in a list of its own."""

DONE, LEFT_WINDOW, QUEUE_FULL = 0, 1, 2


class Ground(NamedTuple):
    """What a search runs over.

    friction   minutes per metre, NaN where nobody passes, shape (rows, columns)
    half_m   half the length of a step in metres, by row of the raster and by move
    moves   row and column of each move: 8 neighbours, then 8 knight's moves where those are wanted
    width   minutes of one bucket
    """

    friction: NDArray[np.float32]
    half_m: NDArray[np.float64]
    moves: NDArray[np.int64]
    width: float


class Plane(NamedTuple):
    """Labels of a window with a rim, flat; first and last column that holds one, by row of the window."""

    labels: NDArray[np.floating]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    n_cols: int


class Queue(NamedTuple):
    """Waiting cells: the head of each bucket, and of the list of far ones; entries are linked by number."""

    heads: NDArray[np.int32]
    cell: NDArray[np.int32]
    label: NDArray[np.floating]
    following: NDArray[np.int32]


class Seeds(NamedTuple):
    """Where a search begins: cells of the window, flat and without the rim, with the minutes they begin at."""

    cells: NDArray[np.int64]
    minutes: NDArray[np.float64]


class Found(NamedTuple):
    """What searches reached, one behind the other: cells of the raster and minutes."""

    cells: NDArray[np.int32]
    minutes: NDArray[np.float64]


@Compiled
def clear(plane: Plane) -> None:
    """Take back every label of a search."""
    stride = plane.n_cols + 2 * RIM
    for row in range(len(plane.first)):
        at = (row + RIM) * stride + RIM
        for col in range(plane.first[row], plane.last[row] + 1):
            plane.labels[at + col] = np.inf
        plane.first[row], plane.last[row] = plane.n_cols, -1


@Compiled
def gather(plane: Plane, found: Found, n: int, base: int, n_raster_cols: int) -> int:
    """Write the raster's cells that have a label, in their order, behind the first `n`; how many there are then."""
    stride = plane.n_cols + 2 * RIM
    for row in range(len(plane.first)):
        at = (row + RIM) * stride + RIM
        for col in range(plane.first[row], plane.last[row] + 1):
            label = plane.labels[at + col]
            if label < np.inf:
                found.cells[n], found.minutes[n] = base + row * n_raster_cols + col, label
                n += 1
    return n


@Compiled
def measure_spans(plane: Plane) -> int:
    """At most so many labels has the plane."""
    most = 0
    for row in range(len(plane.first)):
        most += max(0, plane.last[row] - plane.first[row] + 1)
    return most


@Compiled
def make_room(found: Found, needed: int) -> Found:
    """The same with room for so many, and half as many again."""
    size = needed + needed // 2
    cells, minutes = np.empty(size, np.int32), np.empty(size, np.float64)
    cells[: len(found.cells)], minutes[: len(found.minutes)] = found.cells, found.minutes
    return Found(cells, minutes)


@Compiled
def find_nearest_bucket(queue: Queue, width: float) -> int:
    """The number of the first bucket that a far entry belongs to."""
    entry, least = queue.heads[N_BUCKETS], np.inf
    while entry >= 0:
        least = min(least, queue.label[entry])
        entry = queue.following[entry]
    return int(least / width)


@Compiled
def bring_near(queue: Queue, until: int, width: float) -> int:
    """Move the far entries whose bucket comes before `until` into the ring, and say how many."""
    entry, moved = queue.heads[N_BUCKETS], 0
    queue.heads[N_BUCKETS] = -1
    while entry >= 0:
        after = queue.following[entry]
        number = int(queue.label[entry] / width)
        slot = N_BUCKETS
        if number < until:
            slot = number & (N_BUCKETS - 1)
            moved += 1
        queue.following[entry] = queue.heads[slot]
        queue.heads[slot] = entry
        entry = after
    return moved


@Compiled
def note_span(plane: Plane, row: int, col: int) -> None:
    """Remember that this cell of the window holds a label."""
    plane.first[row], plane.last[row] = min(plane.first[row], col), max(plane.last[row], col)


@Compiled
def plant(plane: Plane, queue: Queue, seeds: Seeds) -> int:
    """Label the first cells and put them all with the far ones, which are brought near by and by: how many."""
    stride = plane.n_cols + 2 * RIM
    n = 0
    for seed in range(len(seeds.cells)):
        row, col = seeds.cells[seed] // plane.n_cols, seeds.cells[seed] % plane.n_cols
        cell = (row + RIM) * stride + col + RIM
        if not seeds.minutes[seed] < plane.labels[cell]:
            continue
        plane.labels[cell] = seeds.minutes[seed]
        note_span(plane, row, col)
        queue.cell[n], queue.label[n], queue.following[n] = cell, plane.labels[cell], queue.heads[N_BUCKETS]
        queue.heads[N_BUCKETS] = n
        n += 1
    return n


@Compiled
def lay_steps(ground: Ground, stride: int) -> NDArray[np.int64]:
    """For each move how far it jumps in the labels and in the raster, and over which two cells a knight's goes."""
    n_cols = ground.friction.shape[1]
    steps = np.zeros((len(ground.moves), 4), np.int64)
    for move in range(len(ground.moves)):
        down, right = ground.moves[move]
        steps[move, 0], steps[move, 1] = down * stride + right, down * n_cols + right
        if abs(down) == 2:
            steps[move, 2], steps[move, 3] = down // 2 * n_cols, down // 2 * n_cols + right
        elif abs(right) == 2:
            steps[move, 2], steps[move, 3] = right // 2, down * n_cols + right // 2
    return steps


@Compiled
def find_edges(plane: Plane, shape: tuple[int, int], corner: tuple[int, int]) -> tuple[int, int, int, int]:
    """First and last row and column (these not included) that may spread: an edge is open if the raster goes on."""
    bottom, right = len(plane.first) + RIM, plane.n_cols + RIM
    return (
        RIM + RIM * (corner[0] > 0),
        bottom - RIM * (corner[0] + len(plane.first) < shape[0]),
        RIM + RIM * (corner[1] > 0),
        right - RIM * (corner[1] + plane.n_cols < shape[1]),
    )


@Compiled
def spread(
    ground: Ground, plane: Plane, queue: Queue, n_planted: int, limit: float, corner: tuple[int, int]
) -> int:
    """Label every cell that is reached within the limit, and say DONE; or stop with LEFT_WINDOW or QUEUE_FULL.

    `corner` is the window's place in the raster. Labels are inf (BARRED in the rim) but for those planted.
    """
    labels = plane.labels
    heads, cells, waits, following = queue
    stride, mask, n_raster_cols = plane.n_cols + 2 * RIM, N_BUCKETS - 1, ground.friction.shape[1]
    width, half_m, moves = ground.width, ground.half_m, ground.moves
    steps, rough = lay_steps(ground, stride), ground.friction.ravel()
    top, bottom, left, right = find_edges(plane, ground.friction.shape, corner)
    near, far, free, fresh, current, until = 0, n_planted, -1, n_planted, 0, 0
    while near + far > 0:
        if near == 0:
            current = find_nearest_bucket(queue, width)
            until = current + N_BUCKETS
            near = bring_near(queue, until, width)
            far -= near
        entry = heads[current & mask]
        if entry < 0:
            current += 1
            continue
        heads[current & mask], following[entry], free = following[entry], free, entry
        near -= 1
        cell, here = cells[entry], waits[entry]
        if here != labels[cell]:
            continue  # its label fell once more since
        row, col = cell // stride, cell % stride
        if row < top or row >= bottom or col < left or col >= right:
            return LEFT_WINDOW
        raster_row = corner[0] + row - RIM
        at = raster_row * n_raster_cols + corner[1] + col - RIM
        here_rough = np.float64(rough[at])
        for move in range(len(moves)):
            to = cell + steps[move, 0]
            if labels[to] <= here:
                continue
            roughness = here_rough + np.float64(rough[at + steps[move, 1]])
            if move >= 8:
                passed = np.float64(rough[at + steps[move, 2]]) + np.float64(rough[at + steps[move, 3]])
                roughness = 0.5 * (roughness + passed)
            there = here + roughness * half_m[raster_row, move]
            if not (there <= limit and there < labels[to]):  # never true of NaN
                continue
            labels[to] = there
            note_span(plane, row + moves[move, 0] - RIM, col + moves[move, 1] - RIM)
            entry = free if free >= 0 else fresh
            if free >= 0:
                free = following[free]
            elif fresh == len(cells):
                return QUEUE_FULL
            else:
                fresh += 1
            number = int(there / width)
            slot = number & mask if number < until else N_BUCKETS
            near, far = near + (slot < N_BUCKETS), far + (slot == N_BUCKETS)
            cells[entry], waits[entry], following[entry], heads[slot] = to, labels[to], heads[slot], entry
    return DONE


@Compiled
def search_each(
    ground: Ground, plane: Plane, queue: Queue, sources: NDArray[np.int64], limit: float
) -> tuple[NDArray[np.int64], Found]:
    """One search from each source cell: how many cells each reached (or minus why it stopped), and these."""
    n_rows, n_cols = len(plane.first), plane.n_cols
    n_raster_rows, n_raster_cols = ground.friction.shape
    found, n = Found(np.empty(4096, np.int32), np.empty(4096, np.float64)), 0
    counts = np.zeros(len(sources), np.int64)
    zero = np.zeros(1)
    for number in range(len(sources)):
        row, col = sources[number] // n_raster_cols, sources[number] % n_raster_cols
        up = min(max(row - n_rows // 2, 0), n_raster_rows - n_rows)
        side = min(max(col - n_cols // 2, 0), n_raster_cols - n_cols)
        seeds = Seeds(np.array([(row - up) * n_cols + col - side]), zero)
        status = spread(ground, plane, queue, plant(plane, queue, seeds), limit, (up, side))
        if status == DONE:
            most = n + measure_spans(plane)
            if most > len(found.cells):
                found = make_room(found, most)
            before, n = n, gather(plane, found, n, up * n_raster_cols + side, n_raster_cols)
            counts[number] = n - before
        else:
            counts[number] = -status
            queue.heads[:] = -1
        clear(plane)
    return counts, Found(found.cells[:n], found.minutes[:n])
