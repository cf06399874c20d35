"""The most that the rules allow of a linear function of the plan, with the price of each rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.rules import Rules

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Most:
    """An upper bound on g @ y, the price of each rule behind it, and what each candidate adds net of prices."""

    value: float
    price: Array
    net: Array


def most_of(rules: Rules, g: Array, start: Array | None = None) -> Most:
    """By prices alone: for any prices >= 0, price @ limit + sum over candidates of their best, is a bound.

    One rule: the price at which the fractional knapsack is full, which is exact. More rules: descent over one
    price after another, each in turn exact, which stops early but never lies; it begins at `start`.
    """
    price = np.zeros(len(rules.limit)) if start is None else np.maximum(0.0, start)
    dense = rules.matrix.toarray() if len(rules.limit) <= 4 else None
    net = g - rules.matrix.T @ price if price.any() else g.copy()
    for _ in range(1 if len(rules.limit) <= 1 else 6):
        for i in range(len(rules.limit)):
            row = dense[i] if dense is not None else rules.matrix[[i], :].toarray().ravel()
            net = net + price[i] * row
            price[i] = _knapsack_price(net, row, float(rules.limit[i]), rules)
            net = net - price[i] * row
    value = float(price @ rules.limit + np.maximum(net * rules.high, net * rules.low).sum())
    return Most(value, price, net)


def _knapsack_price(g: Array, cost: Array, limit: float, rules: Rules) -> float:
    """The least price >= 0 at which what is worth opening fits: a corner of a convex, piecewise linear function."""
    used = np.where(g > 0, rules.high, rules.low)
    total = float(cost @ used)
    if total <= limit:
        return 0.0
    span = rules.high - rules.low
    # At price p a candidate changes sides at p = g / cost; total falls by |cost| * span there, for p > 0.
    moving = np.flatnonzero((cost != 0) & (span > 0) & (g / np.where(cost == 0, 1.0, cost) > 0))
    at = g[moving] / cost[moving]
    order = np.argsort(at, kind="stable")
    fallen = total - np.cumsum((np.abs(cost[moving]) * span[moving])[order])
    enough = int(np.searchsorted(-fallen, -limit))
    return float(at[order[min(enough, len(order) - 1)]]) if len(order) else 0.0
