"""Minutes beside straight lines: a road that is missing makes what is near on the map far."""

from datetime import date

import numpy as np
import pytest

from tutela.engine.reach.friction import Surface
from tutela.engine.reach.travel_rings import compute_travel_vicinity, find_starts
from tutela.engine.reach.traveltime import compute_travel
from tutela.engine.reach.vicinity import VicinitySpec, compute_vicinity
from tutela.engine.statement.queries import LINE_SHARE, MINUTES, Query, evaluate_query
from tutela.kernel.grids import Grid
from tutela.kernel.problems import Problem

RIVER_LAT = 5.13
"""A barrier between the sites (5.0 and 5.1 north) and everything farther north than some 14 km."""


def lay_surface(barrier=True, north=6.0):
    rows = round((north - 4.5) / 0.02)
    grid = Grid(19.9, north, 0.02, 0.02, rows, 10)
    friction = np.full(grid.shape, 0.001, dtype=np.float32)  # a kilometre a minute
    if barrier:
        friction[int((north - RIVER_LAT) / 0.02)] = np.nan
    return Surface(grid, friction, "motorised", "dry")


@pytest.fixture
def measured(world):
    return measure(world, lay_surface())


def measure(world, surface, events=None, minutes=(30.0, 120.0)):
    events, sites = world.events() if events is None else events, world.sites()
    spec = VicinitySpec(minutes, None, date(2020, 12, 31), unit="min")
    travel = compute_travel(surface, find_starts(sites), spec.widest_km)
    line = compute_vicinity(events, sites, VicinitySpec((5.0, 30.0, 50.0, 100.0), None, spec.as_of))
    return events, compute_travel_vicinity(events, sites, spec, travel), line


def ask(measured, **words):
    events, minutes, line = measured
    return evaluate_query(Query(**words), minutes, events, line=line)


def test_near_in_a_line_and_far_by_road_are_told_apart(measured):
    far = ask(measured, where="outside", within_km=120.0, line_km=30.0)
    assert measured[0].event_id[far.rows].tolist() == ["e2", "e3"]  # beyond the barrier
    assert far.estimate.mid == 2
    assert far.estimate.at_least  # an event without a place may be another
    near = ask(measured, where="inside", within_km=120.0, line_km=30.0)
    assert "e0" in measured[0].event_id[near.rows]
    assert "e2" not in measured[0].event_id[near.rows]


def test_without_a_barrier_nothing_is_far_and_a_road_reaches_beyond_the_line(world):
    measured = measure(world, lay_surface(barrier=False))
    assert ask(measured, where="outside", within_km=120.0, line_km=30.0).estimate.mid == 0
    beyond = ask(measured, where="inside", within_km=120.0, line_km=30.0, beyond_line=True)
    assert measured[0].event_id[beyond.rows].tolist() == ["e5"]


def test_the_line_is_split_into_near_far_and_off_the_surface_without_a_rest(world):
    # The surface ends south of the events at 20 and 40 km.
    measured = measure(world, lay_surface(barrier=False, north=5.14))
    parts = [
        ask(measured, where="inside", within_km=120.0, line_km=30.0),
        ask(measured, where="outside", within_km=120.0, line_km=30.0),
        ask(measured, where="off-surface", line_km=30.0),
    ]
    events, _, line = measured
    whole = evaluate_query(Query(where="inside", within_km=30.0), line, events)
    assert sorted(row for part in parts for row in part.rows.tolist()) == whole.rows.tolist()
    assert events.event_id[parts[2].rows].tolist() == ["e2", "e3"]


def test_the_share_is_of_the_events_on_the_surface(measured):
    share = ask(measured, where="outside", within_km=120.0, line_km=30.0, violence="one_sided", sum="line_share")
    assert share.estimate.basis == LINE_SHARE
    assert share.estimate.mid == 50  # two of e0, e1, e2 and e3
    assert not share.estimate.at_least
    nothing = ask(measured, where="outside", within_km=120.0, line_km=30.0, year=1999, sum="line_share")
    assert nothing.estimate is None


def test_the_median_of_minutes_counts_what_nobody_reached_as_the_longest_time(measured):
    events, minutes, _ = measured
    median = evaluate_query(Query(sum="nearest_min"), minutes, events)
    assert median.estimate.basis == MINUTES
    assert median.estimate.high == 120.0
    assert median.missing == 3  # beyond the barrier: e2, e3, e5
    only_far = evaluate_query(Query(sum="nearest_min", since="2020-02-01", until="2020-03-31"), minutes, events)
    assert (only_far.estimate.mid, only_far.estimate.at_least) == (120.0, True)
    assert evaluate_query(Query(sum="nearest_min", year=1999), minutes, events).estimate is None


def test_a_query_without_a_line_reads_as_it_always_did():
    assert "line_km" not in Query().as_json()
    asked = Query(where="outside", within_km=120.0, line_km=30.0, beyond_line=True)
    assert Query.from_json(asked.as_json()) == asked


@pytest.mark.parametrize(
    "words", [{"beyond_line": True}, {"where": "off-surface"}, {"sum": "line_share"}, {"where": "nowhere"}]
)
def test_a_comparison_without_the_length_of_the_line_is_refused(words):
    with pytest.raises(Problem, match="cannot be asked"):
        Query(**words)


def test_a_line_cannot_be_asked_for_without_its_vicinity(measured):
    events, minutes, _ = measured
    with pytest.raises(ValueError, match="vicinity by distance"):
        evaluate_query(Query(line_km=30.0), minutes, events)
