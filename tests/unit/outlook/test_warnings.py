"""Warnings with a budget: what is refused first, then the promises, the slow way beside the fast one."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.engine.outlook.obvious_warnings import count_budget
from tutela.engine.outlook.warnings import (
    Candidates,
    Past,
    calibrate,
    choose_warned,
    compare_pairs,
    disagree,
    find_band,
    rate_budget,
    score_chances,
    wilson,
)
from tutela.kernel.problems import Problem


def make_past(months: int = 24, units: int = 12, seed: int = 3, *, steps: int = 0) -> Past:
    """Chances that are right: what happens does so as often as it was said."""
    dice = np.random.default_rng(seed)
    month, unit = (part.ravel() for part in np.indices((months, units)))
    chance = dice.beta(0.5, 2.0, months * units)
    chance = np.round(chance * steps) / steps if steps else chance
    expected = chance * dice.integers(1, 4, len(chance))
    return Past(month, month // 3, unit, chance, expected, dice.random(len(chance)) < chance)


def dice() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_that_is_none_is_refused(budget: int) -> None:
    one = Candidates(np.arange(1), np.ones(1), np.ones(1))
    for attempt in (lambda: choose_warned(one, budget), lambda: rate_budget(make_past(), budget, dice())):
        with pytest.raises(Problem) as caught:
            attempt()
        assert caught.value.code == "option-invalid"


def test_a_past_that_is_no_chance_is_refused() -> None:
    past = make_past()
    for changed in ({"chance": past.chance + 1}, {"unit": past.unit[:-1]}, {"chance": past.chance * np.nan}):
        with pytest.raises(Problem) as caught:
            replace(past, **changed)
        assert caught.value.code == "forecast-unusable"


def test_a_chance_of_nothing_is_never_warned_of_however_large_the_budget() -> None:
    candidates = Candidates(np.arange(4), np.array([0.0, 0.3, 0.0, 0.1]), np.zeros(4))
    assert choose_warned(candidates, 50).tolist() == [1, 3]


def test_equal_chances_are_ordered_by_the_mean_and_then_by_the_number_never_by_the_file() -> None:
    unit, chance = np.array([9, 4, 7, 1]), np.full(4, 0.5)
    expected = np.array([1.0, 1.0, 3.0, 1.0])
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        mixed = Candidates(unit[order], chance[order], expected[order])
        assert mixed.unit[choose_warned(mixed, 3)].tolist() == [7, 1, 4]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10),
    st.integers(0, 8),
    st.integers(0, 10_000),
    st.sampled_from([0, 2, 5]),
    st.integers(1, 9),
)
def test_the_fast_count_is_the_obvious_one(months: int, units: int, seed: int, steps: int, budget: int) -> None:
    past = make_past(months, units, seed, steps=steps)
    fast, slow = rate_budget(past, budget, dice()), count_budget(past, budget)
    assert fast.false_alarm.of == slow["warned"] and fast.missed.of == slow["harmed"]
    assert fast.threshold == pytest.approx(slow["threshold"], nan_ok=True)
    if slow["warned"]:
        assert fast.false_alarm.mid == pytest.approx(slow["false"] / slow["warned"])
    if slow["harmed"]:
        assert fast.missed.mid == pytest.approx(slow["missed"] / slow["harmed"])


def test_a_larger_budget_never_misses_more_nor_raises_the_threshold() -> None:
    past = make_past()
    rates = [rate_budget(past, budget, dice()) for budget in (1, 2, 3, 5, 8, 12)]
    assert all(b.missed.mid <= a.missed.mid for a, b in pairwise(rates))
    assert all(b.threshold <= a.threshold for a, b in pairwise(rates))
    assert rates[-1].missed.mid == 0.0 and rates[-1].missed.high > 0  # none missed so far is not none ever


def test_the_interval_of_the_shares_holds_the_truth_about_as_often_as_it_says() -> None:
    truth = rate_budget(make_past(6000, 12, 77), 3, dice()).false_alarm.mid
    held = [rate_budget(make_past(40, 12, seed), 3, np.random.default_rng(seed)).false_alarm for seed in range(80)]
    inside = sum(share.low <= truth <= share.high for share in held)
    assert inside >= 0.85 * 80


def test_without_any_harm_the_share_of_misses_is_nothing_and_no_zero() -> None:
    past = make_past()
    rates = rate_budget(replace(past, happened=np.zeros(len(past.month), dtype=bool)), 2, dice())
    assert rates.false_alarm.mid == 1.0 and np.isnan(rates.missed.mid) and rates.missed.of == 0


def test_whoever_says_what_is_true_scores_better_and_the_gain_has_an_interval() -> None:
    past = make_past(200, 10)
    blurred = np.full(len(past.chance), past.happened.mean())
    brier, log = compare_pairs(blurred, past.chance, past.happened, past.unit, dice())
    for score in (brier, log):
        assert score.analyst.mid < score.model.mid and 0 < score.gain.low < score.gain.mid < score.gain.high
        assert score.gain.mid == pytest.approx(score.model.mid - score.analyst.mid)
    assert brier.model.mid == pytest.approx(float(((blurred - past.happened) ** 2).mean()))
    assert brier.model.mid == pytest.approx(score_chances(blurred, past.happened, past.unit, dice()).mid)


def test_a_certainty_that_was_wrong_is_punished_hard_and_not_without_end() -> None:
    wrong, right = np.array([1.0, 0.0]), np.array([False, True])
    _, log = compare_pairs(wrong, np.full(2, 0.5), right, np.arange(2), dice())
    assert 4 < log.model.mid < 5


def test_calibration_counts_every_pair_once() -> None:
    past = make_past(100, 20)
    bins = calibrate(past.chance, past.happened)
    assert sum(item.happened.of for item in bins) == len(past.chance)
    assert all(item.happened.low <= item.happened.mid <= item.happened.high for item in bins)
    assert sum(item.happened.low <= item.said <= item.happened.high for item in bins) >= len(bins) - 1
    assert calibrate(np.array([1.0, 0.0]), np.array([True, False]))[-1].said == 1.0


def test_wilson_is_never_empty_and_stays_inside() -> None:
    for hits, of in ((0, 5), (5, 5), (1, 3)):
        share = wilson(hits, of)
        assert 0 <= share.low <= share.mid <= share.high <= 1 and share.low < share.high
    assert np.isnan(wilson(0, 0).mid)


def test_an_analyst_and_a_model_disagree_two_bands_apart() -> None:
    assert [find_band(chance) for chance in (0.0, 0.12, 0.13, 0.34, 0.36, 0.65, 0.88, 1.0)] == [
        1,
        1,
        2,
        2,
        3,
        4,
        5,
        5,
    ]
    assert disagree(4, 0.05) and disagree(1, 0.5) and not disagree(2, 0.05)
