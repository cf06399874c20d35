"""Small exports, invented for each test: no row of any real one."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

ACLED = {
    "event_id_cnty": "XXX1",
    "event_date": "2021-03-05",
    "year": "2021",
    "time_precision": "1",
    "disorder_type": "Political violence",
    "event_type": "Violence against civilians",
    "sub_event_type": "Attack",
    "actor1": "An invented front",
    "assoc_actor_1": "",
    "inter1": "Rebel group",
    "actor2": "Civilians (Nowhere)",
    "assoc_actor_2": "",
    "inter2": "Civilians",
    "interaction": "Rebel group-Civilians",
    "civilian_targeting": "Civilian targeting",
    "iso": "140",
    "region": "Middle Africa",
    "country": "Central African Republic",
    "admin1": "Invented province",
    "admin2": "Invented district",
    "admin3": "",
    "location": "Invented town",
    "latitude": "6.5",
    "longitude": "20.25",
    "geo_precision": "1",
    "source": "An invented paper",
    "source_scale": "National",
    "notes": "Nothing of this happened.",
    "fatalities": "3",
    "tags": "",
    "timestamp": "1617000000",
}
"""One invented row with the columns of ACLED's API."""

Writer = Callable[..., Path]


@pytest.fixture
def acled_row() -> dict[str, str]:
    return dict(ACLED)


@pytest.fixture
def write_rows(tmp_path: Path) -> Writer:
    """Write rows as CSV; the first row's keys are the header."""

    def write(rows: Sequence[Mapping[str, str]], name: str = "export.csv", delimiter: str = ",") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def write_features(tmp_path: Path) -> Writer:
    """Write features as a GeoJSON collection with any other members."""

    def write(features: Any, **members: Any) -> Path:
        path = tmp_path / "events.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}), "utf-8")
        return path

    return write
