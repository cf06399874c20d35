"""Plan and bound towards each other: prices name the few candidates that matter, and the work is done among those.

1. A walk over a sample of the rows shows which candidates matter. 2. Among them the walk finds prices, of which a
look over all candidates makes a bound; who is worth more than his price joins. 3. Fractions are rounded, filled up
and exchanged. 4. A candidate whose opening would push the bound below the best plan is closed for good, one whose
closing would do so stays open. The rest is small enough to be solved to the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting import kernels
from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.most import most_of
from tutela.engine.scenario.siting.prices import bound_at, start_walk, walk
from tutela.engine.scenario.siting.rules import EPSILON, Rules
from tutela.engine.scenario.siting.search import column, exchange, greedy

Array = NDArray[Any]

SAMPLED_PAIRS: Final = 1_500_000
"""A cover with more pairs than twice this is sampled down to about so many first."""


@dataclass(frozen=True, slots=True)
class Between:
    """The best plan so far, its value, a bound on all plans, prices behind it, and rules tightened by proof.

    fractions   where the walk stands: candidates in part
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
class Effort:
    """When to stop: at this gap, after so many rounds, or when `enough` says so (called with the gap)."""

    gap: float = 1e-4
    rounds: int = 40
    enough: Callable[[float], bool] = lambda _: False

    def is_done(self, between: Between) -> bool:
        """Whether this will do."""
        return between.gap <= self.gap or self.enough(between.gap)


def first_plan(cover: Cover, rules: Rules, start: Array) -> Between:
    """Greedy and exchanges from what is open now, and the bound that touches that plan."""
    y = exchange(cover, rules, greedy(cover, rules, start))
    t = start_walk(cover, y).t
    return Between(y, float(cover.values(y).sum()), bound_at(cover, rules, t)[0], t, y, rules)


def close_in(cover: Cover, at: Between, effort: Effort) -> Between:
    """Rounds of prices, rounding and proof until the effort is spent."""
    if effort.is_done(at):
        return at
    at = _sampled(cover, at)
    dice = np.random.default_rng(20)
    own = np.flatnonzero(at.rules.high > 0.5)
    columns = own if cover.n_pairs <= 2 * SAMPLED_PAIRS else _worth_a_look(cover, at)
    steps = 100
    for _ in range(effort.rounds):
        at, columns = _round(cover, at, columns, (steps, dice))
        if effort.is_done(at) or len(columns) == 0:
            break
        steps = min(steps + 50, 400)
    return at


def _round(
    cover: Cover, at: Between, columns: Array, how: tuple[int, np.random.Generator]
) -> tuple[Between, Array]:
    steps, dice = how
    kept, went = cover.keep(columns)
    rules = at.rules.keep(columns)
    begin = replace(start_walk(kept, at.fractions[columns]), t=_prices_of(kept, at.t, went))
    walked = walk(kept, rules, begin, steps)
    t = np.where(went >= 0, walked.best_t[np.maximum(went, 0)], 1.0)
    bound, collected = bound_at(cover, at.rules, t)
    fractions = np.zeros(cover.n_candidates)
    fractions[columns] = walked.y
    y, value = _better(kept, rules, walked.y, (at.y[columns], at.value), dice)
    whole = np.zeros(cover.n_candidates)
    whole[columns] = y
    bound, t = (bound, t) if bound < at.bound else (at.bound, at.t)
    at = replace(at, y=whole, value=value, bound=bound, t=t, fractions=fractions)
    at = _prove(cover, at)
    return at, _next_columns(at, collected, columns)


def _better(
    cover: Cover, rules: Rules, fractions: Array, best: tuple[Array, float], dice: np.random.Generator
) -> tuple[Array, float]:
    """Round the fractions in several ways, disturb the best plan a few times, and exchange from each."""
    y, value = best
    tries = [round_down(rules, fractions, least) for least in (0.02, 0.5)]
    for n in range(6):
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


def _prove(cover: Cover, at: Between) -> Between:
    """Fix what cannot be otherwise in a plan better than the best one.

    The bound must be the one of these very prices: a lower one from elsewhere would prove too much.
    """
    bound, collected = bound_at(cover, at.rules, at.t)
    net = most_of(at.rules, collected).net
    spare = bound - at.value
    slack = 1e-9 * max(1.0, at.bound)
    low, high = at.rules.low.copy(), at.rules.high.copy()
    high[(-net > spare + slack) & (at.y < 0.5) & (low < 0.5)] = 0.0
    low[(net > spare + slack) & (at.y > 0.5)] = 1.0
    return replace(at, rules=replace(at.rules, low=low, high=high))


def _next_columns(at: Between, collected: Array, columns: Array) -> Array:
    """Those at work that matter still, and whoever is worth more than the rules charge for him."""
    net = most_of(at.rules, collected).net
    charge = float(np.median(collected[at.y > 0.5])) if (at.y > 0.5).any() else 0.0
    stay = np.zeros(len(at.y), bool)
    stay[columns] = net[columns] > -0.5 * charge
    wanted = (stay | (net > -0.02 * charge) | (at.y > 0.5) | (at.fractions > 0) | (at.rules.low > 0.5)) & (
        (at.rules.high > 0.5) | (at.y > 0.5)
    )
    return np.flatnonzero(wanted)


def _worth_a_look(cover: Cover, at: Between) -> Array:
    _, collected = bound_at(cover, at.rules, at.t)
    return _next_columns(at, collected, np.flatnonzero(collected > 0))


def _sampled(cover: Cover, at: Between) -> Between:
    """Walk over a sample of the rows, and carry its fractions over as prices of all rows."""
    if cover.n_pairs <= 2 * SAMPLED_PAIRS:
        return at
    dice = np.random.default_rng(20)
    share = SAMPLED_PAIRS / cover.n_pairs
    rows = np.flatnonzero(dice.random(len(cover)) < share)
    pairs = kernels.take_rows(*cover.by_row, rows, np.arange(cover.n_candidates, dtype=np.int32))
    weight = cover.weight[rows] * (cover.weight.sum() / cover.weight[rows].sum())
    few = replace(
        cover, weight=weight, group=cover.group[rows], by_row=pairs,
        by_column=kernels.turn(*pairs, cover.n_candidates), beyond=np.zeros(cover.n_groups),
    )  # fmt: skip
    walked = walk(few, at.rules, start_walk(few, at.y), 300)
    t = np.clip(1.5 - cover.serve(walked.y), 0.0, 1.0) if not cover.smooth else np.exp(-cover.serve(walked.y))
    bound, _ = bound_at(cover, at.rules, t)
    return replace(at, t=t, fractions=walked.y, bound=min(bound, at.bound))


def _prices_of(kept: Cover, t: Array, went: Array) -> Array:
    """The mean price of the rows that became one."""
    inside = went >= 0
    number = np.bincount(went[inside], minlength=len(kept))
    return np.bincount(went[inside], weights=t[inside], minlength=len(kept)) / np.maximum(number, 1)
