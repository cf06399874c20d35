"""To the end with whole candidates: one compact program where rows are few, tangents at whole plans where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.master import Master
from tutela.engine.scenario.siting.rules import Aim, Rules
from tutela.engine.scenario.siting.search import exchange_for, judge
from tutela.engine.scenario.siting.solver import quiet_solver

Array = NDArray[Any]

COMPACT_PAIRS: Final = 1_500_000
"""Up to so many pairs the compact program is written out."""

Solved = tuple[Array | None, float]
"""The plan (None where none was found in time) and a proven bound."""


def solve_compact(cover: Cover, rules: Rules, seconds: float, gap: float, start: Array) -> Solved:
    """Maximise sum of weight * z with z <= service and z <= 1, candidates whole; for phi(x) = min(1, x) alone.

    start   a plan that the rules allow, to be improved upon
    """
    import highspy

    solver = quiet_solver(seconds, gap)
    n, m = cover.n_candidates, len(cover)
    scale = max(1.0, float(cover.weight.sum()) / 100.0)
    lp = highspy.HighsLp()
    k = len(rules.limit)
    lp.num_col_, lp.num_row_, lp.sense_ = n + m, k + m, highspy.ObjSense.kMaximize
    lp.col_cost_ = np.concatenate([np.zeros(n), cover.weight / scale])
    lp.col_lower_ = np.concatenate([rules.low, np.zeros(m)])
    lp.col_upper_ = np.concatenate([rules.high, np.ones(m)])
    lp.row_lower_ = np.full(k + m, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate([rules.limit, np.zeros(m)])
    start_of, index, value = _compact_rows(cover, rules)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = start_of, index, value
    lp.integrality_ = [highspy.HighsVarType.kInteger] * n + [highspy.HighsVarType.kContinuous] * m
    solver.passModel(lp)
    at = np.arange(n + m, dtype=np.int32)
    solver.setSolution(n + m, at, np.concatenate([start, cover.covered(cover.serve(start))]))
    solver.run()
    info = solver.getInfo()
    bound = float(info.mip_dual_bound) * scale
    values = np.array(solver.getSolution().col_value)
    has_plan = info.primal_solution_status == 2 and len(values)
    return (np.round(values[:n]) if has_plan else None), bound


def _compact_rows(cover: Cover, rules: Rules) -> tuple[Array, Array, Array]:
    n, m = cover.n_candidates, len(cover)
    by_rule = rules.matrix.tocsr()
    start, index, value = cover.by_row
    value = np.full(len(index), value[0]) if len(value) == 1 else value
    # Each row of demand: z first, then minus what each candidate brings.
    lengths = np.diff(start) + 1
    begin = by_rule.indptr[-1] + np.concatenate([[0], np.cumsum(lengths)])
    all_index = np.empty(int(begin[-1]), np.int32)
    all_value = np.empty(int(begin[-1]))
    head = int(by_rule.indptr[-1])
    all_index[:head], all_value[:head] = by_rule.indices, by_rule.data
    is_z = np.zeros(int(begin[-1]) - head, bool)
    is_z[begin[:-1] - head] = True
    all_index[head:][is_z], all_value[head:][is_z] = n + np.arange(m), 1.0
    all_index[head:][~is_z], all_value[head:][~is_z] = index, -value
    return np.concatenate([by_rule.indptr[:-1], begin]).astype(np.int32), all_index, all_value


def solve_by_tangents(
    master: Master, aim: Aim, best: tuple[Array | None, float], gap: float, left: Callable[[], float]
) -> Solved:
    """Whole candidates below the tangents, a tangent at each plan so found, until plan and bound meet.

    Whatever the tangents of one plan say, they are exact at that plan: so the last plan proposed is the best.
    """
    cover, rules = master.cover, master.rules
    y, value = best
    bound = np.inf
    proposed: set[bytes] = set()
    while left() > 0 and not bound - value <= gap * max(abs(bound), 1e-12) < np.inf:
        answer = master.solve_whole(left(), gap / 4)
        if answer.status == "infeasible":
            return None, -np.inf
        bound = min(bound, answer.bound)
        plan = np.round(answer.y)
        tried = exchange_for(cover, rules, aim, plan) if rules.allow(plan) else plan
        for one in (plan, tried):
            short, covered = judge(cover, aim, one)
            if rules.allow(one) and short >= -1e-6 * max(1.0, abs(covered)) and covered > value:
                y, value = one, covered
        if plan.tobytes() in proposed:  # within the solver's tolerance nothing is left to find
            break
        proposed.add(plan.tobytes())
        master.cut_at(plan)
    return y, bound
