"""Whatever is done to a file of events: it is refused with a remedy, or every row of it is accounted for."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.data.sources.delimited import parse_delimited
from tutela.data.sources.events import read_events
from tutela.data.sources.readings import Reading
from tutela.engine.events.summary import LEVELS, summarise, tally_areas
from tutela.kernel.digests import content_digest
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events

TODAY = date(2024, 1, 1)
COMMON = {
    "country": "Mali",
    "side_a": "Group, armed",
    "side_b": 'Civilians of "Town"',
    "low": "1",
    "best": "2",
    "high": "3",
}
GED = {
    "id": "",
    "type_of_violence": "3",
    "where_prec": "1",
    "adm_1": "Mopti",
    "adm_2": "Djenné",
    "latitude": "14.5",
    "longitude": "-4.25",
    "date_start": "2020-01-31 00:00:00.000",
    "date_end": "2020-02-01 00:00:00.000",
    "deaths_civilians": "2",
    "source_headline": "a\nb",
} | COMMON
MINIMUM = {name: value for name, value in GED.items() if name not in {"where_prec", "date_end", "deaths_civilians"}}
CANDIDATE = {**GED, "code_status": "Check deaths"}
PLAIN = {"event_id": "", "date": "2020-01-31", "lon": "-4.25", "lat": "14.5", "violence": "one_sided"} | COMMON
READERS = {"ucdp-ged": GED, "ucdp-ged-min": MINIMUM, "ucdp-candidate": CANDIDATE, "csv": PLAIN}

VALUES = st.sampled_from(
    [
        "",
        " ",
        "-1",
        "-5",
        "0",
        "7",
        "95",
        "181",
        "1e400",
        "nan",
        "2019",
        "2031-01-01",
        "2020-13-01",
        "x",
        "NA",
        "é",
        '"',
    ]
) | st.text(max_size=12)
ROWS = 300


def write_csv(rows: list[Mapping[str, str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8", "surrogatepass")


def good_rows(source: str) -> list[dict[str, str]]:
    key = next(iter(READERS[source]))
    return [{**READERS[source], key: str(number)} for number in range(ROWS)]


def read(content: bytes, source: str = "auto") -> Reading[Events] | None:
    """The reading, checked to add up; None where the file was refused, checked to say what to do."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        path.write_bytes(content)
        try:
            reading = read_events(path, source=source, today=TODAY)
        except Problem as problem:
            refusal = problem.as_json()
        else:
            return check_account(reading)
    assert refusal["message"]
    assert refusal["remedy"]
    return None


def check_account(reading: Reading[Events]) -> Reading[Events]:
    """Every line of the file once: placed or excluded."""
    accounting = reading.accounting
    assert accounting.placed == len(reading.table)
    assert accounting.placed + len(reading.excluded) == accounting.input
    assert sum(accounting.excluded.values()) == len(reading.excluded) <= accounting.input / 100
    lines = [*reading.table.source_line.tolist(), *(row.line for row in reading.excluded)]
    assert len(set(lines)) == len(lines)
    return reading


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(sorted(READERS)), data=st.data())
def test_damaged_fields_are_accounted_for(source: str, data: st.DataObject) -> None:
    rows = good_rows(source)
    names = list(rows[0])
    damage = data.draw(
        st.lists(st.tuples(st.integers(0, ROWS - 1), st.sampled_from(names), VALUES), max_size=4), label="damage"
    )
    for row, name, value in damage:
        rows[row][name] = value
    for row in data.draw(st.lists(st.integers(0, ROWS - 1), max_size=3), label="repeated"):
        rows.append(dict(rows[row]))
    reading = read(write_csv(rows))
    if reading is not None:
        assert reading.source == source
        assert reading.accounting.input == len(rows)
        # Longitudes and latitudes that stay are on the Earth, deaths are no debts.
        assert not (np.abs(reading.table.lat) > 90).any()
        assert not (np.abs(reading.table.lon) > 180).any()
        assert not (reading.table.low > reading.table.best).any()


@settings(max_examples=60, deadline=None)
@given(
    source=st.sampled_from(sorted(READERS)),
    at=st.integers(0, 5000),
    length=st.integers(0, 40),
    filler=st.binary(max_size=8),
    end=st.none() | st.integers(0, 20_000),
)
def test_damaged_bytes_are_refused_or_accounted_for(
    source: str, at: int, length: int, filler: bytes, end: int | None
) -> None:
    content = write_csv(good_rows(source))
    read((content[:at] + filler + content[at + length :])[:end])


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=300) | st.text(alphabet='a,;"\n\r\t|1=#', max_size=80).map(str.encode))
def test_bytes_of_any_kind_raise_nothing_but_problems(content: bytes) -> None:
    read(content)


@settings(max_examples=15, deadline=None)
@given(source=st.sampled_from(sorted(READERS)), order=st.permutations(range(ROWS + 2)))
def test_the_order_of_rows_does_not_matter(source: str, order: list[int]) -> None:
    rows = good_rows(source)
    for number, row in enumerate(rows):
        row["best"] = str(1 + number % 3)
    rows[5]["country"] = "Nowhere at all"
    rows = [*rows, rows[7], {**rows[9], next(iter(rows[0])): "other"}]
    ordered, shuffled = read(write_csv(rows)), read(write_csv([rows[place] for place in order]))
    assert ordered is not None
    assert shuffled is not None
    assert ordered.accounting == shuffled.accounting
    digests = []
    for reading in (ordered, shuffled):
        columns = reading.table.columns()
        del columns["source_line"]
        digests.append(content_digest(columns))
    assert digests[0] == digests[1]


FIELD = st.text(alphabet="ab \",\n'é", max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(FIELD, FIELD, FIELD), min_size=1, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_rows_and_lines_are_those_of_an_independent_reader(
    rows: list[tuple[str, str, str]], quoting: int, end: str
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=quoting, lineterminator=end)
    writer.writerow(["x", "y", "z"])
    lines = []
    for row in rows:
        lines.append(buffer.getvalue().count("\n") + 1)
        writer.writerow(row)
    frame, found = parse_delimited(buffer.getvalue().encode(), "file")
    assert [tuple(value or "" for value in row) for row in frame.rows()] == rows
    assert found.tolist() == lines


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_districts_provinces_and_countries_add_up_to_the_same(data: st.DataObject) -> None:
    rows = good_rows("ucdp-ged")[:20]
    for row in rows:
        row["country"] = data.draw(st.sampled_from(["Mali", "Niger", ""]))
        row["adm_1"] = data.draw(st.sampled_from(["", "A", "B"]))
        row["adm_2"] = data.draw(st.sampled_from(["", "A", "C"]))
        row["best"] = data.draw(st.sampled_from(["1", "2", "3", ""]))
    reading = read(write_csv(rows))
    assert reading is not None
    total = summarise(reading.table).totals
    for level in LEVELS:
        tallies = tally_areas(reading.table, level).values()
        assert sum(tally.events for tally in tallies) == total.events
        assert sum(tally.best.value or 0 for tally in tallies) == (total.best.value or 0)
