"""Scores by lead: the same as the slow comparison gives, and honest where there is nothing to score."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tutela.engine.outlook.comparisons import compare
from tutela.engine.outlook.forecasting import Asked, Forecast, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.leads import HELD, MEANS, past_twelve, score_by_lead
from tutela.engine.outlook.own_history import Conflictology, Recent
from tutela.engine.outlook.panels import Panel, Vintage
from tutela.engine.outlook.scoring import Scored, score_forecast

UNITS, MONTHS, LEADS = 40, 60, (1, 2, 3, 4)


@pytest.fixture
def pair() -> tuple[Forecast, Forecast, Panel]:
    """A model, the past twelve months and what came, of forty units some of which are often attacked."""
    dice = np.random.default_rng(3)
    level = dice.gamma(0.6, 4.0, UNITS)
    counts = dice.poisson(level, (MONTHS + len(LEADS), UNITS)).astype(np.float64)
    panel = Panel(
        "country", "civilians", 1, np.arange(UNITS), counts, (Vintage(1, "invented"),),
        np.ones(counts.shape, dtype=bool),
    )  # fmt: skip
    history = History.of(panel.until(MONTHS))
    asked = Asked(LEADS, np.arange(0), 120, 1)
    return forecast_all(Recent(), history, asked), forecast_all(Conflictology(), history, asked), panel


def scored(pair: tuple[Forecast, Forecast, Panel]) -> tuple[Scored, Scored]:
    model, benchmark, panel = pair
    lot = np.random.default_rng(1)
    return score_forecast(model, panel, lot), score_forecast(benchmark, panel, lot)


def test_means_and_gains_are_those_of_the_comparison_that_judges_models(pair) -> None:
    ours, theirs = scored(pair)
    found = score_by_lead(ours, theirs, np.random.default_rng(5))
    for item in found:
        if item.score == HELD:
            continue
        one, other = ours, theirs
        if item.lead:
            one, other = (part.of_leads(part.leads == item.lead) for part in (ours, theirs))
        slow = compare([one], [other], item.score, np.random.default_rng(7))
        assert item.ours == pytest.approx(one.means()[item.score])
        assert item.theirs == pytest.approx(other.means()[item.score])
        assert item.gain == pytest.approx(slow.gain)
        assert item.low <= item.ours <= item.high
        width = max(slow.high - slow.low, 1e-9)
        assert abs(item.gain_low - slow.low) < 0.15 * width
        assert abs(item.gain_high - slow.high) < 0.15 * width
    assert {(item.lead, item.score) for item in found} == {
        (lead, score) for lead in (0, *LEADS) for score in (*MEANS, HELD)
    }


def test_the_past_twelve_months_are_the_benchmark_of_the_judging(pair) -> None:
    model, benchmark, panel = pair
    last = panel.counts[MONTHS - 12 : MONTHS].T
    lot = np.random.default_rng(1)
    mine = score_forecast(past_twelve(model, last), panel, lot)
    theirs = score_forecast(benchmark, panel, lot)
    for name in MEANS:
        assert mine.means()[name] == pytest.approx(theirs.means()[name], rel=0.01)  # quiet units share a base rate


def test_how_often_an_interval_held_counts_only_where_people_were_killed(pair) -> None:
    ours, theirs = scored(pair)
    held = next(
        item
        for item in score_by_lead(ours, theirs, np.random.default_rng(5))
        if (item.lead, item.score) == (0, HELD)
    )
    killed = ours.outcome >= 1
    assert held.of == killed.sum()
    assert held.ours == pytest.approx(ours.covered[killed].mean())


def test_where_nobody_was_killed_nothing_is_said_of_how_often_it_held(pair) -> None:
    model, benchmark, panel = pair
    nobody = Panel(
        panel.level, panel.target, panel.first_month, panel.units, np.zeros_like(panel.counts), panel.vintages,
        panel.exists,
    )  # fmt: skip
    ours, theirs = scored((model, benchmark, nobody))
    held = [item for item in score_by_lead(ours, theirs, np.random.default_rng(5)) if item.score == HELD]
    assert all(item.of == 0 and math.isnan(item.ours) and not item.is_known for item in held)
