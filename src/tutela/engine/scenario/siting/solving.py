"""From a siting problem to a plan, a bound, and what stands between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.between import Between, first_plan, round_down
from tutela.engine.scenario.siting.between import Patience as Patience
from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.master import Answer, Master
from tutela.engine.scenario.siting.most import most_of
from tutela.engine.scenario.siting.polish import COMPACT_PAIRS, solve_by_tangents, solve_compact
from tutela.engine.scenario.siting.pressing import TRAIL, by_neighbourhood, press
from tutela.engine.scenario.siting.prices import bound_at, start_walk, walk
from tutela.engine.scenario.siting.rules import Aim, Rules, expected
from tutela.engine.scenario.siting.search import exchange_for, greedy, greedy_for_floors, judge

Array = NDArray[Any]

MOST_TANGENTS: Final = 800
"""So many for each group: where the bound still creeps, whole candidates get further."""


@dataclass(frozen=True, slots=True)
class Siting:
    """A question: who can be served by whom, what a plan must keep to, what is to be raised, what is open now."""

    cover: Cover
    rules: Rules
    aim: Aim
    now: Array


@dataclass(frozen=True, slots=True)
class Solution:
    """The best plan found and a bound that no plan passes. `y` is None where none was found.

    is_impossible   it is proven that no plan keeps to rules and floors
    rule_price, floor_price   what a unit more of each rule adds to the bound, a unit less of each floor: duals of
                    the last linear bound, an upper estimate near the plan and no promise far from it
    t               prices of demand rows that bound every plan, whatever it spends; empty with floors or risk
    """

    y: Array | None
    value: float
    bound: float
    is_impossible: bool = False
    rule_price: Array = field(default_factory=lambda: np.zeros(0))
    floor_price: Array = field(default_factory=lambda: np.zeros(0))
    t: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def gap(self) -> float:
        """What is unproven, as a fraction of the bound."""
        return max(0.0, self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def solve(siting: Siting, patience: Patience | None = None) -> Solution:
    """The best plan that can be found within this patience, with its proven bound."""
    patience = patience or Patience()
    if not len(siting.cover) and siting.aim.is_plain:
        y = greedy(siting.cover, siting.rules, _begin(siting))
        return Solution(y, 0.0, 0.0, rule_price=np.zeros(len(siting.rules.limit)))
    return _solve_plain(siting, patience) if siting.aim.is_plain else _solve_with_floors(siting, patience)


def _solve_plain(siting: Siting, patience: Patience) -> Solution:
    """Expected coverage without floors: prices, rounding, proof, and the rest to its end."""
    worth = siting.aim.chance @ siting.aim.outcomes
    cover = replace(siting.cover, weight=siting.cover.weight * worth[siting.cover.group])
    start = _begin(siting)
    if not siting.rules.allow(start):
        return _solve_with_floors(siting, patience)
    at = press(cover, first_plan(cover, siting.rules, start), patience)
    if at.gap > patience.gap and patience.left() > 0:
        columns = np.flatnonzero((at.rules.high > 0.5) | (at.y > 0.5))
        kept, went = cover.keep(columns)
        rules = at.rules.keep(columns)
        if kept.smooth or kept.n_pairs > COMPACT_PAIRS:
            at = _finish_by_tangents(kept, rules, at, (columns, went), patience)
        else:
            y, bound = solve_compact(kept, rules, patience.left(), patience.gap / 2, at.y[columns])
            at = _merge(at, kept, (columns, y), bound)
    _, collected = bound_at(cover, siting.rules, at.t)
    price = most_of(siting.rules, collected).price
    return Solution(at.y, at.value, max(at.bound, at.value), rule_price=price, t=at.t)


def _merge(at: Between, kept: Cover, found: tuple[Array, Array | None], bound: float) -> Between:
    """What was solved over the candidates that were left; the others were proven to be in no better plan."""
    columns, y = found
    value = -np.inf if y is None else float(kept.values(y).sum())
    if value > at.value:
        whole = np.zeros(len(at.y))
        whole[columns] = y
        at = replace(at, y=whole, value=value)
    return replace(at, bound=max(at.value, min(at.bound, bound)))


def _finish_by_tangents(
    kept: Cover, rules: Rules, at: Between, where: tuple[Array, Array], patience: Patience
) -> Between:
    columns, went = where
    neighbours = by_neighbourhood(kept, at.y[columns])
    aim = expected(neighbours.n_groups)
    master = Master(neighbours, rules, aim)
    inside = went >= 0
    t = np.ones(len(kept))
    t[went[inside]] = at.t[inside]
    master.cut_with(t)
    master.cut_at(at.y[columns])
    _, bound = _tighten(master, at.fractions[columns], patience, (at.value, at.bound))
    y, proven = solve_by_tangents(master, aim, (at.y[columns], at.value), patience.gap, patience.left)
    return _merge(at, kept, (columns, y), min(bound, proven))


def _tighten(master: Master, y: Array, patience: Patience, at: tuple[float, float]) -> tuple[Answer, float]:
    """Tangents at a centre that trails behind the answers, until the bound stands still."""
    value, bound = at
    centre = y.copy()
    answer = master.solve()
    still = 0
    most = master.cuts + MOST_TANGENTS * master.groups
    while answer.status == "optimal" and patience.left() > 0 and master.cuts < most:
        still = 0 if answer.bound < bound - 1e-5 * abs(bound) else still + 1
        bound = min(bound, answer.bound)
        if still >= 8 or bound - value <= patience.gap * abs(bound):
            break
        patience.told(max(0.0, bound - value) / max(bound, 1e-12))
        centre = centre + TRAIL * (answer.y - centre)
        master.cut_at(centre)
        if still:
            master.cut_at(answer.y)
        answer = master.solve()
    return answer, bound


def _solve_with_floors(siting: Siting, patience: Patience) -> Solution:
    """Floors or risk: bound over groups, fractions rounded, floors repaired, then whole candidates."""
    cover, rules, aim = siting.cover, siting.rules, siting.aim
    master = Master(cover, rules, aim)
    best, value = _repaired(siting, _begin(siting))
    master.cut_at(best if best is not None else _begin(siting))
    worth = aim.slopes(cover.values(_begin(siting)))
    weighted = replace(cover, weight=cover.weight * (worth + 1e-12)[cover.group])
    walked = walk(weighted, rules, start_walk(weighted, _begin(siting)), 200)
    master.cut_with(walked.best_t)
    answer, bound = _tighten(master, walked.y, patience, (value, np.inf))
    if answer.status == "infeasible":
        return Solution(None, -np.inf, -np.inf, is_impossible=True)
    for least in (0.02, 0.3, 0.6):
        y, covered = _repaired(siting, round_down(rules, answer.y, least))
        if y is not None and covered > value:
            best, value = y, covered
    if bound - value > patience.gap * abs(bound) and patience.left() > 0:
        found, proven = solve_by_tangents(master, aim, (best, value), patience.gap, patience.left)
        if proven == -np.inf:
            return Solution(None, -np.inf, -np.inf, is_impossible=True)
        bound, best = min(bound, proven), found
        value = -np.inf if best is None else judge(cover, aim, best)[1]
    bound = max(bound, value)
    return Solution(best, value, bound, rule_price=answer.rule_price, floor_price=answer.floor_price)


def _repaired(siting: Siting, start: Array) -> tuple[Array | None, float]:
    """From a start to a plan that reaches the floors: cover what they lack first, then all, then exchange."""
    cover, rules, aim = siting.cover, siting.rules, siting.aim
    best: tuple[Array | None, float] = (None, -np.inf)
    if not rules.allow(start):
        return best
    for first in (start, _begin(siting)):
        y = first
        if aim.floors:
            cap = np.zeros(cover.n_groups)
            for _, of, least in aim.floors:
                at = of > 0
                cap[at] = np.maximum(cap[at], least * cover.group_weights()[at] / (of @ cover.group_weights()))
            y = greedy_for_floors(cover, rules, first, cap)
        y = exchange_for(cover, rules, aim, greedy(cover, rules, y))
        _, value = judge(cover, aim, y)
        if aim.reached(cover.values(y)) and value > best[1]:
            best = y, value
        if np.array_equal(start, _begin(siting)):
            break
    return best


def _begin(siting: Siting) -> Array:
    """What must be open and nothing else."""
    return (siting.rules.low > 0.5).astype(float)
