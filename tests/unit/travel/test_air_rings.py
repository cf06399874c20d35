"""Rings by air: from sites where landing is known, on the days when it was, and never among those of the ground."""

from datetime import date

import numpy as np
import pytest

from tutela.engine.reach.air_rings import compute_air_vicinity
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.rings import summarise_ring, vicinity_json
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem

KITE = Aircraft("kite", 60.0, 120.0, 100.0)
SPEC = VicinitySpec((30.0, 75.0, 360.0), None, date(2020, 12, 31), unit="min")


def fly(events, sites, spec=SPEC, aircraft=KITE):
    return compute_air_vicinity(events, sites, spec, aircraft)


def test_minutes_are_getting_ready_and_the_arc_at_cruise_speed(make_events, make_sites):
    events = make_events({"lon": 0.2, "lat": 0.0}, {"lon": 0.8, "lat": 0.1}, {"lon": 3.0, "lat": 0.0})
    found = fly(events, make_sites({"lon": 0.0, "lat": 0.0, "air": 1}))
    arcs = distances_km(0.0, 0.0, np.array([0.2, 0.8]), np.array([0.0, 0.1]))
    assert found.pairs.event.tolist() == [0, 1]
    np.testing.assert_allclose(found.pairs.distance_km, 60 + arcs / 2, atol=1e-6)
    inside = [summarise_ring(found, events, minutes).as_json()["events_inside"] for minutes in SPEC.within_km]
    assert inside == [0, 1, 2]  # nobody is there before the aircraft is ready; the third lies beyond the radius


def test_the_rings_boundary_is_inside_by_time_and_by_radius(make_events, make_sites):
    events = make_events({"lon": 0.5, "lat": 0.0})
    sites = make_sites({"lon": 0.0, "lat": 0.0, "air": 1})
    minutes = float(fly(events, sites).pairs.distance_km[0])
    arc = float(distances_km(0.0, 0.0, 0.5, 0.0))
    exact = VicinitySpec((minutes,), None, date(2020, 12, 31), unit="min")
    less = VicinitySpec((minutes - 1e-5,), None, date(2020, 12, 31), unit="min")
    assert len(fly(events, sites, exact).pairs) == 1
    assert len(fly(events, sites, less).pairs) == 0
    assert len(fly(events, sites, aircraft=Aircraft("kite", 60, 120, arc)).pairs) == 1
    assert len(fly(events, sites, aircraft=Aircraft("kite", 60, 120, arc - 1e-6)).pairs) == 0


def test_only_known_landing_counts_and_the_rest_is_accounted_for(make_events, make_sites):
    events = make_events({"lon": 0.2, "lat": 0.0})
    sites = make_sites(
        {"lon": 0.2, "lat": 0.0, "air": 0},
        {"lon": 0.2, "lat": 0.0, "air": -1},
        {"lon": 0.3, "lat": 0.0, "air": 1},
        {"lon": np.nan, "lat": 0.0, "air": 1},
    )
    found = fly(events, sites)
    assert found.site_ids[found.pairs.site].tolist() == ["site_id-2"]
    assert dict(found.site_rows.excluded) == {"no-point": 1, "no-landing-site": 1, "landing-unknown": 1}
    assert found.site_rows.input == len(sites)
    travel = vicinity_json(found, events)["definition"]["travel"]
    assert travel["mode"] == "air: kite"
    assert travel["starting_points"]["excluded"] == {"no-landing-site": 1, "landing-unknown": 1}
    assert travel["sites_without_landing"] == ["site_id-0"]
    assert travel["sites_with_landing_unknown"] == ["site_id-1"]


def test_landing_counts_on_the_days_for_which_it_is_known(make_events, make_sites):
    place = {"lon": 0.0, "lat": 0.0, "site_id": "A"}
    sites = make_sites(place | {"closed": "2016-01-01", "air": 1}, place | {"opened": "2016-01-01", "air": 0})
    events = make_events(
        {"lon": 0.1, "lat": 0.0, "day": "2015-05-01"}, {"lon": 0.1, "lat": 0.0, "day": "2016-05-01"}
    )
    assert fly(events, sites).pairs.event.tolist() == [0]


def test_an_event_counts_once_for_a_site_with_two_points(make_events, make_sites):
    sites = make_sites(
        {"lon": 0.0, "lat": 0.0, "site_id": "A", "air": 1}, {"lon": 0.3, "lat": 0.0, "site_id": "A", "air": 1}
    )
    found = fly(make_events({"lon": 0.25, "lat": 0.0}), sites)
    assert len(found.pairs) == 1
    assert found.pairs.distance_km[0] == pytest.approx(60 + float(distances_km(0.25, 0.0, 0.3, 0.0)) / 2, abs=1e-6)


def test_inside_outside_unplaceable_and_excluded_are_all_events(make_events, make_sites):
    events = make_events(
        {"lon": 0.1, "lat": 0.0},
        {"lon": 9.0, "lat": 0.0},
        {"lon": 0.1, "lat": 0.0, "precision": 5},
        {"lon": 0.1, "lat": 0.0, "day": "2021-01-01"},
        {"lon": 0.1, "lat": 0.0, "day": "2001-01-01"},
    )
    spec = VicinitySpec((360.0,), date(2015, 1, 1), date(2020, 12, 31), unit="min")
    report = vicinity_json(fly(events, make_sites({"lon": 0.0, "lat": 0.0, "air": 1}), spec), events)
    ring = report["rings"][0]
    assert (ring["events_inside"], ring["events_outside"], ring["unplaceable"]["events"]) == (1, 1, 1)
    assert report["excluded"] == {"after-as-of": 1, "before-period": 1}
    assert report["definition"]["text"].startswith("Events from 2015-01-01 to 2020-12-31 within 360 minutes by air")
    assert "without ground after landing" in report["definition"]["label"]


def test_where_landing_is_known_nowhere_the_column_is_named(make_events, make_sites):
    with pytest.raises(Problem, match=r"landing-unknown: 2") as caught:
        fly(make_events({"lon": 0.1, "lat": 0.0}), make_sites({"lon": 0, "lat": 0}, {"lon": 1, "lat": 0}))
    assert (caught.value.code, caught.value.where) == ("nothing-to-study", "column air")
    sites = make_sites({"lon": 0.0, "lat": 0.0, "air": 1})
    assert len(fly(make_events({"lon": 0.1, "lat": 0.0}), sites.take(np.zeros(1, bool))).pairs) == 0


def test_spread_is_refused_and_kilometres_are_a_mistake(make_events, make_sites):
    events, sites = make_events({"lon": 0.1, "lat": 0.0}), make_sites({"lon": 0.0, "lat": 0.0, "air": 1})
    with pytest.raises(Problem, match="not spread"):
        fly(events, sites, VicinitySpec((30.0,), None, date(2020, 12, 31), "area-months", "min"))
    with pytest.raises(ValueError, match="unit min"):
        fly(events, sites, VicinitySpec((30.0,), None, date(2020, 12, 31)))
