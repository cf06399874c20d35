"""Small tables, written as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from tutela.kernel.tables import Events, Sites, Table

EVENT: dict[str, Any] = {
    "day": "2015-06-10",
    "day_end": "NaT",
    "lon": 0.0,
    "lat": 0.0,
    "precision": 1,
    "violence": 3,
    "perpetrator": 4,
    "best": 1.0,
    "low": 1.0,
    "high": 1.0,
    "civilians": np.nan,
    "source_file": 0,
    "source_line": 2,
}
SITE: dict[str, Any] = {
    "lon": 0.0,
    "lat": 0.0,
    "opened": "2015-01-01",
    "closed": "NaT",
    "military": np.nan,
    "police": np.nan,
    "civilian": np.nan,
    "air": -1,
    "source_file": 0,
    "source_line": 2,
}
TYPES: dict[str, str] = {
    **dict.fromkeys(("day", "day_end", "opened", "closed"), "datetime64[D]"),
    **dict.fromkeys(("precision", "violence", "perpetrator", "air"), "int8"),
    **dict.fromkeys(
        ("lon", "lat", "best", "low", "high", "civilians", "military", "police", "civilian"), "float64"
    ),
    "source_file": "int16",
    "source_line": "int32",
}


def build(kind: type[Table], defaults: dict[str, Any], id_name: str, rows: dict[str, dict[str, Any]]) -> Any:
    whole = [defaults | {id_name: row_id.split("#", maxsplit=1)[0]} | row for row_id, row in rows.items()]
    names = [item.name for item in fields(kind)]
    return kind(
        **{name: np.array([row.get(name, "") for row in whole], dtype=TYPES.get(name, "str")) for name in names}
    )


@pytest.fixture
def make_events() -> Callable[..., Events]:
    """make_events(a={...}, b={...}): a row for each name."""
    return lambda **rows: build(Events, EVENT, "event_id", rows)


@pytest.fixture
def make_sites() -> Callable[[dict[str, Any]], Sites]:
    """make_sites({"camp": {...}, "camp#2": {...}}): what follows # tells rows of one site apart."""
    return lambda rows: build(Sites, SITE, "site_id", rows)
