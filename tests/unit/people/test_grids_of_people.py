"""Shapes over a grid: every cell counts by the share that is covered, and what was not counted is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from tutela.engine.people.cells import cover_cells
from tutela.engine.people.edges import find_edge, narrow_edges
from tutela.engine.people.within import count_on_grid, people_in_places, people_in_units, people_on_grid
from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster, Settlements

NAN = np.nan
Maker = Callable[..., PeopleRaster]


@pytest.mark.parametrize("least", [[[1.0, 1.0]], [[NAN]], [[1.0], [1.0]]])
def test_a_raster_whose_grids_do_not_fit_each_other_is_an_error(
    make_raster: Maker, least: list[list[float]]
) -> None:
    with pytest.raises(ValueError, match="a PeopleRaster"):
        make_raster([[1.0]], least)


def test_half_a_cell_counts_half() -> None:
    cover = cover_cells(Grid(0, 2, 1, 1, 2, 2), shapely.box(0.5, 1, 2, 2))
    assert (cover.row, cover.column) == (0, 0)
    assert cover.share.tolist() == [[0.5, 1.0]]


def test_a_hole_counts_as_not_covered() -> None:
    shape = shapely.difference(shapely.box(0, 0, 2, 2), shapely.box(0.5, 0.5, 1, 1))
    cover = cover_cells(Grid(0, 2, 1, 1, 2, 2), shape)
    assert cover.share.tolist() == [[1.0, 1.0], [0.75, 1.0]]


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(1, 1),
        shapely.LineString([(0, 0), (2, 2)]),
        shapely.Polygon(),
        shapely.box(5, 0, 6, 1),
        shapely.box(0, -9, 1, -8),
    ],
)
def test_what_has_no_area_on_the_grid_covers_nothing(shape: shapely.Geometry) -> None:
    assert cover_cells(Grid(0, 2, 1, 1, 2, 2), shape).share.sum() == 0


def test_people_are_added_by_the_share_of_their_cell(make_raster: Maker) -> None:
    raster = make_raster([[10, 20], [30, 40]], north=2)
    estimate = people_on_grid(raster, shapely.box(0.5, 0.5, 1.5, 1.5))
    assert estimate is not None
    assert (estimate.low, estimate.mid, estimate.high) == (25, 25, 25)
    assert not estimate.at_least


def test_ground_without_a_number_is_named_and_never_counted_as_nobody(make_raster: Maker) -> None:
    raster = make_raster([[10, NAN]], north=1)
    estimate = people_on_grid(raster, shapely.box(0, 0, 2, 1))
    assert estimate is not None
    assert estimate.mid == 10
    assert "50.0% of the area has no number" in estimate.basis
    assert not estimate.at_least
    assert people_on_grid(raster, shapely.box(1, 0, 2, 1)) is None


def test_a_shape_beyond_the_grid_makes_a_lower_bound(make_raster: Maker) -> None:
    raster = make_raster([[10]], north=1)
    estimate = people_on_grid(raster, shapely.box(0, 0, 4, 1))
    assert estimate is not None
    assert estimate.at_least
    assert "75.0% of the area lies beyond the grid" in estimate.basis
    assert people_on_grid(raster, shapely.box(7, 0, 8, 1)) is None


def test_ground_smaller_than_a_cell_is_said_to_be(make_raster: Maker) -> None:
    raster = make_raster([[10]], north=1)
    small, whole = (people_on_grid(raster, shapely.box(0, 0, side, side)) for side in (0.5, 1))
    assert small is not None
    assert whole is not None
    assert "smaller than a cell" in small.basis
    assert "smaller than a cell" not in whole.basis


def test_a_shape_without_area_counts_nobody(make_raster: Maker) -> None:
    assert count_on_grid(make_raster([[10]], north=1), shapely.Point(0, 0)).off_grid == 1.0


def test_the_fewest_people_are_the_low_end(make_raster: Maker) -> None:
    estimate = people_on_grid(make_raster([[400]], [[1]], north=1), shapely.box(0, 0, 1, 1))
    assert estimate is not None
    assert (estimate.low, estimate.mid, estimate.high) == (1, 400, 400)


def test_an_edge_is_a_cell_beside_one_without_a_number_and_not_the_end_of_the_grid() -> None:
    people = np.ones((5, 5))
    people[0, 0] = NAN
    edge = find_edge(people)
    assert np.argwhere(edge).tolist() == [[0, 1], [1, 0], [1, 1]]


def test_edge_cells_are_cut_to_their_land_and_inner_ones_are_not(make_raster: Maker) -> None:
    raster = make_raster([[NAN, 100, 100]], [[NAN, 1, 100]], north=1)
    narrowed = narrow_edges(raster, shapely.box(1.75, 0, 9, 1))
    assert narrowed.people[0, 1:].tolist() == [25, 100]
    assert narrowed.least[0, 1:].tolist() == [25, 100]
    assert "share of land" in narrowed.counted_as
    assert "1 cells" in narrowed.notes[-1]


def test_an_edge_cell_off_the_land_keeps_its_people_and_their_range(make_raster: Maker) -> None:
    raster = make_raster([[NAN, 100]], [[NAN, 1]], north=1)
    narrowed = narrow_edges(raster, shapely.box(5, 0, 9, 1))
    assert (narrowed.people[0, 1], narrowed.least[0, 1]) == (100, 1)


def make_places(*rows: tuple[float, float, float]) -> Settlements:
    n = len(rows)
    lon, lat, people = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    ids = np.arange(n).astype(np.str_)
    return Settlements(ids, ids, lon, lat, np.full(n, "XIA"), people, np.arange(2, n + 2, dtype=np.int32))


def test_people_of_named_places_are_a_lower_bound() -> None:
    places = make_places((0.5, 0.5, 100), (0.6, 0.5, NAN), (9, 9, 1000), (NAN, NAN, 5))
    estimate = people_in_places(places, shapely.box(0, 0, 1, 1))
    assert estimate is not None
    assert (estimate.mid, estimate.at_least) == (100, True)
    assert "1 more have no number" in estimate.basis


def test_places_that_all_have_numbers_say_nothing_of_missing_ones() -> None:
    estimate = people_in_places(make_places((0.5, 0.5, 100)), shapely.box(0, 0, 1, 1))
    assert estimate is not None
    assert estimate.basis == "people of 1 named places"


def test_no_place_with_a_number_is_not_nobody() -> None:
    assert people_in_places(make_places((0.5, 0.5, NAN)), shapely.box(0, 0, 1, 1)) is None


def test_units_range_from_those_wholly_within_to_all_that_are_touched() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1), shapely.box(8, 0, 9, 1)])
    estimate = people_in_units(shapes, np.array([10.0, 40.0, 500.0]), shapely.box(0, 0, 2, 1))
    assert estimate is not None
    assert (estimate.low, estimate.mid, estimate.high) == (10, 30, 50)
    assert not estimate.at_least


def test_a_touched_unit_without_a_number_makes_a_lower_bound() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    estimate = people_in_units(shapes, np.array([10.0, NAN]), shapely.box(0, 0, 2, 1))
    assert estimate is not None
    assert estimate.at_least
    assert people_in_units(shapes, np.array([NAN, NAN]), shapely.box(0, 0, 2, 1)) is None
