"""The linear model of rates: it learns chances that are known, and hears of what happens around."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import special
from threadpoolctl import threadpool_limits

from tutela.engine.outlook.forecasting import Asked, run_forecaster
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import Neighbours, Panel
from tutela.engine.outlook.rates import Rates, draw_alike, fit_chance, fit_size, rates_at
from tutela.kernel.problems import Problem


def test_a_known_chance_is_found_again_and_weights_count_as_rows() -> None:
    dice = np.random.default_rng(1)
    rows = np.column_stack((np.ones(20_000), dice.normal(size=(20_000, 2))))
    truth = np.array([-3.0, 1.0, 0.0])
    killed = dice.random(20_000) < special.expit(rows @ truth)
    found = fit_chance(rows, killed, np.ones(20_000))
    assert found == pytest.approx(truth, abs=0.12)
    kept = np.arange(20_000) % 2 == 0
    twice = fit_chance(rows, killed, np.where(kept, 2.0, 0.0))
    assert twice == pytest.approx(
        fit_chance(np.repeat(rows[kept], 2, 0), np.repeat(killed[kept], 2), np.ones(20_000)), abs=1e-3
    )


def test_without_a_single_killing_the_chance_is_next_to_none_and_nothing_breaks(panel: Panel) -> None:
    quiet = replace(panel, counts=np.zeros_like(panel.counts))
    quiet.counts[-1, 0] = quiet.counts[30, 1] = 3.0
    drawn = run_forecaster(Rates(), History.of(quiet), Asked((1, 6), np.array([0]), 200, 1))
    assert drawn.mean() < 0.1


def test_a_history_that_is_shorter_than_the_leads_teaches_nothing(panel: Panel) -> None:
    short = replace(panel, counts=panel.counts[:62], exists=panel.exists[:62])
    with pytest.raises(Problem):
        run_forecaster(Rates(), History.of(short), Asked((50,), np.array([0]), 200, 1))


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_learnt_is_the_same_to_the_bit_on_any_number_of_threads(threads: int) -> None:
    dice = np.random.default_rng(3)
    rows = dice.normal(size=(40_000, 14))
    killed, weight = dice.random(40_000) < 0.1, dice.random(40_000)
    logs = dice.random(40_000)
    with threadpool_limits(threads):
        found = fit_chance(rows, killed, weight), fit_size(rows, logs, weight)
    with threadpool_limits(3 - threads):
        again = fit_chance(rows, killed, weight), fit_size(rows, logs, weight)
    assert np.array_equal(found[0], again[0])
    assert np.array_equal(found[1], again[1])


def test_what_happens_next_door_is_heard_of_and_parts_of_an_event_are_nobody(panel: Panel) -> None:
    around = Neighbours(np.array([0, 1, *[1] * 8]), np.array([1]))
    near = replace(panel, neighbours=(around,), counts=np.full_like(panel.counts, 0.02))
    at = (np.array([149, 149]), np.array([0, 2]))
    assert np.array_equal(*rates_at(History.of(near), at)[:, 2:])
    near.counts[-12:, 1] = 30.0
    here, elsewhere = rates_at(History.of(near), at)[:, 2:]
    assert np.array_equal(here[:4], elsewhere[:4])
    assert (here[4:] > elsewhere[4:]).all()


def test_how_many_comes_from_past_killings_of_like_size() -> None:
    past, outcome = np.arange(1000.0), np.repeat([1.0, 50.0], 500)
    drawn = draw_alike(past, np.array([0.0, 999.0]), outcome, np.ones(1000), 40)
    assert (drawn[0] == 1).all()
    assert (drawn[1] == 50).all()
    assert (draw_alike(past[:0], np.array([0.0]), outcome[:0], past[:0], 40) == 1).all()
