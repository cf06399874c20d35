"""From bytes to the rows of a CSV table, each with its exact line; what is no such table is refused."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.kernel.problems import Problem

MAX_COLUMNS: Final = 1_000
MAX_HEADER_BYTES: Final = 1_000_000
_DELIMITERS: Final = {";": "semicolon", "\t": "tab", "|": "vertical bar"}
_QUOTE, _COMMA, _LF, _CR = 34, 44, 10, 13
_FIRST_LOOK: Final = 1 << 20  # beyond it, the quick parser meets wrong bytes and the exact one names them
_SENTINEL: Final = "\x02end of file\x02"
_EXCEL_MARKS: Final = (b"sep=,", b"sep=;", b"sep=\t", b"sep=|", b'"sep=')
_RESAVE: Final = "Open it and save it again as CSV (UTF-8, comma-separated)."

Lines = NDArray[np.int32]
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the rows are: first byte, byte after the last, physical line and fields of each; no blank ones."""

    starts: Positions
    ends: Positions
    lines: Lines
    widths: Positions


def parse_delimited(content: bytes, where: str) -> tuple[pl.DataFrame, Lines]:
    """Parse comma-separated UTF-8 text into columns of text and the line on which each row begins.

    The header stands on line 1 unless blank lines or Excel's `sep=,` go before it. Rows may run over several
    lines inside quotes. Blank lines are no rows.
    """
    text = _checked_text(content, where)
    header_line = _first_line(text)
    _check_header_size(header_line, where)
    _check_delimiter(header_line, where)
    shape = find_rows(text)
    if shape is None:
        return _parse_exactly(text, where)
    names, rows = read_names(row_bytes(text, shape, 0), where), len(shape.starts) - 1
    if rows == 0:
        raise _no_rows(where)
    _check_widths(shape.widths, len(names), shape.lines, where)
    frame = parse_quickly(text, shape, names, first=1)
    # A parser that sees other rows than we do has met quotes it reads otherwise: then the slow one decides.
    return _parse_exactly(text, where) if frame is None or frame.height != rows else (frame, shape.lines[1:])


def _checked_text(content: bytes, where: str) -> bytes:
    if not content or content.isspace():
        raise Problem("file-empty", "The file is empty.", where=where, remedy="Download or export it again.")
    _refuse_other_encodings(content[:_FIRST_LOOK], where, whole=len(content) <= _FIRST_LOOK)
    content = content.removeprefix(codecs.BOM_UTF8)
    _refuse_other_forms(content, where)
    if b"\n" not in content and b"\r" in content:
        content = content.replace(b"\r", b"\n")  # line ends of old Macs
    head = (
        content[: max(0, content.find(b"\n"))].rstrip(b"\r").lower() if content[:5].lower() in _EXCEL_MARKS else b""
    )
    if head.strip(b'"') == b"sep=,":
        return content[content.index(b"\n") :]  # the blank line that is left keeps the line numbers true
    if len(head) == len(b"sep=;"):
        _raise_delimiter(chr(head[-1]), where)
    return content


def _refuse_other_encodings(content: bytes, where: str, *, whole: bool) -> None:
    seems, line = "", 1
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        seems = "UTF-16"
    elif _looks_like_utf16(content[:1000]):
        seems = "UTF-16 without its mark"
    else:
        bad = first_byte_not_utf8(content, where, whole=whole)
        if bad is None:
            return
        line = content.count(b"\n", 0, bad) + 1
        seems = "Windows-1252" if any(0x80 <= byte < 0xA0 for byte in content[bad : bad + 4096]) else "Latin-1"
    if b"\0" in content[:4096] and not seems.startswith("UTF-16"):
        _refuse_other_forms(content, where)
    raise Problem(
        "file-encoding",
        f"The text is not UTF-8; it seems to be {seems}.",
        where=f"{where}, line {line}",
        remedy="Save it again as CSV in UTF-8.",
    )


def _looks_like_utf16(head: bytes) -> bool:
    half = len(head) // 2
    return half > 3 and (head[1::2].count(0) > 0.8 * half or head[0::2].count(0) > 0.8 * half)


def first_byte_not_utf8(content: bytes, where: str, *, whole: bool) -> int | None:
    """Position of the first byte that is no UTF-8, checked in pieces so that no second copy is held."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    step = 1 << 24
    for start in range(0, len(content), step):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(content[start : start + step])
        except UnicodeDecodeError as error:
            return start - waiting + error.start
    if whole and decoder.getstate()[0]:
        raise _cut_off("The file ends inside a character.", content.count(b"\n") + 1, where)
    return None


def _refuse_other_forms(content: bytes, where: str) -> None:
    head = content[:2048].lstrip().lower()
    form = ""
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in head[:512]:
        form = "a web page (often an error or log-in page that was saved under the name of the file)"
    elif head.startswith((b"<?xml", b"<kml", b"<gpx")):
        form = "XML"
    elif head.startswith((b"{", b"[{", b"[\n", b"[ ")):
        form = "GeoJSON, which a later version reads" if b'"featurecollection"' in head else "JSON"
    elif b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        form = f"a binary file (it has a NUL byte on line {line})"
    if form:
        raise Problem(
            "file-not-a-table",
            f"This is no table of text: it is {form}.",
            where=where,
            remedy="Download the table itself as CSV, or save it again as CSV (UTF-8, comma-separated).",
        )


def _first_line(text: bytes) -> bytes:
    stripped = text[: MAX_HEADER_BYTES * 2].lstrip(b"\r\n")
    return stripped.partition(b"\n")[0]


def _check_header_size(line: bytes, where: str) -> None:
    if len(line) > MAX_HEADER_BYTES:
        raise Problem(
            "file-header",
            f"The header is longer than {MAX_HEADER_BYTES:,} bytes.",
            where=f"{where}, line 1",
            remedy="Check that this is the table meant and that its line ends are kept.",
        )


def _check_delimiter(line: bytes, where: str) -> None:
    counts = {mark: _count_outside_quotes(line, mark) for mark in (",", *_DELIMITERS)}
    best = max(counts, key=lambda mark: counts[mark])
    if best != "," and counts[best] > counts[","]:
        _raise_delimiter(best, where)


def _count_outside_quotes(line: bytes, mark: str) -> int:
    return sum(part.count(mark.encode()) for part in line.split(b'"')[::2])


def _raise_delimiter(mark: str, where: str) -> None:
    name = _DELIMITERS.get(mark, f"character {mark!r}")
    raise Problem(
        "file-delimiter",
        f"The columns seem to be separated by a {name}, not by a comma.",
        where=f"{where}, line 1",
        remedy="Save it again as CSV with commas.",
    )


def read_names(header: bytes, where: str) -> list[str]:
    """The names in a header, without spaces around them; refuses a header that cannot be one."""
    try:
        fields = next(csv.reader([header.decode()], strict=False))
    except csv.Error:
        raise Problem(
            "file-header",
            "The header has a line end of another kind in the middle of it.",
            where=f"{where}, line 1",
            remedy=_RESAVE,
        ) from None
    return _check_names(fields, where)


def _check_names(fields: list[str], where: str) -> list[str]:
    names = [field.strip().strip("\ufeff") for field in fields]
    where = f"{where}, line 1"
    if len(names) > MAX_COLUMNS:
        raise Problem(
            "file-header",
            f"The header has {len(names):,} columns; no table that is read here has more than {MAX_COLUMNS:,}.",
            where=where,
            remedy="Check that this is the table meant.",
        )
    # One nameless column is what statistics programs write for row numbers.
    names = [name or f"column {index}" for index, name in enumerate(names, start=1)]
    seen: set[str] = set()
    for index, name in enumerate(names, start=1):
        if name in seen:
            raise Problem(
                "file-header",
                f"Column {index} has the name of an earlier column: {name[:60]!r}.",
                where=where,
                remedy="Give every column its own name.",
            )
        seen.add(name)
    return names


def find_rows(text: bytes) -> Shape | None:
    """Find rows by counting quotes; None where a quote stands where the rules of CSV allow none."""
    data = np.frombuffer(text, dtype=np.uint8)
    newlines, quotes = np.flatnonzero(data == _LF), np.flatnonzero(data == _QUOTE)
    if not _quotes_are_regular(data, quotes):
        return None
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    if len(ends) == 0 or ends[-1] != len(data) - 1:
        ends = np.append(ends, len(data))
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    lines = (np.searchsorted(newlines, starts) + 1).astype(np.int32)
    widths = _count_fields(np.flatnonzero(data == _COMMA), quotes, np.append(starts, len(data)))
    size = ends - starts
    blank = (size == 0) | ((size == 1) & (data[np.minimum(starts, len(data) - 1)] == _CR))
    keep = ~blank
    return Shape(starts[keep], ends[keep].astype(np.int64), lines[keep], widths[keep])


def _count_fields(commas: Positions, quotes: Positions, bounds: Positions) -> Positions:
    """Fields between each two bounds: commas, less those inside quotes, and one."""
    all_commas = np.diff(np.searchsorted(commas, bounds))
    inside = np.searchsorted(commas, quotes[1::2]) - np.searchsorted(commas, quotes[0::2])
    before = np.concatenate(([0], np.cumsum(inside)))
    quoted = np.diff(before[np.searchsorted(quotes[0::2], bounds)])
    return (all_commas - quoted + 1).astype(np.int64)


def _quotes_are_regular(data: NDArray[np.uint8], quotes: Positions) -> bool:
    if len(quotes) % 2:
        return False
    opens, closes = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opens - 1, 0)]
    after = data[np.minimum(closes + 1, len(data) - 1)]
    good_open = (opens == 0) | np.isin(before, (_COMMA, _LF, _QUOTE))
    good_close = (closes == len(data) - 1) | np.isin(after, (_COMMA, _LF, _CR, _QUOTE))
    # A quote right after a closing one is a doubled quote only where that one was not closed by it already.
    return bool(good_open.all() and good_close.all())


def row_bytes(text: bytes, shape: Shape, row: int) -> bytes:
    """The bytes of one row."""
    return text[shape.starts[row] : shape.ends[row]]


def _check_widths(widths: Positions, expected: int, lines: Lines, where: str) -> None:
    wrong = np.flatnonzero(widths != expected)
    if not len(wrong):
        return
    row = int(wrong[0])
    if row == len(widths) - 1 and widths[row] < expected:
        raise _cut_off(f"The last row has {widths[row]} fields of {expected}.", int(lines[row]), where)
    raise Problem(
        "file-unreadable",
        f"The row has {widths[row]} fields, the header {expected}.",
        where=f"{where}, line {lines[row]}",
        remedy="Look for a comma or a quote too many there. " + _RESAVE,
    )


def parse_quickly(
    text: bytes, shape: Shape, names: Sequence[str], *, first: int, columns: Sequence[int] = ()
) -> pl.DataFrame | None:
    """Rows from the `first` on, all columns or those at these places, by native code; None if it cannot."""
    body = text[int(shape.starts[first]) : int(shape.ends[-1])]
    if not bool((shape.starts[first + 1 :] == shape.ends[first:-1] + 1).all()):
        body = b"\n".join(row_bytes(text, shape, row) for row in range(first, len(shape.starts)))
    try:
        return pl.read_csv(
            body,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            columns=list(columns) or None,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError:
        return None


def _parse_exactly(text: bytes, where: str) -> tuple[pl.DataFrame, Lines]:
    """Parse row by row, as spreadsheets do: a quote inside an unquoted field is a quote."""
    _refuse_other_encodings(text, where, whole=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(_lines_and_sentinel(text), strict=False)
    start = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error:
        raise _cut_off("A quoted field does not end.", start, where) from None
    if rows[-1] != [_SENTINEL]:
        raise _cut_off("A quote is opened and not closed before the end of the file.", lines[-1], where)
    names = _check_names(rows[0], where)
    if len(rows) == 2:  # the header and the sentinel
        raise _no_rows(where)
    starts = np.array(lines[:-1], dtype=np.int32)
    widths = np.fromiter((len(row) for row in rows[:-1]), dtype=np.int64)
    _check_widths(widths, len(names), starts, where)
    frame = pl.DataFrame(rows[1:-1], schema=dict.fromkeys(names, pl.String), orient="row")
    return frame, starts[1:]


def _lines_and_sentinel(text: bytes) -> Iterator[str]:
    yield from io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="\n")
    yield "\n" if not text.endswith(b"\n") else ""
    yield _SENTINEL


def _no_rows(where: str) -> Problem:
    return Problem(
        "file-empty",
        "The file has a header and no rows.",
        where=where,
        remedy="Export it again; where the source has nothing, leave the file out.",
    )


def _cut_off(message: str, line: int, where: str) -> Problem:
    return Problem(
        "file-truncated",
        message,
        where=f"{where}, line {line}",
        remedy="Download or copy the file again, whole.",
    )
