"""A proven bound from prices of demand, found by a primal-dual walk; each price row is valid, however it was found.

For any t in [0, 1] per row, coverage of any plan y is at most sum of weight * (h(t) + t * service), that is a
constant plus a linear function of y. The most that the rules allow of that function is a bound. The walk (Chambolle
and Pock 2011, with the diagonal steps of Pock and Chambolle 2011 and restarts from the mean as in Applegate et al.
2021) looks for the t whose bound is least, and on its way for a y that splits candidates into fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting import kernels
from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.most import most_of
from tutela.engine.scenario.siting.rules import Rules

Array = NDArray[Any]

STRETCH: Final = 50
"""Steps between two looks at the mean of the walk."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the walk stands: fractions of candidates, prices of rows, the best bound and the prices behind it."""

    y: Array
    t: Array
    bound: float
    best_t: Array


def bound_at(cover: Cover, rules: Rules, t: Array) -> tuple[float, Array]:
    """The bound of these prices, and what each candidate collects of them."""
    constant = float((cover.weight * height(t, smooth=cover.smooth)).sum())
    collected = np.empty(cover.n_candidates)
    kernels.pull(*cover.by_column, cover.weight * t, collected)
    return constant + most_of(rules, collected).value, collected


def height(t: Array, *, smooth: bool) -> Array:
    """h(t): 1 - t for min(1, x), 1 - t + t log t for 1 - exp(-x)."""
    if not smooth:
        plain: Array = 1.0 - t
        return plain
    curved: Array = 1.0 - t + t * np.log(np.maximum(t, 1e-300))
    return curved


def tangent(x: Array, *, smooth: bool) -> Array:
    """The price at which phi is touched at x."""
    return np.exp(-x) if smooth else (x < 1.0 - 1e-9).astype(float)


def start_walk(cover: Cover, y: Array) -> Walk:
    """Begin at a plan, with the prices that touch it."""
    x = cover.serve(y)
    t = np.exp(-x) if cover.smooth else np.clip(1.5 - x, 0.0, 1.0)
    return Walk(y.copy(), t, np.inf, t)


def walk(cover: Cover, rules: Rules, at: Walk, steps: int) -> Walk:
    """Take so many steps."""
    row_sum = _row_sums(cover)
    own = np.empty(cover.n_candidates)
    kernels.pull(*cover.by_column, cover.weight, own)
    tau = 1.0 / np.maximum(own, 1e-12 * max(1.0, own.max(initial=0.0)))
    sigma = 1.0 / row_sum
    y, t, u = at.y.copy(), at.t.copy(), cover.weight * at.t
    best, best_t = at.bound, at.best_t
    collected = np.empty(cover.n_candidates)
    constant = float((cover.weight * height(t, smooth=cover.smooth)).sum())
    mean_y, mean_t, n = np.zeros_like(y), np.zeros_like(t), 0
    for step in range(1, steps + 1):
        kernels.pull(*cover.by_column, u, collected)
        if step % 10 == 1:
            bound = constant + most_of(rules, collected).value
            if bound < best:
                best, best_t = bound, t.copy()
        new = _nearest(rules, y + tau * collected, tau)
        x = cover.serve(2.0 * new - y)
        y = new
        constant = kernels.step_prices(t, (x, sigma, cover.weight), cover.smooth, u, mean_t)
        mean_y, n = mean_y + y, n + 1
        if step % STRETCH == 0:
            bound, _ = bound_at(cover, rules, mean_t / n)
            if bound < best:
                best, best_t = bound, mean_t / n
            if step % (2 * STRETCH) == 0:
                y, t = mean_y / n, mean_t / n
                u = cover.weight * t
                constant = float((cover.weight * height(t, smooth=cover.smooth)).sum())
                mean_y, mean_t, n = np.zeros_like(y), np.zeros_like(t), 0
    return Walk(y, t, best, best_t)


def _row_sums(cover: Cover) -> Array:
    start, _, value = cover.by_row
    if len(value) == 1:
        plain: Array = np.diff(start) * value[0]
        return plain
    return np.add.reduceat(value, start[:-1]) if len(cover) else np.zeros(0)


def _nearest(rules: Rules, v: Array, tau: Array) -> Array:
    """The point nearest to v (each direction measured by 1 / tau) within bounds and the first rule."""
    y = np.clip(v, rules.low, rules.high)
    if not len(rules.limit):
        return y
    cost, limit = _first_rule(rules), float(rules.limit[0])
    if float(cost @ y) <= limit:
        return y
    pull, low, high = cost * tau, 0.0, 1.0
    while float(cost @ np.clip(v - high * pull, rules.low, rules.high)) > limit and high < 1e18:
        low, high = high, high * 4.0
    while high - low > 1e-12 * (1.0 + high):
        middle = 0.5 * (low + high)
        if float(cost @ np.clip(v - middle * pull, rules.low, rules.high)) > limit:
            low = middle
        else:
            high = middle
    nearest: Array = np.clip(v - high * pull, rules.low, rules.high)
    return nearest


def _first_rule(rules: Rules) -> Array:
    row: Array = rules.matrix[[0], :].toarray().ravel()
    return row
