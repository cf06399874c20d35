"""Files with columns of their own, read by a mapping into the plain table, and from there as all events are.

What Excel spoilt is never taken for what it was: a name that became a date, a day whose month may stand where
its day was, an id that became 1.2E+08. Such a row is left out by name, and its cell is named.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tutela.catalogue.crosswalks import Crosswalk
from tutela.data.sources.codepages import to_utf8
from tutela.data.sources.day_formats import SERIAL, puts_day_first, read_day
from tutela.data.sources.delimited import parse_delimited
from tutela.data.sources.events import EventSpec, judge_events
from tutela.data.sources.geojson import open_features
from tutela.data.sources.layouts import Layout
from tutela.data.sources.mapping_files import (
    DAYS,
    NUMBERS,
    FileForm,
    FileMapping,
    FromColumn,
    fold_value,
    nearest,
)
from tutela.data.sources.raw import Form, RawTable
from tutela.data.sources.readings import ExcludedRow, Reading
from tutela.data.sources.respelling import respell, split_rows
from tutela.data.sources.verdicts import Mask, Verdicts
from tutela.data.sources.workbook import COVERED, DATE, ERROR, NUMBER, TEXT, UNSAVED, Grid, Kinds, read_sheet
from tutela.data.unpacking import unpack_file
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events

SOURCE: Final = "mapped"
"""The public name of what is read by a mapping."""

_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_AS_DATE: Final = re.compile(rf"\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?|{_MONTH}-\d{{2,4}}", re.IGNORECASE)
_SHORTENED: Final = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MappedTable(RawTable):
    """The plain table made of somebody's own, which still says where each value stands in their file.

    grid  the file as it was;  made_of  its column for each field that has one
    """

    grid: Grid = field(default_factory=lambda: Grid("", pl.DataFrame(), np.empty(0, np.int32), ""))
    made_of: Mapping[str, str] = field(default_factory=dict)

    def where(self, row: int, column: str | None = None) -> str:
        """Where a value stands, for a Problem: the cell of a workbook, or line and column."""
        theirs = self.made_of.get(column or "", column)
        if not self.grid.sheet:
            return RawTable.where(self, row, theirs)
        if theirs is None or theirs not in self.grid.letters:
            return f"{self.path}, {self.grid.sheet}, row {self.lines[row]}"
        return f"{self.path}, {self.grid.cell(int(self.lines[row]), theirs)}"

    def name_cell(self, line: int, field_: str) -> str:
        """Where a field's value stands, for a list of rows: the column, and in a workbook the cell too."""
        theirs = self.made_of.get(field_, field_)
        cell = self.grid.cell(line, theirs)
        return theirs if cell == theirs else f"{cell} ({theirs})"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A value that the mapping's list of values does not have, and on how many rows it stands."""

    field: str
    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """A file seen through a mapping: the plain table, what was bad before it was judged, what maps to nothing.

    `unused` are columns of the file that no field is made of.
    """

    table: MappedTable
    layout: Layout
    verdicts: Verdicts
    unmapped: tuple[Unmapped, ...]
    unused: tuple[str, ...]

    def judge(self, spec: EventSpec) -> Reading[Events]:
        """The events, judged as those of every other file are; excluded rows name their own column or cell."""
        reading = judge_events(self.table, self.layout, spec, self.verdicts)
        return replace(reading, excluded=self.list_excluded())

    def list_excluded(self) -> tuple[ExcludedRow, ...]:
        """The rows found bad so far."""
        found = self.verdicts.list_excluded(self.table.lines)
        return tuple(replace(item, column=self.table.name_cell(item.line, item.column)) for item in found)


def open_mapped(path: Path, mapping: FileMapping) -> Mapped:
    """Open a file as its mapping says; nothing is judged yet but what Excel spoilt.

    Raises what the readers of each form raise, and mapping-invalid for a column that is not there.
    """
    grid = open_grid(path, mapping.form)
    made_of = _find_columns(grid, mapping)
    verdicts = Verdicts(grid.frame.height)
    _mark_spoilt(grid, mapping, made_of, verdicts)
    columns: dict[str, pl.Series] = {}
    unmapped: list[Unmapped] = []
    for name, spec in mapping.columns.items():
        translated = _translate(name, spec, mapping.crosswalk)
        columns[name], missed = _read_field(grid, name, (translated, made_of[name]), verdicts)
        unmapped += missed
    frame = pl.DataFrame([_fill(name, series, mapping) for name, series in columns.items()])
    frame = frame.with_columns(pl.lit(value).alias(name) for name, value in mapping.constants.items())
    if mapping.number_rows:
        frame = frame.with_columns(pl.Series("event_id", [f"{mapping.number_rows}{line}" for line in grid.lines]))
    form: Form = "geojson" if mapping.form.kind == "geojson" else "csv"
    table = MappedTable(str(path), form, frame, grid.lines, grid.file_digest, grid=grid, made_of=made_of)
    unused = tuple(name for name in grid.frame.columns if name not in made_of.values())
    return Mapped(table, _describe(table, mapping), verdicts, tuple(unmapped), unused)


def open_grid(path: Path, form: FileForm) -> Grid:
    """The rows of a file, before any field is made of them."""
    if form.kind == "xlsx":
        return read_sheet(path, form.sheet)
    unpacked = unpack_file(path)
    if form.kind == "geojson":
        opened = open_features(unpacked.content, str(path))
        if opened is None:
            raise Problem(
                "file-not-a-table",
                "This is no collection of GeoJSON features.",
                where=str(path),
                remedy="Check the file, or the kind in the mapping.",
            )
        return Grid(str(path), opened.frame, opened.lines, unpacked.file_digest)
    content = to_utf8(unpacked.content, ("utf-8", "windows-1252") if form.windows else ("utf-8",))[0]
    frame, lines = parse_delimited(_from_header(content, form), str(path))
    return Grid(str(path), frame.fill_null(""), lines, unpacked.file_digest)


def _from_header(content: bytes, form: FileForm) -> bytes:
    """The table with commas, and blank lines for what stands above its header, so that lines keep their numbers."""
    above = form.sheet.header_row - 1
    if above:
        lines = content.split(b"\n", above)
        content = b"\n" * above + (lines[above] if len(lines) > above else b"")
    if form.delimiter == ",":
        return content
    try:
        return respell(split_rows(content.decode("utf-8-sig"), form.delimiter))
    except (UnicodeDecodeError, csv.Error):
        return content  # the parser of plain tables names what is wrong


def _find_columns(grid: Grid, mapping: FileMapping) -> dict[str, str]:
    """The file's own column for each field; whatever the spaces in its name."""
    known = {" ".join(name.split()): name for name in grid.frame.columns}
    for name, spec in mapping.columns.items():
        if spec.column not in known:
            raise Problem(
                "mapping-invalid",
                f"The file has no column {spec.column[:60]!r}, which {name} is to be made of"
                f"{nearest(spec.column, known)}.",
                where=grid.path,
                remedy="Correct the mapping, or its header_row.",
            )
    return {name: known[spec.column] for name, spec in mapping.columns.items()}


def _describe(table: MappedTable, mapping: FileMapping) -> Layout:
    names = {"date": "day", "date_end": "day_end"}
    notes = list(table.grid.notes)
    if mapping.number_rows:
        notes.append(
            "The file has no ids: rows are numbered as they stand in it, and another order gives other ids."
        )
    if mapping.constants:
        said = ", ".join(sorted(mapping.constants))
        notes.append(f"Not from the file but from its mapping, the same for every row: {said}.")
    if mapping.defaults:
        notes.append(f"Where the file has nothing, the mapping says it: {', '.join(sorted(mapping.defaults))}.")
    return Layout(
        source=SOURCE,
        columns={names.get(name, name): name for name in table.columns},
        origin=mapping.origin,
        notes=tuple(notes),
    )


def _mark_spoilt(grid: Grid, mapping: FileMapping, made_of: Mapping[str, str], verdicts: Verdicts) -> None:
    """Mark the rows of which a cell is no longer what was typed."""
    for name, column in made_of.items():
        spec = mapping.columns[name]
        if column in grid.kinds:
            _mark_cells(grid.kinds[column], name, spec, verdicts)
        texts = grid.frame[column].str.strip_chars()
        if name not in (*DAYS, *NUMBERS):
            verdicts.mark(_match(texts, _AS_DATE), "became-a-date", name)
        if name == "event_id":
            verdicts.mark(_match(texts, _SHORTENED), "id-shortened", name)
        if name in DAYS and column in grid.kinds and puts_day_first(spec.formats) and not spec.trusted:
            verdicts.mark(_may_be_swapped(grid, column, spec), "date-may-be-swapped", name)


def _mark_cells(kinds: Kinds, name: str, spec: FromColumn, verdicts: Verdicts) -> None:
    verdicts.mark(kinds == ERROR, "cell-is-an-error", name)
    verdicts.mark(kinds == COVERED, "cell-is-merged", name)
    verdicts.mark(kinds == UNSAVED, "formula-without-value", name)
    if name not in DAYS:
        verdicts.mark(kinds == DATE, "became-a-date", name)
    elif SERIAL not in spec.formats:
        verdicts.mark(kinds == NUMBER, "date-is-a-number", name)


def _match(texts: pl.Series, pattern: re.Pattern[str]) -> Mask:
    kinds = {text: pattern.fullmatch(text) is not None for text in texts.unique().to_list()}
    return np.array([kinds[text] for text in texts.to_list()], dtype=bool)


def _may_be_swapped(grid: Grid, column: str, spec: FromColumn) -> Mask:
    """Cells that an Excel with American dates made days of, taking 5/3 for the third of May.

    It leaves its mark: all days up to the twelfth became dates, and all others stayed text.
    """
    is_date = grid.kinds[column] == DATE
    texts = grid.frame[column].to_list()
    days = [int(text[8:10]) for text, date_ in zip(texts, is_date, strict=True) if date_]
    rest = [read_day(text, spec.formats) for text, date_ in zip(texts, is_date, strict=True) if text and not date_]
    stayed = [day.day for day in rest if day]
    sign = bool(days) and bool(stayed) and max(days) <= 12 < min(stayed)
    result: Mask = is_date & sign
    return result


def _read_field(
    grid: Grid, name: str, source: tuple[FromColumn, str], verdicts: Verdicts
) -> tuple[pl.Series, list[Unmapped]]:
    spec, column = source
    texts = [text.strip() for text in grid.frame[column].to_list()]
    if spec.part:
        texts = [_part(text, spec) for text in texts]
    missed: list[Unmapped] = []
    if spec.values or spec.others or spec.crosswalk:
        tally = Counter(text for text in texts if text and fold_value(text) not in spec.values)
        if not spec.others:
            ranked = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
            missed = [Unmapped(name, text, rows) for text, rows in ranked]
        # A crosswalk that is silent settles nothing, and its rows stay; a list of values is meant to be whole.
        rest = spec.others or ("unknown" if spec.crosswalk else "")
        texts = [spec.values.get(fold_value(text), rest or text) if text else "" for text in texts]
    if name in NUMBERS and spec.decimal == ",":
        is_text = grid.kinds.get(column, np.zeros(len(texts), np.int8)) != NUMBER
        pairs = zip(texts, is_text.tolist(), strict=True)
        texts = [text.replace(".", "").replace(",", ".") if plain else text for text, plain in pairs]
    if name in DAYS and spec.formats:
        texts = _read_days(grid, (name, texts), source, verdicts)
    return pl.Series(name, texts, dtype=pl.String), missed


def _read_days(
    grid: Grid, named: tuple[str, list[str]], source: tuple[FromColumn, str], verdicts: Verdicts
) -> list[str]:
    """Days as ISO; what no format reads stays, and its row is marked."""
    (name, texts), (spec, column) = named, source
    read = {text: read_day(text, spec.formats) for text in set(texts)}
    kinds = grid.kinds.get(column, np.zeros(len(texts), np.int8)).tolist()
    serials = grid.serials[column].to_list() if column in grid.serials else [None] * len(texts)
    days, bad = [], np.zeros(len(texts), dtype=bool)
    for row, (text, kind, serial) in enumerate(zip(texts, kinds, serials, strict=True)):
        found = read[text]
        counted = kind == NUMBER or (kind == TEXT and found is None and SERIAL in spec.formats)
        day = serial if counted else text if kind == DATE else found.isoformat() if found else None
        bad[row] = bool(text) and day is None
        days.append(day or text)
    verdicts.mark(bad, "date-unreadable", name)
    return days


def _translate(name: str, spec: FromColumn, crosswalk: Crosswalk | None) -> FromColumn:
    """The column with the lines of the crosswalk as its values; what has no line stays to be listed."""
    if crosswalk is None or not spec.crosswalk:
        return spec
    lines = (line for line in crosswalk.lines if line.field == spec.crosswalk)
    return replace(
        spec, values={fold_value(line.value): getattr(line, name) for line in lines if getattr(line, name)}
    )


def _part(text: str, spec: FromColumn) -> str:
    parts = text.split(spec.separator)
    return parts[spec.part - 1].strip() if len(parts) >= spec.part else ""


def _fill(name: str, series: pl.Series, mapping: FileMapping) -> pl.Series:
    default = mapping.defaults.get(name)
    return series if default is None else series.set(series == "", default)
