"""Minutes over a surface, and every start accounted for."""

import numpy as np
import pytest

from tutela.engine.reach import searching
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.traveltime import Starts, compute_travel, travel_obviously
from tutela.kernel.grids import Grid
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem


def minutes_grid(travel, start=0):
    found = np.full(travel.grid.shape, np.nan)
    rows = travel.table.take(travel.table.site == start)
    found[rows.row, rows.col] = rows.minutes
    return found


def test_a_straight_way_is_its_arc_times_friction(flat, starts_at):
    travel = compute_travel(flat(), starts_at((0.05, 0.0)), 1e6)
    arc_m = float(distances_km(0.05, 0.0, 0.45, 0.0)) * 1000
    assert minutes_grid(travel)[1, 4] == pytest.approx(arc_m * 0.01, abs=1e-4)
    assert minutes_grid(travel)[1, 0] == 0.0


@pytest.mark.parametrize("latitude", [0.0, 30.0, 60.0, 80.0])
def test_cells_narrow_towards_the_poles(latitude, starts_at):
    grid = Grid(0.0, latitude + 0.15, 0.1, 0.1, 3, 5)
    surface = Surface(grid, np.full(grid.shape, 0.01, np.float32))
    found = minutes_grid(compute_travel(surface, starts_at((0.05, latitude)), 1e6))
    parallel_m = np.radians(0.1) * 6_371_008.8 * np.cos(np.radians(latitude))
    assert found[1, 1] == pytest.approx(parallel_m * 0.01, rel=1e-5)
    assert found[0, 0] == pytest.approx(np.radians(0.1) * 6_371_008.8 * 0.01, rel=1e-5)


def test_nobody_passes_a_wall_and_a_gap_in_it_is_found(flat, starts_at):
    surface = flat(5, 5)
    surface.friction[:, 2] = np.nan
    assert np.isnan(minutes_grid(compute_travel(surface, starts_at((0.05, 0.0)), 1e6))[:, 2:]).all()
    surface.friction[4, 2] = 0.01
    assert np.isfinite(minutes_grid(compute_travel(surface, starts_at((0.05, 0.0)), 1e6))[:, 3:]).all()


def test_what_takes_longer_than_the_limit_is_not_there_and_the_limit_is(flat, starts_at):
    surface, start = flat(), starts_at((0.05, 0.0))
    everywhere = compute_travel(surface, start, 1e6)
    limit = float(minutes_grid(everywhere)[1, 2])
    near = compute_travel(surface, start, limit)
    assert near.table.minutes.max() == limit
    assert len(near.table) == (everywhere.table.minutes <= limit).sum()


def test_starts_that_cannot_be_used_are_named_and_never_moved(flat, starts_at):
    surface = flat()
    surface.friction[0, 0] = np.nan
    travel = compute_travel(surface, starts_at((0.05, 0.1), (9.0, 9.0), (0.25, 0.0)), 100)
    assert travel.accounting.as_json() == {
        "step": "starting points",
        "input": 3,
        "placed": 1,
        "excluded": {"on-impassable-cell": 1, "outside-surface": 1},
    }
    assert travel.unused == (("b", "outside-surface"), ("a", "on-impassable-cell"))
    assert np.unique(travel.table.site).tolist() == [2]
    assert travel.usable.tolist() == [False, False, True]


def test_starts_in_one_cell_reach_the_same(flat, starts_at):
    travel = compute_travel(flat(), starts_at((0.06, 0.0), (0.45, 0.0), (0.04, 0.01)), 1e6)
    assert np.array_equal(minutes_grid(travel, 0), minutes_grid(travel, 2))
    assert not np.array_equal(minutes_grid(travel, 0), minutes_grid(travel, 1))


def test_only_the_cells_that_are_wanted_are_kept(flat, starts_at):
    wanted = np.zeros(15, dtype=bool)
    wanted[[3, 7]] = True
    travel = compute_travel(flat(), starts_at((0.05, 0.0)), 1e6, wanted)
    assert (travel.table.row * 5 + travel.table.col).tolist() == [3, 7]
    whole = minutes_grid(compute_travel(flat(), starts_at((0.05, 0.0)), 1e6))
    assert travel.table.minutes.tolist() == [whole[0, 3], whole[1, 2]]


def test_no_start_reaches_nothing(flat):
    none = Starts(np.array([], dtype=np.str_), np.array([]), np.array([]))
    assert len(compute_travel(flat(), none, 10).table) == 0


def test_a_surface_of_one_cell_is_reached_at_once(starts_at):
    surface = Surface(Grid(0.0, 1.0, 1.0, 1.0, 1, 1), np.array([[0.01]], np.float32))
    assert compute_travel(surface, starts_at((0.5, 0.5)), 10).table.minutes.tolist() == [0.0]


def test_a_batch_of_searches_changes_nothing(flat, starts_at, monkeypatch):
    points = [(0.05 + 0.1 * i, 0.0) for i in range(5)]
    whole = compute_travel(flat(), starts_at(*points), 1e6).table
    monkeypatch.setattr(searching, "CHUNK", 1)
    one_by_one = compute_travel(flat(), starts_at(*points), 1e6).table
    assert np.array_equal(whole.minutes, one_by_one.minutes)


@pytest.mark.parametrize("minutes", [-1.0, float("nan"), float("inf")])
def test_minutes_that_are_no_time_are_refused(flat, starts_at, minutes):
    with pytest.raises(Problem, match="no number of minutes") as caught:
        compute_travel(flat(), starts_at((0.05, 0.0)), minutes)
    assert caught.value.where == "max-min"


def test_the_obvious_search_from_an_impassable_cell_reaches_nothing(flat):
    surface = flat()
    surface.friction[0, 0] = np.nan
    assert np.isnan(travel_obviously(surface, 0, 1e6)).all()
    assert np.isfinite(travel_obviously(surface, 1, 1e6)).sum() == 14
