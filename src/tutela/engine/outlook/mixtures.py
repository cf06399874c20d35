"""The default: several forecasters as one, each with its part of the draws; equal unless weights were earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.boosted import Hurdle
from tutela.engine.outlook.forecasting import Asked, Forecaster, run_forecaster
from tutela.engine.outlook.forests import Analogs, ForestWeights
from tutela.engine.outlook.histories import STEADY, History
from tutela.engine.outlook.own_history import Recent, RecentAround
from tutela.engine.outlook.panels import Counts
from tutela.engine.outlook.rates import Rates
from tutela.engine.outlook.recalibration import Recalibrated, Spread

COUNTRY_WEIGHTS: Final = (1 / 3, 1 / 3, 1 / 6, 1 / 6)
"""Of the members of `mixture`, from the nine windows 2009 to 2017 of state-based country-months."""

GRID_WEIGHTS: Final = (0.2, 0.1, 0.4, 0.3)
"""Of the members of `mixture-grid`, from windows before 2016 (one country: 2017) of three panels of cells."""

COUNTRY_SPREAD: Final = Spread(up=1.15, tail=0.85)
"""The upper tail alone: escalation must be inside, and the middle of the distribution is right as it is."""

FEWEST_WINDOWS: Final = 8
"""Past windows that there must be before weights may differ."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """The members' distributions side by side. `weights` add up to 1; () for equal parts."""

    members: tuple[Forecaster, ...]
    weights: tuple[float, ...] = ()
    name: str = "mixture"
    algorithm: int = 2

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Each member's quantiles, as many as its weight says."""
        parts = split_draws(self.weights or (1 / len(self.members),) * len(self.members), asked.draws)
        drawn = []
        for member, part in zip(self.members, parts, strict=True):
            if not part:
                continue
            # All with the same dice, so that they learn from the same rows, gathered once.
            place = ((np.arange(part) + 0.5) * asked.draws / part).astype(np.int64)
            drawn.append(run_forecaster(member, history, asked)[..., place])
        return np.concatenate(drawn, axis=-1)


def split_draws(weights: Sequence[float], draws: int) -> tuple[int, ...]:
    """Whole numbers of draws in these parts, together all of them; what is left over goes to the largest rests."""
    exact = np.array(weights) / sum(weights) * draws
    parts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: draws - parts.sum()]] += 1
    return tuple(int(part) for part in parts)


def weigh_members(losses: Counts, power: float = 4.0) -> tuple[float, ...]:
    """Weights from past losses (windows by members, CRPS of log1p): the better, the more; equal with few windows.

    A loss scaled by each unit's own size is never used: it gave a pool of zeros.
    """
    members = len(losses.T)
    if len(losses) < FEWEST_WINDOWS:
        return (1 / members,) * members
    quality: list[float] = [float(loss) ** -power for loss in losses.mean(axis=0)]
    return tuple(part / sum(quality) for part in quality)


def grid_mixture() -> Forecaster:
    """The outlook's model for cells; how members and weights were chosen: the choice log."""
    hurdle = Hurdle(half_life=STEADY, rounds=30, chance_rounds=40, rate=0.15)
    members = (RecentAround(), Recent(3.0, 24), hurdle, Rates())
    return Mixture(members, GRID_WEIGHTS, "mixture-grid", algorithm=4)


def default_mixture() -> Forecaster:
    """The outlook's model. How members and weights were chosen: docs/method/outlook.md, the choice log."""
    members = (Recent(), Hurdle(half_life=STEADY), Analogs(), ForestWeights())
    return Recalibrated(Mixture(members, COUNTRY_WEIGHTS), COUNTRY_SPREAD, "windows 2009 to 2017", algorithm=2)
