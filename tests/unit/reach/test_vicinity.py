from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from tutela.engine.reach.joins import find_near
from tutela.engine.reach.openings import merge_openings
from tutela.engine.reach.vicinity import EXCLUDED, PLACEABLE, UNPLACEABLE, VicinitySpec, compute_vicinity
from tutela.kernel.problems import Problem

SPEC = VicinitySpec((50, 5), date(2015, 6, 1), date(2015, 6, 30))
KM_PER_DEGREE = 6371.0088 * np.pi / 180


def test_rings_are_sorted_and_distinct() -> None:
    spec = VicinitySpec((50, 5, 50.0), None, date(2020, 1, 1))
    assert spec.within_km == (5.0, 50.0)
    assert spec.widest_km == 50.0


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"within_km": ()}, "within-km"),
        ({"within_km": (5.0, -1.0)}, "within-km"),
        ({"within_km": (float("nan"),)}, "within-km"),
        ({"within_km": (float("inf"),)}, "within-km"),
        ({"from_day": date(2020, 1, 2)}, "from"),
        ({"spread": "everywhere"}, "spread"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_by_its_option(options: dict[str, Any], where: str) -> None:
    good: dict[str, Any] = {"within_km": (5.0,), "from_day": None, "as_of": date(2020, 1, 1)}
    with pytest.raises(Problem) as refusal:
        VicinitySpec(**good | options)
    assert refusal.value.code == "option-invalid"
    assert refusal.value.where == where


def test_the_opening_day_counts_and_the_closing_day_does_not(make_events: Any, make_sites: Any) -> None:
    days = {"a": "2015-06-09", "b": "2015-06-10", "c": "2015-06-19", "d": "2015-06-20"}
    events = make_events(**{name: {"day": day} for name, day in days.items()})
    sites = make_sites({"camp": {"opened": "2015-06-10", "closed": "2015-06-20"}})
    vicinity = compute_vicinity(events, sites, SPEC)
    assert events.event_id[vicinity.pairs.event].tolist() == ["b", "c"]
    assert vicinity.nearest_site.tolist() == [-1, 0, 0, -1]
    assert np.isnan(vicinity.nearest_km[[0, 3]]).all()


def test_the_boundary_is_inside(make_events: Any, make_sites: Any) -> None:
    events, sites = make_events(a={"lat": 0.25}), make_sites({"camp": {}})
    exact = float(compute_vicinity(events, sites, SPEC).pairs.distance_km[0])
    assert exact == pytest.approx(0.25 * KM_PER_DEGREE)
    for within_km, n_pairs in ((exact, 1), (np.nextafter(exact, 0), 0)):
        spec = VicinitySpec((within_km,), None, date(2015, 6, 30))
        assert len(compute_vicinity(events, sites, spec).pairs) == n_pairs


def test_the_period_holds_both_its_ends(make_events: Any, make_sites: Any) -> None:
    days = {"a": "2015-05-31", "b": "2015-06-01", "c": "2015-06-30", "d": "2015-07-01", "e": "NaT"}
    events = make_events(**{name: {"day": day} for name, day in days.items()})
    vicinity = compute_vicinity(events, make_sites({"camp": {}}), SPEC)
    assert vicinity.state.tolist() == [EXCLUDED, PLACEABLE, PLACEABLE, EXCLUDED, EXCLUDED]
    assert vicinity.excluded == {"before-period": 1, "after-as-of": 1, "no-day": 1}
    assert vicinity.accounting.as_json()["placed"] == 2


def test_imprecise_events_are_unplaceable_and_silence_on_precision_is_not(
    make_events: Any, make_sites: Any
) -> None:
    events = make_events(
        silent={"precision": 0}, near={"precision": 2}, district={"precision": 3}, nowhere={"lon": np.nan}
    )
    vicinity = compute_vicinity(events, make_sites({"camp": {}}), SPEC)
    assert vicinity.state.tolist() == [PLACEABLE, PLACEABLE, UNPLACEABLE, UNPLACEABLE]
    assert vicinity.accounting.excluded == {"unplaceable": 2}


def test_a_site_with_several_rows_makes_one_pair_at_the_smallest_distance(
    make_events: Any, make_sites: Any
) -> None:
    sites = make_sites(
        {
            "camp": {"lon": 0.3, "closed": "2015-06-05"},
            "camp#touching": {"lon": 0.3, "opened": "2015-06-05"},
            "camp#closer": {"lon": 0.1},
            "camp#closed-by-then": {"lon": 0.0, "closed": "2015-06-10"},
        }
    )
    vicinity = compute_vicinity(make_events(a={}), sites, SPEC)
    assert vicinity.pairs.distance_km.tolist() == pytest.approx([0.1 * KM_PER_DEGREE])
    assert len(merge_openings(sites).openings) == 3


def test_periods_that_touch_or_overlap_are_merged_and_others_are_not(make_sites: Any) -> None:
    rows = merge_openings(
        make_sites(
            {
                "b": {"opened": "2015-01-01", "closed": "2015-12-01"},
                "b#within": {"opened": "2015-02-01", "closed": "2015-03-01"},
                "b#meets": {"opened": "2015-12-01", "closed": "2016-01-01"},
                "b#apart": {"opened": "2016-01-02"},
                "a": {"opened": "2014-01-01", "closed": "2015-01-01"},
            }
        )
    ).openings
    assert rows.site.tolist() == [0, 1, 1]
    assert rows.opened.astype("datetime64[D]").astype(str).tolist() == ["2014-01-01", "2015-01-01", "2016-01-02"]
    assert rows.closed[:2].astype("datetime64[D]").astype(str).tolist() == ["2015-01-01", "2016-01-01"]


def test_a_row_that_can_be_near_nothing_is_counted_by_its_reason(make_events: Any, make_sites: Any) -> None:
    sites = make_sites(
        {
            "good": {},
            "somewhere": {"lat": np.nan},
            "never": {"opened": "2015-02-01", "closed": "2015-02-01"},
            "since when": {"opened": "NaT"},
        }
    )
    vicinity = compute_vicinity(make_events(a={}), sites, SPEC)
    assert vicinity.site_rows.excluded == {"no-point": 1, "no-open-day": 1, "no-first-day": 1}
    assert vicinity.site_ids.tolist() == ["good", "never", "since when", "somewhere"]
    assert vicinity.is_site_open.tolist() == [True, False, False, False]


def test_a_site_of_two_presences_is_refused(make_events: Any, make_sites: Any) -> None:
    sites = make_sites({"camp": {"mission": "ONE"}, "camp#2": {"mission": "TWO", "source_line": 7}})
    with pytest.raises(Problem, match="camp belongs to both ONE and TWO") as refusal:
        compute_vicinity(make_events(a={}), sites, SPEC)
    assert refusal.value.code == "id-conflict"
    assert refusal.value.where == "line 7, column site_id"


def test_sites_closed_before_the_period_or_opened_after_it_were_not_open(make_events: Any, make_sites: Any) -> None:
    sites = make_sites(
        {
            "before": {"closed": "2015-06-01"},
            "last day": {"opened": "2015-06-30"},
            "later": {"opened": "2015-07-01"},
            "until the first": {"closed": "2015-06-02"},
        }
    )
    assert compute_vicinity(make_events(a={}), sites, SPEC).is_site_open.tolist() == [False, True, False, True]


def test_the_nearest_site_is_found_at_any_distance_and_ties_go_to_the_alphabet(
    make_events: Any, make_sites: Any
) -> None:
    sites = make_sites({"west": {"lon": -60.0}, "east": {"lon": 60.0}, "twin": {"lon": 60.0}})
    vicinity = compute_vicinity(make_events(middle={}, left={"lon": -1.0}), sites, SPEC)
    assert vicinity.site_ids[vicinity.nearest_site].tolist() == ["east", "west"]
    assert vicinity.nearest_km.tolist() == pytest.approx([60 * KM_PER_DEGREE, 59 * KM_PER_DEGREE])
    assert not len(vicinity.pairs)


def test_distance_crosses_the_antimeridian_and_the_pole() -> None:
    points = np.array([179.9, 0.0]), np.array([0.0, 89.9])
    targets = np.array([-179.9, 180.0]), np.array([0.0, 89.9])
    near = find_near(points, targets, 30.0)
    assert near.point.tolist() == [0, 1]
    assert near.target.tolist() == [0, 1]
    assert near.distance_km.tolist() == pytest.approx([0.2 * KM_PER_DEGREE, 0.2 * KM_PER_DEGREE])


def test_the_digest_sees_a_moved_site(make_events: Any, make_sites: Any) -> None:
    events = make_events(a={})
    here = compute_vicinity(events, make_sites({"camp": {}}), SPEC)
    there = compute_vicinity(events, make_sites({"camp": {"lon": 0.01}}), SPEC)
    assert here.digest(events) != there.digest(events)
