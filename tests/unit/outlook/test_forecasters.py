"""Every forecaster keeps the contract, knows nothing of the future, and is refused when it breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from tutela.engine.outlook.boosted import Hurdle, Quantiles
from tutela.engine.outlook.forecasting import Asked, Forecaster, forecast_all, run_forecaster
from tutela.engine.outlook.forests import ForestWeights, draw_from_leaves
from tutela.engine.outlook.histories import History, winsorise
from tutela.engine.outlook.mixtures import Mixture, split_draws, weigh_members
from tutela.engine.outlook.own_history import Conflictology, Recent, Zero
from tutela.engine.outlook.panels import Panel
from tutela.engine.outlook.recalibration import Spread, learn_spread, spread_draws
from tutela.kernel.problems import Problem
from tutela.studies.outlooks.models import BUILT_IN, find_backend, find_model

LEADS = (1, 6)
ASKED = Asked(LEADS, np.arange(9), 60, 11, find_backend())


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_model_gives_the_same_draws_again_and_none_below_zero(name: str, panel: Panel) -> None:
    model, history = find_model(name), History.of(panel)
    first, again = run_forecaster(model, history, ASKED), run_forecaster(model, History.of(panel), ASKED)
    assert isinstance(model, Forecaster)
    assert first.shape == (2, 9, 60)
    assert np.array_equal(first, again)
    assert first.min() >= 0


@pytest.mark.parametrize("name", ["mixture", "mixture-grid"])
def test_two_threads_give_the_same_draws_as_one(name: str, panel: Panel) -> None:
    drawn = [run_forecaster(find_model(name), History.of(panel), replace(ASKED, threads=n)) for n in (1, 2)]
    assert np.array_equal(*drawn)


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_happens_after_the_origin_changes_nothing(name: str, panel: Panel) -> None:
    origin = panel.last_month - 20
    other = replace(panel, counts=panel.counts.copy())
    other.counts[-20:] = 9999
    drawn = [run_forecaster(find_model(name), History.of(one.until(origin)), ASKED) for one in (panel, other)]
    assert np.array_equal(*drawn)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_names_and_the_order_of_units_tell_a_model_nothing(name: str, panel: Panel) -> None:
    renamed = replace(panel, units=panel.units * 1000 + 7)
    drawn = [run_forecaster(find_model(name), History.of(one), ASKED) for one in (panel, renamed)]
    assert np.array_equal(*drawn)


@dataclass(frozen=True)
class Broken:
    """A model that gives what it was told to."""

    give: Callable[[tuple[int, ...]], Any]
    name: str = "broken"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> Any:
        return self.give((len(asked.leads), len(asked.units), asked.draws))


@pytest.mark.parametrize(
    ("give", "why"),
    [
        (lambda shape: np.full(shape, np.nan), "no numbers"),
        (lambda shape: np.full(shape, -1.0), "below zero"),
        (lambda shape: np.zeros((*shape[:2], 5)), "15 are the fewest"),
        (lambda shape: np.zeros(shape[:2]), "shape"),
        (lambda shape: np.zeros((shape[0], shape[1] + 1, shape[2])), "shape"),
        (lambda shape: np.full(shape, 1e9), "the unit is wrong"),
    ],
)
def test_what_is_no_forecast_is_refused_by_the_models_name(give: Any, why: str, panel: Panel) -> None:
    with pytest.raises(Problem, match=why) as caught:
        run_forecaster(Broken(give), History.of(panel), ASKED)
    assert caught.value.code == "forecast-unusable"
    assert caught.value.where == "broken"


def test_quiet_units_share_one_row_for_each_lead(panel: Panel) -> None:
    forecast = forecast_all(Conflictology(), History.of(panel), ASKED)
    assert not forecast.is_active[-2:].any()
    assert forecast.row[0, -1] == forecast.row[0, -2] == 0
    assert forecast.row[1, -1] == 1
    assert len(forecast.draws) == 2 + 2 * forecast.is_active.sum()


def test_one_months_record_of_a_whole_year_is_cut_and_a_war_that_lasts_is_not() -> None:
    counts = np.full((60, 30), 100.0)
    counts[40, 0] = 121_848.0
    counts[30:, 1] = 5_000.0
    cut = winsorise(counts)
    assert cut[40, 0] < 10_000
    counts[36, 0] = 113_368.0
    assert winsorise(counts)[40, 0] < 10_000
    assert cut[35:, 1].min() == 5_000


def test_a_mixture_gives_each_member_its_part(panel: Panel) -> None:
    members = (Zero(), Conflictology())
    drawn = run_forecaster(Mixture(members, (0.25, 0.75)), History.of(panel), ASKED)
    alone = run_forecaster(Conflictology(), History.of(panel), ASKED)
    lively = alone.min(axis=-1) > 0
    assert lively.any()
    assert ((drawn == 0).sum(axis=-1)[lively] == 15).all()


def test_a_member_without_weight_is_not_asked(panel: Panel) -> None:
    members = (Broken(lambda shape: np.full(shape, np.nan)), Zero())
    drawn = run_forecaster(Mixture(members, (0.0, 1.0)), History.of(panel), ASKED)
    assert drawn.max() == 0


@pytest.mark.parametrize(
    ("model", "alike"),
    [(Quantiles(rounds=12), 0.7), (Hurdle(rounds=12, chance_rounds=12), 0.7), (ForestWeights(), 0.5)],
)
def test_without_lightgbm_scikit_learn_knows_as_much(model: Forecaster, alike: float, panel: Panel) -> None:
    asked, history = replace(ASKED, backend="sklearn"), History.of(panel)
    drawn = run_forecaster(model, history, asked)
    other = run_forecaster(model, history, replace(ASKED, backend="lightgbm"))
    assert np.array_equal(drawn, run_forecaster(model, history, asked))
    assert not np.array_equal(drawn, other)
    assert np.corrcoef(drawn.mean(axis=-1).ravel(), other.mean(axis=-1).ravel())[0, 1] > alike


def test_later_months_are_likelier_and_a_shorter_history_does(panel_of) -> None:
    panel = panel_of(months=8, units=3)
    panel.counts[:] = np.arange(8)[:, None] * 10.0
    drawn = run_forecaster(Recent(half_life=1.0), History.of(panel), replace(ASKED, units=np.arange(3), draws=255))
    months, times = np.unique(drawn[0, 0], return_counts=True)
    assert months.tolist() == [0, 10, 20, 30, 40, 50, 60, 70]
    assert times.tolist() == [1, 2, 4, 8, 16, 32, 64, 128]


def test_a_forest_draws_from_the_leaf_of_each_row_by_weight() -> None:
    past = np.array([[0, 3], [0, 3], [1, 3], [1, 4]])
    present = np.array([[0, 4], [1, 3]])
    drawn = draw_from_leaves(past, present, np.array([1.0, 3.0, 1.0, 0.0]), replace(ASKED, draws=4000))
    assert set(drawn[0, ::2]) == {0, 1}
    assert (drawn[0, ::2] == 1).mean() == pytest.approx(0.75, abs=0.03)
    assert set(drawn[1, ::2]) == {2}
    assert (drawn[1, 1::2] == 1).mean() == pytest.approx(0.6, abs=0.04)


def test_parts_add_up_to_all_draws() -> None:
    assert split_draws((1 / 3, 1 / 3, 1 / 3), 100) in {(34, 33, 33)}
    assert sum(split_draws((0.17, 0.53, 0.3), 1000)) == 1000


def test_weights_stay_equal_until_eight_windows_are_known() -> None:
    losses = np.tile([0.1, 0.2], (7, 1))
    assert weigh_members(losses) == (0.5, 0.5)
    assert weigh_members(np.tile([0.1, 0.2], (8, 1)))[0] > 0.9


def test_spread_is_learnt_so_that_nine_in_ten_would_have_lain_inside() -> None:
    dice = np.random.default_rng(2)
    truth = dice.lognormal(3, 1.0, 4000)
    narrow = np.sort(dice.lognormal(3, 0.5, (4000, 200)), axis=1).astype(np.float32)
    learnt = learn_spread(narrow, truth)
    assert learnt.up > 1.5
    wider = np.sort(spread_draws(narrow, learnt), axis=1)
    low, high = np.quantile(wider, (0.05, 0.95), axis=1)
    assert 0.87 < ((truth >= low) & (truth <= high)).mean() < 0.93
    assert np.allclose(spread_draws(narrow, Spread()), narrow, rtol=1e-4)
    tail = spread_draws(narrow, Spread(up=1.5, tail=0.85))
    assert np.allclose(tail[:, :170], narrow[:, :170], rtol=1e-4)
    assert (tail[:, -1] > narrow[:, -1]).all()


@pytest.mark.parametrize("name", ["hurdle", "forest", "analogs"])
def test_parts_of_an_event_spread_over_many_units_are_nobody_in_most(name: str, panel: Panel) -> None:
    spread = replace(panel, counts=np.where(panel.counts > 0, panel.counts, 0.02))
    drawn = [run_forecaster(find_model(name), History.of(one), ASKED) for one in (panel, spread)]
    chance = [float((draws >= 0.5).mean()) for draws in drawn]
    assert chance[1] < chance[0] + 0.15
