"""Forecasters that look at nothing but the counts themselves: what every learned model has to beat.

All but `Zero` and `Last` are distributions over what already happened in the unit or around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tutela.engine.outlook.forecasting import Asked
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import Counts


@dataclass(frozen=True, slots=True)
class Zero:
    """Nobody will be killed anywhere."""

    name: str = "zero"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:  # noqa: ARG002
        """Zeros."""
        return np.zeros((len(asked.leads), len(asked.units), asked.draws))


@dataclass(frozen=True, slots=True)
class Last:
    """The last month again, as a Poisson count."""

    name: str = "last"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Poisson draws around the last month's count as the source has it."""
        level = history.outcomes[-1, asked.units]
        shape = (len(asked.leads), len(asked.units), asked.draws)
        return asked.generator(0).poisson(level[None, :, None], shape)


@dataclass(frozen=True, slots=True)
class Conflictology:
    """Each of the unit's own last months is as likely as the other: the benchmark of the field.

    cleaned  whether single months that stand out alone are cut first (`winsorise`); the benchmark does not
    """

    months: int = 12
    cleaned: bool = False
    algorithm: int = 1

    @property
    def name(self) -> str:
        """`conflictology-12`, or `own-12` where the months are cleaned."""
        return f"{'own' if self.cleaned else 'conflictology'}-{self.months}"

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """The same for every lead."""
        counts = history.counts if self.cleaned else history.outcomes
        return _same_for_all(spread_evenly(counts[-self.months :, asked.units], asked.draws), asked)


@dataclass(frozen=True, slots=True)
class Recent:
    """Each of the unit's own last months, cleaned; one of `half_life` months before another is half as likely."""

    half_life: float = 2.0
    months: int = 12
    name: str = "recent"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """The same for every lead."""
        recent = history.counts[-self.months :, asked.units].T
        likely = np.broadcast_to(0.5 ** (np.arange(recent.shape[1])[::-1] / self.half_life), recent.shape)
        return _same_for_all(draw_weighted(recent, likely, asked.draws), asked)


@dataclass(frozen=True, slots=True)
class WithNeighbours:
    """The last months of the unit and of the units around it, each as likely as the other."""

    months: int = 12
    name: str = "neighbours-12"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """The same for every lead; units without neighbours have their own months alone."""
        recent = history.outcomes[-self.months :]
        drawn = np.empty((len(asked.units), asked.draws))
        for place, unit in enumerate(asked.units):
            around = [ring.near[ring.start[unit] : ring.start[unit + 1]] for ring in history.panel.neighbours[:1]]
            held = np.concatenate((np.array([unit]), *around))
            drawn[place] = spread_evenly(recent[:, held].reshape(-1, 1), asked.draws)[0]
        return _same_for_all(drawn, asked)


@dataclass(frozen=True, slots=True)
class RecentAround:
    """The last months of the unit and of those that touch it, later ones likelier.

    around  the part of the weight that all neighbours have together
    """

    half_life: float = 6.0
    months: int = 36
    around: float = 0.2
    name: str = "recent-around"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """The same for every lead; units without neighbours have their own months alone."""
        recent = history.counts[-self.months :]
        later = 0.5 ** (np.arange(len(recent))[::-1] / self.half_life)
        drawn = np.zeros((len(asked.units), asked.draws))
        for place, unit in enumerate(asked.units):
            near = [ring.near[ring.start[unit] : ring.start[unit + 1]] for ring in history.panel.neighbours[:1]]
            held = np.concatenate((np.array([unit]), *near))
            values = recent[:, held]
            if not values.any():
                continue
            share = np.full(len(held), self.around / max(1, len(held) - 1))
            share[0] = 1 - self.around
            weight = later[:, None] * share
            drawn[place] = draw_weighted(values.reshape(1, -1), weight.reshape(1, -1), asked.draws)[0]
        return _same_for_all(drawn, asked)


@dataclass(frozen=True, slots=True)
class NegativeBinomial:
    """A negative binomial with the mean and the variance of the unit's own months, later ones weighing more."""

    half_life: float = 8.0
    months: int = 60
    name: str = "negative-binomial"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Quantiles, the same for every lead; where the variance is not above the mean, a Poisson."""
        recent = history.counts[-self.months :, asked.units]
        weight = 0.5 ** (np.arange(len(recent))[::-1] / self.half_life)
        weight /= weight.sum()
        mean = weight @ recent
        variance = weight @ (recent - mean) ** 2 / (1 - (weight**2).sum())
        return _same_for_all(negative_binomial(mean, variance, asked.draws), asked)


def negative_binomial(mean: Counts, variance: Counts, draws: int) -> Counts:
    """Quantiles at evenly spaced levels for each mean and variance."""
    levels = (np.arange(draws) + 0.5) / draws
    mean = np.maximum(mean, _LEAST)
    spread = np.maximum(variance, mean * 1.001)
    share = mean / spread
    size = mean * share / (1 - share)
    quantiles: Counts = stats.nbinom.ppf(levels, size[:, None], share[:, None])
    return quantiles


def spread_evenly(values: Counts, draws: int) -> Counts:
    """Values by column, as so many draws by row: each value equally often, as nearly as the number allows."""
    place = (np.arange(draws) + 0.5) * len(values) / draws
    ordered: Counts = np.sort(values, axis=0)[place.astype(np.int64)].T
    return ordered


def draw_weighted(values: Counts, weight: Counts, draws: int) -> Counts:
    """Evenly spaced quantiles of each row's values, of which each is as likely as its weight says."""
    order = np.argsort(values, axis=1, kind="stable")
    until = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    levels = (np.arange(draws) + 0.5) / draws
    # Rows are put one behind the other, so that one search serves all of them.
    row = np.arange(len(values))[:, None]
    ends = (row + until / until[:, -1:]).ravel()
    place = np.searchsorted(ends, (row + levels).ravel()).reshape(len(values), draws) - row * values.shape[1]
    place = np.clip(place, 0, values.shape[1] - 1)
    drawn: Counts = np.take_along_axis(np.take_along_axis(values, order, axis=1), place, axis=1)
    return drawn


def _same_for_all(drawn: Counts, asked: Asked) -> Counts:
    """The same draws for every lead."""
    return np.broadcast_to(drawn, (len(asked.leads), *drawn.shape))


_LEAST: Final = 1e-6

BENCHMARKS: Final = ("zero", "last", "conflictology-12", "neighbours-12")
"""What a model is compared with, always."""
