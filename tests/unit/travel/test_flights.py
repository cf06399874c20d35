"""By air: getting ready and a straight line, from landing sites alone."""

import numpy as np
import pytest

from tutela.engine.reach.flights import Aircraft, compute_air_travel
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem

HELICOPTER = Aircraft("helicopter", 60.0, 220.0, 40.0)


def test_minutes_are_getting_ready_and_distance_over_speed(flat, starts_at):
    travel = compute_air_travel(flat().grid, starts_at((0.05, 0.0)), np.array([1], np.int8), HELICOPTER, 1000)
    row = travel.table.take((travel.table.row == 1) & (travel.table.col == 2))
    expected = 60 + 60 * float(distances_km(0.05, 0.0, 0.25, 0.0)) / 220
    assert row.minutes == pytest.approx([expected], abs=1e-6)
    assert travel.mode == "air: helicopter"
    assert travel.season == "not modelled"


def test_radius_and_time_both_limit(flat, starts_at):
    grid, start, air = flat(1, 9, north=0.05).grid, starts_at((0.05, 0.0)), np.array([1], np.int8)
    assert compute_air_travel(grid, start, air, HELICOPTER, 1000).table.col.max() == 3  # 33 km, 44 would be too far
    assert compute_air_travel(grid, start, air, HELICOPTER, 64).table.col.max() == 1
    assert len(compute_air_travel(grid, start, air, HELICOPTER, 59).table) == 0


def test_sites_where_nothing_can_land_are_accounted_for(flat, starts_at):
    starts = starts_at((0.05, 0.0), (0.15, 0.0), (0.25, 0.0))
    travel = compute_air_travel(flat().grid, starts, np.array([0, -1, 1], np.int8), HELICOPTER, 1000)
    assert dict(travel.accounting.excluded) == {"no-landing-site": 1, "landing-unknown": 1}
    assert np.unique(travel.table.site).tolist() == [2]


@pytest.mark.parametrize("values", [(-1, 220, 40), (60, 0, 40), (60, 220, 0), (60, float("nan"), 40)])
def test_an_aircraft_that_cannot_be_is_refused(values):
    with pytest.raises(Problem, match="cannot be"):
        Aircraft("kite", *values)
