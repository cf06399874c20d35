"""Small files of events, written for each test."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from tutela.data.sources.events import read_events
from tutela.data.sources.readings import Reading
from tutela.kernel.tables import Events

TODAY = date(2024, 1, 1)

GED = {
    "id": "1",
    "relid": "X-1",
    "year": "2020",
    "active_year": "1",
    "code_status": "Clear",
    "type_of_violence": "3",
    "conflict_dset_id": "1",
    "conflict_new_id": "1",
    "conflict_name": "Group - Civilians",
    "dyad_dset_id": "1",
    "dyad_new_id": "1",
    "dyad_name": "Group - Civilians",
    "side_a_dset_id": "1",
    "side_a_new_id": "1",
    "side_a": "Group",
    "side_b_dset_id": "1",
    "side_b_new_id": "1",
    "side_b": "Civilians",
    "number_of_sources": "1",
    "source_article": 'An agency, 2020-03-01, "Many killed"\nsecond line',
    "source_office": "",
    "source_date": "",
    "source_headline": "",
    "source_original": "",
    "where_prec": "1",
    "where_coordinates": "Town",
    "where_description": "Town, centre",
    "adm_1": "North province",
    "adm_2": "North district",
    "latitude": "5.5",
    "longitude": "20.25",
    "geom_wkt": "POINT (20.25 5.5)",
    "priogrid_gid": "1",
    "country": "Central African Republic",
    "country_id": "482",
    "region": "Africa",
    "event_clarity": "1",
    "date_prec": "1",
    "date_start": "2020-03-01 00:00:00.000",
    "date_end": "2020-03-02 00:00:00.000",
    "deaths_a": "0",
    "deaths_b": "0",
    "deaths_civilians": "4",
    "deaths_unknown": "1",
    "best": "5",
    "high": "9",
    "low": "3",
    "gwnoa": "",
    "gwnob": "",
}
"""One good row of GED with all 49 columns."""

Writer = Callable[..., Path]
Reader = Callable[..., Reading[Events]]


@pytest.fixture
def good_row() -> dict[str, str]:
    return dict(GED)


@pytest.fixture
def write_rows(tmp_path: Path) -> Writer:
    """Write rows as CSV under a name; the first row's keys are the header."""

    def write(rows: Sequence[Mapping[str, str]], name: str = "events.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def read_changed(write_rows: Writer) -> Reader:
    """Read 200 good rows of GED of which one, the second, was changed: half a percent may be bad."""

    def read(change: Mapping[str, str], columns: Sequence[str] = tuple(GED), **options: object) -> Reading[Events]:
        rows = [{**GED, "id": str(number)} for number in range(1, 201)]
        rows[1] |= change
        path = write_rows([{name: row[name] for name in columns} for row in rows])
        return read_events(path, **{"today": TODAY, **options})  # type: ignore[arg-type]

    return read
