"""Whatever is done to a report file: it is refused with a remedy, or every row of it is accounted for."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.data.sources.events import read_events
from tutela.data.sources.readings import Reading
from tutela.data.sources.tagged import read_tagged
from tutela.kernel.digests import content_digest
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events

TODAY = date(2024, 1, 1)
ROWS = 220
ACLED = {
    "event_id_cnty": "",
    "event_date": "05 March 2021",
    "time_precision": "1",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "actor1": "Military Forces of Mali (2020-2021)",
    "inter1": "1",
    "actor2": "An invented front",
    "inter2": "2",
    "civilian_targeting": "",
    "iso": "466",
    "country": "Mali",
    "admin1": "A",
    "latitude": "14.5",
    "longitude": "-4.25",
    "geo_precision": "1",
    "fatalities": "2",
    "timestamp": "1617000000",
}
USHAHIDI = {
    "name": "",
    "title": "Killing",
    "date": "2021-03-05",
    "location": "a, b",
    "details": 'said "x"\nand y',
    "lat": "14.5",
    "lon": "-4.25",
}
GEOJSON = {"event_id": "", "date": "2021-03-05", "country": "Mali", "best": "2", "lon": "-4.25", "lat": "14.5"}
READERS = {"acled": ACLED, "ushahidi": USHAHIDI, "csv": GEOJSON}
VALUES = st.sampled_from(
    ["", " ", "-1", "0", "8", "95", "181", "1e400", "nan", "2031-01-01", "3.0", "31 June 2020", "#org", "Attack"]
) | st.text(max_size=12)
POINTS = st.sampled_from(
    [None, "x", {"type": "Point"}, {"type": "Point", "coordinates": []}, {"type": "Point", "coordinates": [0, 0]}]
)


def good_rows(source: str) -> list[dict[str, Any]]:
    key = next(iter(READERS[source]))
    return [{**READERS[source], key: f"r{number}"} for number in range(ROWS)]


def write(source: str, rows: Sequence[dict[str, Any]]) -> bytes:
    if source == "csv":
        features = [
            {
                "type": "Feature",
                "properties": {name: value for name, value in row.items() if name != "geometry"},
                "geometry": row.get("geometry", {"type": "Point", "coordinates": [-4.25, 14.5]}),
            }
            for row in rows
        ]
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n", delimiter=";" if source == "acled" else ",")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8", "surrogatepass")


def read(content: bytes) -> Reading[Events] | None:
    """The reading, checked to add up; None where the file was refused, checked to say what to do."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        path.write_bytes(content)
        try:
            reading = read_events(path, today=TODAY)
        except Problem as problem:
            refusal = problem.as_json()
        else:
            accounting = reading.accounting
            assert accounting.placed == len(reading.table)
            assert accounting.placed + len(reading.excluded) == accounting.input
            lines = [*reading.table.source_line.tolist(), *(row.line for row in reading.excluded)]
            assert len(set(lines)) == len(lines) == accounting.input
            return reading
    assert refusal["message"]
    assert refusal["remedy"]
    return None


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(sorted(READERS)), data=st.data())
def test_damaged_fields_are_accounted_for(source: str, data: st.DataObject) -> None:
    rows = good_rows(source)
    places = st.integers(0, ROWS - 1)
    for row, name, value in data.draw(
        st.lists(st.tuples(places, st.sampled_from(list(rows[0])), VALUES), max_size=3), label="damage"
    ):
        rows[row][name] = value
    if source == "csv":
        for row, point in data.draw(st.lists(st.tuples(places, POINTS), max_size=2), label="points"):
            rows[row]["geometry"] = point
    for row in data.draw(st.lists(places, max_size=2), label="repeated"):
        rows.append(dict(rows[row]))
    reading = read(write(source, rows))
    if reading is not None:
        assert reading.source == source
        assert reading.accounting.input == len(rows)
        assert not (np.abs(reading.table.lat) > 90).any()
        assert not (np.abs(reading.table.lon) > 180).any()


@settings(max_examples=60, deadline=None)
@given(
    source=st.sampled_from(sorted(READERS)),
    at=st.integers(0, 5000),
    length=st.integers(0, 40),
    filler=st.binary(max_size=8) | st.sampled_from([b'"', b"{", b"[", b",", b";", b"\n#a,#b\n", b"null"]),
    end=st.none() | st.integers(0, 20_000),
)
def test_damaged_bytes_are_refused_or_accounted_for(
    source: str, at: int, length: int, filler: bytes, end: int | None
) -> None:
    content = write(source, good_rows(source))
    read((content[:at] + filler + content[at + length :])[:end])


@settings(max_examples=20, deadline=None)
@given(source=st.sampled_from(sorted(READERS)), order=st.permutations(range(ROWS + 1)))
def test_the_order_of_rows_does_not_matter(source: str, order: list[int]) -> None:
    rows = good_rows(source)
    rows[5] |= {"fatalities": "many"} if source == "acled" else {"lat": "95"}
    rows[6] |= {"sub_event_type": "new"} if source == "acled" else {"date": "2020-02-02"}
    rows = [*rows, dict(rows[9])]
    ordered, shuffled = read(write(source, rows)), read(write(source, [rows[place] for place in order]))
    assert ordered is not None
    assert shuffled is not None
    assert (ordered.accounting, ordered.notes, ordered.origin) == (
        shuffled.accounting,
        shuffled.notes,
        shuffled.origin,
    )
    digests = []
    for reading in (ordered, shuffled):
        columns = reading.table.columns()
        del columns["source_line"]
        digests.append(content_digest(columns))
    assert digests[0] == digests[1]


CELL = st.sampled_from(["", "#org", "#adm1+name", "x", "7", "org+es"])


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6))
def test_no_row_of_hashtags_ever_stays_in_a_table(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tagged.csv"
        path.write_text("\n".join(",".join(row) for row in rows) + "\n", "utf-8")
        try:
            tagged = read_tagged(path)
        except Problem as problem:
            assert problem.remedy  # noqa: PT017
            return
    for row in tagged.table.frame.iter_rows():
        cells = [cell for cell in row if cell]
        assert len(cells) < 2 or not all(cell.startswith("#") for cell in cells)
    assert set(tagged.tags) <= set(tagged.table.columns)
