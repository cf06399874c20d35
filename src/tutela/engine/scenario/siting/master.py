"""The bound from tangents: coverage of each group lies below every tangent, and HiGHS finds the best below them.

Floors are bounds on sums of groups, so a floor that no plan can reach makes the program infeasible at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting import kernels
from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.prices import height, tangent
from tutela.engine.scenario.siting.rules import Aim, Rules
from tutela.engine.scenario.siting.solver import quiet_solver

Array = NDArray[Any]

_TINY: Final = 1e-9

PATIENT: Final = 2
"""A plane that carried nothing at so many looks is dropped."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What HiGHS found: fractions of candidates, a proven bound, prices of rules and of floors.

    status    "optimal", "infeasible", or "stopped" (then the bound alone holds)
    """

    status: str
    y: Array
    theta: Array
    bound: float
    rule_price: Array
    floor_price: Array


class Master:
    """The linear program over candidates (y), coverage of groups (theta) and, for risk, outcomes."""

    def __init__(self, cover: Cover, rules: Rules, aim: Aim) -> None:
        import highspy

        self.cover, self.rules, self.aim = cover, rules, aim
        self._inf = highspy.kHighsInf
        self._solver = quiet_solver()
        self.n, self.groups = cover.n_candidates, cover.n_groups
        self.scale = float(max(1.0, cover.group_weights().sum() / 100.0))
        self._add_columns()
        self._add_rules()
        self._add_outcomes()
        self.cuts = 0
        self._first_plane = int(self._solver.getNumRow())
        self._prices: list[Array] = []
        self._rows_of, self._idle, self._plane_price = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)

    def _add_columns(self) -> None:
        weights = self.cover.group_weights() / self.scale
        low = np.concatenate([self.rules.low, np.zeros(self.groups)]).astype(np.float64)
        self._solver.addVars(len(low), low, np.concatenate([self.rules.high, weights]).astype(np.float64))

    def _add_rules(self) -> None:
        by_row = self.rules.matrix.tocsr()
        for i, limit in enumerate(self.rules.limit.tolist()):
            part = slice(int(by_row.indptr[i]), int(by_row.indptr[i + 1]))
            self._row(-self._inf, limit, by_row.indices[part], by_row.data[part])
        for _, of, least in self.aim.floors:
            at = np.flatnonzero(of)
            self._row(least / self.scale, self._inf, self.n + at, of[at])

    def _add_outcomes(self) -> None:
        """A sum over groups; the least outcome; or the mean of the worst `tail` (Rockafellar and Uryasev 2000)."""
        solver, aim = self._solver, self.aim
        solver.changeObjectiveSense(_maximise())
        if aim.kind == "expected":
            for g, worth in enumerate((aim.chance @ aim.outcomes).tolist()):
                solver.changeColCost(self.n + g, worth)
            return
        first = self.n + self.groups
        solver.addVar(-self._inf, self._inf)
        solver.changeColCost(first, 1.0)
        for s, of in enumerate(aim.outcomes):
            at = np.flatnonzero(of)
            columns, values = np.append(self.n + at, first), np.append(of[at], -1.0)
            if aim.kind == "cvar":
                solver.addVar(0.0, self._inf)
                solver.changeColCost(first + 1 + s, -float(aim.chance[s]) / aim.tail)
                columns, values = np.append(columns, first + 1 + s), np.append(values, 1.0)
            self._row(0.0, self._inf, columns, values)

    def _row(self, low: float, high: float, columns: Array, values: Array) -> None:
        self._solver.addRow(low, high, len(columns), columns.astype(np.int32), values.astype(np.float64))

    def cut_at(self, y: Array) -> Array:
        """Add the tangent of each group at this plan; returns what each group covers there."""
        x = self.cover.serve(y)
        return self.cut_with(tangent(x, smooth=self.cover.smooth), x)

    def cut_with(self, t: Array, x: Array | None = None) -> Array:
        """Add the plane that prices t in [0, 1] give each group: valid for any such prices."""
        cover = self.cover
        constant = np.bincount(
            cover.group, weights=cover.weight * height(t, smooth=cover.smooth), minlength=self.groups
        )
        slopes = np.zeros((self.groups, self.n))
        kernels.pull_groups(*cover.by_row, cover.weight * t, cover.group, slopes)
        self._add_planes(constant, slopes)
        self._prices.append(pack(t, smooth=cover.smooth))
        if x is None:
            return constant
        return np.bincount(cover.group, weights=cover.weight * cover.covered(x), minlength=self.groups)

    def _add_planes(self, constant: Array, slopes: Array) -> None:
        """One row for each group: theta at most the constant and the slopes of the candidates."""
        of, columns = np.nonzero(slopes > _TINY * self.scale)
        steep = slopes[of, columns]
        # Dropped slopes go into the constant: the plane stays above.
        rest = slopes.sum(axis=1) - np.bincount(of, weights=steep, minlength=self.groups)
        begin = np.searchsorted(of, np.arange(self.groups))
        index = np.insert(columns, begin, self.n + np.arange(self.groups)).astype(np.int32)
        value = np.insert(-steep / self.scale, begin, 1.0)
        start = (begin + np.arange(self.groups)).astype(np.int32)
        high = (constant + np.maximum(rest, 0.0)) / self.scale
        self._solver.addRows(self.groups, np.full(self.groups, -self._inf), high, len(index), start, index, value)
        self._rows_of = np.concatenate([self._rows_of, len(self._prices) * self.groups + np.arange(self.groups)])
        self.cuts += self.groups

    def prices(self) -> Array:
        """The price of each row behind the last bound: planes weighed by their own prices."""
        weights = np.zeros(len(self._prices) * self.groups)
        weights[self._rows_of[: len(self._plane_price)]] = self._plane_price
        by_plane = weights.reshape(-1, self.groups)
        by_plane = by_plane / np.maximum(1.0, by_plane.sum(axis=0))
        t = np.zeros(len(self.cover))
        for k in np.flatnonzero(by_plane.any(axis=1)).tolist():
            t += by_plane[k][self.cover.group] * unpack(self._prices[k], len(t))
        return np.minimum(1.0, t)

    def close(self, rules: Rules) -> None:
        """Take over what was proven about candidates: they are closed or stay open."""
        at = np.arange(self.n, dtype=np.int32)
        self._solver.changeColsBounds(self.n, at, rules.low.astype(np.float64), rules.high.astype(np.float64))
        self.rules = rules

    def forget(self) -> None:
        """Drop planes that carried nothing at the last looks: the program stays small."""
        known, new = len(self._plane_price), len(self._rows_of) - len(self._idle)
        self._idle = np.append(self._idle, np.zeros(new, np.int64))
        self._idle[:known] = np.where(self._plane_price > 0, 0, self._idle[:known] + 1)
        out = np.flatnonzero(self._idle > PATIENT)
        if len(out) >= self.groups:
            self._solver.deleteRows(len(out), (self._first_plane + out).astype(np.int32))
            self._rows_of, self._idle = np.delete(self._rows_of, out), np.delete(self._idle, out)

    def solve(self) -> Answer:
        """The best below all planes with candidates in fractions: a bound on every plan."""
        return self._run(1e9)

    def solve_whole(self, seconds: float, gap: float) -> Answer:
        """The best below all planes with whole candidates."""
        import highspy

        solver = self._solver
        whole = highspy.HighsVarType.kInteger
        at = np.arange(self.n, dtype=np.int32)
        solver.changeColsIntegrality(self.n, at, np.full(self.n, whole))
        solver.setOptionValue("mip_rel_gap", gap)
        try:
            return self._run(seconds, is_whole=True)
        finally:
            solver.changeColsIntegrality(self.n, at, np.full(self.n, highspy.HighsVarType.kContinuous))

    def _run(self, seconds: float, *, is_whole: bool = False) -> Answer:
        import highspy

        solver = self._solver
        solver.setOptionValue("time_limit", solver.getRunTime() + max(0.05, seconds))
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        found = solver.getSolution()
        values = np.array(found.col_value) if len(found.col_value) else np.zeros(self.n + self.groups)
        y, theta = values[: self.n], values[self.n : self.n + self.groups] * self.scale
        none = np.zeros(len(self.rules.limit)), np.zeros(len(self.aim.floors))
        if status == highspy.HighsModelStatus.kInfeasible:
            return Answer("infeasible", y, theta, -np.inf, *none)
        is_done = status == highspy.HighsModelStatus.kOptimal
        said = "optimal" if is_done else "stopped"
        if is_whole:
            return Answer(said, y, theta, float(info.mip_dual_bound) * self.scale, *none)
        plain_dual = np.abs(np.array(found.row_dual))
        dual = plain_dual * self.scale
        self._plane_price = plain_dual[self._first_plane :]
        k = len(self.rules.limit)
        bound = float(info.objective_function_value) * self.scale if is_done else np.inf
        return Answer(said, y, theta, bound, dual[:k], dual[k : k + len(self.aim.floors)] / self.scale)


def pack(t: Array, *, smooth: bool) -> Array:
    """Prices to be kept: bits where they are 0 or 1, half of the digits where not."""
    is_bits = not smooth and bool(np.all((t == 0.0) | (t == 1.0)))
    packed: Array = np.packbits(t > 0.5) if is_bits else t.astype(np.float32)
    return packed


def unpack(kept: Array, n: int) -> Array:
    """What was packed."""
    return np.unpackbits(kept, count=n).astype(np.float64) if kept.dtype == np.uint8 else kept.astype(np.float64)


def _maximise() -> Any:
    import highspy

    return highspy.ObjSense.kMaximize
