"""Events known by hashtags alone, also from workbooks; every row is of an invented country."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tutela.data.sources.events import read_events
from tutela.data.sources.tagged import read_tagged
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)
TAGS = {
    "Ref": "#event +id",
    "When": "#date+occurred",
    "Y": "#geo+lat",
    "X": "#geo +lon",
    "Where": "#adm1+name",
    "Dead": "#affected+killed",
    "Least": "#affected+killed+min",
    "Of them civilians": "#affected+killed+civilians",
    "Note": "",
}
ROW = ["i-1", "2021-03-05", "6.5", "20.5", "Northern ward", "3", "2", "1", "Nothing of this happened."]


def write(folder: Path, rows: list[list[str]], tags: dict[str, str] | None = None) -> Path:
    used = tags or TAGS
    path = folder / "incidents.csv"
    path.write_text("\n".join(",".join(row) for row in (list(used), list(used.values()), *rows)) + "\n", "utf-8")
    return path


def test_events_are_read_through_their_hashtags_and_it_is_said_which(tmp_path: Path) -> None:
    again = ["i-2", "7 March 2021", *ROW[2:]]
    reading = read_events(write(tmp_path, [ROW, again]), today=TODAY)
    events = reading.table
    assert reading.source == "hxl"
    assert events.event_id.tolist() == ["i-1", "i-2"]
    assert events.day.astype(str).tolist() == ["2021-03-05", "2021-03-07"]
    assert (events.lon[0], events.lat[0], events.adm_1[0]) == (20.5, 6.5, "Northern ward")
    assert (events.best[0], events.low[0], events.civilians[0]) == (3, 2, 1)
    assert (events.violence[0], events.perpetrator[0], events.precision[0]) == (0, 0, 0)
    assert not reading.origin.redistributable
    said, silent = reading.notes[:2]
    assert "event_id from 'ref' (#event +id)" in said
    assert "best from 'dead' (#affected+killed)" in said
    assert "high" not in said
    assert "Hashtags do not say" in silent
    assert read_events(write(tmp_path, [ROW]), today=TODAY, source="hxl").source == "hxl"


@pytest.mark.parametrize(
    ("column", "lacks"),
    [
        ("Ref", "#event+id (or #event+code, #event)"),
        ("When", "#date+occurred"),
        ("Y", "#geo+lat"),
        ("X", "#geo+lon"),
    ],
)
def test_a_hashtag_that_is_missing_is_named(tmp_path: Path, column: str, lacks: str) -> None:
    with pytest.raises(Problem) as caught:
        read_events(write(tmp_path, [ROW], TAGS | {column: ""}), today=TODAY)
    assert caught.value.code == "source-unknown"
    assert f"lacks: {lacks}" in caught.value.message


def test_a_file_without_any_hashtag_says_so_where_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Problem, match="has no HXL hashtags"):
        read_events(tmp_path / "a.csv", today=TODAY, source="hxl")


def test_two_columns_for_one_field_are_refused_by_their_names(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="Columns 'dead' and 'least' have the same hashtag") as caught:
        read_events(write(tmp_path, [ROW], TAGS | {"Least": "#affected+killed"}), today=TODAY)
    assert caught.value.code == "file-header"


def test_the_plain_hashtag_goes_before_one_of_a_language_or_of_a_part(tmp_path: Path) -> None:
    tags = TAGS | {"Note": "#adm1+name+ar-lb", "Least": "#affected+killed+f"}
    reading = read_events(write(tmp_path, [ROW], tags), today=TODAY)
    assert reading.table.adm_1.tolist() == ["Northern ward"]
    assert reading.table.best.tolist() == [3]
    assert reading.table.low.tolist() != [2]


def test_a_day_that_nobody_can_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        read_events(write(tmp_path, [["i-1", "05/03/2021", *ROW[2:]]]), today=TODAY)
    assert "date-unreadable" in caught.value.message
    assert (caught.value.where or "").endswith("line 3, column when")


def test_known_columns_go_before_hashtags(tmp_path: Path) -> None:
    tags = {"event_id": "#event+id", "date": "#date", "lon": "#geo+lon", "lat": "#geo+lat"}
    assert read_events(write(tmp_path, [["a", "2021-03-05", "1", "2"]], tags), today=TODAY).source == "csv"


def write_book(folder: Path, *sheets: tuple[str, list[list[Any]]], change: Any = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(book)
    path = folder / "incidents.xlsx"
    book.save(path)
    return path


VALUES: list[Any] = ["i-1", date(2021, 3, 5), 6.5, 20.5, "Northern ward", 3, "2", 1, "Invented."]
TABLE: list[list[Any]] = [["Incidents of an invented country"], [], list(TAGS), list(TAGS.values()), VALUES]


def test_a_tagged_sheet_is_found_under_remarks_and_among_others(tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["Codes"].sheet_state = "hidden"
        book["Data"].row_dimensions[5].hidden = True
        book["Data"].column_dimensions["I"].hidden = True

    path = write_book(tmp_path, ("Read me", [["Nothing here"]]), ("Data", TABLE), ("Codes", TABLE), change=hide)
    reading = read_events(path, today=TODAY)
    assert reading.table.event_id.tolist() == ["i-1"]
    assert reading.table.source_line.tolist() == [5]
    assert reading.table.day.astype(str).tolist() == ["2021-03-05"]
    assert (reading.table.best[0], reading.table.low[0]) == (3, 2)
    notes = " ".join(reading.notes)
    assert "Hidden or filtered away in 'Data', and read: 1 rows (5)." in notes
    assert "Hidden in 'Data', and read: columns I." in notes
    assert "Hidden sheets that were not read: 'Codes'." in notes


def test_a_hidden_sheet_with_the_only_hashtags_is_read_and_said(tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["Data"].sheet_state = "hidden"

    path = write_book(tmp_path, ("Read me", [["x"]]), ("Data", TABLE), change=hide)
    assert "Sheet 'Data' is hidden in the workbook; it was read." in read_events(path, today=TODAY).notes


@pytest.mark.parametrize(
    ("place", "value", "reason", "cell"),
    [
        (0, date(2021, 5, 3), "became-a-date", "Data!A5"),
        (1, 44260, "date-is-a-number", "Data!B5"),
        (1, "05/03/2021", "date-unreadable", "Data!B5"),
        (5, "#REF!", "cell-is-an-error", "Data!F5"),
        (5, "=1+2", "formula-without-value", "Data!F5"),
        (2, "north", "coordinates-unreadable", "Data!C5"),
    ],
)
def test_a_spoilt_cell_is_named(tmp_path: Path, place: int, value: Any, reason: str, cell: str) -> None:
    spoilt = [value if column == place else kept for column, kept in enumerate(VALUES)]
    with pytest.raises(Problem) as caught:
        read_events(write_book(tmp_path, ("Data", [*TABLE[:-1], spoilt])), today=TODAY)
    assert reason in caught.value.message
    assert (caught.value.where or "").endswith(cell)


def test_a_cell_under_a_merged_one_has_no_value_of_its_own(tmp_path: Path) -> None:
    second = ["i-2", None, *VALUES[2:]]
    path = write_book(tmp_path, ("Data", [*TABLE, second]), change=lambda book: book["Data"].merge_cells("B5:B6"))
    with pytest.raises(Problem, match="cell-is-merged") as caught:
        read_events(path, today=TODAY)
    assert (caught.value.where or "").endswith("Data!B6")


@pytest.mark.parametrize(
    ("sheets", "code", "says"),
    [
        ([("Data", [list(TAGS), VALUES])], "file-not-a-table", "no sheet has a row of HXL hashtags"),
        ([("One", TABLE), ("Two", TABLE)], "file-not-a-table", "'One', 'Two'"),
        ([("Data", TABLE[:-1])], "file-empty", "no rows"),
        ([("Data", [*TABLE, list(TAGS.values())])], "file-header", "directly under the header"),
        ([("Data", [list(TAGS), VALUES, list(TAGS.values()), VALUES])], "file-header", "directly under the header"),
    ],
)
def test_a_workbook_that_cannot_be_read_by_hashtags_is_refused(
    tmp_path: Path, sheets: Any, code: str, says: str
) -> None:
    with pytest.raises(Problem) as caught:
        read_events(write_book(tmp_path, *sheets), today=TODAY)
    assert caught.value.code == code
    assert says in caught.value.message


def test_hashtags_in_the_first_row_of_a_sheet_are_the_header(tmp_path: Path) -> None:
    tagged = read_tagged(write_book(tmp_path, ("Data", [["#org", "#org", None, "#adm1"], ["A", "B", "C", "D"]])))
    assert tagged.tags == {"#org": "#org", "#org (column 2)": "#org", "#adm1": "#adm1"}
    assert tagged.table.columns == ("#org", "#org (column 2)", "column 3", "#adm1")
    assert tagged.table.where(0).endswith("Data, row 2")


def test_a_known_layout_in_a_tagged_workbook_is_read_by_its_columns(tmp_path: Path) -> None:
    names = ["event_id_cnty", "event_date", "event_type", "latitude", "longitude", "fatalities", "country"]
    tags = ["#event+code", "#date+occurred", "#event+type", "#geo+lat", "#geo+lon", "#affected+killed", "#country"]
    row = ["X1", date(2021, 3, 5), "Battles", 6.5, 20.5, 2, "Central African Republic"]
    reading = read_events(write_book(tmp_path, ("Data", [names, tags, row])), today=TODAY)
    assert (reading.source, reading.table.best.tolist()) == ("acled", [2])


def test_what_is_not_there_is_refused_as_any_file_is(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        read_tagged(tmp_path / "nothing.xlsx")
    assert caught.value.code == "file-missing"
