"""Rings by minutes count like rings by distance, and leave nothing out in silence."""

from datetime import date

import numpy as np
import pytest

from tutela.engine.reach import travel_rings
from tutela.engine.reach.rings import summarise_ring, vicinity_json
from tutela.engine.reach.travel_rings import compute_travel_vicinity, find_starts, find_wanted
from tutela.engine.reach.traveltime import compute_travel
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.problems import Problem

SPEC = VicinitySpec((120.0, 400.0), None, date(2020, 12, 31), unit="min")
CELL_MINUTES = 111.195  # to the next cell of `flat` on the equator


def near(events, sites, surface, spec=SPEC):
    wanted = find_wanted(events, spec, surface.grid)
    return compute_travel_vicinity(events, sites, spec, compute_travel(surface, find_starts(sites), 400.0, wanted))


def test_an_event_is_inside_the_ring_that_reaches_its_cell(flat, make_events, make_sites):
    events = make_events({"lon": 0.05, "lat": 0.0}, {"lon": 0.15, "lat": 0.0}, {"lon": 0.45, "lat": 0.0})
    found = near(events, make_sites({"lon": 0.05, "lat": 0.0}), flat())
    assert found.pairs.event.tolist() == [0, 1]
    assert found.pairs.distance_km == pytest.approx([0.0, CELL_MINUTES], abs=0.01)
    ring = summarise_ring(found, events, 120.0).as_json()
    assert (ring["within_min"], ring["events_inside"], ring["events_outside"]) == (120.0, 2, 1)
    assert "within_km" not in ring


def test_everything_is_inside_outside_unplaceable_or_excluded(flat, make_events, make_sites):
    surface = flat()
    surface.friction[0, 0] = np.nan
    events = make_events(
        {"lon": 0.05, "lat": 0.0},
        {"lon": 0.45, "lat": 0.0},
        {"lon": 9.0, "lat": 0.0},
        {"lon": 0.05, "lat": 0.1},
        {"lon": 0.05, "lat": 0.0, "precision": 5},
        {"lon": np.nan, "lat": np.nan},
        {"lon": 0.05, "lat": 0.0, "day": "2021-01-01"},
    )
    found = near(events, make_sites({"lon": 0.05, "lat": 0.0}), surface)
    json = vicinity_json(found, events)
    ring = json["rings"][0]
    assert json["excluded"] == {"after-as-of": 1, "on-impassable-cell": 1, "outside-surface": 1}
    assert (ring["events_inside"], ring["events_outside"], ring["unplaceable"]["events"]) == (1, 1, 2)
    assert json["input"] == 1 + 1 + 2 + 3
    assert ring["accounting"]["step"] == "within 120 min"
    assert json["nearest"] == {"median_min": 0.0, "none_reached": 1}


def test_a_site_counts_only_while_it_is_open(flat, make_events, make_sites):
    events = make_events(
        {"lon": 0.05, "lat": 0.0, "day": "2015-01-01"},
        {"lon": 0.05, "lat": 0.0, "day": "2016-01-01"},
    )
    found = near(events, make_sites({"lon": 0.05, "lat": 0.0, "closed": "2016-01-01"}), flat())
    assert found.pairs.event.tolist() == [0]


def test_the_quickest_point_of_a_site_counts_once(flat, make_events, make_sites):
    events = make_events({"lon": 0.15, "lat": 0.0})
    sites = make_sites(
        {"site_id": "a", "lon": 0.05, "lat": 0.0},
        {"site_id": "a", "lon": 0.15, "lat": 0.0},
        {"site_id": "b", "lon": 0.25, "lat": 0.0},
        {"site_id": "c", "lon": 0.25, "lat": 0.0},
    )
    found = near(events, sites, flat())
    assert found.site_ids[found.pairs.site].tolist() == ["a", "b", "c"]
    assert found.pairs.distance_km == pytest.approx([0.0, CELL_MINUTES, CELL_MINUTES], abs=0.01)
    assert found.site_ids[found.nearest_site].tolist() == ["a"]
    assert found.nearest_km.tolist() == [0.0]


def test_a_site_off_the_surface_is_not_counted_as_one_with_no_events(flat, make_events, make_sites):
    events = make_events({"lon": 0.05, "lat": 0.0})
    sites = make_sites({"lon": 0.05, "lat": 0.0}, {"lon": 50.0, "lat": 0.0})
    found = near(events, sites, flat())
    json = vicinity_json(found, events)
    assert [site["site_id"] for site in json["rings"][0]["sites"]] == ["site_id-0"]
    assert json["definition"]["travel"]["starting_points"]["excluded"] == {"outside-surface": 1}
    assert json["definition"]["within_min"] == [120.0, 400.0]
    assert "minutes of travel" in json["definition"]["text"]


def test_sites_on_impassable_cells_are_named(flat, make_events, make_sites):
    surface = flat()
    surface.friction[1, 4] = np.nan
    found = near(make_events({"lon": 0.05, "lat": 0.0}), make_sites({"lon": 0.45, "lat": 0.0}), surface)
    assert found.travel["travel"]["sites_on_impassable_cells"] == ["site_id-0"]
    assert not found.is_site_open.any()


def test_pairs_carry_minutes_into_the_artifact(flat, make_events, make_sites):
    events = make_events({"lon": 0.15, "lat": 0.0})
    found = near(events, make_sites({"lon": 0.05, "lat": 0.0}), flat())
    assert set(found.columns_by_id(events)) == {"event_id", "site_id", "minutes", "weight", "month"}


def test_cutting_the_work_changes_nothing(flat, make_events, make_sites, monkeypatch):
    events = make_events(*({"lon": 0.05 + 0.1 * (i % 5), "lat": 0.0} for i in range(20)))
    sites = make_sites({"lon": 0.05, "lat": 0.0}, {"lon": 0.25, "lat": 0.1})
    whole = near(events, sites, flat())
    monkeypatch.setattr(travel_rings, "MOST_CANDIDATES", 3)
    assert near(events, sites, flat()).digest(events) == whole.digest(events)


def test_a_surface_that_covers_no_event_is_refused(flat, make_events, make_sites):
    with pytest.raises(Problem, match="covers none of the 1 events") as caught:
        near(make_events({"lon": 50.0, "lat": 0.0}), make_sites({"lon": 0.05, "lat": 0.0}), flat())
    assert caught.value.code == "nothing-to-study"
    assert "surface build" in caught.value.remedy


def test_no_event_with_a_place_is_no_fault_of_the_surface(flat, make_events, make_sites):
    events = make_events({"lon": 50.0, "lat": 0.0, "precision": 6})
    assert len(near(events, make_sites({"lon": 0.05, "lat": 0.0}), flat()).pairs) == 0


def test_a_ring_wider_than_what_was_searched_is_refused(flat, make_events, make_sites):
    wide = VicinitySpec((500.0,), None, date(2020, 12, 31), unit="min")
    with pytest.raises(Problem, match="400 minutes, not for 500"):
        near(make_events({"lon": 0.05, "lat": 0.0}), make_sites({"lon": 0.05, "lat": 0.0}), flat(), wide)


def test_spread_is_refused_by_minutes(flat, make_events, make_sites):
    spread = VicinitySpec((100.0,), None, date(2020, 12, 31), "area-months", "min")
    with pytest.raises(Problem, match="not spread"):
        near(make_events({"lon": 0.05, "lat": 0.0}), make_sites({"lon": 0.05, "lat": 0.0}), flat(), spread)


def test_rings_that_are_no_minutes_are_refused_by_their_name():
    with pytest.raises(Problem, match="travel times") as caught:
        VicinitySpec((-1.0,), None, date(2020, 12, 31), unit="min")
    assert caught.value.where == "within-min"


def test_mistakes_of_the_caller_are_told(flat, make_events, make_sites):
    events, sites, surface = make_events({"lon": 0.05, "lat": 0.0}), make_sites({"lon": 0.05, "lat": 0.0}), flat()
    starts = find_starts(sites)
    travel = compute_travel(surface, starts, 400.0)
    nothing = compute_travel(surface, starts, 400.0, np.zeros(15, dtype=bool))
    km, elsewhere = VicinitySpec((5.0,), None, date(2020, 12, 31)), make_sites({"lon": 0.25, "lat": 0.0})
    with pytest.raises(ValueError, match="unit min"):
        compute_travel_vicinity(events, sites, km, travel)
    with pytest.raises(ValueError, match="leaves out cells"):
        compute_travel_vicinity(events, sites, SPEC, nothing)
    with pytest.raises(ValueError, match="no start for some site"):
        compute_travel_vicinity(events, elsewhere, SPEC, travel)
