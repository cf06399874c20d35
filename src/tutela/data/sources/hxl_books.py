"""HXL-tagged sheets of XLSX workbooks: the sheet is found, and what Excel made of its cells is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from tutela.data.sources.delimited import MAX_COLUMNS
from tutela.data.sources.hxl import LOOK, check_headings, find_hashtags, no_rows, number_names, refuse_repeated
from tutela.data.sources.raw import RawTable
from tutela.data.sources.sheet_marks import find_merged, find_unsaved, read_xml, say_hidden
from tutela.data.sources.workbook import OLE, Grid, SheetSpec, open_book, read_body, read_bytes, spell_cell
from tutela.data.unpacking import Limits
from tutela.kernel.problems import Problem

_MOST_ROWS: Final = 1_048_576
_BOOK: Final = b"xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class SheetTable(RawTable):
    """A table from a workbook, which says of each value in which cell it stands."""

    grid: Grid = field(default_factory=lambda: Grid("", pl.DataFrame(), np.empty(0, np.int32), ""))

    def where(self, row: int, column: str | None = None) -> str:
        """Where a value stands, for a Problem: Sheet1!C7; without a column the row."""
        letters = {name.lower(): letter for name, letter in self.grid.letters.items()}
        line, letter = int(self.lines[row]), letters.get((column or "").lower())
        spot = f"{self.path}, {self.grid.sheet}"
        return f"{spot}, row {line}" if letter is None else f"{spot}!{letter}{line}"


def is_book(path: Path) -> bool:
    """Whether a file is a workbook, also an old one that is refused as such; its content says so, not its name."""
    try:
        with path.open("rb") as file:
            begin = file.read(4)
            # The directory of a zip file stands at its end, and spells the names of its members plainly.
            file.seek(max(0, path.stat().st_size - (1 << 16)))
            return begin == OLE[:4] or (begin == b"PK\x03\x04" and _BOOK in file.read())
    except OSError:
        return False  # the reader of all other files says what is wrong


def read_tagged_book(path: Path, limits: Limits) -> tuple[SheetTable, dict[str, str]]:
    """The sheet with hashtags, without them, and the hashtag of each column that has one.

    Of several such sheets one must be the only visible one.
    Raises Problem: file-not-a-table (no hashtags, or on several sheets; no workbook), file-header, file-empty.
    """
    content = read_bytes(path, limits)
    book = open_book(content, path, limits)
    found: dict[str, tuple[Any, int]] = {}
    for sheet in book.worksheets:
        top = [_spell_row(row) for row in islice(sheet.iter_rows(values_only=True), LOOK)]
        at = find_hashtags(top, range(1, len(top) + 1), f"{path}, {sheet.title}")
        if at is not None:
            found[sheet.title] = (sheet, at)
    sheet, at = _choose(found, path, book)
    rows = [tuple(row[:MAX_COLUMNS]) for row in islice(sheet.iter_rows(values_only=True), _MOST_ROWS)]
    xml, where = read_xml(content, sheet), f"{path}, {sheet.title}"
    names = _name_columns(rows, at, where)
    if not any(cell not in (None, "") for row in rows[at + 1 :] for cell in row):
        raise no_rows(where)
    marks = (find_merged(xml), find_unsaved(xml))
    grid = read_body(rows, marks, names, SheetSpec(sheet.title, at + 1), (where, book.epoch))
    hidden = [other.title for other in book.worksheets if other.sheet_state != "visible" and other != sheet]
    digest = hashlib.sha256(content).hexdigest()
    grid = Grid(
        str(path), grid.frame, grid.lines, digest, sheet.title, grid.letters, grid.kinds, grid.serials,
        say_hidden(xml, sheet.title, sheet.sheet_state, hidden),
    )  # fmt: skip
    table = SheetTable(str(path), "xlsx", grid.frame, grid.lines, digest, grid=grid)
    refuse_repeated(table)
    tags = _spell_row(rows[at])
    return table, {name: tags[place] for place, name in names.items() if place < len(tags) and tags[place]}


def _choose(found: dict[str, tuple[Any, int]], path: Path, book: Any) -> tuple[Any, int]:
    shown = {title: item for title, item in found.items() if item[0].sheet_state == "visible"}
    for candidates in (shown, found):
        if len(candidates) == 1:
            return next(iter(candidates.values()))
    if found:
        raise Problem(
            "file-not-a-table",
            f"Several sheets have HXL hashtags: {', '.join(repr(title[:40]) for title in found)}.",
            where=str(path),
            remedy="Save the sheet that is meant as a file of its own.",
        )
    names = ", ".join(repr(sheet.title[:40]) for sheet in islice(book.worksheets, 12))
    raise Problem(
        "file-not-a-table",
        f"This is a workbook, and no sheet has a row of HXL hashtags in its first {LOOK} rows: {names}.",
        where=str(path),
        remedy="Read it by a mapping (`tutela events suggest` drafts one), or save the sheet as CSV (UTF-8).",
    )


def _name_columns(rows: list[tuple[Any, ...]], at: int, where: str) -> dict[int, str]:
    """Names by place: the row above the hashtags, or the hashtags where there is none."""
    top = [_spell_row(row) for row in rows[: at + 1]]
    check_headings(top[: max(0, at - 1)], len(top[at]), f"{where}, row {at + 1}")
    header = top[max(0, at - 1)]
    width = max(len(header), len(top[at]))
    names = number_names(header + [""] * (width - len(header)))
    return {place: name or f"column {place + 1}" for place, name in enumerate(names)}


def _spell_row(row: tuple[Any, ...]) -> list[str]:
    cells = [" ".join(spell_cell(cell).split()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells
