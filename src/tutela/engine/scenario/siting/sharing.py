"""One budget for several presences: a price makes them independent, and bounds what any division of it can reach.

At a price for each unit of the shared budget every presence chooses for itself. The least total over all prices of
price * budget + what each could have at that price is a bound on every division (weak duality); it is computed from
the prices of demand that each presence's own search left behind, so it holds however early those searches stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting import kernels
from tutela.engine.scenario.siting.most import most_of
from tutela.engine.scenario.siting.prices import height
from tutela.engine.scenario.siting.rules import Rules
from tutela.engine.scenario.siting.solving import Patience, Siting, solve

Array = NDArray[Any]

STEPS: Final = 60
"""Halvings of the span of prices."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one presence would do with so much: its plan, what it spends and is worth, and what bounds all others.

    No plan y of this presence is worth more than constant + worth @ y.
    """

    y: Array
    spent: float
    value: float
    constant: float
    worth: Array
    cost: Array
    others: Rules

    def most_at(self, price: float) -> float:
        """No plan of this presence is worth more than this above what it pays."""
        return self.constant + most_of(self.others, self.worth - price * self.cost).value


@dataclass(frozen=True, slots=True)
class Division:
    """One offer for each presence, their total, the price that divides, and a bound on every division."""

    chosen: tuple[Offer, ...]
    value: float
    bound: float
    price: float

    @property
    def spent(self) -> float:
        """What all spend together."""
        return sum(offer.spent for offer in self.chosen)


def make_offer(siting: Siting, shared: int, limit: float, patience: Patience) -> Offer:
    """The best plan of one presence with so much of the shared rule (by its place in the rules); expected aims."""
    rules = siting.rules
    limits = rules.limit.copy()
    limits[shared] = limit
    found = solve(replace(siting, rules=replace(rules, limit=limits)), patience)
    y = found.y if found.y is not None else (rules.low > 0.5).astype(float)
    cover, worth = siting.cover, siting.aim.chance @ siting.aim.outcomes
    weight = cover.weight * worth[cover.group]
    t = found.t if len(found.t) else np.ones(len(cover))
    collected = np.empty(cover.n_candidates)
    kernels.pull(*cover.by_column, weight * t, collected)
    kept = np.delete(np.arange(len(rules.limit)), shared)
    others = replace(
        rules, names=tuple(rules.names[i] for i in kept), matrix=rules.matrix.tocsr()[kept, :].tocsc(),
        limit=rules.limit[kept],
    )  # fmt: skip
    cost = np.asarray(rules.matrix[[shared], :].todense(), np.float64).ravel()
    constant = float((weight * height(t, smooth=cover.smooth)).sum())
    value = siting.aim.value(cover.values(y))
    return Offer(y, float(cost @ y), value, constant, collected, cost, others)


def divide(offers: Sequence[Sequence[Offer]], total: float) -> Division:
    """The division of the total among presences that their offers allow, with its bound.

    The price at which what all choose just fits; then whatever the rest pays for, the best step first.
    """
    low, high = 0.0, _dearest(offers)
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if sum(offer.spent for offer in _choose(offers, middle)) > total:
            low = middle
        else:
            high = middle
    chosen = _spend_the_rest(offers, list(_choose(offers, high)), total)
    value = sum(offer.value for offer in chosen)
    price, bound = _least_bound(offers, total)
    return Division(tuple(chosen), value, max(bound, value), price)


def _choose(offers: Sequence[Sequence[Offer]], price: float) -> tuple[Offer, ...]:
    """What each presence prefers at this price; of equals the cheaper."""
    return tuple(max(own, key=lambda offer: (offer.value - price * offer.spent, -offer.spent)) for own in offers)


def _dearest(offers: Sequence[Sequence[Offer]]) -> float:
    """A price at which nobody buys what can be left: more than any coverage is worth for the cheapest unit."""
    steps = [1e-9]
    for own in offers:
        least = min(own, key=lambda offer: (offer.spent, -offer.value))
        dearer = [offer for offer in own if offer.spent > least.spent]
        steps += [(offer.value - least.value) / (offer.spent - least.spent) for offer in dearer]
    return 2.0 * max(steps) + 1.0


def _spend_the_rest(offers: Sequence[Sequence[Offer]], chosen: list[Offer], total: float) -> list[Offer]:
    while True:
        left = total - sum(offer.spent for offer in chosen)
        steps = [
            (offer.value - chosen[m].value, -offer.spent, m, k)
            for m, own in enumerate(offers)
            for k, offer in enumerate(own)
            if offer.value > chosen[m].value * (1 + 1e-12) and offer.spent - chosen[m].spent <= left
        ]
        if not steps:
            return chosen
        _, _, m, k = max(steps)
        chosen[m] = offers[m][k]


def _least_bound(offers: Sequence[Sequence[Offer]], total: float) -> tuple[float, float]:
    """The price whose bound is least: each presence's part is the least of convex ones; any price would hold."""

    def bound_at(price: float) -> float:
        return price * total + sum(min(offer.most_at(price) for offer in own) for own in offers)

    prices = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 40) * _dearest(offers)])
    bounds = [bound_at(price) for price in prices.tolist()]
    best = int(np.argmin(bounds))
    low, high = float(prices[max(0, best - 1)]), float(prices[min(len(prices) - 1, best + 1)])
    least = (float(prices[best]), bounds[best])
    for _ in range(STEPS):
        third = (high - low) / 3
        first, second = low + third, high - third
        at_first, at_second = bound_at(first), bound_at(second)
        least = min(least, (first, at_first), (second, at_second), key=lambda item: item[1])
        low, high = (low, second) if at_first <= at_second else (first, high)
    return least
