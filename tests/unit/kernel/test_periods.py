import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.kernel.periods import Period, merge_touching, parse_day
from tutela.kernel.problems import Problem

DAY = timedelta(days=1)
days = st.dates(date(2000, 1, 1), date(2000, 3, 1))
periods = st.builds(
    lambda start, length: Period(start, None if length is None else start + length * DAY),
    days,
    st.none() | st.integers(0, 20),
)


def test_the_first_day_is_in_and_the_last_is_not():
    period = Period(date(2020, 1, 1), date(2020, 2, 1))
    assert date(2020, 1, 1) in period
    assert date(2020, 1, 31) in period
    assert date(2020, 2, 1) not in period
    assert date(2019, 12, 31) not in period


def test_an_open_period_does_not_end():
    assert date(9999, 1, 1) in Period(date(2020, 1, 1))


def test_it_refuses_an_end_before_the_start():
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2020, 1, 2), date(2020, 1, 1))


@given(st.lists(periods, max_size=8), days)
def test_merging_keeps_every_day_and_adds_none(some, day):
    merged = merge_touching(some)
    # an empty period holds no day, but may lie inside a longer one
    assert any(day in period for period in some) == any(day in period for period in merged)


@given(st.lists(periods, max_size=8))
def test_merged_periods_do_not_touch(some):
    merged = merge_touching(some)
    assert all(not a.touches(b) for a, b in itertools.pairwise(merged))


def test_a_day_is_read_or_refused_by_the_name_of_its_option():
    assert parse_day("2020-12-31", option="--as-of") == date(2020, 12, 31)
    with pytest.raises(Problem) as caught:
        parse_day("31/12/2020", option="--as-of")
    assert caught.value.code == "date-invalid"
    assert caught.value.where == "--as-of"
