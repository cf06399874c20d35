"""The scores, and the forecasts that must not look good to them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.engine.outlook import scores
from tutela.engine.outlook.obvious import crps_by_pairs, ignorance_by_counting, precision_by_ranks

counts = st.integers(0, 2000)


@given(st.lists(counts, min_size=2, max_size=30), counts, st.booleans())
def test_the_sum_over_ranks_is_the_sum_over_pairs(draws: list[int], outcome: int, fair: bool) -> None:
    fast = scores.crps(np.sort(np.array([draws], float)), np.array([float(outcome)]), fair=fair)[0]
    assert fast == pytest.approx(crps_by_pairs(draws, outcome, fair=fair), abs=1e-6)


@given(st.integers(0, 2**31), counts)
def test_ignorance_is_that_of_the_challenge(seed: int, outcome: int) -> None:
    draws = np.sort(np.random.default_rng(seed).negative_binomial(1, 0.02, 1000))
    fast = scores.ignorance(draws[None], np.array([float(outcome)]))[0]
    assert fast == pytest.approx(ignorance_by_counting(draws.tolist(), outcome))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=30).filter(
        lambda rows: any(b for _, b in rows)
    )
)
def test_average_precision_gives_ties_one_place(rows: list[tuple[int, bool]]) -> None:
    score, happened = np.array([float(a) for a, _ in rows]), np.array([b for _, b in rows])
    assert scores.average_precision(score, happened) == pytest.approx(
        precision_by_ranks(score.tolist(), happened.tolist())
    )


def test_a_point_forecast_scores_its_absolute_error() -> None:
    draws = np.full((1, 50), 7.0)
    assert scores.crps(draws, np.array([10.0]))[0] == pytest.approx(3)
    assert scores.crps(draws, np.array([10.0]), fair=True)[0] == pytest.approx(3)


def test_the_interval_score_adds_twenty_times_what_lies_outside() -> None:
    draws = np.arange(101.0)[None]
    assert scores.interval_score(draws, np.array([50.0]))[0] == pytest.approx(90)
    assert scores.interval_score(draws, np.array([97.0]))[0] == pytest.approx(90 + 20 * 2)


WORLD = np.random.default_rng(5)
ACTIVE = WORLD.random(400) < 0.1
LEVEL = np.where(ACTIVE, WORLD.gamma(1.0, 30.0, 400), 0.0)
OUTCOME = WORLD.poisson(LEVEL).astype(float)
HONEST = np.sort(WORLD.poisson(LEVEL[:, None], (400, 200)), axis=1)


def degenerate() -> dict[str, np.ndarray]:
    """Forecasts that some score of the field has been seen to reward."""
    mean = np.full((400, 200), OUTCOME.mean())
    stripe = np.zeros((400, 200))
    stripe[100:120] = 250_000
    return {
        "all zero": np.zeros((400, 200)),
        "all in": np.full((400, 200), OUTCOME.max()),
        "the mean everywhere": mean,
        "last year copied to other units": np.roll(HONEST, 1, axis=0),
        "a stripe": stripe,
    }


@pytest.mark.parametrize("name", degenerate())
@pytest.mark.parametrize("score", ["crps", "crps_log1p", "ignorance", "interval_score"])
def test_no_degenerate_forecast_beats_an_honest_one(name: str, score: str) -> None:
    function = getattr(scores, score)
    assert function(degenerate()[name], OUTCOME).mean() > function(HONEST, OUTCOME).mean()


def test_the_zero_forecast_never_activates_and_the_honest_one_does() -> None:
    assert scores.activation_ratio(degenerate()["all zero"], OUTCOME) == 0
    assert scores.activation_ratio(HONEST, OUTCOME) > 0.9


def test_the_stripe_finds_none_of_the_dead_and_the_mean_only_what_chance_finds() -> None:
    stripe = degenerate()["a stripe"].mean(axis=1)
    assert scores.top_share(stripe, OUTCOME, 0.05) < 0.2
    flat = np.full(400, OUTCOME.mean())
    assert scores.top_share(flat, OUTCOME, 0.05) == pytest.approx(0.05)
    assert scores.top_share(LEVEL, OUTCOME, 0.05) > 0.6
    assert scores.average_precision(flat, OUTCOME > 0) == pytest.approx((OUTCOME > 0).mean())


def test_an_honest_forecast_is_flat_in_its_ranks_and_holds_nine_in_ten() -> None:
    active = LEVEL > 5
    rank = scores.probability_rank(HONEST[active], OUTCOME[active], WORLD.random(active.sum()))
    assert 0.4 < rank.mean() < 0.6
    assert 0.75 < scores.covers(HONEST[active], OUTCOME[active]).mean() <= 1
