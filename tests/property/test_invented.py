"""What holds of the invented country for every seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.studies.invented.country import build_country
from tutela.studies.invented.plane import cut_rings, find_inside, measure_area, to_plane
from tutela.studies.invented.populations import KINDS

SEEDS = st.integers(0, 2**31)


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_every_seed_gives_a_country_of_the_same_kind(seed):
    country = build_country("small", seed)
    area = sum(measure_area(to_plane(ring)) for ring in country.territory)
    assert 115_000 <= area <= 160_000
    assert len(country.provinces) == 6
    assert len(country.districts) == 30
    assert sum(measure_area(to_plane(ring)) for r in country.districts for ring in r.rings) == pytest.approx(
        area, rel=1e-4
    )
    assert 1_000 <= len(country.events) <= 2_500
    on_land = find_inside(np.column_stack((country.events.lon, country.events.lat)), country.territory)
    assert on_land[country.events.precision < 7].all()
    assert len(set(country.sites.site_id.tolist())) == 31
    assert find_inside(np.column_stack((country.sites.lon, country.sites.lat)), country.territory).all()
    assert len(np.unique(country.events.perpetrator)) == 7
    assert len(country.terrain.rivers) >= 8
    assert {crossing.kind for crossing in country.terrain.crossings} == {"bridge", "ford"}
    assert {road.wet for road in country.terrain.roads} == {"open", "slow", "closed"}
    assert {item.kind for item in country.communities.populations} == set(KINDS)
    assert country.communities.alerts
    names = [river.name for river in country.terrain.rivers]
    assert len({*names, *(town.name for town in country.towns)}) == len(names) + len(country.towns)


@given(
    st.lists(st.floats(0.2, 3.0), min_size=3, max_size=40),
    st.floats(0, 6.28),
    st.floats(-2.5, 2.5),
)
def test_the_two_sides_of_a_cut_add_up_to_the_whole(radii, turn, offset):
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    star = np.array(radii)[:, None] * np.column_stack((np.cos(angles), np.sin(angles)))
    normal = np.array((np.cos(turn), np.sin(turn)))
    parts = cut_rings([star], normal, offset) + cut_rings([star], -normal, -offset)
    assert sum(measure_area(part) for part in parts) == pytest.approx(measure_area(star), abs=1e-9)
