"""Rings, cuts and outlines, against shapes whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from tutela.kernel.places import distances_km
from tutela.studies.invented.contours import trace_outlines
from tutela.studies.invented.names import write_arabic
from tutela.studies.invented.plane import (
    add_points,
    cut_rings,
    find_inside,
    measure_area,
    to_degrees,
    to_plane,
)

SQUARE = np.array([(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)])
COMB = np.array([(0.0, 0.0), (6.0, 0.0), (6.0, 4.0), (4.0, 4.0), (4.0, 1.0), (2.0, 1.0), (2.0, 4.0), (0.0, 4.0)])
NORTH = np.array((0.0, 1.0))


def test_degrees_and_plane_undo_each_other_and_keep_distances():
    points = np.array([(0.0, 0.0), (120.0, -80.0), (-200.0, 150.0)])
    degrees = to_degrees(points)
    assert np.abs(to_plane(degrees) - points).max() < 0.001
    true = distances_km(*degrees[0], *degrees[1])
    assert true == pytest.approx(np.hypot(120, 80), rel=0.01)


def test_a_square_has_its_area_and_its_inside():
    assert measure_area(SQUARE) == 16.0
    assert measure_area(SQUARE[::-1]) == -16.0
    points = np.array([(2.0, 2.0), (5.0, 2.0), (-1.0, 2.0), (2.0, 9.0), (0.5, 3.9)])
    assert find_inside(points, [SQUARE]).tolist() == [True, False, False, False, True]


def test_nothing_is_inside_no_rings():
    assert not find_inside(SQUARE, []).any()
    assert find_inside(np.empty((0, 2)), [SQUARE]).shape == (0,)


def test_a_cut_through_a_comb_gives_a_back_and_leaves_two_teeth():
    teeth = cut_rings([COMB], -NORTH, -2.0)
    assert sorted(measure_area(part) for part in teeth) == [4.0, 4.0]
    back = cut_rings([COMB], NORTH, 2.0)
    assert [measure_area(part) for part in back] == [10.0]


def test_a_cut_that_misses_keeps_all_or_nothing():
    assert cut_rings([SQUARE], NORTH, 9.0)[0] is SQUARE
    assert cut_rings([SQUARE], NORTH, -1.0) == []


def test_added_points_change_neither_corners_nor_area():
    dense = add_points(SQUARE, 1.5)
    assert len(dense) == 12
    assert measure_area(dense) == pytest.approx(16.0)
    assert {tuple(point) for point in SQUARE} <= {tuple(point) for point in dense}


def test_the_outline_of_a_round_hill_is_round_and_runs_anticlockwise():
    y, x = np.mgrid[0:41, 0:41]
    (ring,) = trace_outlines(400.0 - (x - 20.0) ** 2 - (y - 20.0) ** 2, 175.0)
    radii = np.hypot(ring[:, 0] - 20, ring[:, 1] - 20)
    assert np.abs(radii - 15).max() < 0.1
    assert measure_area(ring) == pytest.approx(np.pi * 225, rel=0.01)


def test_a_hill_with_a_hollow_has_two_outlines_and_corners_that_touch_stay_apart():
    heights = np.zeros((7, 7))
    heights[1:6, 1:6] = 1.0
    heights[3, 3] = 0.0
    assert len(trace_outlines(heights, 0.5)) == 2
    for heights in (np.diag((0.0, 1.0, 1.0, 0.0)), np.fliplr(np.diag((0.0, 1.0, 1.0, 0.0)))):
        assert len(trace_outlines(heights, 0.5)) == 2


def test_high_ground_at_the_edge_of_the_grid_is_refused():
    heights = np.zeros((4, 4))
    heights[1:3, 2:] = 1.0
    with pytest.raises(ValueError, match="touches the edge"):
        trace_outlines(heights, 0.5)


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("Ardumel", "أردوميل"), ("Shabo", "شابو"), ("Illon", "إيلون"), ("Ana Udi", "أنا أودي")],
)
def test_names_are_written_in_arabic_letter_for_letter(latin, arabic):
    assert write_arabic(latin) == arabic
    assert write_arabic(latin.upper()) == arabic
