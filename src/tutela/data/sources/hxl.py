"""Tables with a row of HXL hashtags, which say what each column is: the row is found, checked and taken off.

The row stands directly under the header, within the first 25 rows. Above the header there may be remarks and
group headings ("Who?", "Where?"), as the standard allows; then rows may also be shorter than the widest. A row of
hashtags anywhere else, or one in which some cell is no hashtag, is damage and is refused by its line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from tutela.data.sources.delimited import parse_delimited
from tutela.data.sources.raw import Opened, RawTable
from tutela.data.sources.respelling import peek_rows, respell, split_rows
from tutela.kernel.problems import Problem

LOOK: Final = 25
"""The standard has the hashtags within the first 25 rows."""

_TAG: Final = re.compile(r"#[a-z][a-z0-9_]*(\s*\+\s*[a-z][a-z0-9_-]*)*", re.IGNORECASE)
_BARE: Final = re.compile(r"[a-z][a-z0-9_]*(\+[a-z][a-z0-9_-]*)+", re.IGNORECASE)
_NAMELESS: Final = re.compile(r"column \d+")


def split_hxl(raw: RawTable) -> tuple[RawTable, dict[str, str]]:
    """The table without its row of hashtags, and the hashtags by column; hashtags may be the header itself.

    Raises Problem: file-header (a row of hashtags in the wrong place, or with cells that are none), file-empty
    (nothing but hashtags).
    """
    if raw.form not in ("csv", "json"):
        return raw, {}
    names = ["" if _NAMELESS.fullmatch(name) else name for name in raw.columns]
    top = [names, *(list(row) for row in raw.frame.head(LOOK - 1).iter_rows())]
    at = find_hashtags(top, [1, *raw.lines.tolist()], raw.path)
    if at is None:
        refuse_repeated(raw)
        return raw, {}
    if at > 1:
        raise misplaced(raw.where(at - 1))
    tags = {name: cell.strip() for name, cell in zip(raw.columns, top[at], strict=True) if (cell or "").strip()}
    if at == 1 and len(raw) == 1:
        raise no_rows(raw.path)
    table = raw.take(np.arange(len(raw)) > 0) if at == 1 else raw
    refuse_repeated(table)
    return table, tags


def open_stacked(content: bytes, where: str) -> Opened | None:
    """Open a CSV file with group headings above its header and hashtags; None where it has no such headings.

    The header is the row above the hashtags. Rows shorter than the widest are filled up with empty fields. Names
    that stand twice, which hashtags tell apart, are numbered.
    """
    top, lines = peek_rows(content, LOOK)
    at = find_hashtags(top, lines, where)
    if at is None:
        return None
    own = [name.strip() for name in top[max(0, at - 1)]]
    names = number_names(own)
    if at < 2 and len({len(row) for row in top}) == 1 and names == own:
        return None
    check_headings(top[: max(0, at - 1)], len(top[at]), f"{where}, line {lines[at]}")
    try:
        rows = list(split_rows(content.decode("utf-8-sig")))
    except (UnicodeDecodeError, csv.Error):
        return None  # the parser of plain tables names what is wrong
    headings = [place for place, row in enumerate(rows) if row][: max(0, at - 1)]
    header = next(place for place, row in enumerate(rows) if row and place not in headings)
    width = max(len(row) for row in rows)
    is_doubled = at == 0 and names != own
    if at > 0:
        rows[header] = names
    filled = [[f"column {number}" for number in range(1, width + 1)]] if is_doubled else list[list[str]]()
    for place, row in enumerate(rows):
        if place in headings:
            filled += [[]] * (1 + sum(cell.count("\n") for cell in row))
        else:
            filled.append(row + [""] * (width - len(row)) if row else row)
    frame, starts = parse_delimited(respell(filled), where)
    # Hashtags that are the header themselves, and stand twice, got a line above them that the file has not.
    return Opened("csv", frame, starts - 1 if is_doubled else starts)


def number_names(names: Sequence[str]) -> list[str]:
    """Names of columns, those that stand twice with the number of their column."""
    return [
        f"{name} (column {place})" if name and name in names[: place - 1] else name
        for place, name in enumerate(names, 1)
    ]


def find_hashtags(rows: Sequence[Sequence[str | None]], lines: Sequence[int], where: str) -> int | None:
    """The place of the first row of hashtags; refuses one that is only half a row of hashtags."""
    for place, (row, line) in enumerate(zip(rows, lines, strict=False)):
        cells = {column: cell.strip() for column, cell in enumerate(row, 1) if cell and cell.strip()}
        wrong = [column for column, cell in cells.items() if not _TAG.fullmatch(cell)]
        if cells and not wrong:
            return place
        if len(cells) - len(wrong) > 1 and 2 * len(wrong) <= len(cells):
            raise Problem(
                "file-header",
                f"In the row of HXL hashtags, the cell of column {wrong[0]} is no hashtag.",
                where=f"{where}, line {line}",
                remedy="Write a hashtag there, such as #country, or leave the cell empty.",
            )
        bare = sum(_BARE.fullmatch(cell) is not None for cell in cells.values())
        if bare > 1 and 2 * bare >= len(cells):
            raise Problem(
                "file-header",
                "The row looks like HXL hashtags that have lost their '#'.",
                where=f"{where}, line {line}",
                remedy="Write them with it, such as #org+name, or remove the row.",
            )
    return None


def check_headings(above: Sequence[Sequence[str]], width: int, place: str) -> None:
    """Group headings leave cells empty or repeat themselves; a full row of different names is the header.

    A single cell is a remark, whatever it says.
    """
    for row in above:
        cells = [cell.strip() for cell in row]
        if width > 1 and sum(map(bool, cells)) < 2:
            continue
        is_header = len(cells) >= width and all(cells) and len(set(cells)) == len(cells)
        if is_header or any(cell[:1].isdigit() for cell in cells):
            raise misplaced(place)


def refuse_repeated(table: RawTable) -> None:
    """Raise where a row is hashtags: files that were put together keep those of each part."""
    marked = pl.sum_horizontal(pl.all().str.starts_with("#").fill_null(value=False).cast(pl.UInt16))
    for row in np.flatnonzero((table.frame.select(marked).to_series() > 1).to_numpy()):
        cells = [cell.strip() for cell in table.frame.row(int(row)) if cell and cell.strip()]
        if all(_TAG.fullmatch(cell) for cell in cells):
            raise misplaced(table.where(int(row)))


def misplaced(place: str) -> Problem:
    """What to say of hashtags in the wrong place."""
    return Problem(
        "file-header",
        "A row of HXL hashtags does not stand directly under the header.",
        where=place,
        remedy="Move it there, or remove it; where two files were put together, name them one by one.",
    )


def no_rows(path: str) -> Problem:
    """What to say of hashtags with nothing under them."""
    return Problem(
        "file-empty",
        "The file has a header, a line of hashtags and no rows.",
        where=path,
        remedy="Export it again.",
    )
