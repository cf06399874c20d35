"""A forecast of the register against what happened, by lead, beside the past twelve months of the same places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from tutela.engine.outlook.forecasting import Forecast as Drawn
from tutela.engine.outlook.leads import LeadScore, past_twelve, score_by_lead
from tutela.engine.outlook.panels import MONTHS, Vintage, read_month
from tutela.engine.outlook.scoring import score_forecast
from tutela.records.outlooks.models import Forecast, ForecastUnit
from tutela.records.outlooks.packing import unpack_draws
from tutela.studies.outlooks.shown import panel_of

Happened = Mapping[str, Mapping[str, int]]
"""Killed by month and unit."""

SCORED: Final = 4_000
"""Units that a page scores at most; of more than these nothing is said by lead."""


def scores_of(
    row: Forecast, units: Sequence[ForecastUnit], happened: Happened, vintage: str
) -> tuple[LeadScore, ...]:
    """Every score by lead, with intervals; empty where draws or the twelve months before did not come with it."""
    held = [unit for unit in units if unit.lines]
    whole = all(len(unit.draws) == len(unit.lines) and len(unit.history) >= MONTHS for unit in held)
    if not held or not whole or len(held) > SCORED:
        return ()
    months = [str(line[0]) for line in held[0].lines if str(line[0]) in happened]
    if not months or any([str(line[0]) for line in unit.lines] != _months_of(held[0]) for unit in held):
        return ()
    forecast = _draw(row, held, months)
    counts = np.array([[happened[month].get(unit.code, 0) for unit in held] for month in months], dtype=np.float64)
    panel = panel_of(forecast, forecast.months, counts, vintage)
    last = np.array([[float(killed) for _, killed in unit.history[-MONTHS:]] for unit in held])
    lot = np.random.default_rng(int(row.digest[:12] or "0", 16))
    ours, theirs = (score_forecast(item, panel, lot) for item in (forecast, past_twelve(forecast, last)))
    return score_by_lead(ours, theirs, lot)


def _draw(row: Forecast, held: Sequence[ForecastUnit], months: Sequence[str]) -> Drawn:
    places = [_months_of(held[0]).index(month) for month in months]
    draws = np.array([unpack_draws(unit.draws[place]) for place in places for unit in held], dtype=np.float32)
    origin = read_month(row.origin, "origin")
    leads = np.array([read_month(month, "months") - origin for month in months], dtype=np.int64)
    rows = np.arange(len(draws), dtype=np.int32).reshape(len(months), len(held))
    return Drawn(
        row.shown, row.level, row.target, origin, leads, np.arange(len(held), dtype=np.int64),
        (Vintage(1, row.vintage),), draws, rows, np.ones(len(held), dtype=bool), {},
    )  # fmt: skip


def _months_of(unit: ForecastUnit) -> list[Any]:
    return [str(line[0]) for line in unit.lines]
