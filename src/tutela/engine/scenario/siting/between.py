"""What stands between plan and bound, and the steps that move the plan: rounding, exchange, disturbance, proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.prices import bound_at, start_walk
from tutela.engine.scenario.siting.rules import EPSILON, Rules
from tutela.engine.scenario.siting.search import column, exchange, greedy

Array = NDArray[Any]

DISTURBED: Final = 12
DRAWN: Final = 8
"""So many disturbances of the best plan, and roundings by chance, at each look."""


@dataclass(frozen=True, slots=True)
class Between:
    """The best plan so far, its value, a bound on all plans, prices behind it, and rules tightened by proof.

    fractions   candidates in part, about which the bound turns
    """

    y: Array
    value: float
    bound: float
    t: Array
    fractions: Array
    rules: Rules

    @property
    def gap(self) -> float:
        """What is unproven, as a fraction of the bound."""
        return max(0.0, self.bound - self.value) / self.bound if self.bound > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How near is near enough, and how long at most: `left` says how many seconds remain; `told` hears the gap."""

    gap: float = 1e-4
    left: Callable[[], float] = lambda: 1e9
    told: Callable[[float], None] = lambda _: None

    def is_met(self, between: Between) -> bool:
        """Whether this will do, or must."""
        return between.gap <= self.gap or self.left() <= 0


def first_plan(cover: Cover, rules: Rules, start: Array) -> Between:
    """Greedy and exchanges from what is open now, and the bound that touches that plan."""
    y = exchange(cover, rules, greedy(cover, rules, start))
    t = start_walk(cover, y).t
    return Between(y, float(cover.values(y).sum()), bound_at(cover, rules, t)[0], t, y, rules)


def better(
    cover: Cover, rules: Rules, sources: Sequence[Array], best: tuple[Array, float], dice: np.random.Generator
) -> tuple[Array, float]:
    """Round each source of fractions in two ways, disturb the best plan some times, and exchange from each."""
    y, value = best
    tries = [round_down(rules, fractions, least) for fractions in sources for least in (0.02, 0.5)]
    tries += [round_down(rules, _drawn(sources[0], dice), 0.02) for _ in range(DRAWN)]
    for n in range(len(tries) + DISTURBED):
        begin = tries[n] if n < len(tries) else _disturb(rules, y, dice)
        tried = exchange(cover, rules, greedy(cover, rules, begin))
        covered = float(cover.values(tried).sum())
        if rules.allow(tried) and covered > value + EPSILON:
            y, value = tried, covered
    return y, value


def round_down(rules: Rules, fractions: Array, least: float) -> Array:
    """Open what must be open, then candidates by their fraction from the largest, while the rules allow it."""
    y = (rules.low > 0.5).astype(float)
    left = rules.left(y) + rules.tolerance
    for c in np.argsort(-fractions, kind="stable").tolist():
        if fractions[c] < least:
            break
        after = left - column(rules, c)
        if y[c] < 0.5 and rules.high[c] > 0.5 and np.all(after >= 0):
            y[c], left = 1.0, after
    return y


def _drawn(fractions: Array, dice: np.random.Generator) -> Array:
    """An order by chance, in which the larger fractions tend to come first."""
    drawn: Array = dice.random(len(fractions)) ** (1.0 / np.maximum(fractions, 1e-9))
    return drawn


def _disturb(rules: Rules, y: Array, dice: np.random.Generator) -> Array:
    """Close a few open candidates, drawn by chance."""
    may_close = np.flatnonzero((y > 0.5) & (rules.low < 0.5))
    tried = y.copy()
    if not len(may_close):
        return tried
    for c in dice.choice(may_close, min(len(may_close), 2 + int(dice.integers(0, 3))), replace=False).tolist():
        after = tried.copy()
        after[c] = 0.0
        if rules.allow(after):
            tried = after
    return tried


def prove(at: Between, net: Array, bound: float) -> Between:
    """Fix what cannot be otherwise in a plan better than the best one.

    The bound must be the one of the very prices that `net` is of: a lower one from elsewhere would prove too much.
    """
    spare = bound - at.value
    slack = 1e-9 * max(1.0, at.bound)
    low, high = at.rules.low.copy(), at.rules.high.copy()
    high[(-net > spare + slack) & (at.y < 0.5) & (low < 0.5)] = 0.0
    low[(net > spare + slack) & (at.y > 0.5)] = 1.0
    return replace(at, rules=replace(at.rules, low=low, high=high))
