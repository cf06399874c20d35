"""A sheet of an XLSX workbook as columns of text, with what Excel made of each cell.

Excel knows no columns of one kind: a cell is text, a number, a date or an error whatever stands above it. What
it was is kept beside the text, so that a reader of dates or names can tell a mangled cell from a good one.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import openpyxl
import polars as pl
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel

from tutela.data.sources.delimited import MAX_COLUMNS
from tutela.data.sources.sheet_marks import Box, find_merged, find_unsaved, read_xml, say_hidden
from tutela.data.unpacking import LIMITS, Limits
from tutela.kernel.problems import Problem

TEXT: Final = 0
NUMBER: Final = 1
DATE: Final = 2
ERROR: Final = 3
COVERED: Final = 4
UNSAVED: Final = 5
"""What a cell was: text or nothing, a number, a date, an error of Excel, hidden by the cells merged over it, or a
formula whose result was never saved."""

_ERRORS: Final = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
_COUNT: Final = re.compile(r"\d{1,6}(?:\.\d+)?")
OLE: Final = b"\xd0\xcf\x11\xe0"
"""How workbooks of the old kind, and locked ones, begin."""

_MOST_ROWS: Final = 1_048_576

Kinds = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows under a header, as text, before a mapping.

    lines    the row of the sheet (header and all counted), the line of a CSV file, or the feature's number
    letters  the letter of each column of a workbook;  sheet  its name; both empty for other files
    kinds    what each cell of a workbook was;  serials  its numbers read as Excel's count of days, as ISO text
    notes    sentences on what the workbook hides
    """

    path: str
    frame: pl.DataFrame
    lines: NDArray[np.int32]
    file_digest: str
    sheet: str = ""
    letters: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Kinds] = field(default_factory=dict)
    serials: dict[str, pl.Series] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def cell(self, line: int, column: str) -> str:
        """Where a value stands: Sheet1!C7, or the name of the column in other files."""
        if column not in self.letters:
            return column
        return f"{self.sheet}!{self.letters[column]}{line}"


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """Which sheet (the only one if ""), where its header stands, whether merged cells are filled down.

    header_row  the last row of the header;  header_rows  how many it has: names of several are joined by " / "
    """

    sheet: str = ""
    header_row: int = 1
    fill_merged: bool = False
    header_rows: int = 1


def read_sheet(path: Path, spec: SheetSpec, limits: Limits = LIMITS) -> Grid:
    """Read one sheet; rows without any value are none.

    Raises Problem: file-missing, file-unreadable, file-not-a-table (also old and locked workbooks), file-too-large,
    file-empty, file-header (merged or doubled names, the header row past the end), mapping-invalid (no such sheet).
    """
    content = read_bytes(path, limits)
    book = open_book(content, path, limits)
    sheet = _choose({sheet.title: sheet for sheet in book.worksheets}, path, spec.sheet)
    rows = [tuple(row) for row in islice(sheet.iter_rows(values_only=True), _MOST_ROWS)]
    xml = read_xml(content, sheet)
    boxes = find_merged(xml)
    where = f"{path}, {sheet.title}"
    names = _read_header(rows, boxes, spec, where)
    grid = read_body(rows, (boxes, find_unsaved(xml)), names, spec, (where, book.epoch))
    hidden = [other.title for other in book.worksheets if other.sheet_state != "visible" and other != sheet]
    return replace(
        grid,
        path=str(path),
        sheet=sheet.title,
        file_digest=hashlib.sha256(content).hexdigest(),
        notes=say_hidden(xml, sheet.title, sheet.sheet_state, hidden),
    )


def read_body(
    rows: Sequence[tuple[Any, ...]],
    found: tuple[list[Box], dict[int, list[int]]],
    names: dict[int, str],
    spec: SheetSpec,
    place: tuple[str, datetime],
) -> Grid:
    """The rows under a header whose names are known by the place of their column; rows without any value are none.

    `found` are merged cells and formulas without a result; `place` is where for messages, and the epoch of days.
    """
    (boxes, unsaved), (where, epoch) = found, place
    body = rows[spec.header_row :]
    kept = [i for i, row in enumerate(body) if any(cell not in (None, "") for cell in row)]
    if not kept:
        raise Problem(
            "file-empty", "There are no rows under the header.", where=where, remedy="Name the sheet that has them."
        )
    covered = _cover(boxes, spec.header_row)
    columns, kinds, serials = {}, {}, {}
    for column, name in names.items():
        cells = [row[column] if column < len(row) else None for row in body]
        marks = _mark_cells(cells, covered.get(column, ()), fill=spec.fill_merged)
        empty = [line - spec.header_row - 1 for line in unsaved.get(column + 1, ())]
        marks[[row for row in empty if 0 <= row < len(cells)]] = UNSAVED
        columns[name] = [spell_cell(cells[i]) for i in kept]
        kinds[name] = marks[kept]
        serials[name] = pl.Series([_as_day(cells[i], epoch) for i in kept], dtype=pl.String)
    return Grid(
        path="",
        frame=pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)),
        lines=np.array(kept, dtype=np.int32) + np.int32(spec.header_row + 1),
        file_digest="",
        letters={name: get_column_letter(column + 1) for column, name in names.items()},
        kinds=kinds,
        serials=serials,
    )


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The bytes of a workbook; raises file-missing, file-unreadable, file-too-large."""
    try:
        if path.stat().st_size > limits.content:
            raise _too_large(path)
        return path.read_bytes()
    except FileNotFoundError:
        raise Problem(
            "file-missing", "There is no such file.", where=str(path), remedy="Check the path and its spelling."
        ) from None
    except OSError:
        raise Problem(
            "file-unreadable",
            "The system does not let this file be read.",
            where=str(path),
            remedy="Check that it is a file, and its permissions.",
        ) from None


def open_book(content: bytes, path: Path, limits: Limits) -> Any:
    """The workbook, its sheets to be read row by row; raises file-not-a-table, file-too-large."""
    if content.startswith(OLE):
        raise Problem(
            "file-not-a-table",
            "This is a workbook of the old kind, or one locked with a password.",
            where=str(path),
            remedy="Open it and save it as an Excel workbook (.xlsx) without a password.",
        )
    try:
        _check_size(content, path, limits)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            # Some programs write a wrong size into the file, and rows beyond it would be passed over.
            sheet.reset_dimensions()
    except Problem:
        raise
    except Exception:  # openpyxl lets out whatever a damaged workbook makes its parsers raise
        raise Problem(
            "file-not-a-table",
            "This is not a workbook that can be read.",
            where=str(path),
            remedy="Open it and save it again as an Excel workbook (.xlsx).",
        ) from None
    return book


def _check_size(content: bytes, path: Path, limits: Limits) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(item.file_size for item in archive.infolist())
    if size > max(limits.free, min(limits.content, limits.ratio * len(content))):
        raise _too_large(path)


def _choose(sheets: dict[str, Any], path: Path, wanted: str) -> Any:
    if wanted in sheets or (not wanted and len(sheets) == 1):
        return sheets[wanted] if wanted else next(iter(sheets.values()))
    names = ", ".join(repr(name[:40]) for name in islice(sheets, 12))
    said = f"There is no sheet {wanted[:40]!r}" if wanted else f"The workbook has {len(sheets)} sheets"
    raise Problem(
        "mapping-invalid", f"{said}; there are {names}.", where=str(path), remedy="Name the sheet in the mapping."
    )


def _read_header(rows: Sequence[tuple[Any, ...]], boxes: list[Box], spec: SheetSpec, where: str) -> dict[int, str]:
    """The name of each column by its place; columns without a name are not read."""
    if len(rows) < spec.header_row:
        raise _bad_header(f"The sheet ends on row {len(rows)}, before its header.", f"{where}!A{spec.header_row}")
    first = spec.header_row - spec.header_rows + 1
    levels = [list(row[:MAX_COLUMNS]) for row in rows[first - 1 : spec.header_row]]
    width = max(map(len, levels))
    levels = [level + [None] * (width - len(level)) for level in levels]
    for left, top, right, bottom in boxes:
        if bottom < first or top > spec.header_row:
            continue
        area = f"{where}!{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        if (right > left and bottom >= spec.header_row) or bottom > spec.header_row:
            raise _bad_header("Cells of the header are merged over several columns or into the rows.", area)
        # The name stands in the uppermost cell, the one farthest to the left.
        name = rows[top - 1][left - 1] if left <= len(rows[top - 1]) else None
        for level in levels[max(0, top - first) : bottom - first + 1]:
            for column in range(left - 1, min(right, width)):
                level[column] = name
    names: dict[int, str] = {}
    for place in range(width):
        parts = [" ".join(spell_cell(level[place]).split()) for level in levels]
        name = " / ".join(dict.fromkeys(part for part in parts if part))
        if name and name in names.values():
            spot = f"{where}!{get_column_letter(place + 1)}{spec.header_row}"
            raise _bad_header("The name stands over an earlier column too.", spot)
        if name:
            names[place] = name
    if not names:
        raise _bad_header("There are no names of columns on this row.", f"{where}!A{spec.header_row}")
    return names


@dataclass(frozen=True, slots=True)
class _Covered:
    """Rows under the header that merged cells hide, and the row above them with their value, if one has it."""

    first: int
    last: int
    source: int | None


def _cover(boxes: Iterable[Box], header_row: int) -> dict[int, list[_Covered]]:
    """What merged cells hide under the header, by place of the column."""
    found: dict[int, list[_Covered]] = {}
    for left, top, right, bottom in boxes:
        first, last = top - header_row - 1, bottom - header_row - 1
        if first < 0:
            continue  # a title above the header, or the header itself
        found.setdefault(left - 1, []).append(_Covered(first + 1, last, first))
        for place in range(left, right):
            found.setdefault(place, []).append(_Covered(first, last, None))
    return found


def _mark_cells(cells: list[Any], covered: Iterable[_Covered], *, fill: bool) -> Kinds:
    """What each cell is; with `fill`, cells hidden by one above them get its value."""
    marks = np.array([_kind(cell) for cell in cells], dtype=np.int8)
    for area in covered:
        for row in range(area.first, min(area.last + 1, len(cells))):
            if fill and area.source is not None:
                cells[row], marks[row] = cells[area.source], marks[area.source]
            else:
                marks[row] = COVERED
    return marks


def _kind(cell: object) -> int:
    if isinstance(cell, datetime | date | time | timedelta):
        return DATE
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return NUMBER
    return ERROR if isinstance(cell, str) and cell in _ERRORS else TEXT


def spell_cell(cell: object) -> str:
    """A cell as text: days as ISO, whole numbers without a point, nothing for errors."""
    if cell is None or _kind(cell) == ERROR:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell).strip()


def _as_day(cell: object, epoch: datetime) -> str | None:
    """A number, also one kept as text, as Excel's count of days in this workbook's own way of counting."""
    count = float(cell) if isinstance(cell, str) and _COUNT.fullmatch(cell.strip()) else cell
    if _kind(count) != NUMBER:
        return None
    try:
        found = from_excel(count, epoch)
    except (ValueError, OverflowError):
        return None
    return found.date().isoformat() if isinstance(found, datetime) else None


def _bad_header(message: str, where: str) -> Problem:
    return Problem(
        "file-header",
        message,
        where=where,
        remedy="Set header_row in the mapping to the row on which every column has its own name.",
    )


def _too_large(path: Path) -> Problem:
    return Problem(
        "file-too-large",
        "The workbook is larger than one may be, or than its packed size allows.",
        where=str(path),
        remedy="Save the one sheet that is meant as CSV.",
    )
