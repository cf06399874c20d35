"""Learned distributions: quantiles by boosted trees, with a hurdle and without, relative to the unit's level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.boosting import Trees, boost_chance, boost_quantiles, predict_all, predict_chance
from tutela.engine.outlook.forecasting import Asked
from tutela.engine.outlook.histories import QUICK, History
from tutela.engine.outlook.learning import gather_examples, present_rows
from tutela.engine.outlook.panels import Counts

LEVELS: Final = (0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)
"""Quantiles that are learned; between them the distribution is linear in log(1 + x)."""

FURTHEST: Final = 1.0
"""Beyond the outer levels the distribution goes on as it came, by at most so many of their steps."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """How many will be killed, as quantiles of the change against the unit's level."""

    half_life: float = QUICK
    rounds: int = 60
    name: str = "quantiles"
    algorithm: int = 2

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Draws at evenly spaced levels."""
        seen = gather_examples(history, asked, self.half_life)
        rows, anchor = present_rows(history, asked, self.half_life)
        trees = Trees(asked.backend, self.rounds, asked.threads, asked.seed)
        models = boost_quantiles(seen.features, seen.relative, seen.weight, LEVELS, trees)
        drawn = restore_level(draw_between(predict_all(models, rows, trees), asked.draws), anchor)
        return drawn.reshape(len(asked.leads), len(asked.units), asked.draws)


@dataclass(frozen=True, slots=True)
class Hurdle:
    """First whether anybody will be killed, then how many, if so; the second learned where somebody was.

    relative  whether how many is a change against the unit's level; in a cell the level says too little for that
    """

    half_life: float = QUICK
    rounds: int = 60
    chance_rounds: int = 80
    rate: float = 0.08
    relative: bool = True
    name: str = "hurdle"
    algorithm: int = 2

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Draws at evenly spaced levels: zeros up to the chance of none, the rest above."""
        seen = gather_examples(history, asked, self.half_life)
        rows, anchor = present_rows(history, asked, self.half_life)
        killed = seen.killed
        trees = Trees(asked.backend, self.chance_rounds, asked.threads, asked.seed, self.rate)
        chance = predict_chance(boost_chance(seen.features, killed, seen.weight, trees), rows, trees)
        trees = Trees(asked.backend, self.rounds, asked.threads, asked.seed, self.rate)
        level, base = (
            (anchor, seen.anchor) if self.relative else (np.zeros_like(anchor), np.zeros_like(seen.anchor))
        )
        target = (np.log1p(seen.outcome) - np.log1p(base))[killed]
        weight = seen.weight[killed] * (1 + seen.anchor[killed]) ** 0.25
        models = boost_quantiles(seen.features[killed], target, weight, LEVELS, trees)
        some = np.maximum(restore_level(draw_between(predict_all(models, rows, trees), asked.draws), level), 1.0)
        return put_behind_hurdle(some, chance).reshape(len(asked.leads), len(asked.units), asked.draws)


def draw_between(values: Counts, draws: int) -> Counts:
    """Evenly spaced quantiles of distributions that are known at `LEVELS`."""
    known = np.array(LEVELS)
    levels = (np.arange(draws) + 0.5) / draws
    under = np.clip(np.searchsorted(known, levels) - 1, 0, len(known) - 2)
    part = np.clip((levels - known[under]) / (known[under + 1] - known[under]), -FURTHEST, 1 + FURTHEST)
    drawn: Counts = values[:, under] * (1 - part) + values[:, under + 1] * part
    return drawn


def restore_level(relative: Counts, anchor: Counts) -> Counts:
    """Counts out of changes against a level."""
    counts: Counts = np.maximum(np.expm1(relative + np.log1p(anchor)[:, None]), 0.0)
    return counts


def put_behind_hurdle(some: Counts, chance: Counts) -> Counts:
    """Zeros for the chance of none; the levels above them from the distribution of how many, if any."""
    draws = some.shape[1]
    levels = (np.arange(draws) + 0.5) / draws
    above = (levels - (1 - chance[:, None])) / np.maximum(chance[:, None], 1e-9)
    place = np.clip((above * draws).astype(np.int64), 0, draws - 1)
    drawn: Counts = np.where(above < 0, 0.0, np.take_along_axis(some, place, axis=1))
    return drawn
