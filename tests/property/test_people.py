"""What holds of people near sites whatever the grid, the shapes and the sources."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.data.gazetteer import count_slips, fold_place
from tutela.engine.people.cells import cover_cells
from tutela.engine.people.near import PeopleSources, people_near
from tutela.engine.people.ranges import reconcile
from tutela.engine.people.within import people_on_grid
from tutela.kernel.estimates import Estimate
from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster
from tutela.kernel.tables import Sites

GRID = Grid(-3.0, 2.0, 0.25, 0.5, 10, 24)
AS_OF = date(2020, 1, 1)

corners = st.tuples(st.floats(-5, 5), st.floats(-5, 4))
boxes = st.tuples(corners, corners).map(
    lambda pair: shapely.box(*(f(a, b) for f in (min, max) for a, b in zip(*pair, strict=True)))
)
triangles = st.tuples(corners, corners, corners).map(lambda points: shapely.make_valid(shapely.Polygon(points)))
shapes = st.lists(boxes | triangles, min_size=1, max_size=4).map(shapely.union_all)
estimates = st.tuples(st.lists(st.floats(0, 1e9), min_size=3, max_size=3), st.booleans()).map(
    lambda drawn: Estimate(*sorted(drawn[0]), "drawn", at_least=drawn[1])
)


def make_raster(seed: int) -> PeopleRaster:
    luck = np.random.default_rng(seed)
    people = luck.exponential(1000, GRID.shape)
    people[luck.random(GRID.shape) < 0.1] = np.nan
    return PeopleRaster(people, people * luck.random(GRID.shape), GRID, "drawn 2020", 2020, "drawn", "")


def make_sites(points: list[tuple[float, float]]) -> Sites:
    n = len(points)
    text, unknown = np.full(n, ""), np.full(n, np.nan)
    return Sites(
        site_id=np.array([f"s{i}" for i in range(n)]),
        mission=text,
        name=text,
        country=text,
        lon=np.array([lon for lon, _ in points]),
        lat=np.array([lat for _, lat in points]),
        opened=np.full(n, np.datetime64("2010-01-01")),
        closed=np.full(n, np.datetime64("NaT", "D")),
        status=text,
        military=unknown,
        police=unknown,
        civilian=unknown,
        air=np.full(n, -1, np.int8),
        kind=text,
        source_file=np.zeros(n, np.int16),
        source_line=np.arange(n, dtype=np.int32),
    )


@given(shapes)
def test_the_shares_of_cells_add_up_to_the_shape_on_the_grid(shape: shapely.Geometry) -> None:
    west, south, east, north = GRID.bbox
    on_grid = shapely.area(shapely.intersection(shape, shapely.box(west, south, east, north)))
    cover = cover_cells(GRID, shape)
    assert cover.share.sum() * GRID.step_lon * GRID.step_lat == pytest.approx(on_grid, abs=1e-9)
    assert cover.share.min(initial=0) >= 0
    assert cover.share.max(initial=0) <= 1


@given(shapes, shapes, st.integers(0, 3))
@settings(max_examples=60)
def test_two_shapes_hold_the_people_of_their_union_and_of_what_they_share(
    one: shapely.Geometry, other: shapely.Geometry, seed: int
) -> None:
    raster = make_raster(seed)

    def count(shape: shapely.Geometry) -> float:
        estimate = people_on_grid(raster, shape)
        return 0.0 if estimate is None else estimate.mid

    both = count(shapely.union(one, other)) + count(shapely.intersection(one, other))
    assert both == pytest.approx(count(one) + count(other), abs=1e-3)


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 1)), min_size=1, max_size=5), st.integers(0, 3))
@settings(max_examples=30)
def test_removing_a_site_or_narrowing_a_ring_never_adds_people(
    points: list[tuple[float, float]], seed: int
) -> None:
    sources = PeopleSources((make_raster(seed),))

    def count(some: list[tuple[float, float]]) -> list[float]:
        rings = people_near(make_sites(some), (5.0, 40.0), sources, AS_OF).rings
        return [0.0 if ring.estimate is None else ring.estimate.mid for ring in rings]

    small, large = count(points)
    assert small <= large + 1e-6
    fewer = count(points[1:])
    assert fewer[0] <= small + 1e-6
    assert fewer[1] <= large + 1e-6


@given(st.dictionaries(st.text(min_size=1, max_size=5), estimates, min_size=1, max_size=6))
def test_a_range_holds_every_whole_source_and_names_them_all(sources: dict[str, Estimate]) -> None:
    answer = reconcile(sources)
    whole = [estimate for estimate in sources.values() if not estimate.at_least]
    for estimate in whole:
        assert answer.low <= estimate.low
        assert estimate.high <= answer.high
    assert answer.at_least == (not whole)
    assert all(name in answer.basis for name in sources)
    assert answer.high >= max(estimate.mid for estimate in sources.values())


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_slips_between_names_are_a_distance(a: str, b: str, c: str) -> None:
    assert count_slips(a, b) == count_slips(b, a)
    assert (count_slips(a, b) == 0) == (a == b)
    assert count_slips(a, c) <= count_slips(a, b) + count_slips(b, c)


@given(st.text(max_size=30))
def test_folding_a_name_twice_is_folding_it_once(text: str) -> None:
    assert fold_place(fold_place(text)) == fold_place(text)
