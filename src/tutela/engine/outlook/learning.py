"""What the learned models learn from: past months with what became of them, drawn by the task's own dice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.forecasting import Asked
from tutela.engine.outlook.histories import Features, History
from tutela.engine.outlook.panels import Counts, Ids
from tutela.engine.outlook.scores import SOMEBODY
from tutela.kernel.problems import Problem

MOST_ROWS: Final = 40_000
"""About so many are learnt from at most; more gave no better forecasts."""

FIRST_ROW: Final = 60
"""Months that only fill the features; a shorter history begins in its middle."""

LEADS_A_MONTH: Final = 4
"""A unit is looked at so often in a month, each time for a lead of its own."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of features (the lead last), what happened, the unit's level before, how many rows each stands for."""

    features: Features
    outcome: Counts
    anchor: Counts
    weight: Counts

    @property
    def killed(self) -> NDArray[np.bool_]:
        """Where at least half a person was killed: parts of an event spread over many units are nobody in most."""
        killed: NDArray[np.bool_] = self.outcome >= SOMEBODY
        return killed

    @property
    def relative(self) -> Counts:
        """log(1 + outcome) above or below the level before it."""
        change: Counts = np.log1p(self.outcome) - np.log1p(self.anchor)
        return change


def gather_examples(history: History, asked: Asked, half_life: float) -> Examples:
    """Months up to the origin less the lead, so that nothing after the origin is ever looked at.

    The same for all who ask with the same dice: gathered once for a history.
    """
    key = ("examples", asked.leads, asked.seed, half_life)
    return history.keep(key, lambda: _gather(history, asked, half_life))


def _gather(history: History, asked: Asked, half_life: float) -> Examples:
    generator = asked.generator(1)
    month, unit, weight = choose_rows(history, generator)
    lead = generator.choice(asked.leads, len(month))
    known = month + lead < history.n_months
    month, unit, lead = month[known], unit[known], lead[known]
    if not len(month):
        raise too_short()
    return Examples(
        with_lead(history.features(month, unit, half_life), lead),
        history.outcomes[month + lead, unit],
        history.anchor(half_life)[month, unit],
        weight[known],
    )


def too_short() -> Problem:
    """Nothing in the panel has become of anything yet."""
    return Problem(
        "panel-unusable",
        "The history is too short to learn from.",
        remedy="Bring some years more, or use a model of the own history, such as conflictology-12.",
    )


def choose_rows(history: History, generator: np.random.Generator) -> tuple[Ids, Ids, Counts]:
    """Months and units to learn from, and for how many each stands.

    Only active ones, for only those are asked about. Where more happens more is looked at, by what was known in
    that month: choosing by what happened afterwards would leave too few of the near misses.
    """
    first = min(FIRST_ROW, history.n_months // 2)
    month, unit = np.nonzero(history.active[first:])
    month += first
    chance = _share_out(history.interest(month, unit), MOST_ROWS / LEADS_A_MONTH)
    lucky = [np.flatnonzero(generator.random(len(month)) < chance) for _ in range(LEADS_A_MONTH)]
    rows = np.sort(np.concatenate(lucky))
    return month[rows], unit[rows], 1 / chance[rows]


def _share_out(interest: Counts, places: float) -> Counts:
    """A chance for each, in proportion to its interest but never above 1, that fills so many places."""
    chance = np.ones(len(interest))
    if len(interest) <= places:
        return chance
    scale = places / interest.sum()
    for _ in range(20):
        chance = np.minimum(interest * scale, 1.0)
        scale *= places / chance.sum()
    return chance


def present_rows(history: History, asked: Asked, half_life: float) -> tuple[Features, Counts]:
    """Features and level at the origin for each lead and unit that was asked for, lead by lead."""
    month = np.full(len(asked.units), history.n_months - 1)
    known = history.features(month, asked.units, half_life)
    rows = [with_lead(known, np.full(len(known), lead)) for lead in asked.leads]
    return np.concatenate(rows), np.tile(history.anchor(half_life)[-1, asked.units], len(asked.leads))


def with_lead(features: Features, lead: Ids) -> Features:
    """The lead as one more column: one model serves all leads, and none is fed its own forecasts."""
    return np.column_stack((features, lead)).astype(np.float32)
