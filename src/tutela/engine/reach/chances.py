"""With what chance people arrive: the usual minutes, and in how many draws of the ground they are there in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.conditions import Conditions, Outcome, draw_outcome, usual_outcome
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.searching import lay_ground, search_cells
from tutela.engine.reach.spreading import Ground
from tutela.kernel.grids import Cells
from tutela.kernel.tables import Floats, Table

ALGORITHM: Final = 1
"""Raised when the same surface, sites, conditions and seed would give other chances."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: from these cells, within these minutes (the last is the longest searched).

    sources   cells that sites lie in, each once;  draws   how often the ground is drawn, from `seed`
    """

    surface: Surface
    conditions: Conditions
    sources: Cells
    within_min: tuple[float, ...]
    draws: int = 0
    seed: int = 0
    knights: bool = False


@dataclass(frozen=True, slots=True)
class Arrivals(Table):
    """Source and cell in one number (source * cells + cell), rising, and the minutes, getting ready included."""

    key: Cells
    minutes: Floats


@dataclass(frozen=True, slots=True)
class Chances:
    """For each source and cell that is reached at all, sorted.

    minutes   as it usually is, NaN where that is longer than was searched
    low, high   the least and the most of all draws; the most is infinite where one draw did not come there
    within   share of draws that arrive within each time, shape (rows, times)
    """

    source: Cells
    cell: Cells
    minutes: Floats
    low: Floats
    high: Floats
    within: Floats


def answer_usually(question: Question) -> Arrivals:
    """The arrivals with every span at its usual value."""
    return _search(question, usual_outcome(question.surface, question.conditions))


def answer_draw(task: tuple[Question, int]) -> Arrivals:
    """The arrivals of one draw: a task for an executor."""
    question, number = task
    return _search(question, draw_outcome(question.surface, question.conditions, question.seed, number))


def weigh(question: Question, usual: Arrivals, draws: Iterable[Arrivals]) -> Chances:
    """Count in how many draws each cell is reached within each time. Without draws the chance is 0 or 1."""
    counted = Tally.empty(len(question.within_min))
    n_draws = 0
    for arrivals in draws:
        counted = counted.add(arrivals, question.within_min)
        n_draws += 1
    if not n_draws:
        counted, n_draws = counted.add(usual, question.within_min), 1
    key = np.union1d(counted.key, usual.key)
    at = np.searchsorted(key, counted.key)
    within, low, high = (
        np.zeros((len(key), len(question.within_min))),
        np.full(len(key), np.inf),
        np.full(len(key), np.inf),
    )
    within[at], low[at] = counted.counts / n_draws, counted.low
    high[at] = np.where(counted.counts[:, -1] == n_draws, counted.high, np.inf)
    minutes = np.full(len(key), np.nan)
    minutes[np.searchsorted(key, usual.key)] = usual.minutes
    # The interval holds the usual value, also where no draw was as quick or as slow.
    low, high = np.fmin(low, minutes), np.fmax(high, minutes)
    source, cell = np.divmod(key, question.surface.friction.size)
    return Chances(source, cell, minutes, low, high, within)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the draws so far: which cells were reached, in how many within each time, the least and the most."""

    key: Cells
    counts: NDArray[np.int64]
    low: Floats
    high: Floats

    @classmethod
    def empty(cls, n_times: int) -> Tally:
        """Before the first draw."""
        return cls(np.empty(0, np.int64), np.zeros((0, n_times), np.int64), np.empty(0), np.empty(0))

    def add(self, arrivals: Arrivals, within_min: tuple[float, ...]) -> Tally:
        """With one more draw."""
        key = np.union1d(self.key, arrivals.key)
        counts = np.zeros((len(key), len(within_min)), np.int64)
        low, high = np.full(len(key), np.inf), np.zeros(len(key))
        before, now = np.searchsorted(key, self.key), np.searchsorted(key, arrivals.key)
        counts[before], low[before], high[before] = self.counts, self.low, self.high
        counts[now] += arrivals.minutes[:, None] <= np.array(within_min)
        low[now], high[now] = np.minimum(low[now], arrivals.minutes), np.maximum(high[now], arrivals.minutes)
        return Tally(key, counts, low, high)


def _search(question: Question, outcome: Outcome) -> Arrivals:
    left = question.within_min[-1] - outcome.ready_minutes
    none = Arrivals(np.empty(0, np.int64), np.empty(0))
    if left < 0:
        return none
    friction = outcome.surface.friction.ravel()
    numbers = np.flatnonzero(~np.isnan(friction[question.sources]))  # a closure may hold a site back
    ground: Ground = lay_ground(outcome.surface, knights=question.knights)
    parts = [none]
    for number, (cells, minutes) in zip(
        numbers.tolist(), search_cells(ground, question.sources[numbers], left), strict=True
    ):
        parts.append(Arrivals(number * friction.size + cells, minutes + outcome.ready_minutes))
    return Arrivals.concatenate(parts)
