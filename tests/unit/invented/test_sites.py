"""The sites of the invented presences in time."""

from __future__ import annotations

import numpy as np

from tutela.studies.invented.plane import find_inside

DAY = np.datetime64("2025-12-31")


def _on(sites, mission, day):
    rows = (sites.mission == mission) & (sites.opened <= day) & (np.isnat(sites.closed) | (sites.closed > day))
    return sites.take(rows)


def test_sites_stand_on_the_country_s_land_each_at_one_point(small):
    sites = small.sites
    assert find_inside(np.column_stack((sites.lon, sites.lat)), small.territory).all()
    places = {(site, lon, lat) for site, lon, lat in zip(sites.site_id, sites.lon, sites.lat, strict=True)}
    assert len(places) == len(set(sites.site_id.tolist()))


def test_each_presence_has_as_many_sites_as_its_kind_asks_for(small):
    sites = small.sites
    counts = {mission: len(set(sites.site_id[sites.mission == mission].tolist())) for mission in set(sites.mission)}
    assert counts == {"IMIPA": 20, "IOGAL": 5, "IPMA": 3, "IMTSA": 2, "IUNCTA": 1}


def test_no_two_stretches_of_a_site_overlap(small):
    sites = small.sites
    for site_id in set(sites.site_id.tolist()):
        rows = sites.take(sites.site_id == site_id)
        assert (rows.opened[1:] >= rows.closed[:-1]).all()
        assert (np.isnat(rows.closed) | (rows.closed > rows.opened)).all()


def test_the_large_operation_draws_down_in_its_seventh_year(small):
    before = _on(small.sites, "IMIPA", np.datetime64("2023-12-31"))
    after = _on(small.sites, "IMIPA", np.datetime64("2024-12-31"))
    assert len(before) - len(after) >= 5
    assert np.nansum(after.military) < 0.75 * np.nansum(before.military)
    assert (after.status == "reduced").sum() >= 5


def test_sites_pass_through_every_state_but_closed(small):
    assert set(small.sites.status.tolist()) == {"open", "reduced", "closing", "evacuated", "host_denied"}
    nobody = np.isin(small.sites.status, ("evacuated", "host_denied"))
    assert (small.sites.military[nobody] == 0).all()


def test_some_capacities_are_unknown_and_not_zero(small):
    for people in (small.sites.police, small.sites.civilian):
        assert np.isnan(people).any()
        assert (people == 0).any()
    assert set(small.sites.air.tolist()) == {-1, 0, 1}


def test_the_modular_team_stays_eight_months_and_comes_again_elsewhere(small):
    rows = small.sites.take(small.sites.mission == "IMTSA")
    assert len(set(rows.site_id.tolist())) == 2
    closed = rows.closed[~np.isnat(rows.closed)]
    stayed = (closed - rows.opened[~np.isnat(rows.closed)]).astype(int)
    assert (np.abs(stayed - 8 * 30.4) < 5).all()
    assert len(_on(small.sites, "IMTSA", DAY)) == 1
    assert len(_on(small.sites, "IMTSA", np.datetime64("2024-06-30"))) == 0


def test_the_political_mission_and_the_country_team_are_without_soldiers(small):
    rows = small.sites.take(np.isin(small.sites.mission, ("IPMA", "IUNCTA")))
    assert (rows.military == 0).all()
    assert (rows.civilian > 0).all()
