"""The same events under other names, in other forms and by a mapping, are the same events."""

from __future__ import annotations

import csv
import json
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.data.sources.events import EventSpec, read_events
from tutela.data.sources.mapped import open_mapped
from tutela.data.sources.mapping_files import parse_mapping
from tutela.kernel.digests import content_digest
from tutela.kernel.tables import Events

TODAY = date(2024, 1, 1)
NAMES = {
    "event_id": "Ref",
    "date": "Day of it",
    "lon": "X",
    "lat": "Y",
    "best": "Killed",
    "violence": "Type",
    "adm_1": "Province",
}
WORDS = {"one_sided": "Attack", "non_state": "Clash", "": ""}
MAPPING = """
[source]
name = "x"
[file]
kind = "{kind}"
[columns]
event_id = "Ref"
date = {{ column = "Day of it", format = "DD.MM.YYYY" }}
lon = "X"
lat = "Y"
best = "Killed"
violence = {{ column = "Type", values = {{ Attack = "one_sided", Clash = "non_state" }} }}
adm_1 = "Province"
[constants]
country = "CAF"
"""
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "date": st.integers(0, 900).map(lambda days: date(2020, 1, 1) + timedelta(days=days)),
            "place": st.none() | st.tuples(st.integers(-400, 400), st.integers(1, 400)),
            "best": st.none() | st.integers(0, 500),
            "violence": st.sampled_from(sorted(WORDS)),
            "adm_1": st.sampled_from(["", "Nord", "Équateur", 'a "b", c', "'x"]),
        }
    ),
    min_size=1,
    max_size=12,
)


def plain_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the plain table has them."""
    found = []
    for i, row in enumerate(rows):
        lon, lat = row["place"] or (None, None)
        place = {"lon": None if lon is None else lon / 8, "lat": None if lat is None else lat / 8}
        kept = {name: row[name] for name in ("date", "best", "violence", "adm_1")}
        found.append({"event_id": f"e{i}", **place, **kept})
    return found


def write_plain(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*NAMES, "country"])
        writer.writeheader()
        writer.writerows({**row, "country": "CAF"} for row in rows)


def own_cells(row: dict[str, Any], *, as_text: bool) -> list[Any]:
    day = f"{row['date']:%d.%m.%Y}" if as_text else row["date"]
    cells = {**row, "date": day, "violence": WORDS[row["violence"]]}
    return [cells[name] for name in NAMES]


def write_csv(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES.values())
        writer.writerows(own_cells(row, as_text=True) for row in rows)


def write_xlsx(rows: list[dict[str, Any]], path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(NAMES.values()))
    for row in rows:
        book.active.append(own_cells(row, as_text=False))
    book.save(path)


def write_geojson(rows: list[dict[str, Any]], path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(NAMES.values(), own_cells(row, as_text=True), strict=True)),
            "geometry": None,
        }
        for row in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "geojson": write_geojson}


def digest(events: Events) -> str:
    return content_digest({k: v for k, v in events.columns().items() if not k.startswith("source_")})


@given(ROWS)
@settings(max_examples=40)
def test_a_mapping_reads_the_same_events_from_every_form(rows: list[dict[str, Any]]) -> None:
    plain = plain_rows(rows)
    with tempfile.TemporaryDirectory() as folder:
        write_plain(plain, Path(folder) / "plain.csv")
        expected = read_events(Path(folder) / "plain.csv", today=TODAY)
        for kind, write in WRITERS.items():
            path = Path(folder) / f"own.{kind}"
            write(plain, path)
            mapping = parse_mapping(MAPPING.format(kind=kind).encode(), "m")
            reading = open_mapped(path, mapping).judge(EventSpec(TODAY))
            assert reading.accounting.input == reading.accounting.placed == len(rows)
            assert digest(reading.table) == digest(expected.table), kind
