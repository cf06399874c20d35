"""What two releases of invented events differ in."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from release_rows import event, release

from tutela.engine.events.releases import ReleaseComparison, ReleaseSpec, compare_releases
from tutela.engine.events.renumbered import EXACT, NEAR
from tutela.engine.events.revisions import explain_difference, list_years, total_revised


def changed(comparison: ReleaseComparison) -> dict[str, int]:
    return {name: int(mask.sum()) for name, mask in comparison.changed.items() if mask.any()}


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("day", "2020-03-01", "2020-03-09"),
        ("day_end", "2020-03-02", "2020-03-03"),
        ("precision", 1, 4),
        ("country", "CAF", "TCD"),
        ("violence", 3, 1),
        ("side_a", "Group A", "Group A (north)"),
        ("side_b", "Civilians", "Group B"),
        ("best", 4.0, 5.0),
        ("low", 3.0, 2.0),
        ("high", 6.0, 9.0),
        ("civilians", 4.0, 0.0),
        ("civilians", 4.0, np.nan),
    ],
)
def test_a_revised_value_is_named_by_its_column(column, before, after):
    rows = event("other", day_end="2020-03-02")
    old = release(event("1", **{column: before}), rows)
    new = release(event("1", **{column: after}), rows)
    assert changed(compare_releases(old, new)) == {column: 1}


@pytest.mark.parametrize(("lon", "is_moved"), [(20.0005, False), (20.002, True), (np.nan, True)])
def test_a_place_is_moved_where_it_is_more_than_rounding(lon, is_moved):
    old, new = release(event("1"), event("2")), release(event("1", lon=lon), event("2"))
    assert changed(compare_releases(old, new)) == ({"place": 1} if is_moved else {})


def test_a_column_that_one_release_lacks_is_no_revision():
    bare = {"precision": 0, "civilians": np.nan, "day_end": "NaT", "side_b": ""}
    comparison = compare_releases(release(event("1", **bare)), release(event("1", day_end="2020-03-05")))
    assert comparison.not_compared == dict.fromkeys(("day_end", "precision", "side_b", "civilians"), "old")
    assert changed(comparison) == {}
    nowhere = release(event("1", lon=np.nan, lat=np.nan))
    assert compare_releases(release(event("1")), nowhere).not_compared == {"place": "new"}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, EXACT),
        ({"side_a": "civilians", "side_b": "GROUP  A"}, EXACT),
        ({"best": 5.0}, NEAR),
        ({"lon": 20.2}, NEAR),
        ({"day_end": "2020-03-04"}, NEAR),
        ({"day": "2020-02-20", "day_end": "2020-03-01"}, NEAR),
        ({"day": "2020-03-02"}, None),
        ({"lon": 20.3}, None),
        ({"lon": np.nan}, None),
        ({"country": "TCD"}, None),
        ({"country": ""}, None),
        ({"side_b": "Group B"}, None),
    ],
)
def test_a_candidate_is_replaced_by_what_says_the_same_under_another_id(change, rule):
    comparison = compare_releases(release(event("c1")), release(event("f1", **change)))
    assert comparison.matches.how.tolist() == ([] if rule is None else [rule])
    assert (len(comparison.removed), len(comparison.added)) == ((1, 1) if rule is None else (0, 0))


def test_what_has_no_number_is_the_same_as_what_has_none():
    nothing = event("c1", best=np.nan)
    comparison = compare_releases(release(nothing), release(nothing | {"event_id": "f1"}))
    assert comparison.matches.how.tolist() == [EXACT]


def test_a_candidate_with_two_partners_is_listed_and_not_guessed():
    new = release(event("f1", best=5.0), event("f2", best=6.0))
    comparison = compare_releases(release(event("c1")), new)
    assert (len(comparison.matches), len(comparison.removed), len(comparison.added)) == (0, 0, 0)
    assert comparison.account_of_old.excluded == {"ambiguous": 1}
    assert comparison.account_of_new.excluded == {"ambiguous": 2}
    assert list(zip(comparison.possible.old.tolist(), comparison.possible.new.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
    ]


def test_an_exact_partner_goes_before_near_ones():
    old = release(event("c1"), event("c2", lon=20.1))
    new = release(event("f1"), event("f2", lon=20.15))
    comparison = compare_releases(old, new)
    assert comparison.matches.how.tolist() == [EXACT, NEAR]
    assert comparison.matches.new.tolist() == [0, 1]


def test_an_event_that_left_what_was_asked_for_is_neither_removed_nor_forgotten():
    spec = ReleaseSpec(("CAF",), date(2020, 1, 1), date(2020, 12, 31), 2)
    old = release(event("1", best=10.0), event("2", day="2020-12-31"), event("3", country="TCD"), event("4"))
    new = release(
        event("1", best=10.0, precision=5), event("2", day="2021-01-01"), event("3", country="TCD"), event("4")
    )
    comparison = compare_releases(old, new, spec)
    assert comparison.account_of_old.excluded == {"not-asked-for": 1}
    assert comparison.account_of_new.excluded == {"not-asked-for": 1}
    assert len(comparison.removed) == 0
    revised = total_revised(comparison)["best"]
    assert (revised.before, revised.after, revised.difference) == (18.0, 4.0, -14.0)
    parts = {part.cause: part.best for part in explain_difference(comparison)}
    assert parts["revised"] == -14.0
    assert parts["removed"] == 0.0


def test_years_that_a_release_does_not_cover_are_not_zero():
    old = release(event("1", day="2019-05-01"), event("2"), event("5", country="TCD", day="2019-06-01"))
    new = release(
        event("1", day="2019-05-01"), event("2", best=7.0), event("3", day="2021-01-01"), event("4", country="SSD")
    )
    years = {(item.country, item.year): item.figures["best"] for item in list_years(compare_releases(old, new))}
    assert years["CAF", 2019].difference == 0
    assert years["CAF", 2020].difference == 3
    assert years["CAF", 2021].before is None
    assert years["CAF", 2021].difference is None
    assert years["SSD", 2020].before is None
    assert years["TCD", 2019].as_json() == {"before": 4, "after": None, "difference": None}


def test_a_year_that_both_cover_and_one_has_nothing_of_is_zero():
    old = release(event("1", day="2019-05-01"), event("2", day="2021-05-01"))
    new = release(event("1", day="2019-05-01"), event("2", day="2021-05-01"), event("3", day="2020-05-01"))
    years = {item.year: item.figures for item in list_years(compare_releases(old, new))}
    assert years[2020]["best"].as_json() == {"before": 0, "after": 4, "difference": 4}
    assert years[2020]["events"].difference == 1


def test_the_difference_comes_from_somewhere():
    old = release(event("1"), event("2", best=1.0, country="TCD"), event("c", side_a="B"))
    new = release(
        event("1", best=6.0),
        event("3", day="2019-02-01", best=20.0),
        event("4", day="2020-09-01", best=300.0),
        event("f", side_a="B", best=40.0),
        event("g", side_a="B", best=50.0),
    )
    parts = explain_difference(compare_releases(old, new))
    assert [(part.cause, part.events, part.best) for part in parts] == [
        ("revised", 1, 2.0),
        ("added-in-the-old-period", 1, 20.0),
        ("added-after-the-old-period", 1, 300.0),
        ("removed", 1, -1.0),
        ("ambiguous", 3, 86.0),
    ]


def test_where_a_release_counts_no_deaths_no_difference_is_claimed():
    comparison = compare_releases(release(event("1", best=np.nan)), release(event("1")))
    assert {part.best for part in explain_difference(comparison)} == {None}


def test_empty_releases_are_compared_too():
    nothing = release()
    comparison = compare_releases(nothing, release(event("1")))
    assert (comparison.account_of_old.input, len(comparison.added), comparison.not_compared) == (0, 1, {})
    assert list_years(comparison)[0].figures["best"].before is None
    assert explain_difference(comparison)[1].events == 1
