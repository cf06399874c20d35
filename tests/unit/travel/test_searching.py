"""The compiled search: the same whatever the window, the chunk, the worker, the bucket and the compiler."""

import numpy as np
import pytest

from tutela.engine.reach import searching
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.searching import lay_ground, search_cells, search_surface, search_together
from tutela.engine.reach.spreading import Seeds
from tutela.engine.reach.traveltime import travel_obviously
from tutela.kernel.compiled import interpreted
from tutela.kernel.grids import Grid


def rough(shape=(30, 40), seed=3, outliers=0):
    dice = np.random.default_rng(seed)
    friction = dice.lognormal(-4.0, 1.0, shape).astype(np.float32)
    friction[dice.random(shape) < 0.2] = np.nan
    friction.ravel()[dice.choice(friction.size, outliers, replace=False)] = 900.0
    friction[shape[0] // 2, shape[1] // 2] = 0.01
    return Surface(Grid(20.0, 8.0, 0.01, 0.01, *shape), friction)


def sources(surface, n=20):
    cells = np.flatnonzero(~np.isnan(surface.friction.ravel()))
    return np.concatenate(([surface.friction.size // 2 + surface.grid.n_cols // 2], cells[:: len(cells) // n]))


def found(surface, limit, **options):
    knights = options.pop("knights", False)
    return [
        (cells.tolist(), minutes.tolist())
        for cells, minutes in search_cells(lay_ground(surface, knights=knights), sources(surface), limit, **options)
    ]


def test_one_worker_and_several_give_the_same_bytes(monkeypatch):
    monkeypatch.setattr(searching, "CHUNK", 3)
    assert found(rough(), 200.0, workers=1) == found(rough(), 200.0, workers=4)


def test_windows_that_are_left_change_nothing(monkeypatch):
    whole = found(rough(), 400.0)
    monkeypatch.setattr(searching, "_FIRST_WINDOW", 7)
    assert found(rough(), 400.0) == whole
    assert found(rough(), 400.0, knights=True) != whole


@pytest.mark.parametrize("share", [0.001, 0.1, 50.0])
def test_the_width_of_a_bucket_changes_nothing(monkeypatch, share):
    # Narrow buckets make most cells wait in the list of far ones.
    surface = rough(outliers=9)
    whole = found(surface, 1e6)
    monkeypatch.setattr(searching, "_BUCKET_SHARE", share)
    assert found(surface, 1e6) == whole


def test_a_queue_that_is_full_is_made_larger(monkeypatch):
    whole = found(rough(), 1e6)
    sizes = []
    lay = searching._lay_queue

    def lay_small(size, dtype):
        sizes.append(size)
        return lay(8 if len(sizes) == 1 else size, dtype)

    monkeypatch.setattr(searching, "_lay_queue", lay_small)
    assert found(rough(), 1e6) == whole
    assert len(sizes) > 1


@pytest.mark.parametrize("knights", [False, True])
def test_the_compiler_changes_nothing(monkeypatch, knights):
    surface = rough((12, 14), outliers=3)
    monkeypatch.setattr(searching, "_FIRST_WINDOW", 6)
    compiled = found(surface, 1e6, knights=knights)
    seeds = Seeds(np.array([6 * 14 + 7, 6 * 14 + 7, 6 * 14 + 7, 0]), np.array([5.0, 3.0, 4.0, 900.0]))
    dense = search_surface(lay_ground(surface, knights=knights), seeds)
    with interpreted():
        assert found(surface, 1e6, knights=knights, workers=1) == compiled
        np.testing.assert_array_equal(search_surface(lay_ground(surface, knights=knights), seeds), dense)


def test_the_compiler_changes_nothing_where_room_runs_out(monkeypatch):
    # More is found than room was made for, and every other queue holds less than a search needs.
    surface, sizes = rough((12, 14)), []
    many, seeds = np.repeat(sources(surface), 3), Seeds(sources(surface)[:1], np.zeros(1))
    lay = searching._lay_queue

    def lay_little(size, dtype):
        sizes.append(size)
        return lay(8 if len(sizes) % 2 else size, dtype)

    def search_all():
        apart = [minutes.tolist() for _, minutes in search_cells(lay_ground(surface), many, 1e6, workers=1)]
        return apart, search_surface(lay_ground(surface), seeds).tobytes()

    roomy = search_all()
    assert sum(map(len, roomy[0])) > 4096
    monkeypatch.setattr(searching, "_lay_queue", lay_little)
    assert search_all() == roomy
    with interpreted():
        assert search_all() == roomy
    assert len(sizes) == 12


@pytest.mark.parametrize("knights", [False, True])
def test_every_source_finds_what_the_obvious_search_finds(knights):
    surface = rough()
    for source, (cells, minutes) in zip(sources(surface), found(surface, 1e6, knights=knights), strict=True):
        ours = np.full(surface.friction.size, np.nan)
        ours[cells] = minutes
        obvious = travel_obviously(surface, source, 1e6, knights=knights)
        np.testing.assert_allclose(ours, obvious.ravel(), rtol=1e-9, atol=1e-6, equal_nan=True)


def test_a_knight_leaps_over_no_wall():
    friction = np.full((5, 5), 0.01, np.float32)
    friction[:, 2] = np.nan
    surface = Surface(Grid(0.0, 0.05, 0.01, 0.01, 5, 5), friction)
    (cells, _), *_ = search_cells(lay_ground(surface, knights=True), np.array([0]), 1e6)
    assert set(cells.tolist()) == {row * 5 + col for row in range(5) for col in (0, 1)}


def test_several_seeds_begin_with_their_own_minutes():
    surface = rough()
    one, other = sources(surface)[[0, 5]]
    ground = lay_ground(surface)
    cells, minutes = search_together(
        ground, Seeds(np.array([one, other, other]), np.array([50.0, 20.0, 30.0])), 300.0
    )
    apart = [travel_obviously(surface, one, 250.0) + 50, travel_obviously(surface, other, 280.0) + 20]
    least = np.fmin(*apart).ravel()
    assert np.array_equal(cells, np.flatnonzero(np.isfinite(least)))
    np.testing.assert_allclose(minutes, least[cells], atol=1e-6)


def test_a_whole_surface_is_that_of_the_searches_in_32_bits():
    surface = rough()
    source = sources(surface)[0]
    dense = search_surface(lay_ground(surface), Seeds(np.array([source]), np.zeros(1)))
    assert dense.dtype == np.float32
    np.testing.assert_allclose(dense, travel_obviously(surface, source, np.inf), rtol=1e-5, equal_nan=True)
