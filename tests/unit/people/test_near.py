"""People near a presence: in the union of circles around its open sites, everybody once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from tutela.engine.people.circles import CORNERS, draw_circle, draw_ring
from tutela.engine.people.near import PeopleSources, people_near
from tutela.kernel.estimates import Estimate
from tutela.kernel.people import PeopleRaster, Settlements
from tutela.kernel.places import EARTH_RADIUS_KM, distances_km
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites

AS_OF = date(2020, 1, 1)
Raster = Callable[..., PeopleRaster]
MakeSites = Callable[..., Sites]


@pytest.fixture
def flat(make_raster: Raster) -> PeopleRaster:
    return make_raster(np.full((40, 40), 1000.0), west=0, north=4, step=0.1)


@pytest.mark.parametrize(("lon", "lat", "km"), [(20.0, 5.0, 5.0), (30.0, -34.0, 100.0), (10.0, 70.0, 300.0)])
def test_a_circle_runs_at_its_distance_and_has_its_area(lon: float, lat: float, km: float) -> None:
    corners = shapely.get_coordinates(draw_circle(lon, lat, km))
    assert len(corners) == CORNERS + 1
    assert distances_km(lon, lat, corners[:, 0], corners[:, 1]) == pytest.approx(km, rel=1e-4)
    # On the cylinder of equal areas, the polygon has the area of the cap but for the bend of its sides.
    flat = np.column_stack((np.radians(corners[:, 0]), np.sin(np.radians(corners[:, 1]))))
    cap = 2 * np.pi * (1 - np.cos(km / EARTH_RADIUS_KM))
    assert shapely.area(shapely.Polygon(flat)) == pytest.approx(cap, rel=2e-4)


def test_a_circle_over_the_180th_meridian_lies_on_both_sides_of_it() -> None:
    shape = draw_circle(179.9, 0.0, 50)
    assert shapely.intersects_xy(shape, 179.6, 0.0)
    assert shapely.intersects_xy(shape, -179.8, 0.0)
    assert not shapely.intersects_xy(shape, 0.0, 0.0)
    west, _, east, _ = shapely.bounds(shape)
    assert (west, east) == (-180, 180)
    other = draw_circle(-179.9, 0.0, 50)
    assert shapely.area(other) == pytest.approx(shapely.area(shape))


@pytest.mark.parametrize(
    ("lat", "km"), [(89.9, 50.0), (0.0, 0.0), (0.0, -1.0), (0.0, 11_000.0), (0.0, float("nan"))]
)
def test_a_circle_over_a_pole_or_without_a_radius_is_refused(lat: float, km: float) -> None:
    with pytest.raises(Problem) as caught:
        draw_circle(0.0, lat, km)
    assert caught.value.code == "option-invalid"


def test_two_sites_side_by_side_count_nobody_twice(flat: PeopleRaster, make_sites: MakeSites) -> None:
    sources = PeopleSources((flat,))
    one = make_sites(("a", 2.0, 2.0, "2019-01-01", None))
    two = make_sites(("a", 2.0, 2.0, "2019-01-01", None), ("b", 2.0, 2.0, "2019-01-01", None))
    near = make_sites(("a", 2.0, 2.0, "2019-01-01", None), ("b", 2.1, 2.0, "2019-01-01", None))
    first, second, third = (
        people_near(sites, (30.0,), sources, AS_OF).rings[0].estimate for sites in (one, two, near)
    )
    assert first is not None
    assert third is not None
    assert first == second
    assert first.mid < third.mid < 2 * first.mid


def test_rings_grow_outward_and_a_source_that_knows_nothing_is_null(
    flat: PeopleRaster, make_sites: MakeSites
) -> None:
    empty = Settlements(*(np.zeros(0, dtype=kind) for kind in ("U1", "U1", "f8", "f8", "U1", "f8", "i4")))
    sources = PeopleSources(
        (flat,), {"places 2020": empty}, {"a census 2015": lambda shape: Estimate.exactly(7, "c")}
    )
    sites = make_sites(("a", 2.0, 2.0, "2019-01-01", None))
    near = people_near(sites, (50.0, 5.0, 50.0), sources, AS_OF)
    assert [ring.within_km for ring in near.rings] == [5.0, 50.0]
    assert near.sites == 1
    told: dict[str, Any] = near.rings[1].as_json()
    assert told["by_source"]["places 2020"] is None
    assert told["by_source"]["a census 2015"]["mid"] == 7
    assert told["people"]["low"] == 7
    assert told["people"]["high"] == pytest.approx(1000 * np.pi * 50**2 / 11.12**2, rel=0.01)


def test_only_sites_open_on_the_day_count(flat: PeopleRaster, make_sites: MakeSites) -> None:
    sites = make_sites(
        ("closed", 1.0, 1.0, "2010-01-01", "2020-01-01"),
        ("later", 3.0, 3.0, "2020-01-02", None),
        ("nowhere", np.nan, np.nan, "2010-01-01", None),
    )
    near = people_near(sites, (30.0,), PeopleSources((flat,)), AS_OF)
    assert near.sites == 0
    assert near.rings[0].estimate is None
    assert near.rings[0].as_json() == {"within_km": 30.0, "people": None, "by_source": {"a grid 2020": None}}
    assert near.accounting.excluded == {"no-point": 1}


def test_no_source_with_a_number_is_null_and_not_nobody(flat: PeopleRaster, make_sites: MakeSites) -> None:
    sites = make_sites(("far", 60.0, 60.0, "2010-01-01", None))
    assert people_near(sites, (30.0,), PeopleSources((flat,)), AS_OF).rings[0].estimate is None


def test_the_order_of_sites_changes_nothing(flat: PeopleRaster, make_sites: MakeSites) -> None:
    rows = [
        ("a", 1.0, 1.0, "2019-01-01", None),
        ("b", 1.2, 1.1, "2019-01-01", None),
        ("c", 3, 3, "2019-01-01", None),
    ]
    sources = PeopleSources((flat,))
    assert people_near(make_sites(*rows), (30.0,), sources, AS_OF) == people_near(
        make_sites(*rows[::-1]), (30.0,), sources, AS_OF
    )


@pytest.mark.parametrize("rings", [(), (0.0,), (5.0, float("inf"))])
def test_rings_must_be_distances(flat: PeopleRaster, make_sites: MakeSites, rings: tuple[float, ...]) -> None:
    with pytest.raises(Problem) as caught:
        people_near(make_sites(("a", 1, 1, "2019-01-01", None)), rings, PeopleSources((flat,)), AS_OF)
    assert caught.value.code == "option-invalid"


def test_two_sources_of_one_name_are_refused(flat: PeopleRaster) -> None:
    with pytest.raises(Problem) as caught:
        PeopleSources((flat, flat)).counts()
    assert caught.value.code == "id-conflict"


def test_a_ring_over_several_points_is_one_shape() -> None:
    shape = draw_ring(np.array([0.0, 0.1]), np.array([0.0, 0.0]), 30)
    assert shape.geom_type == "Polygon"
