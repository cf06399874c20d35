"""What must hold of siting whatever the country: more is never worse, and nothing passes its bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.engine.scenario.siting.cover import Demand, build_cover
from tutela.engine.scenario.siting.obvious import best_of_all, cover_one_by_one
from tutela.engine.scenario.siting.rules import Rules, expected
from tutela.engine.scenario.siting.solving import Patience, Siting, solve

N = 5
KINDS = st.sampled_from([("classical", 1), ("backup", 2), ("cooperative", 1)])
SHARES = st.sampled_from([0.125, 0.25, 0.5, 1.0])
POINTS = st.lists(
    st.tuples(
        st.integers(1, 50).map(float),
        st.integers(0, 1),
        st.dictionaries(st.integers(0, N - 1), SHARES, max_size=N),
    ),
    max_size=25,
)
PLANS = st.lists(st.booleans(), min_size=N, max_size=N).map(lambda bits: np.array(bits, float))


def demand_of(points) -> Demand:
    start = np.cumsum([0] + [len(values) for _, _, values in points])
    index = np.array([c for _, _, values in points for c in sorted(values)], np.int32)
    value = np.array([values[c] for _, _, values in points for c in sorted(values)])
    weight, group = np.array([w for w, _, _ in points], float), np.array([g for _, g, _ in points], np.int32)
    return Demand(weight, group, (start, index, value))


def cover_of(points, kind, *, twice: bool = False):
    return build_cover([demand_of(points)] * (2 if twice else 1), (2, N), *kind)


@given(POINTS, KINDS, PLANS)
def test_aggregation_changes_no_value(points, kind, plan) -> None:
    by_definition = np.array([*cover_one_by_one(points, plan, *kind), 0.0, 0.0][:2])
    assert cover_of(points, kind).values(plan) == pytest.approx(by_definition)
    assert cover_of(points, kind, twice=True).values(plan) == pytest.approx(2 * by_definition)


@given(POINTS, KINDS, PLANS, st.integers(0, N - 1))
def test_removing_a_site_never_raises_coverage(points, kind, plan, site) -> None:
    cover, fewer = cover_of(points, kind), plan.copy()
    fewer[site] = 0.0
    assert np.all(cover.values(fewer) <= cover.values(plan) + 1e-9)


@settings(max_examples=25)  # each tries every plan
@given(POINTS, KINDS, st.lists(st.integers(1, 9), min_size=N, max_size=N), st.integers(1, 20))
def test_the_bound_is_never_below_the_best_and_more_money_never_lowers_it(points, kind, costs, money) -> None:
    cover = cover_of(points, kind)
    rules = Rules.of([("money", np.array(costs, float), float(money))], np.zeros(N), np.ones(N))
    siting = Siting(cover, rules, expected(2), np.zeros(N))
    less, more = (
        solve(replace(siting, rules=replace(rules, limit=rules.limit + extra)), Patience(1e-9)) for extra in (0, 3)
    )
    best = best_of_all(cover, rules, expected(2))[1]
    slack = 1e-7 * max(1.0, best)
    assert rules.allow(less.y)
    assert less.value == pytest.approx(float(cover.values(less.y).sum()))
    assert abs(less.value - best) <= slack
    assert less.bound >= best - slack
    assert more.value >= less.value - slack
