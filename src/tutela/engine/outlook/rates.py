"""How often people were killed here and around, over months and over decades, as a chance: a linear model of rates.

Trees need many rows to learn that a rate of two in a hundred lies between one and four. Where a panel is small, or
nearly all of it is zero, a few coefficients over rates at several reaches in time and space say it better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from tutela.engine.outlook.boosted import put_behind_hurdle
from tutela.engine.outlook.forecasting import Asked
from tutela.engine.outlook.histories import History, smooth
from tutela.engine.outlook.learning import choose_rows, too_short
from tutela.engine.outlook.own_history import draw_weighted
from tutela.engine.outlook.panels import Counts, Ids
from tutela.engine.outlook.scores import SOMEBODY

HALF_LIVES: Final = (3.0, 12.0, 48.0, 150.0)
"""Reaches in time, in months: what flares up, what lasts, what a place is known for."""

SPREADS: Final = (0, 1, 3)
"""Reaches in space: the unit alone, with those that touch it, and that three times over."""

LEAST_RATE: Final = 0.002
RIDGE: Final = 3.0
STEPS: Final = 200
NEAREST: Final = 200
"""Past killings of the nearest expected size that say how many it may be."""


@dataclass(frozen=True, slots=True)
class Rates:
    """A logistic chance of anybody being killed out of rates, and how many out of past killings like it."""

    name: str = "rates"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Draws at evenly spaced levels: zeros up to the chance of none, the rest above."""
        month, unit, weight = choose_rows(history, asked.generator(1))
        lead = asked.generator(3).choice(asked.leads, len(month))
        known = month + lead < history.n_months
        month, unit, lead, weight = month[known], unit[known], lead[known], weight[known]
        if not len(month):
            raise too_short()
        now = np.full(len(asked.units), history.n_months - 1)
        at = (np.concatenate((month, now)), np.concatenate((unit, asked.units)))
        rows = rates_at(history, at)
        seen, present = rows[: len(month)], rows[len(month) :]
        outcome = history.outcomes[month + lead, unit]
        killed = outcome >= SOMEBODY
        scale = _Scale.of(seen, lead)
        rows = np.concatenate([scale.of_rows(present, np.full(len(present), ahead)) for ahead in asked.leads])
        learnt = scale.of_rows(seen, lead)
        chance = special.expit(_times(rows, fit_chance(learnt, killed, weight)))
        size = fit_size(learnt[killed], np.log(np.maximum(outcome[killed], 1.0)), weight[killed])
        some = draw_alike(
            _times(learnt[killed], size), _times(rows, size), outcome[killed], weight[killed], asked.draws
        )
        return put_behind_hurdle(some, chance).reshape(len(asked.leads), len(asked.units), asked.draws)


def rates_at(history: History, at: tuple[Ids, Ids]) -> Counts:
    """For each month and unit: the log of each rate at each reach, and how many were killed lately."""
    killed = (history.counts >= SOMEBODY).astype(np.float64)
    columns = [np.log1p(history.anchor(12.0)[at]), np.log1p(history.anchor(48.0)[at])]
    spread, reached = killed, 0
    for times in SPREADS if history.panel.neighbours else SPREADS[:1]:
        for _ in range(times - reached):
            spread = _share_around(history, spread)
        reached = times
        columns += [np.log(LEAST_RATE + smooth(spread, half_life)[at]) for half_life in HALF_LIVES]
    return np.stack(columns, axis=1)


def fit_chance(rows: Counts, killed: NDArray[np.bool_], weight: Counts) -> Counts:
    """Logistic coefficients with a ridge; the first column is the constant, and free."""
    weight = weight / weight.mean()
    share = float(np.clip((weight * killed).sum() / weight.sum(), 1e-6, 1 - 1e-6))
    start = np.zeros(rows.shape[1])
    start[0] = np.log(share / (1 - share))
    held = np.full(rows.shape[1], RIDGE)
    held[0] = 0.0

    def loss(beta: Counts) -> tuple[float, Counts]:
        score = _times(rows, beta)
        value = (weight * (np.logaddexp(0.0, score) - killed * score)).sum() + 0.5 * (held * beta**2).sum()
        return float(value), _add_up(rows, weight * (special.expit(score) - killed)) + held * beta

    beta: Counts = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return beta


def fit_size(rows: Counts, logs: Counts, weight: Counts) -> Counts:
    """Ridge coefficients of the log of how many, where anybody was killed."""
    ridge = RIDGE * np.eye(rows.shape[1])
    beta: Counts = np.asarray(
        np.linalg.solve(np.einsum("ni,n,nj->ij", rows, weight, rows) + ridge, _add_up(rows, weight * logs)),
        dtype=np.float64,
    )
    return beta


def draw_alike(past: Counts, present: Counts, outcome: Counts, weight: Counts, draws: int) -> Counts:
    """For each row, outcomes of the past killings whose expected size was nearest, as likely as their weight."""
    if not len(past):
        return np.ones((len(present), draws))
    order = np.argsort(past, kind="stable")
    many = min(NEAREST, len(past))
    first = np.clip(np.searchsorted(past[order], present) - many // 2, 0, len(past) - many)
    # Rows of like size have the same past killings: each set is drawn from once, which was half of this model.
    first, place = np.unique(first, return_inverse=True)
    near = order[first[:, None] + np.arange(many)]
    drawn: Counts = np.maximum(draw_weighted(outcome[near], weight[near], draws), 1.0)[place]
    return drawn


@dataclass(frozen=True, slots=True)
class _Scale:
    """All rates on one scale, a constant before them and the lead behind."""

    centre: Counts
    spread: Counts

    @classmethod
    def of(cls, rows: Counts, lead: Ids) -> _Scale:
        """The scale on which these rows have mean 0 and spread 1."""
        held = np.column_stack((rows, np.log(lead)))
        return cls(held.mean(axis=0), held.std(axis=0) + 1e-9)

    def of_rows(self, rows: Counts, lead: Ids) -> Counts:
        """These rows on that scale."""
        held = (np.column_stack((rows, np.log(lead))) - self.centre) / self.spread
        return np.column_stack((np.ones(len(held)), held))


def _times(rows: Counts, beta: Counts) -> Counts:
    """rows @ beta, to the same bit on any number of threads: BLAS adds up in another order on each."""
    product: Counts = np.einsum("nk,k->n", rows, beta)
    return product


def _add_up(rows: Counts, weight: Counts) -> Counts:
    """rows.T @ weight, likewise."""
    product: Counts = np.einsum("nk,n->k", rows, weight)
    return product


def _share_around(history: History, counts: Counts) -> Counts:
    """The mean over the unit and those that touch it."""
    ring = history.panel.neighbours[0]
    spread: Counts = (counts + ring.sum_over(counts)) / (1 + np.diff(ring.start))
    return spread
