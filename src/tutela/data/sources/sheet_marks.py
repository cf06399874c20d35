"""What the XML of a sheet says beside its values: merged cells, what is hidden, formulas never computed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

Box = tuple[int, int, int, int]

_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell [^>]*?ref=\"([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)\"")
_ROW: Final = re.compile(rb"<(?:\w+:)?row [^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col [^>]*?\bhidden=\"(?:1|true)\"[^>]*>")
_NUMBER: Final = re.compile(rb"\b(r|min|max)=\"(\d+)\"")
_UNSAVED: Final = re.compile(
    rb"<(?:\w+:)?c r=\"([A-Z]{1,3})(\d+)\"[^>]*><(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_LISTED: Final = 10
_WIDEST: Final = 16_384


def read_xml(content: bytes, sheet: Any) -> bytes:
    """The XML of a sheet: openpyxl's reader for large sheets tells none of what is read from it here."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        found: bytes = archive.read(sheet._worksheet_path)
    return found


def find_merged(xml: bytes) -> list[Box]:
    """Merged cells as (first column, first row, last column, last row), counted from 1."""
    return [range_boundaries(match.decode()) for match in _MERGED.findall(xml)]


def find_unsaved(xml: bytes) -> dict[int, list[int]]:
    """Rows, by column (both from 1), with a formula whose result was never saved."""
    found: dict[int, list[int]] = {}
    for letters, row in _UNSAVED.findall(xml):
        found.setdefault(column_index_from_string(letters.decode()), []).append(int(row))
    return found


def say_hidden(xml: bytes, title: str, state: str, others: Sequence[str]) -> tuple[str, ...]:
    """Sentences on what Excel does not show and is read all the same, and on hidden sheets that are not read."""
    rows = [_numbers(tag)["r"] for tag in _ROW.findall(xml) if "r" in _numbers(tag)]
    columns: list[int] = []
    for tag in _COLUMN.findall(xml):
        span = _numbers(tag)
        columns += range(span.get("min", 1), min(span.get("max", _WIDEST), _WIDEST) + 1)
    letters = [get_column_letter(number) for number in columns[:_LISTED]]
    said = []
    if state != "visible":
        said.append(f"Sheet {title!r} is hidden in the workbook; it was read.")
    if rows:
        listed = ", ".join(map(str, rows[:_LISTED]))
        said.append(f"Hidden or filtered away in {title!r}, and read: {len(rows):,} rows ({listed}{_more(rows)}).")
    if columns:
        said.append(f"Hidden in {title!r}, and read: columns {', '.join(letters)}{_more(columns)}.")
    if others:
        said.append(f"Hidden sheets that were not read: {', '.join(repr(name[:40]) for name in others[:_LISTED])}.")
    return tuple(said)


def _numbers(tag: bytes) -> dict[str, int]:
    return {name.decode(): int(number) for name, number in _NUMBER.findall(tag)}


def _more(items: Sequence[int]) -> str:
    return ", ..." if len(items) > _LISTED else ""
