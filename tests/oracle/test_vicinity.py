"""The fast vicinity and the obvious one give the same, to the last bit."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tutela.engine.reach import joins
from tutela.engine.reach.obvious import compute_vicinity_obviously
from tutela.engine.reach.vicinity import Vicinity, VicinitySpec, compute_vicinity
from tutela.kernel.places import distances_km
from tutela.kernel.tables import Events, Sites, Table

NAT = np.datetime64("NaT", "D")
START = np.datetime64("2015-01-25")


def build_events(n: int, **columns: Any) -> Events:
    text, unknown = np.full(n, ""), np.full(n, np.nan)
    whole: dict[str, Any] = {
        "event_id": np.array([f"e{row:05}" for row in range(n)]),
        "day": np.full(n, START),
        "day_end": np.full(n, NAT),
        "lon": np.zeros(n),
        "lat": np.zeros(n),
        "precision": np.ones(n, np.int8),
        **dict.fromkeys(("country", "adm_1", "adm_2", "side_a", "side_b"), text),
        "violence": np.zeros(n, np.int8),
        "perpetrator": np.zeros(n, np.int8),
        **dict.fromkeys(("best", "low", "high", "civilians"), unknown),
        "source_file": np.zeros(n, np.int16),
        "source_line": np.arange(n, dtype=np.int32),
    }
    return Events.from_columns(whole | columns)


def build_sites(n: int, **columns: Any) -> Sites:
    text, unknown = np.full(n, ""), np.full(n, np.nan)
    whole: dict[str, Any] = {
        "site_id": np.array([f"s{row:04}" for row in range(n)]),
        "opened": np.full(n, START),
        "closed": np.full(n, NAT),
        "lon": np.zeros(n),
        "lat": np.zeros(n),
        **dict.fromkeys(("mission", "name", "country", "status", "kind"), text),
        **dict.fromkeys(("military", "police", "civilian"), unknown),
        "air": np.full(n, -1, np.int8),
        "source_file": np.zeros(n, np.int16),
        "source_line": np.arange(n, dtype=np.int32),
    }
    return Sites.from_columns(whole | columns)


def build_world(seed: int, n_events: int = 60, n_rows: int = 40) -> tuple[Events, Sites]:
    """A small world full of hard cases: few points and few days, so that everything coincides often."""
    dice = np.random.default_rng(seed)
    corners = [(0.0, 0.0), (180.0, 10.0), (-180.0, 10.0), (179.9, 10.1), (30.0, 90.0), (-70.0, 89.8), (10.0, -90.0)]
    points = np.array(corners + [tuple(dice.normal(0, 0.4, 2)) for _ in range(9)])

    def draw_days(n: int, spread: int) -> Any:
        return START + dice.integers(0, spread, n).astype("timedelta64[D]")

    here, there = points[dice.integers(0, len(points), n_events)], points[dice.integers(0, len(points), n_rows)]
    day = draw_days(n_events, 12)
    lon = np.where(dice.random(n_events) < 0.05, np.nan, here[:, 0])
    events = build_events(
        n_events,
        day=np.where(dice.random(n_events) < 0.03, NAT, day),
        day_end=np.where(dice.random(n_events) < 0.5, NAT, day + dice.integers(-3, 70, n_events)),
        lon=lon,
        lat=here[:, 1],
        precision=dice.integers(0, 8, n_events).astype(np.int8),
        country=dice.choice(["AAA", "BBB", ""], n_events),
        adm_1=dice.choice(["one", "two", ""], n_events),
        adm_2=dice.choice(["x", ""], n_events),
    )
    opened, site = draw_days(n_rows, 12), dice.integers(0, 12, n_rows)
    sites = build_sites(
        n_rows,
        site_id=np.array([f"s{number}" for number in site]),
        mission=np.array([f"M{number % 3}" for number in site]),
        lon=np.where(dice.random(n_rows) < 0.05, np.nan, there[:, 0]),
        lat=there[:, 1],
        opened=np.where(dice.random(n_rows) < 0.05, NAT, opened),
        closed=np.where(dice.random(n_rows) < 0.2, NAT, opened + dice.integers(-1, 40, n_rows)),
    )
    return events, sites


def assert_same_table(found: Table, expected: Table) -> None:
    for name, column in expected.columns().items():
        mine = found.columns()[name]
        assert mine.dtype == column.dtype
        if name == "weight":
            # Sums of shares: added up in another order they differ in the last bit.
            np.testing.assert_allclose(mine, column, rtol=1e-12, atol=0)
        else:
            np.testing.assert_array_equal(mine, column, err_msg=name)


def assert_same(found: Vicinity, expected: Vicinity) -> None:
    for item in fields(Vicinity):
        mine, theirs = getattr(found, item.name), getattr(expected, item.name)
        if item.name == "pairs":
            assert_same_table(mine, theirs)
        elif item.name == "once":
            assert mine.keys() == theirs.keys()
            for level, parts in theirs.items():
                assert_same_table(mine[level], parts)
        elif isinstance(theirs, np.ndarray):
            np.testing.assert_array_equal(mine, theirs, err_msg=item.name)
        else:
            assert mine == theirs, item.name


@pytest.mark.parametrize("spread", ["none", "area-months"])
@pytest.mark.parametrize("seed", range(8))
def test_the_fast_vicinity_is_the_obvious_one(seed: int, spread: Any) -> None:
    events, sites = build_world(seed)
    finite = np.flatnonzero(np.isfinite(events.lon))[:8]
    to_sites = distances_km(events.lon[finite, None], events.lat[finite, None], sites.lon, sites.lat)
    # The ring passes exactly through a site: the boundary is inside.
    exact = float(np.nanmedian(to_sites[to_sites > 1]))
    for from_day, within in ((None, (0.0, exact)), (date(2015, 1, 28), (exact / 2, 40.0)), (None, (21_000.0,))):
        spec = VicinitySpec(within, from_day, date(2015, 2, 3), spread)
        found, expected = compute_vicinity(events, sites, spec), compute_vicinity_obviously(events, sites, spec)
        assert_same(found, expected)
        assert len(found.pairs)


def test_nothing_near_nothing_is_the_same_in_both() -> None:
    events, sites = build_world(0)
    none = np.zeros(0, dtype=np.int64)
    for some_events, some_sites in ((events.take(none), sites), (events, sites.take(none))):
        for spread in ("none", "area-months"):
            spec = VicinitySpec((50,), None, date(2016, 1, 1), spread)
            found = compute_vicinity(some_events, some_sites, spec)
            assert_same(found, compute_vicinity_obviously(some_events, some_sites, spec))
            assert not len(found.pairs)


def test_small_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    events, sites = build_world(3)
    spec = VicinitySpec((300.0,), None, date(2015, 2, 3))
    expected = compute_vicinity(events, sites, spec)
    monkeypatch.setattr(joins, "CHUNK", 7)
    monkeypatch.setattr(joins, "MOST_CANDIDATES", 30)
    assert_same(compute_vicinity(events, sites, spec), expected)


@pytest.fixture(scope="module")
def real_world(shared: Path) -> tuple[Events, Sites]:
    """Every 20th event of four countries, and the snapshots of six presences, each lasting until the next."""
    ged = pl.read_parquet(shared / "ged" / "ged211_global_whereprec12_1989_2020.parquet")
    ged = ged.filter(pl.col("year") >= 2010, pl.col("country").str.contains("Congo|Central African|Sudan|Mali"))
    ged = ged.gather_every(20)
    events = build_events(
        len(ged),
        day=ged["date_start"].dt.date().to_numpy().astype("datetime64[D]"),
        lon=ged["longitude"].to_numpy(),
        lat=ged["latitude"].to_numpy(),
    )
    missions = ["MONUSCO", "MINUSCA", "UNMISS", "MINUSMA", "UNAMID", "UNISFA"]
    rows = pl.read_csv(shared / "presence" / "geopko_v2.1_full.csv.gz", infer_schema_length=0)
    rows = rows.filter(pl.col("mission").is_in(missions)).with_columns(
        pl.col("latitude", "longitude").cast(pl.Float64, strict=False),
        opened=pl.date(pl.col("year").cast(pl.Int32), pl.col("month").cast(pl.Int32), 1),
        site_id=pl.col("mission") + "/" + pl.col("location").fill_null(""),
    )
    following: dict[tuple[str, date], date] = {}
    for mission in missions:
        snapshots = sorted(set(rows.filter(pl.col("mission") == mission)["opened"]))
        following |= {(mission, this): after for this, after in pairwise(snapshots)}
    sites = build_sites(
        len(rows),
        site_id=rows["site_id"].to_numpy().astype(str),
        mission=rows["mission"].to_numpy().astype(str),
        lon=rows["longitude"].to_numpy(),
        lat=rows["latitude"].to_numpy(),
        opened=rows["opened"].to_numpy().astype("datetime64[D]"),
        closed=np.array(
            [
                following.get((mission, day), day + timedelta(days=395))
                for mission, day in zip(rows["mission"], rows["opened"], strict=True)
            ],
            dtype="datetime64[D]",
        ),
    )
    return events, sites


def test_real_events_and_sites_give_the_pairs_of_brute_force(real_world: tuple[Events, Sites]) -> None:
    events, sites = real_world
    spec = VicinitySpec((5, 30, 50, 100), date(2010, 1, 1), date(2020, 12, 31))
    found = compute_vicinity(events, sites, spec)
    assert_same(found, compute_vicinity_obviously(events, sites, spec))
    assert len(found.pairs) > 500
