"""A forecast against what happened: refused where it is about something else, compared with its uncertainty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tutela.engine.outlook import scores
from tutela.engine.outlook.comparisons import compare
from tutela.engine.outlook.forecasting import Asked, Forecast, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.learning import (
    FIRST_ROW,
    LEADS_A_MONTH,
    MOST_ROWS,
    choose_rows,
    gather_examples,
)
from tutela.engine.outlook.own_history import Conflictology, RecentAround, WithNeighbours, Zero
from tutela.engine.outlook.panels import Neighbours, Panel, Vintage
from tutela.engine.outlook.recalibration import learn_spread
from tutela.engine.outlook.scoring import Scored, calibration, score_forecast
from tutela.kernel.problems import Problem

LEADS = (1, 2, 3)


def forecast_of(panel: Panel, model: object = Conflictology()) -> Forecast:
    origin = panel.last_month - 3
    return forecast_all(model, History.of(panel.until(origin)), Asked(LEADS, np.arange(0), 40, 1))


def scored(panel: Panel, model: object = Conflictology()) -> Scored:
    return score_forecast(forecast_of(panel, model), panel, np.random.default_rng(1))


def test_each_unit_month_has_the_score_of_its_own_draws(panel: Panel) -> None:
    forecast, found = forecast_of(panel), scored(panel)
    outcome = panel.counts[-3:]
    assert np.array_equal(found.outcome, outcome)
    for lead, unit in ((0, 0), (2, 5), (1, 8)):
        alone = scores.crps(forecast.of(lead, unit)[None], outcome[lead, unit : unit + 1])
        assert found.values["crps"][lead, unit] == pytest.approx(alone[0])


def test_units_that_do_not_exist_are_in_no_mean(panel: Panel) -> None:
    gone = replace(panel, exists=panel.exists.copy())
    gone.exists[:, 0] = False
    assert scored(gone).summary()["unit_months"] == 3 * 8


def test_where_nobody_was_killed_shares_and_precision_are_not_numbers(panel: Panel) -> None:
    quiet = replace(panel, counts=np.zeros_like(panel.counts))
    summary = scored(quiet, Zero()).summary()
    assert np.isnan(summary["average_precision"])
    assert np.isnan(summary["top_2"])
    assert np.isnan(summary["coverage_killed"])
    assert np.isnan(scores.activation_ratio(np.zeros((2, 3)), np.zeros(2)))


def test_a_part_of_an_event_spread_over_places_kills_nobody_there(panel: Panel) -> None:
    counts = panel.counts.copy()
    counts[-3:] = 0.0
    counts[-1, 2] = 3.0
    spread = counts + np.where(counts == 0.0, 0.0002, 0.0)
    before = panel.counts.copy()
    before[-3:] = 0.0
    forecast = forecast_of(replace(panel, counts=before))
    for chances in (counts, spread):
        summary = score_forecast(forecast, replace(panel, counts=chances), np.random.default_rng(1)).summary()
        assert summary["unit_months_killed"] == 1.0
        named = {name: summary[name] for name in ("average_precision", "coverage_killed", "activation_ratio")}
        assert named == pytest.approx(
            {
                name: score_forecast(forecast, replace(panel, counts=counts), np.random.default_rng(1)).summary()[
                    name
                ]
                for name in named
            }
        )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"level": "grid"}, "another level"),
        ({"target": "all"}, "another target"),
        ({"units": np.arange(1, 10)}, "not of the same units"),
    ],
)
def test_actuals_of_something_else_are_refused(change: dict[str, object], why: str, panel: Panel) -> None:
    with pytest.raises(Problem, match=why):
        score_forecast(forecast_of(panel), replace(panel, **change), np.random.default_rng(1))


def test_actuals_that_end_too_early_are_refused(panel: Panel) -> None:
    with pytest.raises(Problem, match="before what was forecast"):
        score_forecast(forecast_of(panel), panel.until(panel.last_month - 1), np.random.default_rng(1))


def test_a_model_gains_nothing_over_itself_and_much_over_zeros_in_a_war(panel: Panel) -> None:
    war = replace(panel, counts=panel.counts + 50.0)
    ours, zeros = [scored(war)], [scored(war, Zero())]
    same = compare(ours, ours, "crps", np.random.default_rng(1))
    assert (same.gain, same.low, same.high, same.is_better) == (0, 0, 0, False)
    gain = compare(ours, zeros, "crps", np.random.default_rng(1))
    assert gain.is_better
    assert gain.low <= gain.gain <= gain.high
    assert gain.as_json()["wins"] == 1


def test_calibration_is_of_active_units_and_adds_up(panel: Panel) -> None:
    shares = calibration([scored(panel)])
    assert len(shares["tenth"]) == 10
    assert sum(shares["share"]) == pytest.approx(1)


@pytest.mark.parametrize(("told", "held"), [(0.03, 0.9), (0.3, 0.926), (0.0, 0.873)])
def test_of_rare_counts_coverage_by_lot_tells_what_coverage_with_its_ends_cannot(told: float, held: float) -> None:
    """Three in a hundred are killed: who says so holds nine in ten by lot; with its ends all three hold 0.97."""
    dice = np.random.default_rng(4)
    units, draws = 4000, 1000
    counts = (dice.random((1, units)) < 0.03).astype(np.float64)
    made = (Vintage(9, "invented"),)
    panel = Panel("unit", "civilians", 9, np.arange(units), counts, made, np.ones(counts.shape, dtype=bool))
    drawn = np.sort(np.arange(draws)[None] < told * draws, axis=1).astype(np.float32)
    row = np.zeros((1, units), dtype=np.int32)
    there = np.ones(units, dtype=bool)
    leads = np.array([1])
    forecast = Forecast("told", "unit", "civilians", 8, leads, panel.units, made, drawn, row, there, {})
    summary = score_forecast(forecast, panel, np.random.default_rng(5)).summary()
    assert summary["coverage_active"] > 0.96
    assert summary["coverage_active_by_lot"] == pytest.approx(held, abs=0.015)


def test_neighbours_count_like_the_unit_itself(panel: Panel) -> None:
    around = Neighbours(np.array([0, 1, *[1] * 8]), np.array([1]))
    near = replace(panel, neighbours=(around,), counts=np.zeros_like(panel.counts))
    near.counts[-12:, 1] = 30.0
    asked = Asked((1,), np.array([0, 2]), 40, 1)
    drawn = WithNeighbours().forecast(History.of(near), asked)[0]
    assert (drawn[0] == 30).mean() == 0.5
    assert (drawn[1] == 0).all()
    near.counts[-12:, 0] = 10.0
    nearby = RecentAround().forecast(History.of(near), replace(asked, draws=400))[0, 0]
    assert (nearby == 10).mean() == pytest.approx(0.8 * (nearby > 0).mean(), abs=0.01)
    assert History.of(near).active[-1, :3].tolist() == [True, True, False]
    assert History.of(near).features(np.array([140]), np.array([0]), 3.0).shape[1] > 25


def test_too_short_a_history_is_refused_with_what_to_do(panel_of) -> None:
    with pytest.raises(Problem, match="too short to learn from"):
        gather_examples(History.of(panel_of(months=6)), Asked((12,), np.arange(9), 40, 1), 3.0)


def test_rows_stand_together_for_all_rows_and_those_where_more_happens_are_looked_at_more(panel_of) -> None:
    large = History.of(panel_of(months=400, units=120))
    month, unit, weight = choose_rows(large, np.random.default_rng(1))
    first = FIRST_ROW
    assert large.active[month, unit].all()
    assert len(month) == pytest.approx(MOST_ROWS, rel=0.05)
    assert weight.sum() == pytest.approx(LEADS_A_MONTH * large.active[first:].sum(), rel=0.05)
    assert weight.min() >= 1
    interest = large.interest(month, unit)
    assert weight[interest > np.median(interest)].mean() < weight[interest < np.median(interest)].mean()


def test_of_few_rows_all_are_looked_at(panel: Panel) -> None:
    month, _, weight = choose_rows(History.of(panel), np.random.default_rng(1))
    assert (weight == 1).all()
    assert len(month) == LEADS_A_MONTH * History.of(panel).active[FIRST_ROW:].sum()


def test_with_too_few_past_units_nothing_is_spread() -> None:
    learnt = learn_spread(np.sort(np.random.default_rng(1).random((20, 30)), axis=1), np.ones(20))
    assert (learnt.up, learnt.down) == (1.0, 1.0)
