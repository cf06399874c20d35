"""The same kernel backwards: what is left out, step by step, when places must close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.rules import Rules

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One closure: which candidate, and what is spent, posted and covered (by group) after it."""

    closed: int
    spent: float
    posts: float
    covered: Array


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing is measured by: money and posts by candidate (while open), what closing costs, what stays."""

    money: Array
    posts: Array
    closing_cost: Array
    stays: Array


def close_in_turn(cover: Cover, rules: Rules, now: Array, closing: Closing, target: float) -> tuple[Step, ...]:
    """Close one after another until at most `target` is spent, each time where least is lost per money saved.

    Plans are nested: whatever is closed at one step is closed at all later ones. Rules other than budgets (a team
    needs its escort) hold at every step. What closing costs counts as spent in the same year.
    """
    y = now.copy()
    spent = float(closing.money @ y)
    groups = cover.values(y)
    steps: list[Step] = []
    while spent > target + 1e-9:
        best: tuple[float, float, int, Array] | None = None
        for c in np.flatnonzero((y > 0.5) & ~closing.stays).tolist():
            saved = float(closing.money[c] - closing.closing_cost[c])
            y[c] = 0.0
            if saved > 0 and rules.allow(y):
                after = cover.values(y)
                lost = float(groups.sum() - after.sum())
                if best is None or (lost / saved, -saved, c) < best[:3]:
                    best = (lost / saved, -saved, c, after)
            y[c] = 1.0
        if best is None:
            break
        _, minus_saved, c, groups = best
        y[c], spent = 0.0, spent + minus_saved
        steps.append(Step(c, spent, float(closing.posts @ y), groups))
    return tuple(steps)
