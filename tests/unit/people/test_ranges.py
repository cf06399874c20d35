"""Where sources disagree, the range is carried and every source is named."""

from __future__ import annotations

import pytest

from tutela.engine.people.ranges import reconcile
from tutela.kernel.estimates import Estimate
from tutela.kernel.problems import Problem


def exactly(value: float, **options: bool) -> Estimate:
    return Estimate.exactly(value, "counted", **options)


def test_three_sources_give_lowest_median_and_highest() -> None:
    answer = reconcile(
        {"a raster 2020": exactly(116e6), "a table 2020": exactly(103e6), "an atlas 2019": exactly(87e6)}
    )
    assert (answer.low, answer.mid, answer.high) == (87e6, 103e6, 116e6)
    assert not answer.at_least
    for said in (
        "3 sources",
        "a raster 2020: 116,000,000",
        "a table 2020: 103,000,000",
        "an atlas 2019: 87,000,000",
    ):
        assert said in answer.basis


def test_the_order_of_sources_changes_nothing() -> None:
    first = {"b": exactly(2), "a": Estimate(1, 5, 9, "range")}
    assert reconcile(first) == reconcile(dict(reversed(first.items())))


def test_one_source_is_itself_and_its_range_is_told() -> None:
    answer = reconcile({"a raster 2020": Estimate(1, 400, 400, "a mean")})
    assert (answer.low, answer.mid, answer.high) == (1, 400, 400)
    assert answer.basis == "one source. a raster 2020: 400, from 1 to 400 (a mean)"


def test_a_lower_bound_may_raise_the_high_end_and_nothing_else() -> None:
    whole = {"a": exactly(100), "b": exactly(200)}
    raised = reconcile(whole | {"places": exactly(500, at_least=True)})
    assert (raised.low, raised.mid, raised.high, raised.at_least) == (100, 150, 500, False)
    kept = reconcile(whole | {"places": exactly(5, at_least=True)})
    assert (kept.low, kept.mid, kept.high) == (100, 150, 200)
    assert "places: at least 5" in kept.basis


def test_lower_bounds_alone_give_the_largest_of_them_still_a_lower_bound() -> None:
    answer = reconcile({"a": exactly(5, at_least=True), "b": Estimate(6, 7, 90, "half", at_least=True)})
    assert (answer.low, answer.mid, answer.high, answer.at_least) == (6, 7, 90, True)


def test_no_source_is_a_problem_and_not_nobody() -> None:
    with pytest.raises(Problem) as caught:
        reconcile({})
    assert caught.value.code == "nothing-to-study"
