"""What both releases cover: a difference of coverage is no revision, and the parts of a difference add up."""

from __future__ import annotations

from datetime import date

import numpy as np
from release_rows import event, release

from tutela.engine.events.comparable import (
    CAUSES,
    explain_shared,
    find_only_in_one,
    group_by_country,
    group_by_year,
    rank_revisions,
    restrict_to_shared,
)
from tutela.engine.events.releases import ReleaseSpec, compare_releases
from tutela.engine.events.revisions import total_revised

OLD = release(
    event("1"),
    event("2", day="2018-05-01", best=10.0),
    event("3", country="TCD", best=100.0),
    event("4", best=8.0),
    event("5", side_a="B"),
)
NEW = release(
    event("1", best=9.0),
    event("2", day="2018-05-01", best=10.0),
    event("4", best=5.0),
    event("6", day="2019-02-01", side_a="D", best=20.0),
    event("7", day="2020-09-01", side_a="D", best=30.0),
    event("8", day="2021-09-01", side_a="D", best=400.0),
    event("9", country="SSD", best=1000.0),
)


def test_a_country_or_year_that_one_side_lacks_is_in_no_difference():
    shared = restrict_to_shared(compare_releases(OLD, NEW))
    best = total_revised(shared)["best"]
    assert (best.before, best.after) == (26.0, 74.0)
    parts = explain_shared(shared)
    assert [part.cause for part in parts] == list(CAUSES)
    said = {part.cause: (part.events, part.best) for part in parts if part.events}
    assert said == {
        "added-in-the-old-period": (1, 20.0),
        "added-after-the-old-period": (1, 30.0),
        "raised": (1, 5.0),
        "lowered": (1, -3.0),
        "removed": (1, -4.0),
    }
    assert sum(part.best or 0 for part in parts) == best.difference


def test_what_one_side_alone_covers_is_named():
    found = find_only_in_one(compare_releases(OLD, NEW))
    assert (found["old"].events, found["old"].best, found["old"].countries) == (1, 100.0, ("TCD",))
    assert (found["new"].events, found["new"].best, found["new"].years) == (2, 1400.0, (2020, 2021))
    same = find_only_in_one(compare_releases(OLD, OLD))
    assert (same["old"].events, same["old"].best, same["old"].countries) == (0, None, ())


def test_every_year_between_the_first_and_the_last_stands_there_also_without_events():
    old, new = OLD.take(OLD.event_id != "5"), NEW.take(NEW.event_id != "6")
    years = group_by_year(restrict_to_shared(compare_releases(old, new)))
    assert [item.key for item in years] == ["2018", "2019", "2020"]
    assert years[1].figures["best"].as_json() == {"before": 0, "after": 0, "difference": 0}
    countries = group_by_country(restrict_to_shared(compare_releases(OLD, NEW)))
    assert [item.key for item in countries] == ["CAF"]


def test_releases_that_share_nothing_have_no_year_in_common():
    shared = restrict_to_shared(compare_releases(release(event("1")), release(event("2", country="TCD"))))
    assert group_by_year(shared) == ()
    assert group_by_country(shared) == ()
    assert all(part.events == 0 for part in explain_shared(shared))


def test_an_event_that_left_what_was_asked_for_is_a_part_of_its_own():
    spec = ReleaseSpec(until=date(2020, 12, 31))
    old = release(event("1"), event("2", day="2020-12-31", best=7.0), event("3", day="2021-02-01"))
    new = release(event("1"), event("2", day="2021-01-01", best=7.0), event("3", day="2021-02-01"))
    shared = restrict_to_shared(compare_releases(old, new, spec))
    said = {part.cause: (part.events, part.best) for part in explain_shared(shared) if part.events}
    assert said == {"moved": (1, -7.0)}


def test_ambiguous_events_are_one_part():
    old, new = release(event("c1")), release(event("f1", best=5.0), event("f2", best=6.0))
    said = {
        part.cause: (part.events, part.best)
        for part in explain_shared(restrict_to_shared(compare_releases(old, new)))
        if part.events
    }
    assert said == {"ambiguous": (3, 7.0)}


def test_where_a_release_counts_no_deaths_no_part_has_a_number():
    shared = restrict_to_shared(compare_releases(release(event("1", best=np.nan)), release(event("1"))))
    assert {part.best for part in explain_shared(shared)} == {None}


def test_revisions_come_with_the_largest_first_and_without_what_nobody_asked_for():
    old = release(event("1"), event("2", best=50.0, high=60.0), event("3"), event("4"), event("5", country="TCD"))
    new = release(
        event("1", best=5.0),
        event("2", best=30.0, high=60.0),
        event("3", high=99.0),
        event("4"),
        event("5", country="TCD", best=6.0),
    )
    shared = restrict_to_shared(compare_releases(old, new, ReleaseSpec(("CAF",))))
    rows = rank_revisions(shared)
    assert shared.old.event_id[shared.matches.old[rows]].tolist() == ["2", "1", "3"]
