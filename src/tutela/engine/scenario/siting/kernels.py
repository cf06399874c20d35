"""The loops over pairs of point and candidate; their slow, obvious twins stand in `obvious`.

A table of pairs lies in two orders. By row: `start`, `index` (the candidate), `value`; by column: `start`,
`index` (the row), `value`. `value` has one entry where all pairs are worth the same.
`smooth` is False for phi(x) = min(1, x), True for phi(x) = 1 - exp(-x).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.compiled import Compiled

Array = NDArray[Any]


@Compiled
def turn(start: Array, index: Array, value: Array, n: int) -> tuple[Array, Array, Array]:
    """The same pairs in the other order, of which there are `n`; within each, in rising order."""
    many = len(value) > 1
    new_start = np.zeros(n + 1, np.int64)
    for e in range(len(index)):
        new_start[index[e] + 1] += 1
    for i in range(n):
        new_start[i + 1] += new_start[i]
    at = new_start[:-1].copy()
    new_index = np.empty(len(index), np.int32)
    new_value = np.empty(len(value), np.float64)
    if not many:
        new_value[:] = value
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            k = at[index[e]]
            new_index[k] = i
            if many:
                new_value[k] = value[e]
            at[index[e]] += 1
    return new_start, new_index, new_value


@Compiled
def differ_from_first(start: Array, index: Array, value: Array, first: Array) -> Array:
    """Where a row is not the very row that its signature was first seen at."""
    many = len(value) > 1
    out = np.zeros(len(first), np.bool_)
    for j in range(len(first)):
        a, b = start[j], start[first[j]]
        length = start[j + 1] - a
        if length != start[first[j] + 1] - b:
            out[j] = True
            continue
        for k in range(length):
            if index[a + k] != index[b + k] or (many and value[a + k] != value[b + k]):
                out[j] = True
                break
    return out


@Compiled
def take_rows(start: Array, index: Array, value: Array, rows: Array, place: Array) -> tuple[Array, Array, Array]:
    """Some rows in this order, with candidates renumbered; those whose place is negative fall away."""
    many = len(value) > 1
    new_start = np.zeros(len(rows) + 1, np.int64)
    for i in range(len(rows)):
        n = 0
        for e in range(start[rows[i]], start[rows[i] + 1]):
            if place[index[e]] >= 0:
                n += 1
        new_start[i + 1] = new_start[i] + n
    new_index = np.empty(new_start[-1], np.int32)
    new_value = np.ones(max(1, new_start[-1]) if many else 1, np.float64)  # never empty: value[0] is read
    if not many:
        new_value[0] = value[0]
    k = 0
    for i in range(len(rows)):
        for e in range(start[rows[i]], start[rows[i] + 1]):
            if place[index[e]] >= 0:
                new_index[k] = place[index[e]]
                if many:
                    new_value[k] = value[e]
                k += 1
    return new_start, new_index, new_value


@Compiled
def serve(start: Array, index: Array, value: Array, y: Array, x: Array) -> None:
    """Add to `x` what the candidates in `y` bring to each row (pairs by column)."""
    many = len(value) > 1
    for c in range(len(y)):
        if y[c] != 0.0:
            for e in range(start[c], start[c + 1]):
                x[index[e]] += y[c] * (value[e] if many else value[0])


@Compiled
def serving_most(start: Array, index: Array, value: Array, y: Array, out: Array) -> None:
    """Of each row the candidate in `y` that brings most, -1 where none brings anything (pairs by row)."""
    many = len(value) > 1
    for j in range(len(out)):
        most, out[j] = 0.0, -1
        for e in range(start[j], start[j + 1]):
            brings = y[index[e]] * (value[e] if many else value[0])
            if brings > most:
                most, out[j] = brings, index[e]


@Compiled
def serve_rows(start: Array, index: Array, value: Array, y: Array, rows: Array) -> Array:
    """What the candidates in `y` bring to these rows (pairs by row)."""
    many = len(value) > 1
    out = np.zeros(len(rows))
    for i in range(len(rows)):
        for e in range(start[rows[i]], start[rows[i] + 1]):
            out[i] += y[index[e]] * (value[e] if many else value[0])
    return out


@Compiled
def pull(start: Array, index: Array, value: Array, u: Array, out: Array) -> None:
    """What each candidate collects of the prices `u` of the rows (pairs by column)."""
    many = len(value) > 1
    for c in range(len(out)):
        s = 0.0
        if many:
            for e in range(start[c], start[c + 1]):
                s += u[index[e]] * value[e]
        else:
            for e in range(start[c], start[c + 1]):
                s += u[index[e]]
            s *= value[0]
        out[c] = s


@Compiled
def pull_groups(start: Array, index: Array, value: Array, u: Array, group: Array, out: Array) -> None:
    """As `pull`, for each group of rows (pairs by row): out[group, candidate]."""
    many = len(value) > 1
    for j in range(len(u)):
        if u[j] != 0.0:
            line = out[group[j]]
            for e in range(start[j], start[j + 1]):
                line[index[e]] += u[j] * (value[e] if many else value[0])


@Compiled
def gain_by_group(
    pairs: tuple[Array, Array, Array], c: int, rows: tuple[Array, Array, Array], smooth: bool, out: Array
) -> None:
    """What opening candidate `c` adds to each group (pairs by column); `rows`: weight, group, x."""
    weight, group, x = rows
    start, index, value = pairs
    many = len(value) > 1
    for e in range(start[c], start[c + 1]):
        j = index[e]
        a = value[e] if many else value[0]
        if smooth:
            out[group[j]] += weight[j] * math.exp(-x[j]) * -math.expm1(-a)
        elif x[j] < 1.0:
            out[group[j]] += weight[j] * (min(1.0, x[j] + a) - x[j])


@Compiled
def tally(
    pairs: tuple[Array, Array, Array],
    rows: Array,
    state: tuple[Array, Array, Array, bool],
    position: Array,
    sums: tuple[Array, Array, Array],
    sign: float,
) -> None:
    """Add the share of these rows to the gain of opening, the loss of closing, and what both together save.

    state     weights, x, the largest value, smooth
    position  of each candidate among the open ones, -1 where it is not
    sums      gain[c], loss[o], saved[o, c]: exchanging o for c changes coverage by gain - loss + saved
    """
    start, index, value = pairs
    weight, x, top, smooth = state
    gain, loss, saved = sums
    many = len(value) > 1
    for i in range(len(rows)):
        j = rows[i]
        xj = x[j]
        w = weight[j] * sign
        if not smooth and xj - top[0] >= 1.0:
            continue
        left = math.exp(-xj) if smooth else 0.0
        for e in range(start[j], start[j + 1]):
            a = value[e] if many else value[0]
            c = index[e]
            if smooth:
                gain[c] += w * left * -math.expm1(-a)
            elif xj < 1.0:
                gain[c] += w * (min(1.0, xj + a) - xj)
        if xj == 0.0:
            continue
        for e in range(start[j], start[j + 1]):
            o = position[index[e]]
            if o < 0:
                continue
            b = value[e] if many else value[0]
            if smooth:
                more = w * left * math.expm1(b)
                loss[o] += more
                for f in range(start[j], start[j + 1]):
                    a = value[f] if many else value[0]
                    saved[o, index[f]] += more * -math.expm1(-a)
            elif xj - b < 1.0:
                had = min(1.0, xj)
                loss[o] += w * (had - (xj - b))
                for f in range(start[j], start[j + 1]):
                    a = value[f] if many else value[0]
                    both = min(1.0, xj - b + a) - (xj - b) - (min(1.0, xj + a) - had)
                    saved[o, index[f]] += w * both


@Compiled
def step_prices(t: Array, rows: tuple[Array, Array, Array], smooth: bool, u: Array, mean: Array) -> float:
    """Move the price of each row towards what its service says; returns the constant of the bound.

    phi(x) is the least, over t in [0, 1], of t x + h(t): h = 1 - t for min(1, x), 1 - t + t log t for 1 - exp(-x).
    `rows`: x, length of the step, weight. `u` becomes weight * t, and t is added to `mean`.
    """
    x, step, weight = rows
    constant = 0.0
    for j in range(len(t)):
        if smooth:
            v = t[j]
            low = 1e-12
            v = max(v, low)
            for _ in range(8):
                slope = 1.0 / v + 1.0 / step[j]
                new = v - (x[j] + math.log(v) + (v - t[j]) / step[j]) / slope
                new = min(1.0, max(v * 0.1, new))
                done = abs(new - v) <= 1e-9
                v = max(new, low)
                if done:
                    break
            constant += weight[j] * (1.0 - v + v * math.log(v))
        else:
            v = min(1.0, max(0.0, t[j] - step[j] * (x[j] - 1.0)))
            constant += weight[j] * (1.0 - v)
        t[j] = v
        u[j] = weight[j] * v
        mean[j] += v
    return constant


@Compiled
def best_move(
    sums: tuple[Array, Array, Array],
    position: Array,
    free: tuple[Array, Array],
    rules: tuple[Array, Array, Array],
    left: Array,
    least: float,
) -> tuple[int, int, float]:
    """The exchange that adds most and that the rules allow: place among the open ones (-1: none), candidate, gain.

    free   whether a candidate may be opened, whether the open one at a place may be closed
    left   what each rule leaves;  least  what it must gain
    """
    gain, loss, saved = sums
    start, index, value = rules
    may_open, may_close = free
    best, best_o, best_c = least, -1, -1
    opened = np.full(len(loss), -1, np.int64)
    for c in range(len(gain)):
        if position[c] >= 0:
            opened[position[c]] = c
    for o in range(-1, len(loss)):
        if o >= 0 and not may_close[o]:
            continue
        for c in range(len(gain)):
            if position[c] >= 0 or not may_open[c]:
                continue
            total = gain[c] if o < 0 else gain[c] - loss[o] + saved[o, c]
            if total <= best:
                continue
            allowed = True
            for e in range(start[c], start[c + 1]):
                left[index[e]] -= value[e]
            if o >= 0:
                for e in range(start[opened[o]], start[opened[o] + 1]):
                    left[index[e]] += value[e]
            for e in range(start[c], start[c + 1]):
                if left[index[e]] < 0:
                    allowed = False
            if o >= 0:
                for e in range(start[opened[o]], start[opened[o] + 1]):
                    if left[index[e]] < 0:
                        allowed = False
                    left[index[e]] -= value[e]
            for e in range(start[c], start[c + 1]):
                left[index[e]] += value[e]
            if allowed:
                best, best_o, best_c = total, o, c
    return best_o, best_c, best
