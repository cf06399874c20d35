"""HXL hashtags: taken off where they belong, refused by line where they do not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tutela.data.sources.events import read_events
from tutela.data.sources.hxl import read_tagged, split_hxl
from tutela.data.sources.raw import read_raw
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


READ = {
    "input-valid.csv",
    "input-multiple-headers.csv",
    "input-multiline.csv",
    "primero_hxl_location_sample.csv",
}


def test_every_tagged_file_of_others_is_read_or_refused(shared: Path) -> None:
    read = {}
    for path in sorted((shared / "formats" / "hxl").iterdir()):
        if path.name in READ:
            read[path.name] = read_tagged(path)
        else:
            with pytest.raises(Problem) as refused:
                read_tagged(path)
            assert refused.value.code in {"file-not-a-table", "file-header", "file-encoding", "file-unreadable"}
            assert path.suffix != ".csv" or ", line " in (refused.value.where or "")
        with pytest.raises(Problem) as caught:
            read_events(path, today=TODAY)
        assert path.name not in read or caught.value.code == "source-unknown"
    assert len(read["input-valid.csv"].table) == 4
    assert read["input-valid.csv"].tags["column 9"] == "#date+reported"
    assert read["input-multiple-headers.csv"].tags["Number affected"] == "#affected"
    assert len(read["primero_hxl_location_sample.csv"].table) == 294
    assert set(read) == READ
    latin = read_tagged(shared / "formats/hxl/input-valid-latin1.csv", encodings=("utf-8", "windows-1252"))
    assert latin.tags == read["input-valid.csv"].tags
