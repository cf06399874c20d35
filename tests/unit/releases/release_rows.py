"""Releases of invented events, a row each, with only what differs written out."""

from __future__ import annotations

from typing import Any

import numpy as np

from tutela.kernel.tables import Events

DEFAULTS: dict[str, Any] = {
    "day": "2020-03-01",
    "day_end": "NaT",
    "lon": 20.0,
    "lat": 5.0,
    "precision": 1,
    "country": "CAF",
    "adm_1": "",
    "adm_2": "",
    "violence": 3,
    "perpetrator": 0,
    "side_a": "Group A",
    "side_b": "Civilians",
    "best": 4.0,
    "low": 3.0,
    "high": 6.0,
    "civilians": 4.0,
    "source_file": 0,
    "source_line": 2,
}
KINDS = {
    "day": "M8[D]",
    "day_end": "M8[D]",
    "precision": "i1",
    "violence": "i1",
    "perpetrator": "i1",
    "source_file": "i2",
    "source_line": "i4",
}


def release(*rows: dict[str, Any]) -> Events:
    full = [DEFAULTS | row for row in rows]
    names = ["event_id", *DEFAULTS]
    kinds = KINDS | dict.fromkeys(("lon", "lat", "best", "low", "high", "civilians"), "f8")
    return Events(**{name: np.array([row[name] for row in full], dtype=kinds.get(name, np.str_)) for name in names})


def event(event_id: str, **changes: Any) -> dict[str, Any]:
    return {"event_id": event_id, **changes}
