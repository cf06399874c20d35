"""What Excel does to cells is seen, and never taken for what somebody typed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from tutela.data.sources.events import EventSpec
from tutela.data.sources.mapped import open_mapped
from tutela.data.sources.mapping_files import load_mapping
from tutela.data.sources.workbook import SheetSpec, read_sheet
from tutela.data.unpacking import Limits
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)
HEADER = ("Ref", "Date", "Lat", "Lon", "Type", "Killed", "Village")
COLUMNS = """
event_id = "Ref"
date = "Date"
lat = "Lat"
lon = "Lon"
best = "Killed"
adm_2 = "Village"
"""
DAY_FIRST = COLUMNS.replace('"Date"', '{ column = "Date", format = "DD/MM/YYYY" }')


def row(ref: Any, day: Any = date(2021, 3, 5), killed: Any = 3, village: Any = "Here") -> tuple[Any, ...]:
    return (ref, day, 5.5, 20.25, "Attack", killed, village)


def bad(path: Path, mapping: Path) -> list[tuple[int, str, str]]:
    mapped = open_mapped(path, load_mapping(mapping))
    with suppress(Problem):
        mapped.judge(EventSpec(TODAY))
    return [(item.line, item.reason, item.column) for item in mapped.list_excluded()]


def problem_of(path: Path, spec: SheetSpec | None = None, limits: Limits | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        read_sheet(path, spec or SheetSpec(), *([limits] if limits else []))
    return caught.value


def test_a_clean_sheet_is_read_as_it_stands(write_book, write_mapping):
    path = write_book(HEADER, row("A-1"), (None,) * 7, row(7, date(2021, 3, 6), 4.0, None))
    mapped = open_mapped(path, load_mapping(write_mapping("xlsx", COLUMNS)))
    events = mapped.judge(EventSpec(TODAY)).table
    assert events.event_id.tolist() == ["A-1", "7"]
    assert [str(day) for day in events.day] == ["2021-03-05", "2021-03-06"]
    assert events.best.tolist() == [3.0, 4.0]
    assert events.source_line.tolist() == [2, 4]
    assert events.adm_2.tolist() == ["Here", ""]
    assert mapped.unused == ("Type",)


@pytest.mark.parametrize(
    ("change", "reason", "cell"),
    [
        ({"village": date(2021, 3, 5)}, "became-a-date", "Incidents!G3 (Village)"),
        ({"village": "5-Mar"}, "became-a-date", "Incidents!G3 (Village)"),
        ({"village": "Mar-05"}, "became-a-date", "Incidents!G3 (Village)"),
        ({"village": "#REF!"}, "cell-is-an-error", "Incidents!G3 (Village)"),
        ({"killed": date(1900, 1, 5)}, "became-a-date", "Incidents!F3 (Killed)"),
        ({"killed": "#N/A"}, "cell-is-an-error", "Incidents!F3 (Killed)"),
        ({"killed": "many"}, "deaths-unreadable", "Incidents!F3 (Killed)"),
        ({"day": 44260}, "date-is-a-number", "Incidents!B3 (Date)"),
        ({"day": "5/3/2021"}, "date-unreadable", "Incidents!B3 (Date)"),
        ({"day": None}, "date-missing", "Incidents!B3 (Date)"),
        ({"ref": "1.2E+08"}, "id-shortened", "Incidents!A3 (Ref)"),
    ],
)
def test_a_spoilt_cell_leaves_its_row_out_and_is_named(write_book, write_mapping, change, reason, cell):
    path = write_book(HEADER, row("A-1"), row(**{"ref": "A-2", **change}))
    assert bad(path, write_mapping("xlsx", COLUMNS)) == [(3, reason, cell)]


def test_a_village_called_may_keeps_its_name(write_book, write_mapping):
    path = write_book(HEADER, row("A-1", village="May"), row("A-2", village="Mar"))
    assert bad(path, write_mapping("xlsx", COLUMNS)) == []


def test_a_refused_workbook_names_the_cell(write_book, write_mapping):
    path = write_book(HEADER, row("A-1"), row("A-2", 44260))
    mapped = open_mapped(path, load_mapping(write_mapping("xlsx", COLUMNS)))
    with pytest.raises(Problem) as caught:
        mapped.judge(EventSpec(TODAY))
    assert caught.value.where == f"{path}, Incidents!B3"
    assert "date-is-a-number" in caught.value.message


def test_a_constant_has_no_cell_and_its_row_is_named(write_book, write_mapping):
    path = write_book(HEADER, row("A-1"))
    mapped = open_mapped(
        path, load_mapping(write_mapping("xlsx", COLUMNS, rest='[constants]\ncountry = "Nowhere"'))
    )
    with pytest.raises(Problem) as caught:
        mapped.judge(EventSpec(TODAY))
    assert caught.value.where == f"{path}, Incidents, row 2"


def test_numbers_are_days_where_the_mapping_says_so_in_the_workbooks_own_counting(tmp_path, write_mapping):
    columns = COLUMNS.replace('"Date"', '{ column = "Date", format = ["excel-serial", "DD/MM/YYYY"] }')
    for epoch, serial in ((WINDOWS_EPOCH, 44260), (MAC_EPOCH, 42798)):
        book = openpyxl.Workbook()
        book.epoch = epoch
        for cells in (HEADER, row("A-1", serial), row("A-2", "05/03/2021")):
            book.active.append(list(cells))
        book.save(tmp_path / "book.xlsx")
        mapped = open_mapped(tmp_path / "book.xlsx", load_mapping(write_mapping("xlsx", columns)))
        assert [str(day) for day in mapped.judge(EventSpec(TODAY)).table.day] == ["2021-03-05", "2021-03-05"]


def test_a_number_that_is_no_day_is_unreadable(write_book, write_mapping):
    columns = COLUMNS.replace('"Date"', '{ column = "Date", format = "excel-serial" }')
    path = write_book(HEADER, row("A-1", 44260), row("A-2", 1e12), row("A-3", 0.5))
    reasons = {line: reason for line, reason, _ in bad(path, write_mapping("xlsx", columns))}
    assert reasons == {3: "date-unreadable", 4: "date-unreadable"}


def test_days_that_an_american_excel_turned_round_are_found_out(write_book, write_mapping):
    # typed as 5/3, 13/3 and 25/3: the first became the third of May, the others stayed text
    path = write_book(HEADER, row("A-1", date(2021, 5, 3)), row("A-2", "13/03/2021"), row("A-3", "25/03/2021"))
    found = bad(path, write_mapping("xlsx", DAY_FIRST))
    assert found == [(2, "date-may-be-swapped", "Incidents!B2 (Date)")]
    trusted = DAY_FIRST.replace('"DD/MM/YYYY"', '"DD/MM/YYYY", dates = "trusted"')
    assert bad(path, write_mapping("xlsx", trusted)) == []


def test_real_days_beside_text_of_all_days_are_believed(write_book, write_mapping):
    path = write_book(HEADER, row("A-1", date(2021, 5, 3)), row("A-2", "13/03/2021"), row("A-3", "05/03/2021"))
    assert bad(path, write_mapping("xlsx", DAY_FIRST)) == []


def test_a_decimal_comma_is_read_in_text_and_leaves_numbers_alone(write_book, write_mapping):
    columns = COLUMNS.replace('"Lat"', '{ column = "Lat", decimal = "," }')
    path = write_book(HEADER, row("A-1"), ("A-2", date(2021, 3, 5), "4,37", 20.25, "", 1, ""))
    events = open_mapped(path, load_mapping(write_mapping("xlsx", columns))).judge(EventSpec(TODAY)).table
    assert events.lat.tolist() == [5.5, 4.37]


@pytest.mark.parametrize("area", ["C1:D1", "A1:A2"])
def test_a_merged_header_is_refused_by_its_cells(write_book, area):
    path = write_book(HEADER, row("A-1"), merged=[area])
    problem = problem_of(path)
    assert problem.code == "file-header"
    assert problem.where == f"{path}, Incidents!{area}"


def test_a_title_above_the_header_and_names_merged_downwards_are_read(write_book):
    path = write_book(
        ("Ref", "When", "Where", None),
        (None, None, "Lat", "Lon"),
        ("A", "2021-03-05", 5, 20),
        merged=["A1:A2", "B1:B2", "C1:D1"],
    )
    grid = read_sheet(path, SheetSpec(header_row=2))
    assert grid.frame.columns == ["Ref", "When", "Lat", "Lon"]
    assert grid.lines.tolist() == [3]
    assert grid.cell(3, "Lon") == "Incidents!D3"


def test_merged_cells_are_filled_down_only_where_the_mapping_says_so(write_book, write_mapping):
    rows = (row("A-1", village="North"), row("A-2", village=None), row("A-3", village="South"))
    path = write_book(HEADER, *rows, merged=["G2:G3"])
    assert bad(path, write_mapping("xlsx", COLUMNS)) == [(3, "cell-is-merged", "Incidents!G3 (Village)")]
    mapping = load_mapping(write_mapping("xlsx", COLUMNS, file="fill_merged = true"))
    events = open_mapped(path, mapping).judge(EventSpec(TODAY)).table
    assert events.adm_2.tolist() == ["North", "North", "South"]


def test_cells_merged_sideways_have_no_value_of_their_own(write_book, write_mapping):
    path = write_book(HEADER, row("A-1"), ("A-2", date(2021, 3, 5), 5.5, None, "", 1, ""), merged=["C3:D3"])
    found = bad(path, write_mapping("xlsx", COLUMNS, file="fill_merged = true"))
    assert found == [(3, "cell-is-merged", "Incidents!D3 (Lon)")]


@pytest.mark.parametrize(
    ("rows", "spec", "code"),
    [
        ((HEADER,), SheetSpec(), "file-empty"),
        ((HEADER, (None, "")), SheetSpec(), "file-empty"),
        ((HEADER,), SheetSpec(header_row=5), "file-header"),
        (((None, ""), (1, 2)), SheetSpec(), "file-header"),
        ((("A", "A"), (1, 2)), SheetSpec(), "file-header"),
        ((HEADER,), SheetSpec(sheet="Other"), "mapping-invalid"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused(write_book, rows, spec, code):
    assert problem_of(write_book(*rows), spec).code == code


def test_columns_without_a_name_are_not_read(write_book):
    assert read_sheet(write_book((None, 1), (1, 2)), SheetSpec("Incidents")).frame.columns == ["1"]


def test_of_several_sheets_one_must_be_named(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("Second").append(["A", "B"])
    book["Second"].append([True, datetime.fromisoformat("2021-01-01T12:30")])
    book.save(tmp_path / "two.xlsx")
    assert "'Sheet', 'Second'" in problem_of(tmp_path / "two.xlsx").message
    grid = read_sheet(tmp_path / "two.xlsx", SheetSpec("Second"))
    assert grid.frame.row(0) == ("true", "2021-01-01")


def test_what_is_no_workbook_is_refused(tmp_path, write_book):
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert "old kind" in problem_of(tmp_path / "old.xlsx").message
    (tmp_path / "text.xlsx").write_text("a,b\n")
    assert problem_of(tmp_path / "text.xlsx").code == "file-not-a-table"
    assert problem_of(tmp_path / "nowhere.xlsx").code == "file-missing"
    assert problem_of(tmp_path).code == "file-unreadable"
    path = write_book(HEADER, row("A-1"))
    assert problem_of(path, limits=Limits(content=100)).code == "file-too-large"
    assert problem_of(path, limits=Limits(content=1 << 20, ratio=1, free=100)).code == "file-too-large"
