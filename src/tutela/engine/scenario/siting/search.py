"""Good plans quickly: lazy greedy by gain per cost, then exchanges of one for one until none helps."""

from __future__ import annotations

import heapq
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting import kernels
from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.rules import Aim, Rules

Array = NDArray[Any]

MOVES_TRIED: Final = 60
"""Of the exchanges that look best, so many are computed in full where floors or risk decide."""


def greedy(cover: Cover, rules: Rules, start: Array) -> Array:
    """Open candidates from `start` on, each time the one that adds most per cost, while the rules allow it.

    Gains are kept up to date by the rows that change, so that a classical cover is read twice in all.
    """
    y, x = start.copy(), cover.serve(start)
    gain, nobody = np.zeros(len(y)), np.full(len(y), -1, np.int64)
    sums = (gain, np.zeros(0), np.zeros((0, len(y))))
    state = (cover.weight, x, np.zeros(1), cover.smooth)
    kernels.tally(cover.by_row, np.arange(len(cover)), state, nobody, sums, 1.0)
    left, cost = rules.left(y) + rules.tolerance, _costs(rules)
    is_open_to = (rules.high > 0.5) & (y < 0.5)
    least = 1e-9 * max(1.0, float(cover.weight.sum()))
    while True:
        rate = np.where(is_open_to & (gain > least), gain / cost, 0.0)
        for c in np.argsort(-rate, kind="stable").tolist():
            if rate[c] <= 0:
                return y
            if np.all(left - column(rules, c) >= 0):
                break
        else:
            return y
        left, is_open_to[c], y[c] = left - column(rules, c), False, 1.0
        rows = rows_of(cover, c)
        kernels.tally(cover.by_row, rows, state, nobody, sums, -1.0)
        _open(cover, c, x)
        kernels.tally(cover.by_row, rows, state, nobody, sums, 1.0)


def greedy_for_floors(cover: Cover, rules: Rules, start: Array, cap: Array) -> Array:
    """As `greedy`, where of each group only the coverage up to its cap counts: covers what floors ask for.

    Such gains, too, only fall as more are open: a candidate whose old gain is too small is not looked at again.
    """
    y, x = start.copy(), cover.serve(start)
    reached = cover.values(start)
    left, cost = rules.left(y), _costs(rules)
    queue = [(-np.inf, c) for c in np.flatnonzero((rules.high > 0.5) & (y < 0.5)).tolist()]
    waiting: list[int] = []
    while queue:
        _, c = heapq.heappop(queue)
        gain = np.zeros(cover.n_groups)
        kernels.gain_by_group(cover.by_column, c, (cover.weight, cover.group, x), cover.smooth, gain)
        rate = float((np.minimum(reached + gain, cap) - np.minimum(reached, cap)).sum() / cost[c])
        if rate <= 0:
            continue
        if queue and -queue[0][0] > rate:
            heapq.heappush(queue, (-rate, c))
            continue
        after = left - column(rules, c)
        if np.any(after < -rules.tolerance):
            waiting.append(c)
            continue
        left, reached = after, reached + gain
        y[c] = 1.0
        _open(cover, c, x)
        if waiting and (column(rules, c) < 0).any():  # what some waited for may be there now
            for other in waiting:
                heapq.heappush(queue, (-np.inf, other))
            waiting = []
    return y


def exchange(cover: Cover, rules: Rules, start: Array) -> Array:
    """Exchange one open candidate for a closed one, or open one more; the best move each time, until none helps."""
    y = start.copy()
    while True:
        found = _exchange_at_this_size(cover, rules, y)
        if found < 0:
            return y
        y[found] = 1.0


def _exchange_at_this_size(cover: Cover, rules: Rules, y: Array) -> int:
    """Exchange within `y` until none helps (-1) or opening one more does (that candidate)."""
    places = np.flatnonzero(y > 0.5)
    position = np.full(cover.n_candidates, -1, np.int64)
    position[places] = np.arange(len(places))
    x = cover.serve(y)
    top = np.array([cover.by_row[2].max(initial=0.0)])
    sums = (np.zeros(len(y)), np.zeros(len(places)), np.zeros((len(places), len(y))))
    state = (cover.weight, x, top, cover.smooth)
    kernels.tally(cover.by_row, np.arange(len(cover)), state, position, sums, 1.0)
    least = 1e-9 * max(1.0, float(cover.weight.sum()))
    table = rules.columns()
    while True:
        free = (rules.high > 0.5, rules.low[places] < 0.5)
        o, c, _ = kernels.best_move(sums, position, free, table, rules.left(y) + rules.tolerance, least)
        if c < 0 or o < 0:
            return int(c)
        old = int(places[o])
        # Only rows that one of the two serves change: they are taken out of the sums and put in again.
        rows = np.union1d(rows_of(cover, old), rows_of(cover, c))
        kernels.tally(cover.by_row, rows, state, position, sums, -1.0)
        y[old], y[c], position[old], position[c], places[o] = 0.0, 1.0, -1, o, c
        sums[1][o], sums[2][o] = 0.0, 0.0
        _serve_again(cover, y, rows, x)
        kernels.tally(cover.by_row, rows, state, position, sums, 1.0)


def exchange_for(cover: Cover, rules: Rules, aim: Aim, start: Array) -> Array:
    """As `exchange`, where floors or risk decide: first what floors lack falls, then the value rises.

    The table of exchanges is made with what coverage of each group is worth at the moment; of the moves that look
    best so, the first that is better in truth is made.
    """
    y = start.copy()
    now = judge(cover, aim, y)
    while True:
        groups = cover.values(y)
        worth = aim.slopes(groups) + 1e-9
        for (_, of, _), short in zip(aim.floors, aim.short(groups), strict=True):
            worth = worth + (10.0 * worth.max() * of if short > 0 else 0.0)
        weighted = replace(cover, weight=cover.weight * worth[cover.group])
        better = None
        for o, c in _moves(weighted, rules, y):
            tried = y.copy()
            tried[c] = 1.0
            if o >= 0:
                tried[o] = 0.0
            then = judge(cover, aim, tried)
            if then > (now[0] + 1e-9 * abs(now[0]) + 1e-12, now[1]) or (
                then[0] >= now[0] and then[1] > now[1] + 1e-9 * max(1.0, abs(now[1]))
            ):
                better = tried, then
                break
        if better is None:
            return y
        y, now = better


def judge(cover: Cover, aim: Aim, y: Array) -> tuple[float, float]:
    """How good a plan is, in the order that counts: what floors lack (negative), then the value."""
    groups = cover.values(y)
    return -float(aim.short(groups).sum()), aim.value(groups)


def _moves(cover: Cover, rules: Rules, y: Array) -> list[tuple[int, int]]:
    """The moves that the rules allow and that look best: which to close (-1: none), which to open."""
    places = np.flatnonzero(y > 0.5)
    position = np.full(cover.n_candidates, -1, np.int64)
    position[places] = np.arange(len(places))
    top = np.array([cover.by_row[2].max(initial=0.0)])
    sums = (np.zeros(len(y)), np.zeros(len(places)), np.zeros((len(places), len(y))))
    state = (cover.weight, cover.serve(y), top, cover.smooth)
    kernels.tally(cover.by_row, np.arange(len(cover)), state, position, sums, 1.0)
    gain, loss, saved = sums
    table = np.vstack([gain, gain - loss[:, None] + saved])
    table[1:][rules.low[places] > 0.5] = -np.inf
    table[:, (position >= 0) | (rules.high < 0.5)] = -np.inf
    best = np.argsort(-table, axis=None, kind="stable")
    left = rules.left(y) + rules.tolerance
    allowed: list[tuple[int, int]] = []
    for i in best[: 50 * MOVES_TRIED].tolist():
        o, c = divmod(i, len(y))
        if not np.isfinite(table[o, c]) or len(allowed) >= MOVES_TRIED:
            break
        after = left - column(rules, c)
        if o > 0:
            after = after + column(rules, int(places[o - 1]))
        if np.all(after >= 0):
            allowed.append((int(places[o - 1]) if o > 0 else -1, c))
    return allowed


def rows_of(cover: Cover, c: int) -> Array:
    """The rows that a candidate serves."""
    start, index, _ = cover.by_column
    return index[start[c] : start[c + 1]]


def column(rules: Rules, c: int) -> Array:
    """What opening a candidate takes from each rule."""
    out = np.zeros(len(rules.limit))
    m = rules.matrix
    part = slice(int(m.indptr[c]), int(m.indptr[c + 1]))
    out[m.indices[part]] = m.data[part]
    return out


def _costs(rules: Rules) -> Array:
    """One cost for each candidate: its largest share of any limit; 1 where nothing limits it."""
    share = rules.matrix.multiply(1.0 / np.where(rules.limit > 0, rules.limit, np.inf)[:, None]).tocsc()
    cost = np.asarray(share.max(axis=0).todense(), np.float64).ravel() if len(rules.limit) else np.zeros(0)
    if not len(cost):
        return np.ones(len(rules.low))
    positive = cost[cost > 0]
    return np.where(cost > 0, cost, positive.min() * 1e-3 if len(positive) else 1.0)


def _open(cover: Cover, c: int, x: Array) -> None:
    start, index, value = cover.by_column
    part = slice(int(start[c]), int(start[c + 1]))
    x[index[part]] += value[part] if len(value) > 1 else value[0]


def _serve_again(cover: Cover, y: Array, rows: Array, x: Array) -> None:
    """Service of these rows from the start, so that no rounding gathers."""
    start, index, value = cover.by_row
    x[rows] = kernels.serve_rows(start, index, value, y, rows)
