from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from tutela.engine.reach.rings import define, share_inside, summarise_ring, vicinity_json
from tutela.engine.reach.vicinity import VicinitySpec, compute_vicinity
from tutela.kernel.problems import Problem

SPEC = VicinitySpec((5, 50), date(2014, 1, 1), date(2015, 12, 31))


@pytest.fixture
def events(make_events: Any) -> Any:
    return make_events(
        both={"best": 10, "low": 8, "high": 20, "violence": 1, "perpetrator": 1},
        one={"lon": 0.3, "best": 5, "low": np.nan, "high": 6, "day": "2014-03-01"},
        far={"lon": 9.0, "best": 3, "violence": 2},
        vague={"precision": 4, "best": 12},
        early={"day": "2013-12-31"},
    )


@pytest.fixture
def sites(make_sites: Any) -> Any:
    return make_sites(
        {
            "A/1": {"mission": "A", "opened": "2010-01-01"},
            "A/2": {"mission": "A", "lon": 0.02, "opened": "2010-01-01"},
            "B/1": {"mission": "B", "lon": 40.0},
            "C/1": {"mission": "C", "closed": "2015-01-02", "opened": "2015-01-01", "lon": -80.0},
            "D/1": {"mission": "D", "opened": "2016-01-01"},
        }
    )


def test_an_event_near_two_sites_counts_for_both_and_once_in_the_ring(events: Any, sites: Any) -> None:
    ring = summarise_ring(compute_vicinity(events, sites, SPEC), events, 50).as_json()
    assert ring["pairs"] == 4
    assert (ring["events_inside"], ring["events_outside"]) == (2, 1)
    assert ring["inside"] | {"missing": 0} == {
        "events": 2,
        "best": 15,
        "low": 8,
        "high": 26,
        "civilians": None,
        "missing": 0,
    }
    assert ring["inside"]["missing"] == {"low": 1}
    assert {row["site_id"]: row["events"] for row in ring["sites"]} == {"A/1": 2, "A/2": 2, "B/1": 0, "C/1": 0}
    assert {row["mission"]: row["best"] for row in ring["presences"]} == {"A": 15, "B": 0, "C": 0}
    assert {kind: tally["events"] for kind, tally in ring["by_violence"].items()} == {
        "state_based": 1,
        "non_state": 0,
        "one_sided": 1,
    }
    assert {kind: tally["best"] for kind, tally in ring["by_perpetrator"].items()} == {
        "host_state": 10,
        "non_state": 5,
    }
    assert {year: tally["events"] for year, tally in ring["by_year"].items()} == {"2014": 1, "2015": 1}
    assert {code: tally["events"] for code, tally in ring["by_precision"].items()} == {"1": 2, "4": 0}
    assert ring["accounting"]["excluded"] == {"before-period": 1, "outside": 1, "unplaceable": 1}


def test_what_the_source_lacks_is_null_even_where_nothing_happened(events: Any, sites: Any) -> None:
    ring = summarise_ring(compute_vicinity(events, sites, SPEC), events, 5)
    quiet = ring.sites["B/1"].as_json()
    assert quiet == {"events": 0, "best": 0, "low": 0, "high": 0, "civilians": None, "missing": {}}


def test_the_narrower_ring_holds_less(events: Any, sites: Any) -> None:
    vicinity = compute_vicinity(events, sites, SPEC)
    assert share_inside(vicinity, 5).tolist() == [1, 0, 0, 0, 0]
    assert share_inside(vicinity, 50).tolist() == [1, 1, 0, 0, 0]
    assert share_inside(vicinity, 50, vicinity.site_missions == "B").tolist() == [0, 0, 0, 0, 0]


def test_a_ring_wider_than_computed_is_refused(events: Any, sites: Any) -> None:
    with pytest.raises(Problem, match="for 5, 50 km, not for 51 km"):
        summarise_ring(compute_vicinity(events, sites, SPEC), events, 51)


def test_the_unplaceable_share_is_of_the_period_and_travels_with_each_ring(events: Any, sites: Any) -> None:
    document = vicinity_json(compute_vicinity(events, sites, SPEC), events)
    for ring in document["rings"]:
        assert ring["unplaceable"] == document["unplaceable"]
    assert document["unplaceable"] == {
        "events": 1,
        "best": 12,
        "low": 1,
        "high": 1,
        "civilians": None,
        "missing": {},
        "share_of_events": 0.25,
        "share_of_best": 12 / 30,
        "precision": "known",
        "precise_only": False,
    }


@pytest.mark.parametrize(
    ("precisions", "expected", "share", "precise_only"),
    [((0, 0), "unknown", None, False), ((0, 3), "partly known", 0.5, False), ((1, 2), "known", 0.0, True)],
)
def test_a_source_without_precision_says_unknown(
    make_events: Any, sites: Any, precisions: Any, expected: str, share: float | None, precise_only: bool
) -> None:
    events = make_events(a={"precision": precisions[0]}, b={"precision": precisions[1]})
    found = summarise_ring(compute_vicinity(events, sites, SPEC), events, 5).unplaceable
    assert (found.precision, found.share_of_events, found.precise_only) == (expected, share, precise_only)


def test_a_share_of_deaths_that_nobody_counted_is_not_known(make_events: Any, sites: Any) -> None:
    for best in (np.nan, 0.0):
        events = make_events(a={"best": best}, b={"best": best, "precision": 3})
        found = summarise_ring(compute_vicinity(events, sites, SPEC), events, 5).unplaceable
        assert found.share_of_best is None
        assert found.share_of_events == 0.5


def test_a_group_in_which_no_event_has_the_number_has_none(make_events: Any, sites: Any) -> None:
    events = make_events(a={"civilians": np.nan}, b={"civilians": 2.0, "lon": 9.0})
    ring = summarise_ring(compute_vicinity(events, sites, SPEC), events, 5)
    assert ring.inside.as_json()["civilians"] is None
    assert ring.outside.as_json()["civilians"] == 2


def test_one_ring_also_stands_at_the_top(events: Any, sites: Any) -> None:
    spec = VicinitySpec((50,), None, date(2015, 12, 31))
    document = vicinity_json(compute_vicinity(events, sites, spec), events, {"names": {"50": "V3"}}, "abc")
    for key, value in document["rings"][0].items():
        assert document[key] == value
    assert document["definition"]["names"] == {"50": "V3"}
    assert document["definition"]["from"] is None
    assert document["artifact"] == "abc"
    assert document["input"] == 5
    json.dumps(document, allow_nan=False)


def test_several_rings_stand_only_in_the_list(events: Any, sites: Any) -> None:
    document = vicinity_json(compute_vicinity(events, sites, SPEC), events)
    assert "pairs" not in document
    assert [ring["within_km"] for ring in document["rings"]] == [5.0, 50.0]
    assert document["excluded"] == {"before-period": 1}
    assert document["nearest"] == {"median_km": 31.1, "no_site_open": 0}


def test_without_a_site_the_nearest_is_not_known(events: Any, make_sites: Any) -> None:
    document = vicinity_json(compute_vicinity(events, make_sites({}), SPEC), events)
    assert document["nearest"] == {"median_km": None, "no_site_open": 3}


def test_the_definition_says_every_rule() -> None:
    plain, spread = (define(VicinitySpec((5, 50), date(2014, 1, 1), date(2015, 1, 1), kind)) for kind in _KINDS)
    assert plain["text"] == (
        "Events from 2014-01-01 to 2015-01-01 within 5, 50 km of a site that was open on their first day."
    )
    assert spread["text"].endswith("are spread over area and months.")
    assert plain["label"] == "analytical distance, not an area of responsibility"
    assert (plain["spread"], spread["spread"]) == _KINDS


_KINDS: Any = ("none", "area-months")
