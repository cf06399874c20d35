"""Layers become minutes per metre by stated rules."""

from dataclasses import replace

import numpy as np
import pytest

from tutela.engine.reach.friction import (
    GAP,
    NO_ROAD,
    Layers,
    Speeds,
    Surface,
    build_friction,
    cell_height_m,
    minutes_per_metre,
    slope_factor,
)
from tutela.kernel.grids import Grid
from tutela.kernel.problems import Problem

GRID = Grid(0.0, 0.1, 0.1, 0.1, 1, 6)
SPEEDS = Speeds("motorised", "dry", {9: 5.0, 0: np.nan}, (50.0, 2.0), 60.0)


def layers(**changes):
    base = {
        "landcover": np.full(GRID.shape, 9, np.int16),
        "road": np.full(GRID.shape, NO_ROAD, np.int16),
        "lake": np.zeros(GRID.shape, bool),
        "river": np.zeros(GRID.shape, bool),
    }
    for name, at in changes.items():
        for column, value in at.items():
            base[name][0, column] = value
    return Layers(GRID, **base)


def test_land_takes_the_speed_of_its_class():
    built = build_friction(layers(), SPEEDS)
    assert built.surface.friction[0] == pytest.approx(60 / 5000)
    assert built.shares == {"land": 1.0}
    assert (built.surface.mode, built.surface.season) == ("motorised", "dry")


def test_the_faster_of_road_and_open_ground_counts():
    built = build_friction(layers(road={0: 0, 1: 1}), SPEEDS)
    assert built.surface.friction[0, 0] == pytest.approx(60 / 50_000)
    assert built.surface.friction[0, 1] == pytest.approx(60 / 5000)  # walking beats a road of 2 km/h
    assert built.shares["road"] == pytest.approx(2 / 6)


def test_a_lake_stops_all_but_a_road():
    built = build_friction(layers(lake={0: True, 1: True}, road={1: 0}), SPEEDS)
    assert np.isnan(built.surface.friction[0, 0])
    assert built.surface.friction[0, 1] == pytest.approx(60 / 50_000)
    assert built.shares["lake"] == pytest.approx(1 / 6)


def test_a_river_takes_its_minutes_to_cross_unless_a_road_carries_over_it():
    built = build_friction(layers(river={0: True, 1: True}, road={1: 0}), SPEEDS)
    extra = (built.surface.friction[0, 0] - built.surface.friction[0, 2]) * cell_height_m(GRID)
    assert extra == pytest.approx(60, rel=1e-5)
    assert built.surface.friction[0, 1] == pytest.approx(60 / 50_000)


def test_a_river_that_nobody_crosses_is_a_barrier():
    speeds = Speeds("foot", "wet", {9: 5.0}, (), np.nan)
    built = build_friction(layers(river={3: True}), speeds)
    assert np.isnan(built.surface.friction).tolist() == [[False, False, False, True, False, False]]
    assert built.shares["river"] == pytest.approx(1 / 6)


def test_what_is_not_known_is_impassable_and_listed():
    built = build_friction(layers(landcover={0: GAP, 1: 77, 2: 0, 3: 78}), SPEEDS)
    assert np.isnan(built.surface.friction[0, :4]).all()
    assert built.unknown_classes == (77, 78)
    assert built.shares == {
        "land": pytest.approx(2 / 6),
        "gap": pytest.approx(1 / 6),
        "unknown-class": pytest.approx(2 / 6),
        "water": pytest.approx(1 / 6),
    }


def test_slope_slows_and_its_gaps_are_listed():
    sloped = replace(layers(), slope_deg=np.array([[0.0, 10.0, 20.0, np.nan, 0.0, 0.0]]))
    built = build_friction(sloped, SPEEDS)
    flat, ten, twenty, gap = built.surface.friction[0, :4]
    assert flat == pytest.approx(60 / 5000)
    assert flat < ten < twenty
    assert np.isnan(gap)
    assert built.shares["slope-gap"] == pytest.approx(1 / 6)


def test_slope_is_toblers_function_there_and_back():
    gradient = np.tan(np.radians(10.0))
    kmh = [6 * np.exp(-3.5 * abs(s + 0.05)) for s in (gradient, -gradient, 0.0)]
    expected = (1 / kmh[0] + 1 / kmh[1]) / 2 * kmh[2]
    assert slope_factor(np.array([10.0, -10.0, 0.0])) == pytest.approx([expected, expected, 1.0])


def test_friction_is_the_inverse_of_speed():
    assert minutes_per_metre(np.array([60.0, 6.0])) == pytest.approx([0.001, 0.01])


@pytest.mark.parametrize("bad", [0.0, -1.0, np.inf])
def test_friction_that_cannot_be_is_refused_with_its_cell(bad):
    friction = np.full(GRID.shape, 0.01, np.float32)
    friction[0, 4] = bad
    with pytest.raises(Problem, match="1 cells have a friction") as caught:
        Surface(GRID, friction)
    assert caught.value.code == "surface-unusable"
    assert caught.value.where == "surface, row 0, column 4"


def test_a_surface_that_nobody_passes_is_refused():
    with pytest.raises(Problem, match="all are NaN"):
        Surface(GRID, np.full(GRID.shape, np.nan, np.float32))


def test_friction_of_another_shape_is_a_mistake():
    with pytest.raises(ValueError, match="shape"):
        Surface(GRID, np.full((2, 2), 0.01, np.float32))


def test_a_surface_says_how_long_its_cells_take():
    surface = build_friction(layers(), SPEEDS).surface
    assert surface.crossing_minutes == pytest.approx(0.012 * 11_119.5, rel=1e-4)
    assert surface.digest == build_friction(layers(), SPEEDS).surface.digest
    assert surface.digest != build_friction(layers(road={0: 0}), SPEEDS).surface.digest
