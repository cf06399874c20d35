from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from tutela.engine.reach import spread
from tutela.engine.reach.rings import share_inside, summarise_ring, vicinity_json
from tutela.engine.reach.vicinity import PLACEABLE, UNPLACEABLE, VicinitySpec, compute_vicinity
from tutela.kernel.problems import Problem

SPEC = VicinitySpec((5,), None, date(2015, 12, 31), "area-months")
HERE: dict[str, Any] = {"country": "AAA", "adm_1": "north", "adm_2": "x"}


@pytest.fixture
def events(make_events: Any) -> Any:
    """Three precise events at the site, one far from it in the next province; and vague ones of every kind."""
    return make_events(
        **{f"near{number}": HERE for number in range(3)},
        far=HERE | {"lon": 9.0, "adm_1": "south", "adm_2": "y"},
        silent=HERE | {"lon": 9.0, "precision": 0},
        district=HERE | {"precision": 3, "lon": 5.0},
        province=HERE | {"precision": 4, "adm_1": "south"},
        country=HERE | {"precision": 6, "best": 8},
        sea=HERE | {"precision": 7},
        elsewhere=HERE | {"precision": 5, "country": "BBB"},
        nameless=HERE | {"precision": 3, "adm_2": ""},
    )


def test_weight_follows_the_precise_events_of_the_same_area(events: Any, make_sites: Any) -> None:
    vicinity = compute_vicinity(events, make_sites({"camp": {}}), SPEC)
    share = dict(zip(events.event_id.tolist(), share_inside(vicinity, 5).tolist(), strict=True))
    assert share == {
        **{f"near{number}": 1.0 for number in range(3)},
        **dict.fromkeys(("far", "silent", "province", "sea", "elsewhere", "nameless"), 0.0),
        "district": 1.0,
        "country": 0.75,
    }
    assert events.event_id[vicinity.is_spread].tolist() == ["district", "province", "country"]
    assert events.event_id[vicinity.state == UNPLACEABLE].tolist() == ["sea", "elsewhere", "nameless"]
    assert (vicinity.state == PLACEABLE).sum() == 8


def test_spread_events_have_no_nearest_site(events: Any, make_sites: Any) -> None:
    vicinity = compute_vicinity(events, make_sites({"camp": {}}), SPEC)
    assert (vicinity.nearest_site[vicinity.is_spread] == -1).all()
    assert np.isnan(vicinity.nearest_km[vicinity.is_spread]).all()
    assert vicinity_json(vicinity, events)["nearest"]["no_site_open"] == 0


def test_a_spread_ring_is_a_weighted_sum_and_says_so(events: Any, make_sites: Any) -> None:
    sites = make_sites({"camp": {"mission": "M"}, "post": {"lon": 0.01, "mission": "M"}})
    ring = summarise_ring(compute_vicinity(events, sites, SPEC), events, 5).as_json()
    assert ring["spread"] == "area-months"
    assert ring["pairs"] == 10
    assert ring["events_inside"] == 4.75
    assert ring["events_outside"] == 3.25
    assert ring["inside"]["best"] == 4 + 0.75 * 8
    assert ring["inside"]["civilians"] is None
    assert ring["presences"][0]["events"] == 4.75
    assert [row["events"] for row in ring["sites"]] == [4.75, 4.75]


def test_months_share_in_proportion_to_days_and_count_only_while_the_site_is_open(
    make_events: Any, make_sites: Any
) -> None:
    events = make_events(long={"day": "2015-01-22", "day_end": "2015-03-10"})
    sites = make_sites({"camp": {"opened": "2015-02-01", "closed": "2015-03-01"}})
    pairs = compute_vicinity(events, sites, SPEC).pairs
    assert pairs.month.astype(str).tolist() == ["2015-02"]
    assert pairs.weight.tolist() == [28 / (10 + 28 + 10)]


def test_days_after_the_as_of_day_do_not_count(make_events: Any, make_sites: Any) -> None:
    events = make_events(long={"day": "2015-12-22", "day_end": "2016-03-10"}, wrong={"day_end": "2015-01-01"})
    pairs = compute_vicinity(events, make_sites({"camp": {}}), SPEC).pairs
    assert pairs.month.astype(str).tolist() == ["2015-12", "2015-06"]
    assert pairs.weight.tolist() == [1.0, 1.0]


def test_years_in_which_no_event_begins_are_listed_when_one_reaches_into_them(
    make_events: Any, make_sites: Any
) -> None:
    events = make_events(long={"day": "2014-12-22", "day_end": "2015-01-10"})
    ring = summarise_ring(compute_vicinity(events, make_sites({"camp": {"opened": "2010-01-01"}}), SPEC), events, 5)
    assert {year: tally.events for year, tally in ring.by_year.items()} == {"2014": 0.5, "2015": 0.5}


def test_under_spread_only_computed_rings_and_single_sites_can_be_asked(events: Any, make_sites: Any) -> None:
    sites = make_sites({"camp": {}, "post": {}})
    vicinity = compute_vicinity(events, sites, SPEC)
    with pytest.raises(Problem, match="computed for 5 km, not for 4 km"):
        summarise_ring(vicinity, events, 4)
    with pytest.raises(ValueError, match="one site or for all"):
        share_inside(vicinity, 5, np.array([True, True]))
    assert share_inside(vicinity, 5, vicinity.site_ids == "post").sum() == 4.75


def test_small_blocks_change_nothing(events: Any, make_sites: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sites = make_sites({"camp": {}, "post": {"lon": 9.0}})
    whole = compute_vicinity(events, sites, SPEC).digest(events)
    monkeypatch.setattr(spread, "BLOCK", 1)
    assert compute_vicinity(events, sites, SPEC).digest(events) == whole
