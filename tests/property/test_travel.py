"""What must hold of travel times on any ground."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from tutela.engine.people.travel_areas import lay_travel, reach_area, sphere_km2
from tutela.engine.reach import searching
from tutela.engine.reach.chances import Question, answer_draw, answer_usually, weigh
from tutela.engine.reach.conditions import Conditions, Span
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.searching import lay_ground, search_cells, search_together
from tutela.engine.reach.spreading import Seeds
from tutela.engine.reach.traveltime import Starts, compute_travel, travel_obviously
from tutela.kernel.grids import Grid
from tutela.studies.executor import Pool, Serial


@st.composite
def surfaces(draw):
    """Small ground anywhere on Earth, some of it impassable, its first cell never."""
    rows, cols = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    north = draw(st.floats(-80, 85))
    number = st.floats(2**-13, 1.0, width=32)
    values = draw(st.lists(st.one_of(number, st.just(float("nan"))), min_size=rows * cols, max_size=rows * cols))
    friction = np.array(values, dtype=np.float32).reshape(rows, cols)
    friction[0, 0] = draw(number)
    return Surface(Grid(0.0, north, 0.1, 0.05, rows, cols), friction)


def search(surface, cell=0, max_minutes=1e9):
    lon, lat = surface.grid.centres(np.array([cell]))
    table = compute_travel(surface, Starts(np.array(["a"]), lon, lat), max_minutes).table
    found = np.full(surface.grid.shape, np.nan)
    found[table.row, table.col] = table.minutes
    return found


@given(surfaces(), st.floats(0, 5000))
def test_the_compiled_search_finds_what_the_obvious_one_finds(surface, limit):
    # The limit is kept away from any cell's minutes, where rounding may fall on either side of it.
    whole = travel_obviously(surface, 0, np.inf)
    if (np.abs(whole[np.isfinite(whole)] - limit) < 1e-4).any():
        limit += 1e-3
    np.testing.assert_allclose(
        search(surface, 0, limit), travel_obviously(surface, 0, limit), rtol=1e-9, atol=1e-6, equal_nan=True
    )


@given(surfaces())
def test_the_way_back_takes_as_long(surface):
    there = search(surface)
    for cell in np.flatnonzero(np.isfinite(there.ravel())).tolist():
        back = search(surface, cell)[0, 0]
        np.testing.assert_allclose(back, there.ravel()[cell], rtol=1e-9, atol=2e-6)


@given(surfaces(), st.data())
def test_closing_a_cell_makes_no_way_shorter(surface, data):
    before = search(surface)
    closed = surface.friction.copy()
    cell = data.draw(st.integers(0, closed.size - 1))
    closed.ravel()[cell] = np.nan
    if np.isnan(closed[0, 0]):
        return
    after = search(Surface(surface.grid, closed))
    reached = np.isfinite(after)
    assert np.isfinite(before[reached]).all()
    assert (after[reached] >= before[reached] - 2e-6).all()


@given(surfaces())
def test_slower_ground_everywhere_takes_longer_by_as_much(surface):
    slow = Surface(surface.grid, (surface.friction.astype(np.float64) * 2).astype(np.float32))
    np.testing.assert_allclose(search(slow), 2 * search(surface), rtol=1e-9, atol=3e-6, equal_nan=True)


@given(surfaces(), st.floats(0, 5000), st.floats(0, 5000))
def test_more_time_reaches_no_less(surface, one, other):
    near, far = search(surface, 0, min(one, other)), search(surface, 0, max(one, other))
    reached = np.isfinite(near)
    assert np.array_equal(near[reached], far[reached])


@given(surfaces(), st.data())
def test_whole_is_inside_and_beyond_and_not_covered(surface, data):
    degrees = st.floats(-0.5, 0.9)
    points = data.draw(st.lists(st.tuples(degrees, degrees), min_size=3, max_size=6))
    north = surface.grid.north
    shape = shapely.convex_hull(shapely.MultiPoint([(lon, max(-90, min(90, north - lat))) for lon, lat in points]))
    assume(shape.geom_type == "Polygon")
    assume(shape.area > 1e-6)
    lon, lat = surface.grid.centres(np.array([0]))
    travel = compute_travel(surface, Starts(np.array(["a"]), lon, lat), 1000.0)
    found = reach_area(lay_travel(travel, (10.0, 100.0, 1000.0)), shape).km2
    for inside, beyond in zip(found.within, found.beyond, strict=True):
        assert inside >= 0
        assert beyond >= 0
        np.testing.assert_allclose(inside + beyond + found.not_covered, found.whole, rtol=1e-9)
    assert list(found.within) == sorted(found.within)
    # What lies on cells is measured by rows of cells; the sphere narrows within a row, a little near the poles.
    np.testing.assert_allclose(found.whole, sphere_km2(shape), rtol=0.01)


@given(surfaces(), st.data())
def test_slower_ground_anywhere_makes_no_way_shorter(surface, data):
    before = search(surface)
    factors = data.draw(
        st.lists(st.floats(1, 9, width=32), min_size=surface.friction.size, max_size=surface.friction.size)
    )
    after = search(
        Surface(surface.grid, surface.friction * np.array(factors, np.float32).reshape(surface.grid.shape))
    )
    assert np.array_equal(np.isnan(after), np.isnan(before))
    reached = np.isfinite(before)
    assert (after[reached] >= before[reached]).all()


def passable_cells(data, surface):
    cells = np.flatnonzero(~np.isnan(surface.friction.ravel())).tolist()
    return np.array(data.draw(st.lists(st.sampled_from(cells), min_size=1, max_size=6)))


def nearest(surface, sources, limit):
    """Minutes from the nearest of the sources, by searching from each."""
    found = np.full(surface.friction.size, np.inf)
    for cells, minutes in search_cells(lay_ground(surface), sources, limit, workers=1):
        found[cells] = np.minimum(found[cells], minutes)
    return found


@given(surfaces(), st.data(), st.floats(1, 5000))
def test_another_site_makes_the_nearest_no_further(surface, data, limit):
    sources = passable_cells(data, surface)
    assert (nearest(surface, sources, limit) <= nearest(surface, sources[:-1], limit)).all()


@given(surfaces(), st.data(), st.floats(1, 5000))
def test_searching_together_is_the_least_of_searching_apart_to_the_byte(surface, data, limit):
    sources = passable_cells(data, surface)
    apart = nearest(surface, sources, limit)
    cells, minutes = search_together(lay_ground(surface), Seeds(sources, np.zeros(len(sources))), limit)
    assert np.array_equal(cells, np.flatnonzero(np.isfinite(apart)))
    assert minutes.tobytes() == apart[cells].tobytes()


@given(surfaces(), st.data(), st.integers(1, 3), st.integers(2, 5))
def test_the_number_of_workers_changes_no_byte(surface, data, chunk, workers):
    sources, ground = passable_cells(data, surface), lay_ground(surface)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(searching, "CHUNK", chunk)
        alone = list(search_cells(ground, sources, 4000.0, workers=1))
        shared = list(search_cells(ground, sources, 4000.0, workers=workers))
    for (cells, minutes), (same_cells, same_minutes) in zip(alone, shared, strict=True):
        assert cells.tobytes() == same_cells.tobytes()
        assert minutes.tobytes() == same_minutes.tobytes()


ROUGHLY = Conditions(pace=Span(0.6, 1.0, 2.0), patch=Span(0.7, 1.0, 1.5), ready=Span(0.0, 5.0, 40.0))


@given(surfaces(), st.lists(st.floats(1, 5000), min_size=2, max_size=5, unique=True), st.integers(0, 9))
def test_with_more_time_the_chance_to_be_there_falls_nowhere(surface, times, draws):
    question = Question(surface, ROUGHLY, np.array([0]), tuple(sorted(times)), draws, 11)
    chances = weigh(question, answer_usually(question), (answer_draw((question, n)) for n in range(draws)))
    assert (np.diff(chances.within, axis=1) >= 0).all()
    assert ((chances.within >= 0) & (chances.within <= 1)).all()
    usual = np.isfinite(chances.minutes)
    assert (chances.low[usual] <= chances.minutes[usual]).all()
    assert (chances.minutes[usual] <= chances.high[usual]).all()


def test_a_pool_gives_the_bytes_of_one_process():
    dice = np.random.default_rng(9)
    friction = dice.lognormal(-4.0, 0.8, (24, 30)).astype(np.float32)
    question = Question(
        Surface(Grid(0.0, 8.0, 0.01, 0.01, 24, 30), friction), ROUGHLY, np.array([370]), (60.0, 300.0)
    )
    tasks = [(question, number) for number in range(4)]
    for one, other in zip(Serial().run(answer_draw, tasks), Pool(2).run(answer_draw, tasks), strict=True):
        assert len(one.key)
        assert one.key.tobytes() == other.key.tobytes()
        assert one.minutes.tobytes() == other.minutes.tobytes()
