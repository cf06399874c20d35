"""What every forecaster is asked and gives: draws for each lead and unit, from what was known at the origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import Counts, Ids, Vintage
from tutela.kernel.problems import Problem

Draws = NDArray[np.float32]

FEWEST_DRAWS: Final = 15
"""As in the challenge: fewer draws are no distribution."""

LEADS: Final = tuple(range(3, 15))
"""The challenge's leads: data to October, the twelve months of the next year."""

Backend = Literal["lightgbm", "sklearn"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be forecast, and with what.

    units    columns of the panel, those that get draws of their own
    draws    how many for each lead and unit;  seed  of this forecaster, by its task
    backend  what boosts trees;  threads  how many it may use
    """

    leads: tuple[int, ...]
    units: Ids
    draws: int
    seed: int
    backend: Backend = "lightgbm"
    threads: int = 1

    def generator(self, *key: int) -> np.random.Generator:
        """The dice of one task, whatever ran before it."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


@runtime_checkable
class Forecaster(Protocol):
    """One model. Entry points of the group `tutela.forecasters` give such objects.

    `algorithm` is raised when the same history would give other draws. `forecast` gives draws, sorted or not,
    not negative and finite, shaped (leads, units, draws); it must not look beyond the history's last month,
    which it cannot: the history ends at the origin.
    """

    @property
    def name(self) -> str:
        """What it is called in specs and tables."""

    @property
    def algorithm(self) -> int:
        """Its version."""

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Draws of how many will be killed, for each lead and each unit that was asked for."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Draws for all units of a panel: `draws[row[lead, unit]]`, sorted. Quiet units share one row for each lead.

    level, target, vintages   of the panel;  origin  the last month known
    """

    model: str
    level: str
    target: str
    origin: int
    leads: Ids
    units: Ids
    vintages: tuple[Vintage, ...]
    draws: Draws
    row: NDArray[np.int32]
    is_active: NDArray[np.bool_]
    about: Mapping[str, Any]

    @property
    def months(self) -> Ids:
        """The months that it is about."""
        return self.origin + self.leads

    def of(self, lead: int, unit: int) -> Draws:
        """The draws for one lead and one unit, by their places."""
        drawn: Draws = self.draws[self.row[lead, unit]]
        return drawn

    def of_leads(self, wanted: NDArray[np.bool_]) -> Self:
        """The same for some of its leads, by a mask."""
        return replace(self, leads=self.leads[wanted], row=self.row[wanted])

    def expected(self) -> Counts:
        """The mean of the draws, by lead and unit: for ranking, never shown alone."""
        means: Counts = self.draws.mean(axis=1, dtype=np.float64)
        return means[self.row]


def run_forecaster(forecaster: Forecaster, history: History, asked: Asked) -> Draws:
    """The forecaster's draws, checked, whole, sorted; what is no forecast is refused by the model's name."""
    shape = (len(asked.leads), len(asked.units), asked.draws)
    given = np.asarray(forecaster.forecast(history, asked))
    if given.shape[-1:] and given.ndim == len(shape) and given.shape[-1] < FEWEST_DRAWS:
        raise _refuse(forecaster, f"gives {given.shape[-1]} draws; {FEWEST_DRAWS} are the fewest")
    if given.shape != shape:
        raise _refuse(forecaster, f"gives an array of the shape {given.shape} instead of {shape}")
    if not np.isfinite(given).all():
        raise _refuse(forecaster, f"gives {int((~np.isfinite(given)).sum())} draws that are no numbers")
    if (given < 0).any():
        raise _refuse(forecaster, f"gives {int((given < 0).sum())} draws below zero")
    ceiling = max(1e4, 1e3 * float(history.outcomes.max(initial=1.0)))
    if (given > ceiling).any():
        raise _refuse(
            forecaster, "gives draws a thousand times above all that was ever recorded: the unit is wrong"
        )
    return np.sort(np.rint(given), axis=-1).astype(np.float32)


def forecast_all(forecaster: Forecaster, history: History, asked: Asked) -> Forecast:
    """A forecast for every unit: draws of their own for the active ones, the base rate for the quiet ones."""
    panel = history.panel
    active = history.active[-1]
    units = np.flatnonzero(active)
    wanted = Asked(asked.leads, units, asked.draws, asked.seed, asked.backend, asked.threads)
    drawn = run_forecaster(forecaster, history, wanted)
    base = _base_rates(history, wanted)
    n_leads = len(asked.leads)
    row = np.repeat(np.arange(n_leads, dtype=np.int32)[:, None], len(panel.units), axis=1)
    row[:, units] = n_leads + np.arange(n_leads * len(units), dtype=np.int32).reshape(n_leads, -1)
    return Forecast(
        forecaster.name,
        panel.level,
        panel.target,
        panel.last_month,
        np.array(asked.leads),
        panel.units,
        panel.vintages,
        np.concatenate((base, drawn.reshape(-1, asked.draws))),
        row,
        active,
        {"algorithm": forecaster.algorithm, "seed": asked.seed, "backend": asked.backend},
    )


def _base_rates(history: History, asked: Asked) -> Draws:
    """For each lead, what became of units that were as quiet: quantiles over the past twenty years."""
    levels = (np.arange(asked.draws) + 0.5) / asked.draws
    rows = []
    for lead in asked.leads:
        since = max(0, history.n_months - lead - 240)
        quiet = (
            ~history.active[since : history.n_months - lead] & history.panel.exists[since : history.n_months - lead]
        )
        outcomes = history.outcomes[since + lead :][quiet]
        rows.append(
            np.quantile(outcomes, levels, method="inverted_cdf") if len(outcomes) else np.zeros(len(levels))
        )
    return np.array(rows, dtype=np.float32)


def _refuse(forecaster: Forecaster, why: str) -> Problem:
    return Problem(
        "forecast-unusable",
        f"The model {forecaster.name} {why}.",
        where=forecaster.name,
        remedy="Nothing was kept of it; mend the model, or leave it out.",
    )
