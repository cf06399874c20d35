"""Totals of events: every group adds up, and what a source lacks is null."""

from __future__ import annotations

from typing import Any

import numpy as np

from tutela.engine.events.summary import LEVELS, summarise, tally_areas
from tutela.kernel.tables import Events, Total


def make_events(rows: list[dict[str, Any]]) -> Events:
    def column(name: str, default: object, dtype: object) -> np.ndarray[Any, Any]:
        return np.array([row.get(name, default) for row in rows], dtype=dtype)  # type: ignore[call-overload]

    texts = {
        name: column(name, "", np.str_) for name in ("event_id", "country", "adm_1", "adm_2", "side_a", "side_b")
    }
    numbers = {
        name: column(name, np.nan, np.float64) for name in ("lon", "lat", "best", "low", "high", "civilians")
    }
    codes = {name: column(name, 0, np.int8) for name in ("precision", "violence", "perpetrator")}
    return Events.from_columns(
        {
            **texts,
            **numbers,
            **codes,
            "day": column("day", "2020-01-01", "datetime64[D]"),
            "day_end": column("day_end", "NaT", "datetime64[D]"),
            "source_file": column("source_file", 0, np.int16),
            "source_line": column("source_line", 2, np.int32),
        }
    )


EVENTS = make_events(
    [
        {
            "country": "CAF",
            "adm_1": "A",
            "adm_2": "x",
            "best": 5,
            "low": 3,
            "high": 9,
            "civilians": 4,
            "violence": 3,
        }
        | {"lon": 1, "lat": 1, "precision": 1},
        {
            "country": "CAF",
            "adm_1": "A",
            "adm_2": "y",
            "best": 2,
            "violence": 3,
            "lon": 1,
            "lat": 1,
            "precision": 1,
        },
        {"country": "CAF", "adm_1": "B", "adm_2": "x", "best": 1, "violence": 1, "day": "2021-05-05"}
        | {"lon": 1, "lat": 1},
        {"country": "TCD", "adm_1": "A", "day": "2021-06-06", "violence": 1, "precision": 4},
        {"best": 7, "low": 7, "high": 7, "civilians": 0, "day": "2021-06-06", "lon": 1, "lat": 1, "precision": 6},
    ]
)


def test_the_summary_has_the_shape_of_the_contract() -> None:
    assert summarise(EVENTS).as_json() == {
        "totals": {
            "events": 5,
            "best": 15,
            "low": 10,
            "high": 16,
            "civilians": 4,
            "missing": {"best": 1, "low": 3, "high": 3, "civilians": 3},
        },
        "by_country": {
            "unknown": {"events": 1, "best": 7, "civilians": 0},
            "CAF": {"events": 3, "best": 8, "civilians": 4},
            "TCD": {"events": 1, "best": None, "civilians": None},
        },
        "by_year": {
            "2020": {"events": 2, "best": 7, "civilians": 4},
            "2021": {"events": 3, "best": 8, "civilians": 0},
        },
        "by_type": {
            "unknown": {"events": 1, "best": 7, "civilians": 0},
            "state_based": {"events": 2, "best": 1, "civilians": None},
            "non_state": {"events": 0, "best": 0, "civilians": 0},
            "one_sided": {"events": 2, "best": 7, "civilians": 4},
        },
        "place_precision": {"none": 1, "unknown": 1, "1": 2, "6": 1},
    }


def test_what_a_source_lacks_is_null_in_empty_groups_too() -> None:
    summary = summarise(make_events([{"country": "CAF", "violence": 3, "best": 2}]))
    assert summary.totals.civilians == Total(None, 1)
    assert summary.by_type["non_state"].civilians == Total(None, 0)
    assert summary.by_type["non_state"].best == Total(0.0, 0)
    assert "unknown" not in summary.by_type


def test_no_events_are_zero_events() -> None:
    summary = summarise(EVENTS.take(np.zeros(len(EVENTS), dtype=bool)))
    assert summary.totals.events == 0
    assert summary.by_country == summary.by_year == summary.place_precision == {}
    assert tally_areas(EVENTS.take(np.arange(0)), "adm_2") == {}


def test_areas_are_named_from_the_country_down() -> None:
    districts = tally_areas(EVENTS, "adm_2")
    assert {area: tally.events for area, tally in districts.items()} == {
        ("", "", ""): 1,
        ("CAF", "A", "x"): 1,
        ("CAF", "A", "y"): 1,
        ("CAF", "B", "x"): 1,
        ("TCD", "A", ""): 1,
    }
    assert tally_areas(EVENTS, "adm_1")["CAF", "A"].best == Total(7.0, 0)


def test_district_province_and_country_totals_agree() -> None:
    totals = summarise(EVENTS).totals
    for level in LEVELS:
        tallies = list(tally_areas(EVENTS, level).values())
        assert sum(tally.events for tally in tallies) == totals.events
        for name in ("best", "low", "high", "civilians"):
            figures = [getattr(tally, name) for tally in tallies]
            assert sum(figure.value or 0 for figure in figures) == getattr(totals, name).value
            assert sum(figure.missing for figure in figures) == getattr(totals, name).missing
