from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tutela.engine.statement.queries import ADDED_UP, ONE_NUMBER, Query, evaluate_query
from tutela.kernel.problems import Problem


@pytest.fixture(scope="module")
def sources(world):
    return world.sources()


def ask(sources, **changes):
    return evaluate_query(Query(**changes), sources.vicinity, sources.events)


@pytest.mark.parametrize(
    "changes",
    [
        {"where": "near"},
        {"sum": "worst"},
        {"violence": "war"},
        {"perpetrator": "them"},
        {"where": "inside"},
        {"where": "all", "within_km": 5.0},
        {"where": "unplaceable", "site_id": "M/0"},
        {"since": "yesterday"},
        {"until": "2020-13-01"},
    ],
)
def test_a_query_that_cannot_be_asked_is_refused(changes):
    with pytest.raises(Problem) as caught:
        Query(**changes)
    assert caught.value.code == "option-invalid"


@pytest.mark.parametrize("broken", [{}, {"countries": [], "colour": "red"}])
def test_a_query_that_is_none_is_refused(broken):
    with pytest.raises(Problem) as caught:
        Query.from_json(broken)
    assert caught.value.code == "option-invalid"


def test_a_ring_wider_than_computed_is_refused(sources):
    with pytest.raises(Problem):
        ask(sources, where="inside", within_km=101.0)


def test_another_vicinitys_events_are_refused(sources):
    with pytest.raises(ValueError, match="other events"):
        evaluate_query(Query(), sources.vicinity, sources.events.take(np.arange(2)))


def test_inside_outside_and_unplaceable_add_up_to_all(sources):
    for km in (5.0, 30.0, 100.0):
        parts = [
            ask(sources, where="inside", within_km=km),
            ask(sources, where="outside", within_km=km),
            ask(sources, where="unplaceable"),
        ]
        assert sum(part.estimate.mid for part in parts) == ask(sources).estimate.mid == 9


def test_killed_adds_up_low_best_and_high_of_the_rows_it_names(sources):
    answer = ask(sources, where="inside", within_km=30.0, violence="one_sided", sum="best")
    assert answer.rows.tolist() == [0, 1, 2, 3]
    assert (answer.estimate.low, answer.estimate.mid, answer.estimate.high) == (10, 12, 18)
    assert answer.estimate.basis == ADDED_UP


def test_a_figure_near_us_is_a_lower_bound_while_events_there_have_no_exact_place(sources):
    assert ask(sources, where="inside", within_km=30.0, violence="one_sided").estimate.at_least
    assert not ask(sources, where="inside", within_km=5.0, violence="state_based").estimate.at_least
    in_chad = ask(sources, where="inside", within_km=100.0, countries=("TCD",))
    assert in_chad.rows.tolist() == [5]
    assert not in_chad.estimate.at_least


def test_filters_narrow_by_days_year_country_perpetrator_and_site(sources):
    assert ask(sources, since="2020-01-01", until="2020-03-01").rows.tolist() == [2, 3]
    assert ask(sources, year=2019).rows.tolist() == [1]
    assert ask(sources, countries=("CAF",), elsewhere=True).rows.tolist() == [5]
    assert ask(sources, perpetrator="host_state").rows.tolist() == [1]
    beta = ask(sources, where="inside", within_km=5.0, site_id="M/1")
    assert beta.rows.tolist() == []
    assert beta.estimate.mid == 0
    assert ask(
        sources, where="outside", within_km=30.0, site_id="M/1", violence="one_sided", year=2020
    ).rows.tolist() == [5, 6]


def test_shares_are_remembered_and_change_nothing(sources):
    shares = {}
    query = Query(where="inside", within_km=30.0)
    answers = [evaluate_query(query, sources.vicinity, sources.events, shares) for _ in range(2)]
    assert answers[0].estimate == answers[1].estimate == ask(sources, where="inside", within_km=30.0).estimate
    assert list(shares) == [(30.0, None)]


def test_what_the_source_lacks_is_none_and_not_zero(world):
    nothing = np.full(len(world.rows), np.nan)
    sources = world.sources(events=world.events(civilians=nothing))
    assert ask(sources, sum="civilians").estimate is None
    assert ask(sources, sum="civilians", perpetrator="criminal").estimate is None
    assert ask(sources, sum="best", perpetrator="criminal").estimate.high == 0


def test_rows_without_a_number_make_a_lower_bound_and_are_counted(world):
    events = world.events()
    best = events.best.copy()
    best[0] = np.nan
    answer = ask(world.sources(events=replace(events, best=best)), sum="best", year=2018)
    assert answer.estimate is None
    answer = ask(world.sources(events=replace(events, best=best)), sum="best", violence="one_sided")
    assert answer.missing == 1
    assert answer.estimate.at_least


def test_a_source_without_an_interval_says_so(world):
    nothing = np.full(len(world.rows), np.nan)
    sources = world.sources(events=world.events(low=nothing, high=nothing))
    answer = ask(sources, sum="best", year=2018)
    assert (answer.estimate.low, answer.estimate.high, answer.estimate.basis) == (5, 5, ONE_NUMBER)
    assert ask(sources, sum="civilians", year=2018).estimate.basis == ONE_NUMBER


def test_distance_to_the_nearest_site_is_a_median_with_its_middle_half(sources):
    estimate = ask(sources, sum="nearest_km", violence="one_sided", countries=("CAF",)).estimate
    assert estimate.low <= estimate.mid <= estimate.high
    assert estimate.mid == pytest.approx(8.88, abs=0.05)
    assert ask(sources, sum="nearest_km", perpetrator="criminal").estimate is None


def test_the_unplaceable_share_is_known_only_where_the_source_says_how_exact_it_is(world, sources):
    assert ask(sources, sum="unplaceable_share", countries=("CAF",)).estimate.mid == pytest.approx(100 / 8)
    unsaid = world.sources(events=world.events(precision=np.zeros(len(world.rows), np.int8)))
    assert ask(unsaid, sum="unplaceable_share").estimate is None
    exact = world.sources(events=world.events(precision=np.ones(len(world.rows), np.int8)))
    assert ask(exact, sum="unplaceable_share").estimate is None


def test_a_spread_event_counts_by_its_weight(world):
    # The district of the imprecise event is that of three exact ones, of which one lies far away.
    adm = np.array(["P"] * len(world.rows), dtype=np.str_)
    sources = world.sources(events=world.events(adm_1=adm), spread="area-months")
    inside = ask(sources, where="inside", within_km=100.0, year=2020, violence="one_sided").estimate.mid
    outside = ask(sources, where="outside", within_km=100.0, year=2020, violence="one_sided").estimate.mid
    assert inside + outside == pytest.approx(5)
    assert inside != round(inside)


def test_a_query_comes_back_from_its_json():
    query = Query(where="inside", within_km=30.0, countries=("CAF", "TCD"), year=2020)
    assert Query.from_json(query.as_json()) == query
