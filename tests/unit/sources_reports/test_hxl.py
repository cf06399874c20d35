"""HXL hashtags: taken off where they belong, refused by line where they do not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tutela.data.sources.events import read_events
from tutela.data.sources.hxl import split_hxl
from tutela.data.sources.raw import read_raw
from tutela.data.sources.tagged import read_tagged
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)
EVENTS = "event_id,date,lon,lat\n#event+id,#date,#geo+lon,#geo+lat\na,2020-03-01,1,2\nb,2020-03-02,1,2\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    return path


def test_hashtags_under_the_header_are_no_row(tmp_path: Path) -> None:
    tagged = read_tagged(write(tmp_path, "Where,Who,How many\n#adm1 +code, #org ,\nX1,A,3\n"))
    assert tagged.tags == {"Where": "#adm1 +code", "Who": "#org"}
    assert tagged.table.columns == ("Where", "Who", "How many")
    assert tagged.table.lines.tolist() == [3]


def test_a_table_without_hashtags_is_left_alone(tmp_path: Path) -> None:
    raw = read_raw(write(tmp_path, "a,b\n#1 of all,x\n"))
    assert split_hxl(raw) == (raw, {})


def test_hashtags_may_be_the_header(tmp_path: Path) -> None:
    tagged = read_tagged(write(tmp_path, "#adm1,#org\nX1,A\n"))
    assert tagged.tags == {"#adm1": "#adm1", "#org": "#org"}
    assert len(tagged.table) == 1


def test_a_parquet_file_has_no_row_of_hashtags(tmp_path: Path) -> None:
    pl.DataFrame({"a": ["#adm1", "x"]}).write_parquet(tmp_path / "a.parquet")
    assert len(read_tagged(tmp_path / "a.parquet").table) == 2


def test_group_headings_go_and_short_rows_are_filled_up(tmp_path: Path) -> None:
    text = '"Who, and\nwhere",,\nOrg,Place\n#org,#adm1,#reached\nA,X\n\nB,Y,4\n'
    tagged = read_tagged(write(tmp_path, text))
    assert tagged.table.columns == ("Org", "Place", "column 3")
    assert tagged.tags == {"Org": "#org", "Place": "#adm1", "column 3": "#reached"}
    assert tagged.table.text("column 3").to_list() == [None, "4"]
    assert tagged.table.lines.tolist() == [5, 7]


def test_events_are_read_under_group_headings(tmp_path: Path) -> None:
    reading = read_events(write(tmp_path, "What,When,Where,Where\n" + EVENTS), today=TODAY)
    assert reading.table.event_id.tolist() == ["a", "b"]
    assert reading.table.source_line.tolist() == [4, 5]


HEADER, TAGS, *ROWS = EVENTS.splitlines()


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ((HEADER, ROWS[0], TAGS, ROWS[1]), 3),
        ((HEADER, *ROWS, TAGS), 4),
        ((HEADER, TAGS, *ROWS, TAGS, "c,2020-03-03,1,2"), 5),
        ((HEADER, *(f"r{n},2020-03-01,1,2" for n in range(60)), TAGS), 62),
        (("x,,,", "1,2,3,4", HEADER, TAGS, *ROWS), 4),
        ((TAGS, ROWS[0], TAGS), 3),
    ],
)
def test_hashtags_in_the_wrong_place_are_named(tmp_path: Path, lines: tuple[str, ...], line: int) -> None:
    with pytest.raises(Problem, match="directly under the header") as caught:
        read_events(write(tmp_path, "\n".join(lines) + "\n"), today=TODAY)
    assert caught.value.code == "file-header"
    assert (caught.value.where or "").endswith(f"line {line}")


def test_a_table_split_from_raw_names_them_too(tmp_path: Path) -> None:
    raw = read_raw(write(tmp_path, "\n".join((HEADER, ROWS[0], TAGS, ROWS[1])) + "\n"))
    with pytest.raises(Problem, match="line 3: A row of HXL hashtags"):
        split_hxl(raw)


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ("#event+id,#date,geo+lon,#geo+lat", "the cell of column 3 is no hashtag"),
        ("#event+id,#date,# geo,", "the cell of column 3"),
        ("event+id,date+start,geo+lon,#geo+lat", "lost their '#'"),
    ],
)
def test_half_a_row_of_hashtags_is_refused_by_its_cell(tmp_path: Path, tags: str, says: str) -> None:
    with pytest.raises(Problem) as caught:
        read_events(write(tmp_path, "\n".join((HEADER, tags, *ROWS)) + "\n"), today=TODAY)
    assert caught.value.code == "file-header"
    assert says in caught.value.message
    assert (caught.value.where or "").endswith("line 2")


@pytest.mark.parametrize("text", [f"{HEADER}\n{TAGS}\n", f"a,,\n{HEADER}\n{TAGS}\n"])
def test_hashtags_without_rows_are_an_empty_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(Problem, match="hashtags and no rows") as caught:
        read_tagged(write(tmp_path, text))
    assert caught.value.code == "file-empty"


@pytest.mark.parametrize("end", ['a,"b\n', 'a,b" c,"\n'])
def test_quotes_that_do_not_close_under_headings_are_refused(tmp_path: Path, end: str) -> None:
    with pytest.raises(Problem):
        read_tagged(write(tmp_path, f"g,,\n{HEADER}\n{TAGS}\n{end}"))


ROWS_OF = {
    "input-merged.xlsx": (4, 8),
    "input-multiline.csv": (1, 1),
    "input-multiple-headers.csv": (2, 3),
    "input-quality.xlsx": (4, 8),
    "input-valid-nested.json": (4, 8),
    "input-valid-objects.json": (4, 8),
    "input-valid.csv": (4, 8),
    "input-valid.json": (4, 8),
    "input-valid.xlsx": (4, 8),
    "primero_hxl_location_sample.csv": (294, 12),
}
"""Rows and tagged columns of the files that are read."""
REFUSED = {
    "input-broken.xlsx": ("file-not-a-table", "input-broken.xlsx"),
    "input-fuzzy.csv": ("file-header", "line 3"),
    "input-invalid.csv": ("file-header", "line 3"),
    "input-untagged.csv": ("file-unreadable", "line 2"),
    "input-valid-latin1.csv": ("file-encoding", "line 1"),
    "input-valid.xls": ("file-not-a-table", "input-valid.xls"),
}


def test_every_tagged_file_of_others_is_read_or_refused(shared: Path) -> None:
    paths = {path.name: path for path in (shared / "formats" / "hxl").iterdir()}
    assert set(paths) == set(ROWS_OF) | set(REFUSED)
    for name, size in ROWS_OF.items():
        tagged = read_tagged(paths[name])
        assert (len(tagged.table), len(tagged.tags)) == size, name
        with pytest.raises(Problem, match=r"hashtags, and lacks: #event\+id") as caught:
            read_events(paths[name], today=TODAY)
        assert caught.value.code == "source-unknown"
    for name, (code, place) in REFUSED.items():
        with pytest.raises(Problem) as caught:
            read_tagged(paths[name])
        assert (caught.value.code, place in (caught.value.where or "")) == (code, True), name
    known = read_tagged(paths["input-valid.csv"])
    assert known.tags["column 9"] == "#date+reported"
    for name in ("input-valid.json", "input-valid.xlsx", "input-quality.xlsx"):
        assert read_tagged(paths[name]).tags == known.tags
    same = read_tagged(paths["input-valid-latin1.csv"], encodings=("utf-8", "windows-1252"))
    assert same.tags == known.tags
    for name in ("input-valid.json", "input-valid.xlsx"):
        frame = read_tagged(paths[name]).table.frame.fill_null("")
        assert frame.equals(known.table.frame.fill_null(""))


def test_remarks_above_the_header_are_passed_over_whatever_they_say(tmp_path: Path) -> None:
    remarks = "2020: incidents of an invented country,,,\nNone of it is real.,,,\n"
    reading = read_events(write(tmp_path, remarks * 11 + EVENTS), today=TODAY)
    assert reading.table.source_line.tolist() == [25, 26]


def test_hashtags_below_the_25th_row_are_no_hashtags_in_place(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="directly under the header") as caught:
        read_tagged(write(tmp_path, "A remark,,,\n" * 25 + EVENTS))
    assert (caught.value.where or "").endswith("line 27")


def test_hashtags_tell_columns_of_one_name_apart(tmp_path: Path) -> None:
    tagged = read_tagged(write(tmp_path, "Org,Place,Place\n#org,#adm1+name,#adm1+code\nA,North,X1\n"))
    assert tagged.tags == {"Org": "#org", "Place": "#adm1+name", "Place (column 3)": "#adm1+code"}
    assert tagged.table.text("Place (column 3)").to_list() == ["X1"]


def test_one_hashtag_on_two_columns_is_kept_for_both(tmp_path: Path) -> None:
    tagged = read_tagged(write(tmp_path, "#org,#org,#adm1\nA,B,X1\n"))
    assert tagged.tags == {"column 1": "#org", "column 2": "#org", "column 3": "#adm1"}
    assert tagged.table.lines.tolist() == [2]
    assert tagged.table.text("column 2").to_list() == ["B"]
