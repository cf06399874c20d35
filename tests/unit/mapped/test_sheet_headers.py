"""Headers of several rows, hidden parts, and cells without a result, in workbooks of an invented country."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from tutela.data.sources.events import EventSpec
from tutela.data.sources.mapped import Mapped, open_mapped
from tutela.data.sources.mapping_files import load_mapping
from tutela.data.sources.workbook import SheetSpec, read_sheet
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)
COLUMNS = """event_id = "Ref"
date = { column = "Date", format = ["DD/MM/YY", "excel-serial"] }
best = "Killed"
"""
HEADER = ("Ref", "Date", "Killed")


def spoilt(path: Path, mapping: Path) -> tuple[Mapped, dict[int, tuple[str, str]]]:
    mapped = open_mapped(path, load_mapping(mapping))
    with suppress(Problem):
        mapped.judge(EventSpec(TODAY))
    return mapped, {item.line: (item.reason, item.column) for item in mapped.list_excluded()}


def test_a_header_of_two_rows_joins_the_group_and_the_name(write_book: Any) -> None:
    path = write_book(
        ("Incidents of 2021",),
        ("Ref", "Killed", None, "Place", None),
        (None, "men", "women", "lat", "lon"),
        ("i-1", 1, 2, 5.5, 20.5),
        merged=("A2:A3", "B2:C2", "D2:E2"),
    )
    grid = read_sheet(path, SheetSpec(header_row=3, header_rows=2))
    assert grid.frame.columns == ["Ref", "Killed / men", "Killed / women", "Place / lat", "Place / lon"]
    assert grid.cell(4, "Killed / women") == "Incidents!C4"


def test_a_name_in_either_of_two_rows_is_enough(write_book: Any) -> None:
    path = write_book(("Ref", None, "Killed"), (None, "Date", "women"), ("i-1", "x", 1))
    grid = read_sheet(path, SheetSpec(header_row=2, header_rows=2))
    assert grid.frame.columns == ["Ref", "Date", "Killed / women"]


def test_a_lower_header_cell_over_two_columns_is_refused(write_book: Any) -> None:
    path = write_book(("Ref", "Killed", None), (None, "all", None), ("i-1", 1, 2), merged=("B2:C2",))
    with pytest.raises(Problem, match="merged over several columns") as caught:
        read_sheet(path, SheetSpec(header_row=2, header_rows=2))
    assert (caught.value.where or "").endswith("B2:C2")


def test_the_mapping_says_how_many_rows_the_header_has(write_book: Any, write_mapping: Any) -> None:
    path = write_book(("Ref", "Date", "Killed"), (None, None, "women"), ("i-1", "05/03/21", 1))
    columns = COLUMNS.replace('"Killed"', '"Killed / women"')
    mapped, bad = spoilt(path, write_mapping("xlsx", columns, "header_rows = 2"))
    assert not bad
    assert mapped.table.frame["date"].to_list() == ["2021-03-05"]
    assert mapped.table.lines.tolist() == [3]


@pytest.mark.parametrize(
    ("kind", "file", "says"),
    [
        ("csv", "header_rows = 2", "headers of several rows"),
        ("xlsx", "header_rows = 3\nheader_row = 2", "more rows"),
    ],
)
def test_a_header_that_cannot_be_is_refused(write_mapping: Any, kind: str, file: str, says: str) -> None:
    with pytest.raises(Problem, match=says) as caught:
        load_mapping(write_mapping(kind, COLUMNS, file))
    assert caught.value.code == "mapping-invalid"


@pytest.mark.parametrize(("epoch", "day"), [(WINDOWS_EPOCH, "2021-03-05"), (MAC_EPOCH, "2025-03-06")])
def test_a_count_of_days_kept_as_text_is_read_in_the_workbooks_own_counting(
    tmp_path: Path, write_mapping: Any, epoch: Any, day: str
) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    for row in (HEADER, ("i-1", "44260", " 3 "), ("i-2", 44260, "4"), ("i-3", "05/03/21", "\u00a05")):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    mapped, bad = spoilt(tmp_path / "a.xlsx", write_mapping("xlsx", COLUMNS))
    assert mapped.table.frame["date"].to_list() == [day, day, "2021-03-05"]
    assert not {line for line, (reason, _) in bad.items() if reason != "date-in-future"}


@pytest.mark.parametrize("text", ["Mar-22", "03/22", "5 de marzo", "2021", "05/13/21"])
def test_half_a_date_is_no_day_and_its_cell_is_named(write_book: Any, write_mapping: Any, text: str) -> None:
    path = write_book(HEADER, ("i-1", text, 1))
    mapping = write_mapping("xlsx", COLUMNS.replace(', "excel-serial"', ""))
    assert spoilt(path, mapping)[1] == {2: ("date-unreadable", "Incidents!B2 (Date)")}


def test_a_formula_that_was_never_computed_is_named(write_book: Any, write_mapping: Any) -> None:
    path = write_book(HEADER, ("i-1", "05/03/21", "=1+2"), ("i-2", "05/03/21", 3))
    assert spoilt(path, write_mapping("xlsx", COLUMNS))[1] == {
        2: ("formula-without-value", "Incidents!C2 (Killed)")
    }


@pytest.mark.parametrize("text", ["1,234", "about 3", "3 or 4"])
def test_numbers_that_are_words_are_named(write_book: Any, write_mapping: Any, text: str) -> None:
    path = write_book(HEADER, ("i-1", "05/03/21", text))
    assert spoilt(path, write_mapping("xlsx", COLUMNS))[1] == {2: ("deaths-unreadable", "Incidents!C2 (Killed)")}


def test_what_a_workbook_hides_is_read_and_said(tmp_path: Path, write_mapping: Any) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Incidents"
    sheet.append(HEADER)
    for number in range(2, 16):
        sheet.append((f"i-{number}", "05/03/21", 1))
        sheet.row_dimensions[number].hidden = number > 3
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("Old").sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")
    mapped = open_mapped(tmp_path / "a.xlsx", load_mapping(write_mapping("xlsx", COLUMNS, 'sheet = "Incidents"')))
    reading = mapped.judge(EventSpec(TODAY))
    assert len(reading.table) == 14
    assert reading.notes[:3] == (
        "Hidden or filtered away in 'Incidents', and read: 12 rows (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, ...).",
        "Hidden in 'Incidents', and read: columns C.",
        "Hidden sheets that were not read: 'Old'.",
    )
    sheet.sheet_state = "hidden"
    book.create_sheet("Shown")
    book.save(tmp_path / "a.xlsx")
    assert (
        "Sheet 'Incidents' is hidden in the workbook; it was read."
        in read_sheet(tmp_path / "a.xlsx", SheetSpec("Incidents")).notes
    )
