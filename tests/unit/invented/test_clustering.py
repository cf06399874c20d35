"""Events cluster as real ones do, with generous bounds: real countries differ more than these."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tutela.studies.invented.plane import to_plane


@pytest.fixture(scope="module")
def exact(medium):
    """Events of the medium country with a place within 25 km."""
    return medium.events.take(medium.events.precision <= 2)


def _points(events):
    return to_plane(np.column_stack((events.lon, events.lat)))


def test_two_in_a_hundred_cells_hold_much_of_the_harm(exact):
    cells = np.floor(_points(exact) / 11.0).astype(int)
    counts = np.sort(np.unique(cells, axis=0, return_counts=True)[1])[::-1]
    of_land = int(0.02 * 142_000 / 11.0**2)
    assert 0.35 < counts[:of_land].sum() / counts.sum() < 0.85


def test_events_have_more_neighbours_than_they_would_by_chance(exact, medium):
    points = _points(exact)[:3000]
    rng = np.random.default_rng(0)
    low, high = points.min(axis=0), points.max(axis=0)
    chance = rng.uniform(low, high, points.shape)
    near = cKDTree(points).count_neighbors(cKDTree(points), 10) - len(points)
    expected = cKDTree(chance).count_neighbors(cKDTree(chance), 10) - len(chance)
    assert near > 4 * expected


def test_harm_is_followed_by_harm_nearby_within_two_weeks(exact):
    rng = np.random.default_rng(0)
    rows = rng.choice(len(exact), 3000, replace=False)
    pairs = cKDTree(_points(exact)[rows]).query_pairs(20, output_type="ndarray")
    days = exact.day[rows].astype(int)
    shuffled = [_count_soon(rng.permutation(days), pairs) for _ in range(5)]
    assert _count_soon(days, pairs) > 1.4 * np.mean(shuffled)


def _count_soon(days, pairs):
    return int((np.abs(days[pairs[:, 0]] - days[pairs[:, 1]]) <= 14).sum())


def test_months_differ_far_more_than_chance_would_have_them(exact):
    months = np.unique(exact.day.astype("datetime64[M]"), return_counts=True)[1]
    assert months.var() > 5 * months.mean()


def test_violence_has_its_season(medium):
    month = medium.events.day.astype("datetime64[M]").astype(int) % 12
    counts = np.bincount(month, minlength=12)
    assert counts.max() > 1.5 * counts.min()


def test_deaths_are_overdispersed_with_a_heavy_tail(medium):
    best = medium.events.best
    assert best.var() > 20 * best.mean()
    assert np.median(best) <= 2
    assert 3 < best.mean() < 10
    assert 0.02 < (best == 0).mean() < 0.12
    top = np.sort(best)[::-1]
    assert top[: len(top) // 100].sum() > 0.15 * top.sum()


def test_actors_move_over_the_years(medium):
    events = medium.events.take((medium.events.precision <= 2) & (medium.events.perpetrator == 4))
    years = events.day.astype("datetime64[Y]").astype(int)
    middles = np.array([_points(events)[years == year].mean(axis=0) for year in np.unique(years)])
    assert len(middles) == 8
    assert np.hypot(*(middles - middles[0]).T).max() > 40
