"""HXL as JSON: lists, objects, and either inside an answer; every row is invented."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tutela.data.sources.events import read_events
from tutela.data.sources.tagged import read_tagged
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)
HEADER = ["event_id", "date", "lon", "lat"]
TAGS = ["#event+id", "#date", "#geo+lon", "#geo+lat"]
ROWS: list[list[Any]] = [["a", "2020-03-01", 1, 2.50], ["b", "2020-03-02", None, None]]


def write(folder: Path, value: Any) -> Path:
    path = folder / "table.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


def test_lists_under_a_header_and_hashtags_are_read_as_events(tmp_path: Path) -> None:
    reading = read_events(write(tmp_path, [["A remark"], HEADER, TAGS, *ROWS]), today=TODAY)
    assert reading.source == "csv"
    assert reading.table.event_id.tolist() == ["a", "b"]
    assert reading.table.source_line.tolist() == [4, 5]
    assert reading.table.lat[0] == 2.5


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"status": "OK", "of": {"results": rows}}])
def test_objects_are_read_by_their_hashtags(tmp_path: Path, wrap: Any) -> None:
    objects = [dict(zip(TAGS, row, strict=True)) for row in ROWS] + [
        {"#event+id": "c", "#date": "2020-03-03", "": True}
    ]
    reading = read_events(write(tmp_path, wrap(objects)), today=TODAY)
    assert reading.source == "hxl"
    assert reading.table.event_id.tolist() == ["a", "b", "c"]
    assert reading.table.source_line.tolist() == [1, 2, 3]


def test_hashtags_may_stand_first_and_twice(tmp_path: Path) -> None:
    first = read_tagged(write(tmp_path, [TAGS, *ROWS]))
    assert first.tags == {tag: tag for tag in TAGS}
    assert first.table.lines.tolist() == [2, 3]
    twice = read_tagged(write(tmp_path, [["#org", "#org"], ["A", "B"]]))
    assert twice.tags == {"column 1": "#org", "column 2": "#org"}
    assert twice.table.lines.tolist() == [2]
    assert twice.table.where(0, "column 2").endswith("row 2, column column 2")


def test_values_stay_as_they_are_spelt(tmp_path: Path) -> None:
    table = read_tagged(write(tmp_path, '[["#org","#x"],[5.10,12345678901234567890],[true,null]]')).table
    assert table.text("#org").to_list() == ["5.10", "true"]
    assert table.text("#x").to_list() == ["12345678901234567890", None]


@pytest.mark.parametrize(
    ("value", "code", "place"),
    [
        ([HEADER, ROWS[0], TAGS, ROWS[1]], "file-header", "row 3"),
        ([ROWS[0], TAGS, ROWS[1]], "file-header", "row 2"),
        ([HEADER, TAGS], "file-empty", "table.json"),
        ([HEADER, TAGS, *ROWS, TAGS], "file-header", "row 5"),
        ([["#org", "adm1", "#x"], ["a", "b", "c"]], "file-header", "line 1"),
        ([["#org", "#x"], ["a", ["b"]]], "file-not-a-table", "row 2, column 2"),
        ([["#org", "#x"], "a"], "file-unreadable", "row 2"),
        ([{"#org": {"a": 1}}], "file-not-a-table", "row 1, #org"),
        ('[{"#org": "a", "#org": "b"}]', "file-unreadable", "row 1"),
        ([{"#org": "a"}, ["b"]], "file-unreadable", "row 2"),
        ([{"#org": "a", "name": "b", "#x": "c"}], "file-header", "line 1"),
        ('[["#org"], ["a"]', "file-unreadable", "line 1"),
        ("[" * 100_000 + '"#org"', "file-unreadable", "table.json"),
        ([{f"#x{n}": "a" for n in range(1001)}], "file-header", "table.json"),
    ],
)
def test_what_is_damaged_is_refused_by_its_row(tmp_path: Path, value: Any, code: str, place: str) -> None:
    with pytest.raises(Problem) as caught:
        read_tagged(write(tmp_path, value))
    assert caught.value.code == code
    assert (caught.value.where or "").endswith(place)


@pytest.mark.parametrize("value", [[["a", "#1 of all"], ["b", "c"]], {"a": "#b"}, {"a": [1, "#b"]}, [{"a": "#b"}]])
def test_json_without_hashtags_is_refused_as_json(tmp_path: Path, value: Any) -> None:
    with pytest.raises(Problem, match="JSON") as caught:
        read_tagged(write(tmp_path, value))
    assert caught.value.code == "file-not-a-table"


def test_other_text_encodings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    path.write_bytes('[["#org"],["é"]]'.encode("latin-1"))
    with pytest.raises(Problem) as caught:
        read_tagged(path)
    assert caught.value.code == "file-encoding"


def test_rows_that_stand_too_deep_are_not_searched_for(tmp_path: Path) -> None:
    value: Any = [["#org"], ["a"]]
    for _ in range(8):
        value = {"in": value}
    with pytest.raises(Problem, match="JSON"):
        read_tagged(write(tmp_path, value))
