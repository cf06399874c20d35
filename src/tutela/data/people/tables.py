"""Tables of people by administrative unit: COD-PS as countries publish it, COD-PS of all countries, HDX HAPI."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.people.columns import PeopleColumns, find_columns
from tutela.data.people.units import SEXES, build_units, write_notes
from tutela.data.sources.hxl import split_hxl
from tutela.data.sources.layouts import lower_header
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.readings import ExcludedRow, Origin, Reading
from tutela.data.sources.verdicts import Verdicts
from tutela.kernel.accounting import Accounting
from tutela.kernel.people import PeopleOfUnits
from tutela.kernel.problems import Problem

Repeated = Literal["refuse", "add"]

_ALL_AGES: Final = ("all", "")
_WHOLE_GROUPS: Final = ("", "t_tl", "f_tl", "m_tl")
_TOTAL_NAMES: Final = r"^(grand )?(total|totale|totaux|ensemble|national|all)( g[eé]n[eé]ral)?$"
_NOTHING: Final = ("<null>", "null", "n/a", "na", "#n/a", "-")
_THOUSANDS: Final = r"^\d{1,3}([ \x{00a0}\x{202f}]\d{3})+$|^\d{1,3}(,\d{3})+$"
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MOST_PEOPLE: Final = 2e9


def read_people_table(
    path: Path, *, year: int | None = None, repeated: Repeated = "refuse", strict: bool = False
) -> Reading[PeopleOfUnits]:
    """Read people by unit; every row is placed, set aside, or excluded by a named reason with its line.

    `year` says what year a table speaks for that has no such column (else its name may say so). Two rows with
    one code and other numbers are refused, or with `repeated="add"` added up. Of layouts with a row for each age
    group only all ages are read; rows of age groups and total lines are set aside and are no bad rows.
    Text may be UTF-8 or Windows-1252. Raises Problem as `read_raw` does, and source-unknown, file-header,
    id-conflict, bad-row, too-many-bad-rows, nothing-to-study.
    """
    raw = read_raw(path, encodings=("utf-8", "windows-1252"))
    whole, tags = split_hxl(lower_header(raw))
    columns = find_columns(whole, year)
    rows = _list_rows(whole, columns)
    aside = _set_aside(rows, columns)
    table, rows = whole.take(aside == ""), rows.filter(pl.Series(aside == ""))
    if not len(table):
        raise _nothing(path)
    rows = _with_year(rows, columns, path, year)
    verdicts = _judge(rows, columns)
    verdicts.refuse(table, strict=strict)
    good = rows.filter(pl.Series(verdicts.good))
    units, merged = build_units(good, path=str(path), add=repeated == "add", codes=columns.codes)
    excluded = (*verdicts.list_excluded(table.lines), *_list_aside(whole, aside))
    counts = Counter(row.reason for row in excluded)
    notes = _note_file(raw, columns, path, year, had_tags=bool(tags))
    return Reading(
        path=str(path),
        source=columns.layout,
        table=units,
        accounting=Accounting("reading people", len(whole), len(whole) - len(excluded), dict(counts)),
        origin=_describe(columns, units),
        file_digest=raw.file_digest,
        excluded=tuple(sorted(excluded, key=lambda row: row.line)),
        notes=(*notes, *write_notes(units, merged)),
    )


def _list_rows(table: RawTable, columns: PeopleColumns) -> pl.DataFrame:
    """A row of text for each row of the file: code, name, level, parent, sex, age, numbers, year."""

    def text(name: str) -> pl.Series:
        cells = table.text(name).fill_null("")
        return cells.set(cells.str.to_lowercase().is_in(_NOTHING), "")

    code, name, parent = text(""), text(""), text("")
    level = pl.Series([-1] * len(table), dtype=pl.Int8)
    for number in columns.levels:
        here = text(columns.codes[number])
        filled = here != ""
        parent = code.zip_with(filled, parent)
        code, name = here.zip_with(filled, code), text(columns.names.get(number, "")).zip_with(filled, name)
        level = level.set(filled, number)
    # A row without any code keeps the name of the deepest level, by which a total line is told.
    nameless = text(columns.names.get(max(columns.levels), ""))
    name = name.zip_with(level >= 0, nameless)
    cells = {role: text(columns.numbers.get(role, "")) for role in ("people", "women", "men")}
    numbers = {f"{role}_number": read_numbers(column) for role, column in cells.items()}
    return pl.DataFrame(
        {
            "line": table.lines,
            "code": code,
            "name": name,
            "level": level,
            "parent": parent,
            "country": text(columns.country),
            "year": text(columns.year),
            "sex": text("gender" if columns.layout != "cod-ps" else "").str.to_lowercase(),
            "age": text("age_range" if columns.layout != "cod-ps" else "").str.to_lowercase(),
            "group": text(columns.group).str.to_lowercase(),
            "origin": text(columns.origin),
            "error": text(columns.error),
            **cells,
            **numbers,
        }
    )


def _set_aside(rows: pl.DataFrame, columns: PeopleColumns) -> NDArray[np.str_]:
    """Why a row is no number of all people of one unit, "" where it is."""
    reasons = np.full(len(rows), "", dtype="<U24")
    if columns.layout == "cod-ps":
        named = rows["name"].str.to_lowercase()
        is_total = (rows["level"] < 0) & ((named == "") | named.str.contains(_TOTAL_NAMES))
        reasons[is_total.to_numpy()] = "total-line"
        return reasons
    reasons[(~rows["group"].is_in(_WHOLE_GROUPS)).to_numpy()] = "other-group"
    reasons[(~rows["age"].is_in(_ALL_AGES)).to_numpy()] = "age-group"
    reasons[(~rows["sex"].is_in(list(SEXES))).to_numpy()] = "other-group"
    return reasons


def _with_year(rows: pl.DataFrame, columns: PeopleColumns, path: Path, year: int | None) -> pl.DataFrame:
    if columns.year:
        number = pl.col("year").str.extract(r"^(\d{4})(?:\.0|-\d\d.*)?$", 1).cast(pl.Int32, strict=False)
        return rows.with_columns(year_number=number)
    said = year or columns.numbers_year or _year_of_name(path) or 0
    return rows.with_columns(year_number=pl.lit(said, dtype=pl.Int32))


def _year_of_name(path: Path) -> int | None:
    found = set(re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", path.name))
    return int(found.pop()) if len(found) == 1 else None


def _judge(rows: pl.DataFrame, columns: PeopleColumns) -> Verdicts:
    verdicts = Verdicts(len(rows))
    deepest = columns.codes[max(columns.levels)]

    def mark(bad: pl.Series, reason: str, column: str) -> None:
        verdicts.mark(bad.fill_null(value=False).to_numpy(), reason, column)

    mark(rows["error"] != "", "marked-as-error", columns.error)
    mark(rows["level"] < 0, "code-missing", deepest)
    if columns.layout == "cod-ps":
        mark((rows["level"] < max(columns.levels)) & (rows["level"] >= 0), "code-missing", deepest)
    if columns.year:
        number = rows["year_number"]
        mark(number.is_null() | (number < _FIRST_YEAR) | (number > _LAST_YEAR), "year-unreadable", columns.year)
    for role, column in columns.numbers.items():
        cells, value = rows[role], rows[f"{role}_number"]
        if role == "people":
            mark(cells == "", "people-missing", column)
        mark((cells != "") & value.is_null(), "people-unreadable", column)
        mark((value < 0) | (value > _MOST_PEOPLE), "people-out-of-range", column)
    content = rows.select("code", "level", "name", "year_number", "sex", "people", "women", "men", "error")
    mark(~content.select(pl.struct(pl.all()).is_first_distinct()).to_series(), "duplicate-row", deepest)
    return verdicts


def read_numbers(cells: pl.Series) -> pl.Series:
    """Whole or broken numbers, with spaces or commas between the thousands; null for anything else."""
    grouped = cells.str.contains(_THOUSANDS)
    plain = cells.str.replace_all(r"[ \x{00a0}\x{202f},]", "").zip_with(grouped, cells)
    value = plain.cast(pl.Float64, strict=False)
    return value.set(~value.is_finite(), None)


def _list_aside(table: RawTable, aside: NDArray[np.str_]) -> list[ExcludedRow]:
    column = {"total-line": "name", "age-group": "age_range", "other-group": "population_group"}
    return [
        ExcludedRow(int(table.lines[row]), str(aside[row]), column[str(aside[row])])
        for row in np.flatnonzero(aside != "")
    ]


def _note_file(
    raw: RawTable, columns: PeopleColumns, path: Path, year: int | None, *, had_tags: bool
) -> tuple[str, ...]:
    notes = []
    if raw.encoding != "utf-8":
        notes.append("The file is not UTF-8; it was read as Windows-1252.")
    if had_tags:
        notes.append("The line of hashtags (HXL) under the header was taken off.")
    if not columns.year and not year:
        named = columns.numbers_year or _year_of_name(path)
        place = "the heading" if columns.numbers_year else "the file's name"
        notes.append(f"The year {named} was taken from {place}." if named else "The file does not say its year.")
    if columns.unread:
        notes.append(f"{columns.unread} other columns (age groups, remarks) were not read.")
    return tuple(notes)


def _describe(columns: PeopleColumns, units: PeopleOfUnits) -> Origin:
    years = sorted({str(year) for year in units.year.tolist() if year})
    name = {"cod-ps": "Population by unit", "cod-ps-global": "COD-PS, all countries", "hapi": "HDX HAPI population"}
    return Origin(
        name=name[columns.layout],
        vintage=", ".join(years) or "not stated",
        licence="not stated in the file; on HDX such tables are CC BY-IGO",
        attribution="OCHA, Common Operational Datasets on population, and the makers whom the file names",
        recorded_harms=(),
    )


def _nothing(path: Path) -> Problem:
    return Problem(
        "nothing-to-study",
        "The table has no row for all people of a unit, only age groups, other groups or totals.",
        where=str(path),
        remedy="Bring the table with all ages, both sexes, by unit.",
    )
