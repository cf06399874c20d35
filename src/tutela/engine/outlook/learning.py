"""What the learned models learn from: past months with what became of them, drawn by the task's own dice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.engine.outlook.forecasting import Asked
from tutela.engine.outlook.histories import Features, History
from tutela.engine.outlook.panels import Counts, Ids, Mask
from tutela.kernel.problems import Problem

QUIET_SHARE: Final = 0.08
"""Of the unit-months in which nothing was near, so many are looked at, each for all the others."""

FIRST_ROW: Final = 60
"""Months that only fill the features; a shorter history begins in its middle."""

MOST_ROWS: Final = 100_000
LEADS_A_MONTH: Final = 4


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of features (the lead last), what happened, the unit's level before, how many rows each stands for."""

    features: Features
    outcome: Counts
    anchor: Counts
    weight: Counts

    @property
    def relative(self) -> Counts:
        """log(1 + outcome) above or below the level before it."""
        change: Counts = np.log1p(self.outcome) - np.log1p(self.anchor)
        return change


def gather_examples(history: History, asked: Asked, half_life: float) -> Examples:
    """Months up to the origin less the lead, so that nothing after the origin is ever looked at."""
    generator = asked.generator(1)
    first = min(FIRST_ROW, history.n_months // 2)
    parts = [_of_month(history, month, asked, generator) for month in range(first, history.n_months)]
    month, unit, lead, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    if not len(month):
        raise Problem(
            "panel-unusable",
            "The history is too short to learn from.",
            remedy="Bring some years more, or use a model of the own history, such as conflictology-12.",
        )
    outcome = history.outcomes[month + lead, unit]
    kept, share = _choose(outcome > 0, generator)
    month, unit, lead, outcome = month[kept], unit[kept], lead[kept], outcome[kept]
    return Examples(
        with_lead(history.features(month, unit, half_life), lead),
        outcome,
        history.anchor(half_life)[month, unit],
        weight[kept] * share,
    )


def _choose(killed: Mask, generator: np.random.Generator) -> tuple[Ids, Counts]:
    """Which rows are learnt from, and for how many each stands: where people were killed, all that can be."""
    if len(killed) <= MOST_ROWS:
        return np.arange(len(killed)), np.ones(len(killed))
    parts: list[Ids] = []
    shares: list[Counts] = []
    left = MOST_ROWS
    for rows in (np.flatnonzero(killed), np.flatnonzero(~killed)):
        number = min(len(rows), left if parts else left // 2)
        parts.append(generator.choice(rows, number, replace=False))
        shares.append(np.full(number, len(rows) / max(1, number)))
        left -= number
    kept, share = np.concatenate(parts), np.concatenate(shares)
    order = np.argsort(kept)
    return kept[order], share[order]


def present_rows(history: History, asked: Asked, half_life: float) -> tuple[Features, Counts]:
    """Features and level at the origin for each lead and unit that was asked for, lead by lead."""
    month = np.full(len(asked.units), history.n_months - 1)
    known = history.features(month, asked.units, half_life)
    rows = [with_lead(known, np.full(len(known), lead)) for lead in asked.leads]
    return np.concatenate(rows), np.tile(history.anchor(half_life)[-1, asked.units], len(asked.leads))


def with_lead(features: Features, lead: Ids) -> Features:
    """The lead as one more column: one model serves all leads, and none is fed its own forecasts."""
    return np.column_stack((features, lead)).astype(np.float32)


def _of_month(
    history: History, month: int, asked: Asked, generator: np.random.Generator
) -> tuple[Ids, Ids, Ids, Counts]:
    """Rows of one month: every active unit and some of the quiet ones, at some of the leads."""
    within = [lead for lead in asked.leads if month + lead < history.n_months]
    chosen = generator.choice(asked.leads, min(LEADS_A_MONTH, len(asked.leads)), replace=False)
    lucky = generator.random(len(history.panel.units)) < QUIET_SHARE
    active, there = history.active[month], history.panel.exists[month]
    units = np.flatnonzero((active | lucky) & there)
    leads = np.array([lead for lead in np.sort(chosen) if lead in within], dtype=np.int64)
    unit, lead = np.tile(units, len(leads)), np.repeat(leads, len(units))
    weight = np.where(active[unit], 1.0, 1 / QUIET_SHARE)
    return np.full(len(unit), month), unit, lead, weight
