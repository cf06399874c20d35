"""Intervals that hold: draws spread wider or narrower about their median, by what past windows showed.

Conformal in form: the factor is the quantile of past misfits, so that nine in ten outcomes of past active
units would have lain inside. Upwards and downwards apart, because harm escalates further than it falls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.forecasting import Asked, Draws, Forecaster, run_forecaster
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import Counts
from tutela.engine.outlook.scores import INTERVAL

NARROWEST: Final = 0.7
WIDEST: Final = 2.5
RAMP: Final = 0.15


@dataclass(frozen=True, slots=True)
class Spread:
    """By how much the draws of active units are spread in log(1 + x): upwards and downwards of their median.

    tail  the level from which on they are spread upwards, wholly so `RAMP` further on; 0 for all above the median
    """

    up: float = 1.0
    down: float = 1.0
    tail: float = 0.0


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A forecaster whose draws are spread by what was learnt on past windows; `source` says on which."""

    inner: Forecaster
    spread: Spread
    source: str
    algorithm: int = 1

    @property
    def name(self) -> str:
        """That of the model inside: the spread is part of it."""
        return self.inner.name

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """The inner draws, spread."""
        return spread_draws(run_forecaster(self.inner, history, asked), self.spread)


def spread_draws(draws: Draws, spread: Spread) -> Counts:
    """Each draw, [..., m] sorted, further from its median by the factor of its side; nothing falls below zero."""
    logs = np.log1p(draws.astype(np.float64))
    middle = np.median(logs, axis=-1, keepdims=True)
    away = logs - middle
    levels = (np.arange(draws.shape[-1]) + 0.5) / draws.shape[-1]
    part = np.clip((levels - spread.tail) / RAMP, 0.0, 1.0) if spread.tail else 1.0
    factor = np.where(away > 0, 1 + (spread.up - 1) * part, spread.down)
    spread_out: Counts = np.expm1(np.maximum(middle + away * factor, 0.0))
    return spread_out


def learn_spread(draws: Draws, outcome: Counts) -> Spread:
    """The factors with which, on each side, one outcome in twenty of these would have lain outside.

    draws [n, m] of past active units, outcome [n]; sides are judged on their own outcomes only.
    """
    logs, actual = np.log1p(draws.astype(np.float64)), np.log1p(outcome)
    low, middle, high = np.quantile(logs, ((1 - INTERVAL) / 2, 0.5, (1 + INTERVAL) / 2), axis=-1)
    return Spread(_factor(actual - middle, high - middle), _factor(middle - actual, middle - low))


def _factor(away: Counts, reach: Counts) -> float:
    """The conformal quantile of how far outcomes lay, in units of the interval's own reach."""
    usable = reach > 0
    if usable.sum() < 100:
        return 1.0
    misfit = np.maximum(away[usable], 0) / reach[usable]
    outside = (1 - INTERVAL) / 2
    level = min(1.0, (1 - outside) * (1 + 1 / usable.sum()))
    return float(np.clip(np.quantile(misfit, level), NARROWEST, WIDEST))
