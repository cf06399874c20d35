"""Shares of areas: whole is inside and beyond and not covered, in ground and in people."""

import numpy as np
import pytest
import shapely

from tutela.engine.people.travel_areas import find_fewest, lay_travel, reach_area, row_areas_km2, sphere_km2
from tutela.engine.reach.traveltime import compute_travel
from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster
from tutela.kernel.problems import Problem

CELL_MIN = 111.195  # to the next cell of `flat` on the equator


def people_on(grid, people, least=None):
    people = np.asarray(people, dtype=np.float64)
    return PeopleRaster(people, people if least is None else least, grid, "Invented", 2020, "as is", "0" * 64)


def adds_up(amounts):
    for inside, beyond in zip(amounts.within, amounts.beyond, strict=True):
        assert inside + beyond + amounts.not_covered == pytest.approx(amounts.whole, rel=1e-9)


@pytest.fixture
def laid(flat, starts_at):
    """laid(surface, raster): the ground around a site in the first of five cells, in a row on the equator."""

    def make(surface=None, raster=None, within=(60.0, 250.0), furthest=300.0):
        surface = surface or flat(1, 5, north=0.05)
        return lay_travel(compute_travel(surface, starts_at((0.05, 0.0)), furthest), within, raster)

    return make


def test_the_fewest_minutes_of_several_starts_count(flat, starts_at):
    travel = compute_travel(flat(1, 5, north=0.05), starts_at((0.05, 0.0), (0.45, 0.0)), 150.0)
    assert find_fewest(travel) == pytest.approx([0, CELL_MIN, np.nan, CELL_MIN, 0], abs=0.01, nan_ok=True)


def test_an_area_is_inside_beyond_or_not_covered(laid, flat):
    surface = flat(1, 5, north=0.05)
    surface.friction[0, 3] = np.nan
    found = reach_area(laid(surface), shapely.box(0.0, -0.05, 0.6, 0.05))
    cell = float(row_areas_km2(surface.grid)[0])
    assert found.km2.whole == pytest.approx(6 * cell)
    assert found.km2.within == pytest.approx((cell, 3 * cell))
    assert found.km2.beyond == pytest.approx((3 * cell, cell))  # the last cell lies behind one that nobody passes
    assert (found.km2.off_surface, found.km2.impassable) == (pytest.approx(cell), pytest.approx(cell))
    adds_up(found.km2)
    assert found.km2.shares() == pytest.approx((1 / 4, 3 / 4))
    assert found.minutes_least == 0.0
    assert found.minutes_median == pytest.approx(CELL_MIN, abs=0.01)
    assert found.is_covered
    assert found.people is None


def test_a_part_of_a_cell_counts_by_its_share(laid):
    found = reach_area(laid(), shapely.box(0.05, -0.05, 0.15, 0.05))
    assert found.km2.within[0] == pytest.approx(found.km2.whole / 2)


def test_an_area_that_is_not_covered_says_so_and_has_no_minutes(laid):
    found = reach_area(laid(), shapely.box(10, 10, 11, 11))
    assert not found.is_covered
    assert found.km2.off_surface == found.km2.whole == pytest.approx(sphere_km2(shapely.box(10, 10, 11, 11)))
    assert (found.minutes_least, found.minutes_median, found.km2.shares()) == (None, None, (None, None))
    adds_up(found.km2)


def test_beyond_what_was_searched_there_are_no_minutes(laid):
    found = reach_area(laid(), shapely.box(0.3, -0.05, 0.5, 0.05))
    assert found.is_covered
    assert (found.minutes_least, found.minutes_median) == (None, None)
    assert found.km2.within == (0.0, 0.0)


def test_lines_that_mending_left_are_no_ground(laid):
    square = shapely.box(0.0, -0.05, 0.1, 0.05)
    mended = shapely.GeometryCollection([square, shapely.LineString([(0, 0), (1, 1)])])
    assert reach_area(laid(), mended).km2 == reach_area(laid(), square).km2
    nothing = reach_area(laid(), shapely.LineString([(0, 0), (1, 1)]))
    assert nothing.km2.whole == 0
    assert not nothing.is_covered


def test_people_are_counted_where_they_live(laid):
    cells = Grid(0.0, 0.05, 0.05, 0.05, 2, 12)  # four of these in each cell of the surface, two beyond it
    people = np.arange(24.0).reshape(2, 12)
    people[0, 0] = np.nan
    found = reach_area(laid(raster=people_on(cells, people, people / 2)), shapely.box(0.0, -0.05, 0.6, 0.05))
    assert found.people.whole == pytest.approx(np.nansum(people))
    assert found.people.within == pytest.approx((np.nansum(people[:, :2]), np.nansum(people[:, :6])))
    assert found.people.off_surface == pytest.approx(people[:, 10:].sum())
    assert found.people_least.whole == pytest.approx(np.nansum(people) / 2)
    adds_up(found.people)
    adds_up(found.people_least)


def test_a_coarse_cell_of_people_is_spread_over_those_of_the_surface(laid):
    coarse = Grid(-0.3, 0.3, 0.6, 0.6, 1, 2)
    found = reach_area(laid(raster=people_on(coarse, [[360.0, 720.0]])), shapely.box(0.0, -0.05, 0.1, 0.05))
    assert found.people.within[0] == pytest.approx(360 / 36)


def test_no_number_of_people_is_not_nobody(laid):
    raster = people_on(Grid(0.0, 0.05, 0.1, 0.1, 1, 5), [[np.nan, 1, 1, 1, 1]])
    assert reach_area(laid(raster=raster), shapely.box(0.0, -0.05, 0.1, 0.05)).people is None


@pytest.mark.parametrize("within", [(), (-1.0,), (400.0,), (float("nan"),)])
def test_times_beyond_what_was_searched_are_refused(laid, within):
    with pytest.raises(Problem, match="searched for 300 minutes") as caught:
        laid(within=within)
    assert caught.value.code == "option-invalid"


@pytest.mark.parametrize("box", [(-180, -90, 180, 90), (0, 0, 1, 1), (20, 50, 30, 60), (20, -60, 30, -50)])
def test_areas_on_the_sphere_are_those_of_geometry(box):
    west, south, east, north = (np.radians(degrees) for degrees in box)
    exact = 6_371.0088**2 * (east - west) * (np.sin(north) - np.sin(south))
    assert sphere_km2(shapely.box(*box)) == pytest.approx(exact, rel=1e-12)


def test_a_hole_is_no_area_and_slanted_sides_are_exact():
    outer, hole = shapely.box(0, 40, 4, 44), shapely.box(1, 41, 2, 42)
    assert sphere_km2(outer - hole) == pytest.approx(sphere_km2(outer) - sphere_km2(hole), rel=1e-12)
    half = shapely.Polygon([(0, 40), (4, 40), (4, 44)]), shapely.Polygon([(0, 40), (4, 44), (0, 44)])
    assert sum(map(sphere_km2, half)) == pytest.approx(sphere_km2(outer), rel=1e-12)
    assert sphere_km2(shapely.MultiPolygon(half[:1])) == sphere_km2(half[0])
    assert sphere_km2(shapely.LineString([(0, 0), (1, 1)])) == 0
