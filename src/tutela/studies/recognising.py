"""What a file is, and what Tutela can do with it: told by its first bytes and the names of its columns.

Recognition is cheap; the file is then read by the reader that it belongs to, whole. A file that no reader takes
is refused with the place that gives it away.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import openpyxl
import polars as pl

from tutela.data.landings import NEEDED as AIRPORTS
from tutela.data.pcodes import COLUMNS as PCODES
from tutela.data.people.columns import is_people_table
from tutela.data.people.settlements import is_place_list
from tutela.data.sources.delimited import MAX_COLUMNS
from tutela.data.sources.events import RECOGNISERS
from tutela.data.sources.geopko import MAP_COLUMNS
from tutela.data.sources.geopko_years import YEAR_COLUMNS
from tutela.data.sources.hxl_books import is_book
from tutela.data.sources.layouts import load_recognisers
from tutela.data.sources.sites_csv import REQUIRED
from tutela.data.sources.strengths import COLUMNS as STRENGTHS
from tutela.data.sources.unpmm import COLUMNS as MANDATES
from tutela.data.sources.unread_tables import refuse_document, refuse_unread
from tutela.data.unpacking import unpack_file
from tutela.kernel.problems import Problem
from tutela.studies import recognised_ground as ground
from tutela.studies import recognised_tables as tables
from tutela.studies.recognised import Recognised

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PARQUET: Final = b"PAR1"
_FIRST_LOOK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of table: whether these columns (in lower case) are its, and how it is read."""

    fits: Callable[[frozenset[str]], bool]
    read: Callable[[Path, date], Recognised]


def _has(*columns: str) -> Callable[[frozenset[str]], bool]:
    wanted = frozenset(column.lower() for column in columns)
    return lambda columns: wanted <= columns


def _is_events(columns: frozenset[str]) -> bool:
    return any(columns.issuperset(item.required) for item in (*RECOGNISERS, *load_recognisers()))


# In this order: a table of sites has a date and a place too, and would pass for much else.
_TABLES: Final = (
    _Kind(_has("namedata", "org"), tables.recognise_actors),
    _Kind(_has(*PCODES), tables.recognise_pcodes),
    _Kind(_has(*AIRPORTS["ourairports"]), ground.recognise_landings),
    _Kind(_has(*STRENGTHS), tables.recognise_register),
    _Kind(_has(*MAP_COLUMNS), tables.recognise_sites),
    _Kind(_has(*YEAR_COLUMNS), tables.recognise_sites),
    _Kind(_has(*REQUIRED), tables.recognise_sites),
    _Kind(is_place_list, tables.recognise_places),
    _Kind(is_people_table, tables.recognise_people),
    _Kind(_is_events, tables.recognise_events),
)


def recognise(path: Path, today: date) -> Recognised:
    """Say what a file is, having read it whole; `today` is the day after which nothing has happened yet.

    Raises Problem where the file is unreadable, is damaged, or is nothing that a reader takes (source-unknown,
    file-not-a-table): its `where` names the column, line, cell or header that gives it away.
    """
    head = _read_head(path)
    if (document := refuse_document(head, str(path))) is not None:
        raise document
    if head.startswith(_TIFF) or path.suffix.lower() in (".grd", ".gri"):
        return ground.recognise_raster(path)
    if is_book(path):
        return _recognise_workbook(path, today)
    unpacked = unpack_file(path).content
    start = unpacked[:_FIRST_LOOK].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") and b"<kml" in start[:4096].lower():
        return ground.recognise_roads(path)
    if start.startswith(b"{") and b'"FeatureCollection"' in unpacked:
        return _recognise_features(path, unpacked, today)
    if start.startswith((b"{", b"[")):
        if b'"#' not in unpacked:
            raise Problem(
                "file-not-a-table",
                "This is JSON, but neither a GeoJSON collection of features nor rows with HXL hashtags.",
                where=f"{path}, line 1",
                remedy="Export it as CSV, GeoJSON or HXL.",
            )
        return tables.recognise_any_table(path, today)
    return _recognise_table(path, _find_columns(unpacked), today)


def _read_head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except (OSError, ValueError):
        return unpack_file(path).content  # it refuses what is missing, a folder, or not ours to read


def _recognise_workbook(path: Path, today: date) -> Recognised:
    sheet, columns = _peek_sheet(path)
    if len(set(columns).intersection(MANDATES)) > len(MANDATES) // 2:
        return tables.recognise_register(path, today)
    if (refused := refuse_unread(columns, f"{path}, {sheet}")) is not None:
        raise refused
    return tables.recognise_any_table(path, today)


def _peek_sheet(path: Path) -> tuple[str, tuple[str, ...]]:
    """The first sheet and the names in its first row; nothing of a damaged workbook, which its reader names."""
    try:
        sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True).worksheets[0]
        cells = next(sheet.iter_rows(max_row=1, max_col=MAX_COLUMNS, values_only=True), ())
    except Exception:  # openpyxl lets out whatever a damaged workbook makes its parsers raise
        return "", ()
    return sheet.title, tuple("" if cell is None else str(cell) for cell in cells)


def _find_columns(content: bytes) -> tuple[str, ...]:
    """The names in the first line, whatever separates them and whatever they are written in."""
    if content.startswith(_PARQUET):
        try:
            return tuple(pl.read_parquet_schema(io.BytesIO(content)))
        except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException):
            return ()
    text = content[:_FIRST_LOOK].decode("utf-8-sig", "replace").lstrip("\r\n")
    line = text.splitlines()[0] if text else ""
    delimiter = max(",;\t|", key=line.count)
    try:
        return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return ()


def _recognise_table(path: Path, columns: Sequence[str], today: date) -> Recognised:
    lower = frozenset(column.lower() for column in columns)
    for kind in _TABLES:
        if kind.fits(lower):
            return kind.read(path, today)
    if (refused := refuse_unread(columns, str(path))) is not None:
        raise refused
    return tables.recognise_any_table(path, today)


def _recognise_features(path: Path, content: bytes, today: date) -> Recognised:
    """By the properties and geometry of the first feature that has any; damage is left to the readers to name."""
    properties, geometry = _peek_feature(content)
    names = frozenset(properties)
    said = str(properties.get("featurecla") or "").lower()
    if _is_events(names | {"longitude", "latitude"}):
        return tables.recognise_events(path, today)
    if names.issuperset(AIRPORTS["natural-earth-airports"]):
        return ground.recognise_landings(path, today)
    if "disputed" in said or "breakaway" in said or not names.isdisjoint(("sr_brk_a3", "brk_a3_l")):
        return ground.recognise_disputed(path)
    if geometry.endswith("LineString"):
        return ground.recognise_rivers(path) if "river" in said else ground.recognise_roads(path)
    if geometry.endswith("Polygon"):
        is_water = any(word in said for word in ("lake", "reservoir", "playa"))
        return ground.recognise_lakes(path) if is_water else ground.recognise_areas(path)
    return tables.recognise_any_table(path, today)


def _peek_feature(content: bytes) -> tuple[dict[str, Any], str]:
    try:
        features = json.loads(content.decode("utf-8-sig"))["features"]
        feature = next(item for item in features if item.get("geometry"))
        properties = {str(name).lower(): value for name, value in (feature.get("properties") or {}).items()}
        return properties, str(feature["geometry"].get("type"))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, StopIteration):
        return {}, ""
