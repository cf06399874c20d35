"""Whatever the order of files and of the rows in them: the same totals, the same pairs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.data.sources.events import EventSpec, read_events_as
from tutela.data.sources.large import read_large
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.ucdp import WIDE
from tutela.engine.reach.vicinity import VicinitySpec, compute_vicinity
from tutela.kernel.digests import content_digest
from tutela.kernel.tables import Sites
from tutela.studies.inspections import Inspection, inspect_events
from tutela.studies.intake import ReadingSpec, take_in_events

TODAY = date(2024, 1, 1)
SPEC = VicinitySpec((5.0, 60.0), None, date(2022, 1, 1))
HEADER = "id,date_start,type_of_violence,country,side_a,side_b,latitude,longitude,low,best,high,source_article\n"

SITES = Sites(
    site_id=np.array(["INVENTED/one", "INVENTED/two"]),
    mission=np.array(["INVENTED"] * 2),
    name=np.array(["one", "two"]),
    country=np.array([""] * 2),
    lon=np.array([-4.0, -3.8]),
    lat=np.array([14.5, 14.5]),
    opened=np.array(["2019-01-01"] * 2, "datetime64[D]"),
    closed=np.array(["NaT", "2020-06-01"], "datetime64[D]"),
    status=np.array(["open"] * 2),
    military=np.full(2, np.nan),
    police=np.full(2, np.nan),
    civilian=np.full(2, np.nan),
    air=np.full(2, -1, np.int8),
    kind=np.array([""] * 2),
    source_file=np.zeros(2, np.int16),
    source_line=np.arange(2, 4, dtype=np.int32),
)

numbers = st.integers(0, 40)
rows = st.tuples(
    st.integers(0, 400),
    st.sampled_from(["Mali", "Niger"]),
    st.sampled_from([14.5, 14.52, 15.0]),
    st.sampled_from([-4.0, -3.81, 1.0]),
    st.integers(0, 9),
    st.sampled_from(["Invented Front", "Government of Mali", "Élan, armed"]),
)
NOTES = st.sampled_from(["", "plain", '"quoted, and\nover two lines"', '"a ""word"""', "é"])


def line(key: int, values: tuple[Any, ...], note: str = "") -> str:
    day, country, lat, lon, best, side = values
    start = np.datetime64("2019-06-01") + day
    return f'{key},{start},3,{country},"{side}",Civilians,{lat},{lon},{best},{best},{best},{note}\n'


def say(inspection: Inspection) -> str:
    return json.dumps(inspection.as_json(), sort_keys=True)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), files=st.lists(st.lists(rows, min_size=1, max_size=12), min_size=1, max_size=3))
def test_the_order_of_files_and_rows_changes_no_total_and_no_pair(
    data: st.DataObject, files: list[list[tuple[Any, ...]]]
) -> None:
    known = {100 * number + place: values for number, rows in enumerate(files) for place, values in enumerate(rows)}
    lines = [
        [line(key, known[key]) for key in sorted(known) if key // 100 == number] for number in range(len(files))
    ]
    # One event stands in two files, as it does where people cut a release by year and by country.
    lines[-1] = list(dict.fromkeys([*lines[-1], lines[0][0]]))
    shuffled = [data.draw(st.permutations(part)) for part in lines]
    order = data.draw(st.permutations(range(len(lines))))
    said, digests = [], []
    for parts, turn in ((lines, range(len(lines))), (shuffled, order)):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"ged231_{number}.csv" for number in range(len(parts))]
            for path, part in zip(paths, parts, strict=True):
                path.write_text(HEADER + "".join(part), "utf-8")
            named = [paths[number] for number in turn]
            said.append(say(inspect_events(named, ReadingSpec(today=TODAY))).replace(folder, ""))
            events = take_in_events(named, ReadingSpec(today=TODAY)).table
            digests.append(compute_vicinity(events, SITES, SPEC).digest(events))
    assert said[0] == said[1]
    assert digests[0] == digests[1]


def as_texts(table: RawTable) -> Mapping[str, list[str | None]]:
    return {name: table.text(name).to_list() for name in table.columns if name not in WIDE.unread}


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(st.tuples(rows, NOTES), min_size=1, max_size=30),
    size=st.integers(40, 700),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    blank=st.booleans(),
    last=st.booleans(),
)
def test_a_file_read_in_pieces_is_the_file_read_whole(
    cells: list[tuple[tuple[Any, ...], str]], size: int, end: str, *, mark: bool, blank: bool, last: bool
) -> None:
    text = HEADER + ("\n" if blank else "").join(line(key, *cell) for key, cell in enumerate(cells))
    text = text if last else text.removesuffix("\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ged231.csv"
        path.write_bytes(("\ufeff" if mark else "").encode() + text.replace("\n", end).encode())
        whole, pieces = read_raw(path), read_large(path, WIDE, least=0, size=size)
    assert pieces is not None
    assert as_texts(pieces) == as_texts(whole)
    assert pieces.lines.tolist() == whole.lines.tolist()
    assert pieces.file_digest == whole.file_digest
    assert set(whole.columns) - set(pieces.columns) == {"source_article"}


GOOD = (HEADER + "".join(line(key, (0, "Mali", 14.5, -4.0, 1, "Side")) for key in range(50))).encode()


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace(b"Side", b"S\xe9de"),
        GOOD.replace(b"Side", b"S\0de"),
        GOOD.replace(b'"Side"', b'x"Side"', 1),
        GOOD.replace(b"Mali", b"Ma,li", 1),
        GOOD + b'60,"open',
        GOOD.replace(b"id,", b"key,", 1),
        GOOD.replace(b"side_a", b"side_b", 1),
        GOOD.replace(b",", b";"),
        GOOD.replace(b"\n", b"\r"),
        GOOD.replace(b"0,2019", b"#event+id,2019", 1),
        HEADER.encode(),
        b"sep=,\n" + GOOD,
        b"PAR1" + GOOD + b"PAR1",
        b"",
    ],
)
@pytest.mark.parametrize("size", [300, 100_000])
def test_what_is_out_of_the_ordinary_is_left_to_the_exact_reader(tmp_path: Path, content: bytes, size: int) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    assert read_large(path, WIDE, least=0, size=size) is None


def test_small_and_missing_files_are_left_to_the_exact_reader(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes(GOOD)
    assert read_large(tmp_path / "events.csv", WIDE) is None
    assert read_large(tmp_path / "nowhere.csv", WIDE, least=0) is None


def test_a_large_file_gives_the_events_of_the_same_rows_in_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ged231.csv"
    path.write_bytes(GOOD.replace(b"4.5", b"4.5 ", 3))
    spec = EventSpec(TODAY)
    whole = read_events_as(path, spec)
    monkeypatch.setattr("tutela.data.sources.events.read_large", lambda path, wide: read_large(path, wide, least=0))
    pieces = read_events_as(path, spec)
    assert content_digest(pieces.table.columns()) == content_digest(whole.table.columns())
    assert pieces.accounting == whole.accounting
    frame = read_raw(path).frame
    frame.write_parquet(tmp_path / "ged231.parquet")
    table = read_events_as(tmp_path / "ged231.parquet", spec)
    columns = table.table.columns() | {"source_line": whole.table.source_line}
    assert content_digest(columns) == content_digest(whole.table.columns())
