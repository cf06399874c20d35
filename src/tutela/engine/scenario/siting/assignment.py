"""The second model: each place serves at most so many, so that people are assigned and not only covered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.rules import Rules
from tutela.engine.scenario.siting.solver import quiet_solver
from tutela.engine.scenario.siting.solving import Patience, Siting, Solution, solve

Array = NDArray[Any]

MOST_PAIRS: Final = 300_000
"""More pairs than this are not written out; the plan without capacity is taken and filled instead."""


def assign(siting: Siting, capacity: Array, patience: Patience) -> Solution:
    """Maximise what is served: shares of rows go to open candidates within capacity; candidates whole, shares not.

    Beyond `MOST_PAIRS` the bound is that of the model without capacity, and the plan is filled by the same program
    with the candidates fixed.
    """
    if siting.cover.n_pairs <= MOST_PAIRS:
        y, value, bound = _run(siting, capacity, patience, siting.rules.low, siting.rules.high)
        if y is None:
            return Solution(None, -np.inf, bound, is_impossible=bound == -np.inf)
        return Solution(y, value, max(bound, value), rule_price=np.zeros(len(siting.rules.limit)))
    free = solve(siting, patience)
    if free.y is None:
        return free
    _, value, _ = _run(siting, capacity, Patience(), free.y, free.y)
    return Solution(free.y, value, free.bound, rule_price=free.rule_price)


def served(siting: Siting, capacity: Array, y: Array) -> float:
    """What a given plan serves within capacity; its rules are not asked."""
    own = replace(siting, rules=Rules.of((), siting.rules.low, siting.rules.high))
    return _run(own, capacity, Patience(), y, y)[1]


def _run(
    siting: Siting, capacity: Array, patience: Patience, low: Array, high: Array
) -> tuple[Array | None, float, float]:
    import highspy

    cover, rules = siting.cover, siting.rules
    worth = (siting.aim.chance @ siting.aim.outcomes)[cover.group]
    solver = quiet_solver(patience.left(), patience.gap)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    n = cover.n_candidates
    for c in range(n):
        solver.addVar(float(low[c]), float(high[c]))
    by_rule = rules.matrix.tocsr()
    for i, limit in enumerate(rules.limit.tolist()):
        part = slice(int(by_rule.indptr[i]), int(by_rule.indptr[i + 1]))
        solver.addRow(
            -highspy.kHighsInf,
            limit,
            part.stop - part.start,
            by_rule.indices[part].astype(np.int32),
            by_rule.data[part],
        )
    start, index, value = cover.by_row
    rows = np.repeat(np.arange(len(cover)), np.diff(start))
    share = np.full(len(index), value[0]) if len(value) == 1 else value
    first = n
    for e in range(len(index)):
        solver.addVar(0.0, float(cover.weight[rows[e]]))
        solver.changeColCost(first + e, float(worth[rows[e]] * share[e]))
    for j in range(len(cover)):
        pairs = np.arange(start[j], start[j + 1], dtype=np.int32) + first
        solver.addRow(-highspy.kHighsInf, float(cover.weight[j]), len(pairs), pairs, np.ones(len(pairs)))
    for c in range(n):
        mine = np.flatnonzero(index == c).astype(np.int32) + first
        solver.addRow(
            -highspy.kHighsInf, 0.0, len(mine) + 1, np.append(mine, c).astype(np.int32),
            np.append(np.ones(len(mine)), -float(capacity[c])),
        )  # fmt: skip
    for c in range(n):
        solver.changeColIntegrality(c, highspy.HighsVarType.kInteger)
    solver.run()
    info = solver.getInfo()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None, -np.inf, -np.inf
    values = np.array(solver.getSolution().col_value)
    bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else float(cover.weight.sum())
    has_plan = info.primal_solution_status == 2
    return (np.round(values[:n]) if has_plan else None), float(info.objective_function_value), bound
