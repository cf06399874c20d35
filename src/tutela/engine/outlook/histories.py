"""What the past of each unit says, as numbers that a model can learn from; no unit's name is among them.

Everything is relative to the unit's own recent level (the anchor), so that what was learnt in a small war serves
in a larger one than any before: trees that see counts as they are fall back to the largest that they know.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.panels import Counts, Ids, Neighbours, Panel

Features = NDArray[np.float32]
Kept = TypeVar("Kept")

ALGORITHM: Final = 2
"""Raised when the same panel would give other features."""

QUICK: Final = 3.0
STEADY: Final = 9.0
"""Half-lives in months of the two anchors that members use: one follows a war, the other remembers it."""

LARGEST_LEVEL: Final = 5.0
"""log(1 + anchor) above which the level itself is shown as this: beyond it there is too little past."""

MEANS: Final = (3, 6, 12, 24, 60, 120)
LOG_MEANS: Final = (3, 12, 60)
SHARES: Final = (6, 12, 36, 60, 180)
MANY: Final = 25
LONGEST: Final = 240
_SLOW: Final = 24.0
LARGE: Final = 0.995
CONFIRMING: Final = 6
"""What is large in the world, and in how many months before a large month has to be confirmed."""

LEAST_INTEREST: Final = 0.05
RECENT: Final = 60
"""A unit is active where anybody was killed in so many months."""


def winsorise(counts: Counts) -> Counts:
    """Counts in which no single month stands alone above all that the unit and the world have seen.

    A month counts at most three times the second largest of the unit's six months before it, unless that is below
    the largest one in two hundred of the world's months with deaths so far; then it counts at most so many.
    Records that sum up a year in one month are cut down by this, even where an earlier one stands in the same
    year; a war that lasts is believed in its third month. For inputs only: outcomes are never cut.
    """
    held, positive = counts.copy(), np.zeros(0)
    for month, row in enumerate(counts):
        units = np.flatnonzero(row)
        if not len(units):
            continue
        positive = np.sort(np.concatenate((positive, row[units])))
        world = positive[int(LARGE * (len(positive) - 1))]
        before = counts[max(0, month - CONFIRMING) : month, units]
        second = np.sort(before, axis=0)[-2] if len(before) > 1 else np.zeros(len(units))
        held[month, units] = np.minimum(row[units], np.maximum(3 * second, world))
    return held


@dataclass(frozen=True)
class History:
    """A panel up to its origin, with running sums, so that any month's features cost the same.

    `counts` are winsorised and serve as inputs; `outcomes` are as the source has them.
    """

    panel: Panel
    counts: Counts
    outcomes: Counts
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, panel: Panel) -> History:
        """The history of a panel that ends at the origin."""
        return cls(panel, winsorise(panel.counts), panel.counts)

    @property
    def n_months(self) -> int:
        """How many months it holds."""
        return len(self.counts)

    def anchor(self, half_life: float) -> Counts:
        """The unit's recent level: a mean of its months, in which one of `half_life` months ago weighs half."""
        return self.keep(("anchor", half_life), lambda: smooth(self.counts, half_life))

    def keep(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What `make` gives, made once: all members of a mixture learn from the same rows."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: Kept = self._kept[key]
        return kept

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """Whether anybody was killed in the unit lately, or around it within a year."""
        active: NDArray[np.bool_] = self._mean(self._killed, RECENT) > 0
        for ring in self._rings:
            active |= self._mean(ring, 12) > 0
        return active & self.panel.exists

    def features(self, month: Ids, unit: Ids, half_life: float) -> Features:
        """One row for each pair of a month (a row of the panel) and a unit, as known at that month's end."""
        at = (month, unit)
        anchor = np.log1p(self.anchor(half_life)[at])
        lags = [np.log1p(self.counts[np.maximum(month - back, 0), unit]) - anchor for back in range(3)]
        means = [np.log1p(self._mean_at(self._sums, at, k)) - anchor for k in MEANS]
        logs = [self._mean_at(self._logs, at, k) - anchor for k in LOG_MEANS]
        shares = [self._mean_at(self._killed, at, k) for k in SHARES]
        many = [self._mean_at(self._many, at, k) for k in (12, 60)]
        spread = self._mean_at(self._squares, at, 12) - self._mean_at(self._logs, at, 12) ** 2
        columns = [
            *lags,
            *means,
            *logs,
            *shares,
            *many,
            np.log1p(self._since[at]),
            self._highest[at] - anchor,
            np.sqrt(np.maximum(spread, 0)),
            np.log1p(self.anchor(_SLOW)[at]) - anchor,
            np.minimum(anchor, LARGEST_LEVEL),
            self._world[month],
            self._world_share[month],
            *(np.log1p(self._mean_at(ring, at, k)) for ring in self._rings for k in (3, 12, 60)),
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def interest(self, month: Ids, unit: Ids) -> Counts:
        """How much there is to learn from each: the root of how often people were killed there and around."""
        at = (month, unit)
        often = self._mean_at(self._killed, at, 12) + self._mean_at(self._killed, at, RECENT)
        return np.sqrt(often) + LEAST_INTEREST

    @cached_property
    def _sums(self) -> Counts:
        return _run(self.counts)

    @cached_property
    def _logs(self) -> Counts:
        return _run(np.log1p(self.counts))

    @cached_property
    def _squares(self) -> Counts:
        return _run(np.log1p(self.counts) ** 2)

    @cached_property
    def _killed(self) -> Counts:
        return _run((self.counts > 0).astype(np.float64))

    @cached_property
    def _many(self) -> Counts:
        return _run((self.counts >= MANY).astype(np.float64))

    @cached_property
    def _rings(self) -> tuple[Counts, ...]:
        rings: tuple[Neighbours, ...] = self.panel.neighbours
        return tuple(_run(ring.sum_over(self.counts)) for ring in rings)

    @cached_property
    def _since(self) -> Counts:
        since = np.full(self.counts.shape, float(LONGEST))
        run = since[0].copy()
        for month, row in enumerate(self.counts):
            run = np.where(row > 0, 0.0, np.minimum(run + 1, LONGEST))
            since[month] = run
        return since

    @cached_property
    def _highest(self) -> Counts:
        logs = np.log1p(self.counts)
        highest = logs.copy()
        for back in range(1, 12):
            highest[back:] = np.maximum(highest[back:], logs[:-back])
        return highest

    @cached_property
    def _world(self) -> Counts:
        per_unit = self.counts.sum(axis=1, keepdims=True) / self.counts.shape[1]
        return np.log1p(self._mean(_run(per_unit), 12))[:, 0]

    @cached_property
    def _world_share(self) -> Counts:
        share = (self.counts > 0).mean(axis=1, keepdims=True)
        return self._mean(_run(share), 12)[:, 0]

    def _mean(self, sums: Counts, months: int) -> Counts:
        end = np.arange(1, self.n_months + 1)
        begin = np.maximum(end - months, 0)
        means: Counts = (sums[end] - sums[begin]) / (end - begin)[:, None]
        return means

    @staticmethod
    def _mean_at(sums: Counts, at: tuple[Ids, Ids], months: int) -> Counts:
        month, unit = at
        end = month + 1
        begin = np.maximum(end - months, 0)
        means: Counts = (sums[end, unit] - sums[begin, unit]) / (end - begin)
        return np.maximum(means, 0.0)


def _run(counts: Counts) -> Counts:
    sums = np.zeros((len(counts) + 1, counts.shape[1]))
    np.cumsum(counts, axis=0, out=sums[1:])
    return sums


def smooth(counts: Counts, half_life: float) -> Counts:
    """At each month the mean of it and those before; one of `half_life` months before another weighs half."""
    keep = 0.5 ** (1 / half_life)
    smooth, weight = np.empty_like(counts), 0.0
    run = np.zeros(counts.shape[1])
    for month, row in enumerate(counts):
        run, weight = run * keep + row, weight * keep + 1
        smooth[month] = run / weight
    return smooth
