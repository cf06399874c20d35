"""Plan and bound pressed together by planes of neighbourhoods, until only whole candidates can say more.

Rows that the same open candidate serves are a neighbourhood, and each has its own tangents: few candidates matter
to it, so a handful of planes say nearly all about it. The next tangents touch a centre that trails behind the
answers of the linear program: answers leap from corner to corner, their running mean does not, and Kelley's method
without it needs several times as many planes. The duals of the planes are prices of rows, and the bound is computed
from those prices alone, so that nothing rests on the tolerance of the linear program.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting import kernels
from tutela.engine.scenario.siting.between import Between, Patience, better, prove
from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.master import Answer, Master
from tutela.engine.scenario.siting.most import most_of
from tutela.engine.scenario.siting.prices import height
from tutela.engine.scenario.siting.rules import expected

Array = NDArray[Any]

TRAIL: Final = 0.3
"""How far the centre goes towards each answer."""

LOOK: Final = 5
"""Answers between two looks at the plan and at what the bound proves."""

MOST: Final = 400
"""So many answers at most."""

IN_PART: Final = 1e-3
"""A candidate opened by less than this at the centre does not matter to the plan."""

EARLY: Final = 20
FAR: Final = 2.0
"""Of the first answers, one whose planes lie above coverage by so many times the gap is not worth a look."""

STUCK: Final = 4
"""So many looks in which the gap hardly closes are enough."""

CONVERGED: Final = 0.05
"""Where what is left between planes and coverage is less than this part of the gap, only whole candidates help."""


def press(cover: Cover, at: Between, patience: Patience) -> Between:
    """Planes, rounding and proof in turn, until patience is met or the linear program has no more to say."""
    if patience.is_met(at):
        return at
    dice = np.random.default_rng(20)
    neighbours = by_neighbourhood(cover, at.y)
    master = Master(neighbours, at.rules, expected(neighbours.n_groups))
    centre = at.y.copy()
    master.cut_at(centre)
    gaps: list[float] = []
    for number in range(1, MOST + 1):
        answer = master.solve()
        if answer.status != "optimal":
            break
        centre = centre + TRAIL * (answer.y - centre)
        above = answer.bound - float(master.cut_at(centre).sum())
        gap = max(answer.bound - at.value, 1e-12)
        is_last = above <= CONVERGED * gap or patience.left() <= 0 or number == MOST
        if not is_last and (number % LOOK or (number <= EARLY and above > FAR * gap)):
            continue
        at = _look(cover, (master, answer), (at, centre), dice)
        patience.told(at.gap)
        gaps.append(at.gap)
        if is_last or patience.is_met(at) or _is_stuck(gaps):
            break
        master.close(at.rules)
        master.forget()
    return at


def _is_stuck(gaps: list[float]) -> bool:
    return len(gaps) > STUCK and gaps[-1 - STUCK] - gaps[-1] < 0.03 * gaps[-1]


def by_neighbourhood(cover: Cover, y: Array) -> Cover:
    """The same cover with rows grouped by the open candidate that serves them most, others as their neighbours."""
    start, index, _ = cover.by_row
    served = np.empty(len(cover), np.int64)
    kernels.serving_most(*cover.by_row, y, served)
    first = index[start[:-1]]
    near = np.full(cover.n_candidates, -1, np.int64)
    is_served = served >= 0
    near[first[is_served]] = served[is_served]
    served[~is_served] = near[first[~is_served]]
    names, group = np.unique(served, return_inverse=True)
    return replace(cover, group=group.astype(np.int32), n_groups=len(names), beyond=np.zeros(len(names)))


def _look(
    cover: Cover, found: tuple[Master, Answer], at: tuple[Between, Array], dice: np.random.Generator
) -> Between:
    """The bound of the prices so far, a plan from the centre, and what both prove about candidates."""
    master, answer = found
    between, centre = at
    t = master.prices()
    collected = np.empty(cover.n_candidates)
    kernels.pull(*cover.by_column, cover.weight * t, collected)
    constant = float((cover.weight * height(t, smooth=cover.smooth)).sum())
    most = most_of(between.rules, collected, answer.rule_price)
    columns = np.flatnonzero((centre > IN_PART) | (between.y > 0.5) | (answer.y > IN_PART))
    kept, _ = cover.keep(columns)
    best = between.y[columns], between.value
    y, value = better(kept, between.rules.keep(columns), (centre[columns], answer.y[columns]), best, dice)
    whole = np.zeros(cover.n_candidates)
    whole[columns] = y
    between = replace(between, y=whole, value=value, fractions=centre)
    if constant + most.value < between.bound:
        between = replace(between, bound=constant + most.value, t=t)
        between = prove(between, most.net, between.bound)
    return between
