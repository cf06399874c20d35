"""What binds a plan, which plans are as good, and for a request that cannot be met, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.rules import Aim, Rules
from tutela.engine.scenario.siting.search import column, exchange, exchange_for, greedy, judge
from tutela.engine.scenario.siting.solving import Patience, Siting, Solution, solve

Array = NDArray[Any]

NEAR: Final = 0.01
"""Plans within this share of the best value count as about as good."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule or floor that keeps the plan from being better, and what a unit of it is worth by the linear bound."""

    name: str
    is_floor: bool
    limit: float
    used: float
    price: float


def find_binding(siting: Siting, solution: Solution) -> tuple[Binding, ...]:
    """Rules that some helpful opening would break, floors that are reached just so, and whatever has a price."""
    assert solution.y is not None
    y, rules = solution.y, siting.rules
    left = rules.left(y)
    closed = np.flatnonzero((y < 0.5) & (rules.high > 0.5))
    blocks = np.zeros(len(rules.limit), bool)
    for c in closed.tolist():
        broken = left - column(rules, c) < -rules.tolerance
        blocks |= broken if broken.sum() == 1 else False
    found = [
        Binding(name, False, float(limit), float(limit - left[i]), _at(solution.rule_price, i))
        for i, (name, limit) in enumerate(zip(rules.names, rules.limit, strict=True))
        if blocks[i] or _at(solution.rule_price, i) > 1e-9
    ]
    groups = siting.cover.values(y)
    for i, (name, of, least) in enumerate(siting.aim.floors):
        reached, price = float(of @ groups), _at(solution.floor_price, i)
        if price > 1e-9 or reached <= least * 1.001:
            found.append(Binding(name, True, least, reached, price))
    return tuple(found)


def find_alternatives(
    siting: Siting, solution: Solution, patience: Patience, number: int = 3, tries: int = 60
) -> tuple[Array, ...]:
    """Plans within 1 % of the best value that share as few sites with it, and with one another, as could be found.

    Sites are struck out one after another, those first whose loss is least, as long as the rest can be made up for.
    """
    assert solution.y is not None
    found: list[Array] = [solution.y]
    floor = solution.value - NEAR * abs(solution.value)
    for _ in range(number):
        often = np.sum(found, axis=0)
        struck = np.zeros(len(often), bool)
        best: Array | None = None
        for c in _by_loss(siting, solution.y, often)[:tries]:
            if patience.left() <= 0:
                break
            struck[c] = True
            plan = _without(siting, struck, best if best is not None else solution.y)
            short, value = judge(siting.cover, siting.aim, plan)
            if siting.rules.allow(plan) and short >= -1e-9 * abs(value) and value >= floor:
                best = plan
            else:
                struck[c] = False
        if best is None or any(np.array_equal(best, other) for other in found):
            break
        found.append(best)
    return tuple(found[1:])


def find_conflict(siting: Siting, patience: Patience) -> tuple[str, ...]:
    """The names of rules and floors that cannot be met together: leave one out, and the others can.

    Each is left out in turn for as long as the rest stay impossible (a deletion filter): what remains is minimal.
    """
    rules, floors = list(range(len(siting.rules.names))), list(range(len(siting.aim.floors)))
    for of, kept in (("floor", list(floors)), ("rule", list(rules))):
        for i in kept:
            fewer_rules = [r for r in rules if of == "floor" or r != i]
            fewer_floors = [f for f in floors if of == "rule" or f != i]
            if solve(_only(siting, fewer_rules, fewer_floors), patience).is_impossible:
                rules, floors = fewer_rules, fewer_floors
    return (*(siting.rules.names[i] for i in rules), *(siting.aim.floors[i][0] for i in floors))


def most_for_floor(siting: Siting, name: str, patience: Patience) -> float:
    """A proven bound on what coverage a floor's groups can have if everything else may suffer for it."""
    of = next(of for floor, of, _ in siting.aim.floors if floor == name)
    alone = replace(siting, aim=Aim(of[None, :]))
    return solve(alone, patience).bound


def _only(siting: Siting, rules: Sequence[int], floors: Sequence[int]) -> Siting:
    r = siting.rules
    kept = Rules(
        tuple(r.names[i] for i in rules),
        r.matrix.tocsr()[list(rules), :].tocsc(),
        r.limit[list(rules)],
        r.low,
        r.high,
    )
    return replace(siting, rules=kept, aim=replace(siting.aim, floors=tuple(siting.aim.floors[i] for i in floors)))


def _by_loss(siting: Siting, y: Array, often: Array) -> list[int]:
    """Open candidates that may be closed: those that plans found so far share, then by how little is lost."""
    may_close = np.flatnonzero((y > 0.5) & (siting.rules.low < 0.5)).tolist()
    loss = {}
    for c in may_close:
        closed = y.copy()
        closed[c] = 0.0
        loss[c] = -judge(siting.cover, siting.aim, closed)[1]
    return sorted(may_close, key=lambda c: (-often[c], loss[c], c))


def _without(siting: Siting, struck: Array, near: Array) -> Array:
    """A good plan without the struck candidates, begun from one near it."""
    rules = replace(siting.rules, high=np.where(struck, 0.0, siting.rules.high))
    start = np.where(struck, 0.0, near)
    if not rules.allow(start):
        start = (rules.low > 0.5).astype(float)
    plan = greedy(siting.cover, rules, start)
    if siting.aim.is_plain and siting.aim.outcomes.shape[0] == 1 and np.all(siting.aim.outcomes == 1.0):
        return exchange(siting.cover, rules, plan)
    return exchange_for(siting.cover, rules, siting.aim, plan)


def _at(prices: Array, i: int) -> float:
    return float(prices[i]) if i < len(prices) else 0.0
