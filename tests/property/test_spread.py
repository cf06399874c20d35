"""Spread events keep their totals, draw no stripe, and lead back to their record. All events are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.engine.reach.rings import share_inside, summarise_ring
from tutela.engine.reach.vicinity import Vicinity, VicinitySpec, compute_vicinity
from tutela.engine.reach.weights import list_weights
from tutela.kernel.tables import Events, Sites

DEAD = 121_848.0
SPEC = VicinitySpec((30, 2000), None, date(2022, 12, 31), "area-months")


def make_events(rows: list[dict[str, Any]]) -> Events:
    def column(name: str, default: Any, kind: str) -> Any:
        return np.array([row.get(name, default) for row in rows], dtype=kind)

    numbers = {name: column(name, 1.0, "f8") for name in ("best", "low", "high", "civilians")}
    return Events(
        event_id=np.array([str(row.get("event_id", n)) for n, row in enumerate(rows)], dtype=np.str_),
        day=column("day", "2022-09-01", "M8[D]"),
        day_end=column("day_end", "NaT", "M8[D]"),
        lon=column("lon", np.nan, "f8"),
        lat=column("lat", np.nan, "f8"),
        precision=column("precision", 1, "i1"),
        **{
            name: column(name, default, "str")
            for name, default in (("country", "XXA"), ("adm_1", "N"), ("adm_2", ""))
        },
        violence=column("violence", 1, "i1"),
        perpetrator=column("perpetrator", 0, "i1"),
        side_a=column("side_a", "", "str"),
        side_b=column("side_b", "", "str"),
        **numbers,
        source_file=column("source_file", 0, "i2"),
        source_line=np.arange(2, len(rows) + 2, dtype=np.int32),
    )


def make_sites(points: list[tuple[float, float]]) -> Sites:
    n = len(points)
    text, unknown = np.full(n, "", dtype="<U1"), np.full(n, np.nan)
    return Sites(
        site_id=np.array([f"s{i:03d}" for i in range(n)], dtype=np.str_),
        mission=np.full(n, "M"), name=text, country=text,
        lon=np.array([x for x, _ in points]), lat=np.array([y for _, y in points]),
        opened=np.full(n, "2010-01-01", dtype="M8[D]"), closed=np.full(n, "NaT", dtype="M8[D]"),
        status=text, military=unknown, police=unknown, civilian=unknown,
        air=np.full(n, -1, np.int8), kind=text,
        source_file=np.zeros(n, np.int16), source_line=np.arange(2, n + 2, dtype=np.int32),
    )  # fmt: skip


def record(precision: int) -> dict[str, Any]:
    """One record of a whole war, over two months, placed at the middle of its country or province."""
    return {
        "event_id": "record", "day": "2022-08-24", "day_end": "2022-10-24", "lon": 0.0, "lat": 0.0,
        "precision": precision, "best": DEAD, "low": DEAD, "high": DEAD, "civilians": np.nan,
    }  # fmt: skip


GRID = [(float(x), float(y)) for x in range(-4, 5, 2) for y in range(-4, 5, 2)]


def spread_record(points: list[tuple[float, float]], precision: int) -> tuple[Vicinity, Events, Sites]:
    events = make_events([{"lon": x, "lat": y} for x, y in points] + [record(precision)])
    sites = make_sites(sorted(set(points)))
    return compute_vicinity(events, sites, SPEC), events, sites


def dead_by_site(vicinity: Vicinity, events: Events, sites: Sites) -> dict[tuple[float, float], float]:
    row = int(np.flatnonzero(events.event_id == "record")[0])
    pairs = vicinity.pairs.take((vicinity.pairs.event == row) & (vicinity.pairs.distance_km <= 30))
    dead = np.bincount(pairs.site, weights=pairs.weight * DEAD, minlength=len(sites))
    return {(float(sites.lon[i]), float(sites.lat[i])): float(dead[i]) for i in range(len(sites))}


@pytest.mark.parametrize("precision", [4, 5, 6])
def test_a_record_of_a_whole_war_draws_no_stripe(precision: int) -> None:
    dead = dead_by_site(*spread_record(GRID, precision))
    fair = DEAD / len(GRID)
    assert all(abs(value - fair) < 1e-6 * fair for value in dead.values())
    for axis in (0, 1):
        lines = {at: sum(v for place, v in dead.items() if place[axis] == at) for at in range(-4, 5, 2)}
        assert max(lines.values()) == pytest.approx(min(lines.values()))
    assert sum(dead.values()) == pytest.approx(DEAD, rel=1e-12)


@pytest.mark.parametrize("precision", [4, 6])
def test_its_own_point_and_its_first_day_get_nothing_of_their_own(precision: int) -> None:
    ring = [place for place in GRID if place != (0.0, 0.0)]
    events = make_events([{"lon": x, "lat": y} for x, y in ring] + [record(precision)])
    sites = make_sites([(0.0, 0.0)])
    vicinity = compute_vicinity(events, sites, SPEC)
    row = len(ring)
    assert share_inside(vicinity, 30)[row] == 0
    assert share_inside(vicinity, 2000)[row] == pytest.approx(1.0, abs=1e-12)
    months = list_weights(vicinity, events)["spread_months"]
    by_month = dict(zip(months["month"].astype(str).tolist(), months["weight"].tolist(), strict=True))
    assert by_month == {"2022-08-01": 8 / 62, "2022-09-01": 30 / 62, "2022-10-01": 24 / 62}


def test_a_mirrored_world_has_mirrored_weights() -> None:
    points = [(1.0, 2.0), (1.0, 2.0), (3.0, -1.0), (-2.5, 0.5)]
    there = dead_by_site(*spread_record(points, 6))
    east = dead_by_site(*spread_record([(-x, y) for x, y in points], 6))
    south = dead_by_site(*spread_record([(x, -y) for x, y in points], 6))
    assert east == {(-x, y): dead for (x, y), dead in there.items()}
    assert south == {(x, -y): dead for (x, y), dead in there.items()}


COORDINATE = st.integers(-20, 20).map(float)
WORLDS = st.lists(
    st.fixed_dictionaries(
        {
            "lon": COORDINATE,
            "lat": COORDINATE,
            "precision": st.integers(0, 7),
            "adm_1": st.sampled_from(["", "N", "S"]),
            "adm_2": st.sampled_from(["", "a", "b"]),
            "country": st.sampled_from(["XXA", "XXB"]),
            "day": st.sampled_from(["2022-01-31", "2022-08-24", "2022-12-01"]),
            "day_end": st.sampled_from(["NaT", "2022-12-02", "2023-02-01"]),
            "best": st.integers(0, 200_000).map(float),
        }
    ),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=40)
@given(WORLDS, st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=5))
def test_totals_are_kept_and_every_weight_leads_back_to_its_record(
    rows: list[dict[str, Any]], points: list[tuple[float, float]]
) -> None:
    events, sites = make_events(rows), make_sites(points)
    vicinity = compute_vicinity(events, sites, SPEC)
    ring = summarise_ring(vicinity, events, 30).as_json()
    counted = ring["inside"]["best"] + ring["outside"]["best"] + (ring["unplaceable"]["best"] or 0)
    assert counted == pytest.approx(events.best.sum(), rel=1e-12, abs=1e-4)

    tables = list_weights(vicinity, events)
    spread, area, months = (tables[name] for name in ("spread_events", "spread_points", "spread_months"))
    assert sorted(spread["event_id"].tolist()) == sorted(events.event_id[vicinity.is_spread].tolist())
    keys = ("rule", "country", "adm_1", "adm_2")
    sums: dict[tuple[str, ...], float] = {}
    for place, weight in zip(zip(*(area[key].tolist() for key in keys), strict=True), area["weight"], strict=True):
        sums[place] = sums.get(place, 0.0) + float(weight)
    assert all(value == pytest.approx(1.0, abs=1e-12) for value in sums.values())
    assert set(zip(*(spread[key].tolist() for key in keys), strict=True)) == set(sums)
    for event_id in set(months["event_id"].tolist()):
        assert months["weight"][months["event_id"] == event_id].sum() == pytest.approx(1.0, abs=1e-12)

    # The pairs follow from the tables: what lies anywhere on Earth near any site is the whole event.
    wide = VicinitySpec((20_100,), None, date(2022, 12, 31), "area-months")
    whole = compute_vicinity(events, sites, wide)
    assert share_inside(whole, 20_100)[whole.is_spread] == pytest.approx(1.0, abs=1e-9)


def test_without_spread_there_are_no_weights_and_the_record_is_not_placed() -> None:
    events = make_events([{"lon": 0.0, "lat": 0.0}, record(6)])
    vicinity = compute_vicinity(events, make_sites([(0.0, 0.0)]), VicinitySpec((30,), None, date(2022, 12, 31)))
    assert list_weights(vicinity, events) == {}
    assert summarise_ring(vicinity, events, 30).as_json()["inside"]["best"] == 1
