import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.kernel.places import EARTH_RADIUS_KM, Place, chord_of_km, distances_km, unit_vectors

places = st.builds(Place, st.floats(-180, 180), st.floats(-90, 90))


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 90.1), (-180.5, 0), (0, -91)])
def test_it_refuses_what_is_not_on_earth(lon, lat):
    with pytest.raises(ValueError, match="Place"):
        Place(lon, lat)


def test_a_degree_along_a_meridian_is_known():
    assert Place(10, 0).distance_km(Place(10, 1)) == pytest.approx(EARTH_RADIUS_KM * math.pi / 180)


def test_a_quarter_of_the_way_around_and_the_other_side():
    assert Place(0, 0).distance_km(Place(90, 0)) == pytest.approx(EARTH_RADIUS_KM * math.pi / 2)
    assert Place(0, 0).distance_km(Place(180, 0)) == pytest.approx(EARTH_RADIUS_KM * math.pi)


def test_the_date_line_is_no_wall():
    assert Place(179.9, 0).distance_km(Place(-179.9, 0)) < 23


@given(places, places)
def test_distance_is_the_same_both_ways(a, b):
    assert a.distance_km(b) == pytest.approx(b.distance_km(a), abs=1e-9)


@given(places, places)
def test_the_chord_belongs_to_the_arc(a, b):
    vectors = unit_vectors([a.lon, b.lon], [a.lat, b.lat])
    assert np.linalg.norm(vectors[0] - vectors[1]) == pytest.approx(chord_of_km(a.distance_km(b)), abs=1e-7)


def test_no_chord_is_longer_than_the_earth_is_wide():
    assert chord_of_km(1e9) == pytest.approx(2)


def test_distances_broadcast():
    assert distances_km([0, 0], [0, 1], 0, 0).shape == (2,)
