import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.kernel.estimates import Estimate, total

numbers = st.floats(-1e9, 1e9)


@pytest.mark.parametrize("values", [(2, 1, 3), (1, 4, 3), (1, math.nan, 3), (0, 1, math.inf)])
def test_it_refuses_what_is_no_interval(values):
    with pytest.raises(ValueError, match="an Estimate needs"):
        Estimate(*values, basis="b")


def test_it_refuses_a_number_without_a_basis():
    with pytest.raises(ValueError, match="basis"):
        Estimate(1, 2, 3, "")


def test_a_count_is_its_own_interval():
    assert Estimate.exactly(4, "counted").as_json() == {
        "low": 4, "mid": 4, "high": 4, "basis": "counted", "at_least": False,
    }  # fmt: skip


@given(st.tuples(numbers, numbers, numbers).map(sorted), st.tuples(numbers, numbers, numbers).map(sorted))
def test_the_sum_of_intervals_is_never_narrower_than_either(first, second):
    result = Estimate(*first, basis="a") + Estimate(*second, basis="a")
    assert result.high - result.low >= max(first[2] - first[0], second[2] - second[0]) - 1e-3
    assert result.basis == "a"


def test_different_bases_are_both_named():
    assert (Estimate.exactly(1, "a") + Estimate.exactly(1, "b")).basis == "a; b"


def test_one_lower_bound_makes_the_total_a_lower_bound():
    parts = [Estimate.exactly(1, "a"), Estimate.exactly(2, "a", at_least=True)]
    assert total(parts, "all") == Estimate(3, 3, 3, "all", at_least=True)


def test_the_total_of_nothing_is_nothing():
    assert total([], "all") == Estimate(0, 0, 0, "all")
