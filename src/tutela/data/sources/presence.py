"""Files of presences and their sites, read into one table of sites in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from tutela.data.sources.geopko import MAP_COLUMNS, read_maps
from tutela.data.sources.geopko_years import YEAR_COLUMNS, read_years
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.readings import ExcludedRow, Reading
from tutela.data.sources.site_rows import LINE, SiteDraft
from tutela.data.sources.sites_csv import COLUMNS, REQUIRED, read_sites_csv
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites

MAX_BAD_SHARE: Final = 0.01
"""A file with a larger share of bad rows is refused: it is not what it claims to be."""


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: tuple[str, ...]
    read: Callable[[pl.DataFrame, date], SiteDraft]


_LAYOUTS: Final = {
    "geopko": _Layout(MAP_COLUMNS, read_maps),
    "geopko-year": _Layout(YEAR_COLUMNS, read_years),
    "csv": _Layout(REQUIRED, read_sites_csv),
}

SOURCES: Final = ("auto", *_LAYOUTS)
"""What `--source` may say of a file of sites."""


def read_sites(path: Path, *, source: str = "auto", strict: bool = False, today: date) -> Reading[Sites]:
    """Read a file of sites; every row is placed, or excluded by a named reason with its line.

    Raises Problem when the file is unreadable or of no layout that is known (source-unknown, file-header),
    contradicts itself (id-conflict), has more than `MAX_BAD_SHARE` bad rows (too-many-bad-rows), or with
    `strict` has one (bad-row).
    """
    _check_source(source)
    raw = read_raw(path)
    name = _find_layout(list(raw.columns), path) if source == "auto" else source
    frame = _lower_names(_text_of(raw)) if name == "csv" else _text_of(raw)
    _check_columns(frame.columns, name, path)
    draft = _read_layout(frame, name, path, today)
    _refuse_bad_rows(draft.excluded, len(raw), path, strict=strict)
    reasons = Counter(row.reason for row in draft.excluded)
    return Reading(
        path=str(path),
        source=name,
        table=draft.sites,
        accounting=Accounting(f"read {path.name}", len(raw), len(raw) - len(draft.excluded), dict(reasons)),
        origin=draft.origin,
        file_digest=raw.file_digest,
        excluded=draft.excluded,
        notes=draft.notes,
    )


def _check_source(source: str) -> None:
    if source in SOURCES:
        return
    later = " The table of UN peace missions' mandates (UNPMM) is not read yet." if source == "unpmm" else ""
    raise Problem(
        "source-unknown",
        f"No reader of sites is called {source!r}.{later}",
        where="--source",
        remedy=f"Use one of {', '.join(SOURCES)}.",
    )


def _text_of(raw: RawTable) -> pl.DataFrame:
    return raw.frame.select(pl.all().cast(pl.String)).with_columns(pl.Series(LINE, raw.lines))


def _find_layout(columns: list[str], path: Path) -> str:
    for name, layout in _LAYOUTS.items():
        if set(layout.columns) <= set(columns) or (name == "csv" and set(REQUIRED) <= {c.lower() for c in columns}):
            return name
    if {"type_of_violence", "event_type", "event_date"} & set(columns):
        hint = "It seems to be a table of events: read it as such."
    else:
        lacking = {name: [c for c in layout.columns if c not in columns] for name, layout in _LAYOUTS.items()}
        nearest = min(lacking, key=lambda name: len(lacking[name]))
        hint = f"The nearest is {nearest}, for which it lacks {', '.join(lacking[nearest])}."
    raise Problem(
        "source-unknown",
        f"The header of {len(columns)} columns is none of a file of sites ({', '.join(_LAYOUTS)}). {hint}",
        where=f"{path}, line 1",
        remedy=f"Bring a plain sites file: a CSV file with the columns {', '.join(COLUMNS)}.",
    )


def _check_columns(columns: list[str], name: str, path: Path) -> None:
    lacking = [column for column in _LAYOUTS[name].columns if column not in columns]
    if lacking:
        raise Problem(
            "file-header",
            f"The columns {', '.join(lacking)} of the layout {name} are missing.",
            where=f"{path}, line 1",
            remedy="Add them, or name another layout with --source.",
        )


def _lower_names(frame: pl.DataFrame) -> pl.DataFrame:
    # People write "Site_ID" and "Lat". Two columns that differ in case alone stay as they are.
    names = [name.lower() for name in frame.columns]
    return frame.rename(dict(zip(frame.columns, names, strict=True))) if len(set(names)) == len(names) else frame


def _read_layout(frame: pl.DataFrame, name: str, path: Path, today: date) -> SiteDraft:
    try:
        return _LAYOUTS[name].read(frame, today)
    except Problem as problem:
        where = f"{path}, {problem.where}"
        raise Problem(problem.code, problem.message, where=where, remedy=problem.remedy) from None


def _refuse_bad_rows(excluded: tuple[ExcludedRow, ...], count: int, path: Path, *, strict: bool) -> None:
    if not excluded:
        return
    first = excluded[0]
    where = f"{path}, line {first.line}, column {first.column}"
    if strict:
        raise Problem(
            "bad-row",
            f"The row is bad: {first.reason}; {len(excluded)} of {count} rows are.",
            where=where,
            remedy="Put the row right, or read without --strict to leave bad rows out.",
        )
    if len(excluded) > MAX_BAD_SHARE * count:
        reasons = Counter(row.reason for row in excluded)
        listed = ", ".join(f"{reason} {reasons[reason]}" for reason in sorted(reasons))
        raise Problem(
            "too-many-bad-rows",
            f"{len(excluded)} of {count} rows are bad, over {MAX_BAD_SHARE:.0%}: {listed}. The first is here.",
            where=where,
            remedy="Check that the columns are what their names say, then put the rows right.",
        )
