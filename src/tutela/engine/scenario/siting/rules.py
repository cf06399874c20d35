"""What a plan must keep to: linear rules and fixed places; and how coverage of groups becomes one value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

Array = NDArray[Any]

EPSILON: Final = 1e-7
"""Slack below which a rule counts as kept, relative to its limit."""


@dataclass(frozen=True, slots=True)
class Rules:
    """matrix @ y <= limit for each name, and low <= y <= high; y is 1 where a candidate is open."""

    names: tuple[str, ...]
    matrix: csc_array
    limit: Array
    low: Array
    high: Array

    @classmethod
    def of(cls, rows: Sequence[tuple[str, Array, float]], low: Array, high: Array) -> Rules:
        """From dense rows, each with its name and limit."""
        dense = np.array([row for _, row, _ in rows], np.float64).reshape(len(rows), len(low))
        limit = np.array([limit for _, _, limit in rows], np.float64)
        return cls(tuple(name for name, _, _ in rows), csc_array(dense), limit, low, high)

    @classmethod
    def at_most(cls, p: float, n: int) -> Rules:
        """At most p of n candidates."""
        return cls.of([("sites", np.ones(n), p)], np.zeros(n), np.ones(n))

    @property
    def tolerance(self) -> Array:
        """How far each rule may be overstepped before it counts as broken."""
        slack: Array = EPSILON * np.maximum(1.0, np.abs(self.limit))
        return slack

    def left(self, y: Array) -> Array:
        """What each rule leaves; negative where it is broken."""
        left: Array = self.limit - self.matrix @ y
        return left

    def allow(self, y: Array) -> bool:
        """Whether this plan keeps to all of them."""
        within = bool(np.all(y >= self.low - EPSILON) and np.all(y <= self.high + EPSILON))
        return within and bool(np.all(self.left(y) >= -self.tolerance))

    def keep(self, columns: Array) -> Rules:
        """The rules over these candidates alone; the others are closed."""
        return Rules(self.names, self.matrix[:, columns], self.limit, self.low[columns], self.high[columns])

    def columns(self) -> tuple[Array, Array, Array]:
        """The matrix as the kernels take it."""
        m = self.matrix
        return m.indptr.astype(np.int64), m.indices.astype(np.int32), m.data.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Aim:
    """How the coverage of groups becomes the one number that is raised.

    kind      expected: share . coverage; worst: the least of the outcomes; cvar: the mean over the worst `tail`
              of the chance of outcomes
    outcomes  a row for each outcome: what coverage of each group counts in it; for expected one row
    chance    of each outcome
    floors    by name: what coverage of each group counts in it, and what must be reached
    """

    outcomes: Array
    kind: Literal["expected", "worst", "cvar"] = "expected"
    chance: Array = field(default_factory=lambda: np.ones(1))
    tail: float = 1.0
    floors: tuple[tuple[str, Array, float], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the value is a sum over groups and no floor binds it."""
        return self.kind == "expected" and not self.floors

    def value(self, groups: Array) -> float:
        """The one number."""
        by_outcome = self.outcomes @ groups
        if self.kind == "expected":
            return float(self.chance @ by_outcome)
        if self.kind == "worst":
            return float(by_outcome.min())
        order = np.argsort(by_outcome, kind="stable")
        left, total = self.tail, 0.0
        for i in order.tolist():
            share = min(left, float(self.chance[i]))
            total += share * float(by_outcome[i])
            left -= share
        return total / self.tail

    def slopes(self, groups: Array) -> Array:
        """What one more unit of coverage in each group adds to the value, at this coverage."""
        by_outcome = self.outcomes @ groups
        weights = self.chance.copy()
        if self.kind == "worst":
            weights = (np.arange(len(by_outcome)) == by_outcome.argmin()).astype(float)
        elif self.kind == "cvar":
            weights, left = np.zeros(len(by_outcome)), self.tail
            for i in np.argsort(by_outcome, kind="stable").tolist():
                weights[i] = min(left, float(self.chance[i])) / self.tail
                left -= min(left, float(self.chance[i]))
        slopes: Array = weights @ self.outcomes
        return slopes

    def short(self, groups: Array) -> Array:
        """How far each floor is from being reached, 0 where it is."""
        return np.array([max(0.0, least - float(of @ groups)) for _, of, least in self.floors])

    def reached(self, groups: Array) -> bool:
        """Whether all floors are reached."""
        return all(float(of @ groups) >= least - EPSILON * max(1.0, least) for _, of, least in self.floors)


def expected(n_groups: int) -> Aim:
    """Coverage of all groups added up."""
    return Aim(np.ones((1, n_groups)))
