"""What holds of every comparison of two releases, whatever is in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.engine.events.comparable import (
    CAUSES,
    explain_shared,
    find_only_in_one,
    group_by_country,
    group_by_year,
    restrict_to_shared,
)
from tutela.engine.events.releases import BY_ID, ReleaseComparison, ReleaseSpec, compare_releases
from tutela.engine.events.renumbered import Nearness, find_renumbered
from tutela.engine.events.revisions import explain_difference, list_years, total_revised
from tutela.kernel.places import distances_km
from tutela.kernel.tables import Events

ROW = st.tuples(
    st.integers(0, 12),
    st.integers(0, 6),
    st.none() | st.integers(0, 4),
    st.sampled_from([0.0, 0.05, 0.3, 5.0, np.nan]),
    st.sampled_from(["AAA", "BBB", ""]),
    st.sampled_from(["one", "two", ""]),
    st.none() | st.integers(0, 9),
)


@st.composite
def releases(draw: st.DrawFn) -> Events:
    rows = draw(st.lists(ROW, max_size=14, unique_by=lambda row: row[0]))
    best = np.array([np.nan if row[6] is None else row[6] for row in rows], dtype=float)
    day = np.array(["2020-12-28"] * len(rows), dtype="M8[D]") + np.array([row[1] for row in rows], dtype="m8[D]")
    lasts = np.array([-1 if row[2] is None else row[2] for row in rows], dtype="m8[D]")
    text = np.full(len(rows), "", dtype="<U1")
    codes = np.zeros(len(rows), np.int8)
    return Events(
        event_id=np.array([f"e{row[0]}" for row in rows], dtype=np.str_),
        day=day,
        day_end=np.where(lasts < np.timedelta64(0), np.datetime64("NaT"), day + lasts),
        lon=np.array([row[3] for row in rows], dtype=float),
        lat=np.zeros(len(rows)),
        precision=np.array([row[1] for row in rows], dtype=np.int8),
        country=np.array([row[4] for row in rows], dtype=np.str_),
        adm_1=text,
        adm_2=text,
        violence=codes,
        perpetrator=codes,
        side_a=np.array([row[5] for row in rows], dtype=np.str_),
        side_b=text,
        best=best,
        low=best,
        high=best,
        civilians=np.full(len(rows), np.nan),
        source_file=np.zeros(len(rows), np.int16),
        source_line=np.arange(len(rows), dtype=np.int32),
    )


specs = st.sampled_from([ReleaseSpec(), ReleaseSpec(("AAA",)), ReleaseSpec(coarsest=3)])


def shape(comparison: ReleaseComparison) -> dict[str, Any]:
    """A comparison by ids, which no order of rows can change."""
    matches, possible = comparison.matches, comparison.possible
    old, new = comparison.old.event_id, comparison.new.event_id
    how = matches.how.tolist()
    return {
        "matches": sorted(zip(old[matches.old].tolist(), new[matches.new].tolist(), how, strict=True)),
        "possible": sorted(zip(old[possible.old].tolist(), new[possible.new].tolist(), strict=True)),
        "removed": sorted(old[comparison.removed].tolist()),
        "added": sorted(new[comparison.added].tolist()),
        "changed": {name: sorted(old[matches.old[mask]].tolist()) for name, mask in comparison.changed.items()},
        "years": list_years(comparison),
        "why": explain_difference(comparison),
    }


@given(releases(), specs)
def test_a_release_does_not_differ_from_itself(events: Events, spec: ReleaseSpec) -> None:
    comparison = compare_releases(events, events, spec)
    assert not comparison.is_changed.any()
    assert len(comparison.added) == len(comparison.removed) == len(comparison.possible) == 0
    assert len(comparison.matches) == comparison.in_old.sum()
    assert all(item.figures["best"].before == item.figures["best"].after for item in list_years(comparison))


@given(releases(), releases(), specs)
@settings(max_examples=200)
def test_swapping_the_sides_mirrors_the_answer(old: Events, new: Events, spec: ReleaseSpec) -> None:
    there, back = shape(compare_releases(old, new, spec)), shape(compare_releases(new, old, spec))
    assert there["matches"] == sorted((b, a, how) for a, b, how in back["matches"])
    assert there["possible"] == sorted((b, a) for a, b in back["possible"])
    assert (there["removed"], there["added"]) == (back["added"], back["removed"])
    assert {name: len(ids) for name, ids in there["changed"].items()} == {
        name: len(ids) for name, ids in back["changed"].items()
    }
    for one, other in zip(there["years"], back["years"], strict=True):
        assert (one.country, one.year) == (other.country, other.year)
        assert all(figure.before == other.figures[name].after for name, figure in one.figures.items())


@given(releases(), releases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(old: Events, new: Events, luck: Any) -> None:
    def shuffle(events: Events) -> Events:
        rows = list(range(len(events)))
        luck.shuffle(rows)
        return events.take(np.array(rows, dtype=np.intp))

    assert shape(compare_releases(old, new)) == shape(compare_releases(shuffle(old), shuffle(new)))


@given(releases(), releases(), specs)
@settings(max_examples=200)
def test_every_row_is_in_one_list_and_the_parts_explain_the_whole(
    old: Events, new: Events, spec: ReleaseSpec
) -> None:
    comparison = compare_releases(old, new, spec)
    for rows, lists in (
        (len(old), (comparison.matches.old, comparison.removed, comparison.ambiguous_old)),
        (len(new), (comparison.matches.new, comparison.added, comparison.ambiguous_new)),
    ):
        listed = np.concatenate(lists)
        assert len(np.unique(listed)) == len(listed) <= rows
    assert comparison.account_of_old.input == len(old)
    assert comparison.account_of_new.input == len(new)
    revised = total_revised(comparison)["best"]
    if revised.before is not None and revised.after is not None:
        assert sum(part.best or 0.0 for part in explain_difference(comparison)) == revised.after - revised.before


@given(releases(), releases(), specs)
@settings(max_examples=200)
def test_of_what_both_cover_the_parts_explain_the_whole(old: Events, new: Events, spec: ReleaseSpec) -> None:
    whole = compare_releases(old, new, spec)
    shared = restrict_to_shared(whole)
    best = total_revised(shared)["best"]
    parts = explain_shared(shared)
    assert tuple(part.cause for part in parts) == CAUSES
    if best.difference is None:
        assert {part.best for part in parts} == {None}
    else:
        assert sum(part.best or 0 for part in parts) == best.difference
    only = find_only_in_one(whole)
    for side, before, after in (("old", whole.in_old, shared.in_old), ("new", whole.in_new, shared.in_new)):
        assert only[side].events == np.count_nonzero(before) - np.count_nonzero(after)
    for groups in (group_by_year(shared), group_by_country(shared)):
        assert sum(item.figures["events"].after or 0 for item in groups) == np.count_nonzero(shared.in_new)
        assert sum(item.figures["best"].before or 0 for item in groups) == (best.before or 0)


@given(releases(), releases())
@settings(max_examples=200)
def test_partners_are_those_that_comparing_everything_with_everything_finds(old: Events, new: Events) -> None:
    paired, possible = find_renumbered(old, new, Nearness())
    found = set(zip(paired.old.tolist(), paired.new.tolist(), strict=True))
    unsure = set(zip(possible.old.tolist(), possible.new.tolist(), strict=True))
    near = {(a, b) for a in range(len(old)) for b in range(len(new)) if may_be_one(old, new, a, b)}
    assert found | unsure <= near
    # whoever has a partner at all is paired, unsure, or lost every partner to a pair
    taken_old, taken_new = {a for a, _ in found}, {b for _, b in found}
    assert unsure == {(a, b) for a, b in near if a not in taken_old and b not in taken_new}
    for a, b in found:
        rivals = {(c, d) for c, d in near if (c == a) != (d == b)}
        assert all(c in taken_old or d in taken_new for c, d in rivals)


@given(releases())
def test_new_ids_for_all_events_pair_no_two_that_differ(events: Events) -> None:
    renamed = replace(events, event_id=np.char.add("new-", events.event_id))
    comparison = compare_releases(events, renamed)
    assert not comparison.is_changed.any()
    assert (comparison.matches.how != BY_ID).all()


def may_be_one(old: Events, new: Events, a: int, b: int) -> bool:
    end_a = old.day[a] if np.isnat(old.day_end[a]) else old.day_end[a]
    end_b = new.day[b] if np.isnat(new.day_end[b]) else new.day_end[b]
    named = bool(old.country[a]) and bool(old.side_a[a])
    same = old.country[a] == new.country[b] and old.side_a[a] == new.side_a[b]
    overlap = old.day[a] <= end_b and new.day[b] <= end_a
    near = distances_km(old.lon[a], old.lat[a], new.lon[b], new.lat[b]) <= 25.0
    return bool(named and same and overlap and near)
