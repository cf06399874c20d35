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
"""Narrowings of the span of prices."""

MOST_KEPT: Final = 2_000
"""So many divisions among the first presences are carried on to the next at most."""


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
    """The best division of the total that these offers allow, with a bound on every division, offered or not."""
    chosen = _best_of(offers, total)
    value = sum(offer.value for offer in chosen)
    price, bound = _least_bound(offers, total)
    return Division(chosen, value, max(bound, value), price)


def _best_of(offers: Sequence[Sequence[Offer]], total: float) -> tuple[Offer, ...]:
    """One offer of each presence within the total, worth most together: one presence after another."""
    found: list[tuple[float, float, tuple[Offer, ...]]] = [(0.0, 0.0, ())]
    for own in offers:
        joined = sorted(
            (
                (spent + offer.spent, value + offer.value, (*chosen, offer))
                for spent, value, chosen in found
                for offer in own
                if spent + offer.spent <= total * (1 + 1e-9) or offer is _cheapest(own)
            ),
            key=lambda item: (item[0], -item[1]),
        )
        found = []
        for item in joined:
            if not found or item[1] > found[-1][1]:
                found.append(item)
        found = found[:: 1 + len(found) // MOST_KEPT]
    return max(
        (item for item in found if item[0] <= total * (1 + 1e-9)), default=found[0], key=lambda item: item[1]
    )[2]


def _cheapest(own: Sequence[Offer]) -> Offer:
    return min(own, key=lambda offer: (offer.spent, -offer.value))


def _dearest(offers: Sequence[Sequence[Offer]]) -> float:
    """A price at which nobody buys what can be left: more than any coverage is worth for the cheapest unit."""
    steps = [1e-9]
    for own in offers:
        least = _cheapest(own)
        dearer = [offer for offer in own if offer.spent > least.spent]
        steps += [(offer.value - least.value) / (offer.spent - least.spent) for offer in dearer]
    return 2.0 * max(steps) + 1.0


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
