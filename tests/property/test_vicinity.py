"""What holds of every vicinity, whatever the events and sites."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.engine.reach.areas import find_areas
from tutela.engine.reach.months import split_by_month
from tutela.engine.reach.rings import share_inside, summarise_ring, vicinity_json
from tutela.engine.reach.vicinity import (
    EXCLUDED,
    PLACEABLE,
    UNPLACEABLE,
    VicinitySpec,
    compute_vicinity,
    sort_events,
)
from tutela.kernel.digests import canonical_json
from tutela.kernel.tables import Events, Sites

FIRST = date(2015, 1, 20)
SPEC = VicinitySpec((5.0, 60.0, 400.0), FIRST + timedelta(days=3), FIRST + timedelta(days=35))
POINTS = [(0.0, 0.0), (0.3, 0.1), (0.04, 0.0), (-0.2, 0.4), (179.95, 5.0), (-179.95, 5.0), (40.0, 90.0), (3.0, 3.0)]

points = st.sampled_from(POINTS)
days = st.integers(0, 40)
kinds = st.sampled_from(["none", "area-months"])


@st.composite
def event_tables(draw: st.DrawFn) -> Events:
    rows = draw(
        st.lists(
            st.tuples(
                st.none() | points,
                days,
                st.none() | st.integers(-2, 100),
                st.integers(0, 7),
                st.sampled_from(["AAA", "BBB", ""]),
                st.sampled_from(["one", "two", ""]),
                st.none() | st.integers(0, 50),
            ),
            max_size=25,
        )
    )
    places = [place or (np.nan, np.nan) for place, *_ in rows]
    best = np.array([np.nan if row[6] is None else row[6] for row in rows], dtype=float)
    text = np.full(len(rows), "")
    return Events(
        event_id=np.array([f"e{number}" for number in range(len(rows))], dtype=np.str_),
        day=np.array([FIRST + timedelta(days=row[1]) for row in rows], dtype="datetime64[D]"),
        day_end=np.array(
            [None if row[2] is None else FIRST + timedelta(days=row[1] + row[2]) for row in rows],
            dtype="datetime64[D]",
        ),
        lon=np.array([lon for lon, _ in places], dtype=float),
        lat=np.array([lat for _, lat in places], dtype=float),
        precision=np.array([row[3] for row in rows], dtype=np.int8),
        country=np.array([row[4] for row in rows], dtype=np.str_),
        adm_1=np.array([row[5] for row in rows], dtype=np.str_),
        adm_2=text,
        violence=np.arange(len(rows), dtype=np.int8) % 4,
        perpetrator=np.arange(len(rows), dtype=np.int8) % 8,
        side_a=text,
        side_b=text,
        best=best,
        low=best / 2,
        high=best * 2,
        civilians=np.full(len(rows), np.nan),
        source_file=np.zeros(len(rows), np.int16),
        source_line=np.arange(len(rows), dtype=np.int32),
    )


@st.composite
def site_tables(draw: st.DrawFn) -> Sites:
    rows = draw(st.lists(st.tuples(st.integers(0, 4), points, days, st.none() | st.integers(0, 30)), max_size=12))
    n = len(rows)
    text, unknown = np.full(n, ""), np.full(n, np.nan)
    return Sites(
        site_id=np.array([f"s{row[0]}" for row in rows], dtype=np.str_),
        mission=np.array([f"M{row[0] % 2}" for row in rows], dtype=np.str_),
        name=text,
        country=text,
        lon=np.array([row[1][0] for row in rows], dtype=float),
        lat=np.array([row[1][1] for row in rows], dtype=float),
        opened=np.array([FIRST + timedelta(days=row[2]) for row in rows], dtype="datetime64[D]"),
        closed=np.array(
            [None if row[3] is None else FIRST + timedelta(days=row[2] + row[3]) for row in rows],
            dtype="datetime64[D]",
        ),
        status=text,
        military=unknown,
        police=unknown,
        civilian=unknown,
        air=np.full(n, -1, np.int8),
        kind=text,
        source_file=np.zeros(n, np.int16),
        source_line=np.arange(n, dtype=np.int32),
    )


def list_pairs(events: Events, sites: Sites, spec: VicinitySpec) -> set[tuple[str, str]]:
    vicinity = compute_vicinity(events, sites, spec)
    columns = vicinity.columns_by_id(events)
    return set(zip(columns["event_id"].tolist(), columns["site_id"].tolist(), strict=True))


@given(event_tables(), site_tables(), st.integers(0, 4), kinds)
@settings(deadline=None)
def test_removing_a_site_never_raises_coverage(events: Events, sites: Sites, gone: int, spread: Any) -> None:
    spec = replace(SPEC, spread=spread)
    fewer = sites.take(sites.site_id != f"s{gone}")
    with_all, with_fewer = compute_vicinity(events, sites, spec), compute_vicinity(events, fewer, spec)
    for km in spec.within_km:
        assert (share_inside(with_fewer, km) <= share_inside(with_all, km)).all()


@given(event_tables(), site_tables(), kinds)
@settings(deadline=None)
def test_widening_a_ring_never_lowers_what_it_holds(events: Events, sites: Sites, spread: Any) -> None:
    vicinity = compute_vicinity(events, sites, replace(SPEC, spread=spread))
    narrow, middle, wide = (share_inside(vicinity, km) for km in SPEC.within_km)
    assert (narrow <= middle).all()
    assert (middle <= wide).all()


@given(event_tables(), site_tables(), kinds)
@settings(deadline=None)
def test_every_event_is_inside_outside_unplaceable_or_excluded(events: Events, sites: Sites, spread: Any) -> None:
    vicinity = compute_vicinity(events, sites, replace(SPEC, spread=spread))
    n_excluded = sum(vicinity.excluded.values())
    assert n_excluded == (vicinity.state == EXCLUDED).sum()
    for km in SPEC.within_km:
        ring = summarise_ring(vicinity, events, km)
        whole = ring.events_inside + ring.events_outside + ring.unplaceable.tally.events + n_excluded
        assert whole == pytest.approx(len(events), abs=1e-9)
        assert ring.accounting.input == len(events)
        assert sum(tally.events for tally in ring.by_violence.values()) == pytest.approx(ring.events_inside)
        assert sum(tally.events for tally in ring.by_perpetrator.values()) == pytest.approx(ring.events_inside)
        assert sum(tally.events for tally in ring.by_year.values()) == pytest.approx(ring.events_inside)
        if spread == "none":
            assert sum(tally.events for tally in ring.sites.values()) == ring.pairs


@given(event_tables(), site_tables(), st.randoms(use_true_random=False), kinds)
@settings(deadline=None)
def test_the_order_of_rows_changes_no_digest(events: Events, sites: Sites, dice: Any, spread: Any) -> None:
    spec = replace(SPEC, spread=spread)
    mixed_events = events.take(np.array(dice.sample(range(len(events)), len(events)), dtype=np.int64))
    mixed_sites = sites.take(np.array(dice.sample(range(len(sites)), len(sites)), dtype=np.int64))
    first, second = compute_vicinity(events, sites, spec), compute_vicinity(mixed_events, mixed_sites, spec)
    assert first.digest(events) == second.digest(mixed_events)
    assert canonical_json(vicinity_json(first, events)) == canonical_json(vicinity_json(second, mixed_events))
    nearest = {}
    for vicinity, table in ((first, events), (second, mixed_events)):
        nearest[table is events] = set(
            zip(table.event_id.tolist(), vicinity.nearest_site.tolist(), map(str, vicinity.nearest_km), strict=True)
        )
    assert nearest[True] == nearest[False]


@given(event_tables(), site_tables(), st.integers(-20_000, 20_000))
@settings(deadline=None)
def test_shifting_all_dates_together_changes_nothing(events: Events, sites: Sites, by: int) -> None:
    shift = np.timedelta64(by, "D")
    later_events = replace(events, day=events.day + shift, day_end=events.day_end + shift)
    later_sites = replace(sites, opened=sites.opened + shift, closed=sites.closed + shift)
    assert SPEC.from_day is not None
    moved = timedelta(days=by)
    later = replace(SPEC, from_day=SPEC.from_day + moved, as_of=SPEC.as_of + moved)
    assert list_pairs(events, sites, SPEC) == list_pairs(later_events, later_sites, later)


@given(event_tables(), site_tables(), st.integers(0, 60), kinds)
@settings(deadline=None)
def test_closing_later_never_loses_a_pair(events: Events, sites: Sites, by: int, spread: Any) -> None:
    spec = replace(SPEC, spread=spread)
    longer = replace(sites, closed=sites.closed + np.timedelta64(by, "D"))
    assert list_pairs(events, sites, spec) <= list_pairs(events, longer, spec)


@given(event_tables())
@settings(deadline=None)
def test_spreading_keeps_every_event_whole(events: Events) -> None:
    as_of = int(np.datetime64(SPEC.as_of).astype("datetime64[D]").astype(np.int64))
    state, _ = sort_events(events, SPEC)
    areas = find_areas(events, np.flatnonzero(state == PLACEABLE), np.flatnonzero(state == UNPLACEABLE))
    rows = np.flatnonzero(areas.slot >= 0)
    stretches = split_by_month(events, rows, as_of)
    assert (stretches.day <= as_of).all()
    total = np.zeros(len(events))
    for event, share_of_days in zip(stretches.event, stretches.weight, strict=True):
        slot = areas.slot[event]
        shares_of_points = areas.weight[areas.start[slot] : areas.start[slot + 1]]
        assert share_of_days > 0
        assert (shares_of_points > 0).all()
        total[event] += (share_of_days * shares_of_points).sum()
    assert np.abs(total[rows] - 1).max(initial=0) <= 1e-9
    assert not (events.precision[rows] == 7).any()


@given(event_tables(), site_tables())
@settings(deadline=None)
def test_a_ring_round_the_earth_holds_all_that_could_be_placed(events: Events, sites: Sites) -> None:
    always = replace(
        sites,
        opened=np.full(len(sites), np.datetime64("2000-01-01")),
        closed=np.full(len(sites), np.datetime64("NaT", "D")),
    )
    spec = replace(SPEC, within_km=(10.0, 20_100.0), spread="area-months")
    vicinity = compute_vicinity(events, always, spec)
    expected = vicinity.state == PLACEABLE if len(sites) else np.zeros(len(events), dtype=bool)
    assert np.abs(share_inside(vicinity, 20_100.0) - expected).max(initial=0) <= 1e-9
