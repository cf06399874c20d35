"""The default: several forecasters as one, each with its part of the draws; equal unless weights were earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.boosted import Hurdle, Quantiles
from tutela.engine.outlook.forecasting import Asked, Forecaster, run_forecaster
from tutela.engine.outlook.forests import ForestWeights
from tutela.engine.outlook.histories import STEADY, History
from tutela.engine.outlook.own_history import Conflictology, WithNeighbours
from tutela.engine.outlook.panels import Counts
from tutela.engine.outlook.recalibration import Recalibrated, Spread

CHOSEN_SPREAD: Final = Spread(up=1.12, down=1.0)
"""So that one outcome in twenty of active country-months lay above the interval, on the windows 2009 to 2017."""

FEWEST_WINDOWS: Final = 8
"""Past windows that there must be before weights may differ."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """The members' distributions side by side. `weights` add up to 1; () for equal parts."""

    members: tuple[Forecaster, ...]
    weights: tuple[float, ...] = ()
    name: str = "mixture"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Each member's quantiles, as many as its weight says."""
        parts = split_draws(self.weights or (1 / len(self.members),) * len(self.members), asked.draws)
        drawn = []
        for number, (member, part) in enumerate(zip(self.members, parts, strict=True)):
            if not part:
                continue
            seed = int(np.random.SeedSequence(asked.seed, spawn_key=(number,)).generate_state(1)[0])
            whole = Asked(asked.leads, asked.units, asked.draws, seed, asked.backend, asked.threads)
            place = ((np.arange(part) + 0.5) * asked.draws / part).astype(np.int64)
            drawn.append(run_forecaster(member, history, whole)[..., place])
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
    """The outlook's model for cells, chosen on 2013 and 2015: three years of the cell's own months serve better."""
    members = (Conflictology(12, cleaned=True), Conflictology(36), WithNeighbours(), Quantiles(half_life=STEADY))
    return Mixture(members, name="mixture-grid")


def default_mixture() -> Forecaster:
    """The outlook's model. How members and spread were chosen: docs/method/outlook.md, the choice log."""
    members = (Conflictology(6, cleaned=True), Quantiles(half_life=STEADY), Hurdle(), ForestWeights())
    return Recalibrated(Mixture(members), CHOSEN_SPREAD, "state-based country-months, windows 2009 to 2017")
