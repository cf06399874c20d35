"""Forecasts of others in the layouts that they publish: VIEWS (its API and its challenge) and ACLED CAST.

    views-submission   Parquet of the prediction challenge: month_id, country_id or priogrid_gid, draw, outcome
    views-cm           CSV, or JSON as its API answers: country_id, isoab, name, month_id, main_mean, main_dich
    views-pgm          the same by cell: pg_id or priogrid_gid, month_id, main_mean, main_dich
    acled-cast         CSV: country, admin1, month, year, total_forecast, battles_forecast, erv_forecast,
                       vac_forecast, and what was observed in months that are over

A forecast of events is not one of deaths: CAST's targets are its own, and are never compared with counts of people.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.catalogue.countries import find_country
from tutela.data.store.folders import digest_file
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats, Text

LAYOUTS: Final = ("views-submission", "views-cm", "views-pgm", "acled-cast")

CAST_TARGETS: Final = {
    "acled-events": "total",
    "acled-battles": "battles",
    "acled-remote": "erv",
    "acled-against-civilians": "vac",
}
"""What CAST foretells: how many events of each type ACLED will record, by the beginning of its columns."""

_CELLS: Final = ("priogrid_gid", "priogrid_id", "pg_id")
_MONTHS: Final = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
}
_FIRST_YEAR: Final = 1980
_MOST: Final = 1e6
"""More people in one unit in one month than any record ever held: the unit of the numbers is another."""


@dataclass(frozen=True, slots=True)
class OutsideFile:
    """One file as rows, a row for each unit and month, by month and then by unit.

    unit    the number that its makers use, or a number of this file;  code, label  of countries and provinces
    mean    of a point forecast, None where there are draws;  draws  [rows, draws], None where there is a mean
    said    other columns of theirs, kept beside and never mixed in
    observed   what its makers say came, NaN where they do not say
    """

    path: str
    digest: str
    layout: str
    level: str
    target: str
    month: NDArray[np.int64]
    unit: NDArray[np.int64]
    code: Text
    label: Text
    mean: Floats | None
    draws: NDArray[np.float32] | None
    said: Mapping[str, Floats]
    observed: Floats | None = None


def read_outside(path: Path, layout: str = "auto", target: str = "state_based") -> OutsideFile:
    """Read a published forecast; refused by its first offender: a column, a unit, a count that is none.

    `target` chooses among CAST's; for the others it says what the draws of a submission count.
    """
    frame = _read(path)
    found = _tell_layout(frame, path) if layout == "auto" else layout
    if found not in LAYOUTS:
        raise Problem(
            "option-invalid",
            f"There is no layout called {found[:40]!r}.",
            where="--layout",
            remedy=f"Write one of: {', '.join(LAYOUTS)}, auto.",
        )
    if found == "views-submission":
        return _read_submission(frame, path, target)
    if found == "acled-cast":
        return _read_cast(frame, path, target)
    return _read_views(frame, path, found)


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise Problem("file-missing", "There is no such file.", where=str(path), remedy="Name a forecast.")
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix == ".json":
            held = json.loads(path.read_text("utf-8"))
            return pl.DataFrame(held["data"] if isinstance(held, dict) else held, infer_schema_length=None)
        return pl.read_csv(path, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError, ValueError, KeyError, TypeError):
        raise Problem(
            "file-unreadable",
            "This is no Parquet, CSV or JSON file of rows that can be read to its end.",
            where=str(path),
            remedy="Bring the forecast as its makers publish it.",
        ) from None


def _tell_layout(frame: pl.DataFrame, path: Path) -> str:
    names = set(frame.columns)
    if {"month_id", "draw", "outcome"} <= names:
        return "views-submission"
    if {"country", "month", "year", "total_forecast"} <= names:
        return "acled-cast"
    if {"month_id", "main_mean"} <= names or {"month_id", "main_mean_ln"} <= names:
        return "views-pgm" if names & set(_CELLS) else "views-cm"
    raise Problem(
        "source-unknown",
        "No reader knows these columns.",
        where=str(path),
        remedy=f"Bring one of these layouts: {', '.join(LAYOUTS)}.",
    )


def _read_submission(frame: pl.DataFrame, path: Path, target: str) -> OutsideFile:
    unit = _first(frame, ("country_id", *_CELLS), path, "the unit")
    _need(frame, ("month_id", "draw", "outcome"), path)
    table = _numbers(frame, ("month_id", unit, "draw", "outcome"), path).sort("month_id", unit, "draw")
    keys = table.group_by("month_id", unit, maintain_order=True).agg(
        pl.len().alias("n"), pl.col("draw").n_unique().alias("different")
    )
    odd = keys.filter((pl.col("n") != keys["n"].max()) | (pl.col("n") != pl.col("different")))
    if len(odd):
        first = odd.row(0, named=True)
        raise _refuse(
            path,
            f"{len(odd)} unit-months have missing or repeated draws, first unit {first[unit]:.0f} in month"
            f" {first['month_id']:.0f}.",
        )
    size = int(keys["n"][0])
    draws = np.sort(table["outcome"].to_numpy().reshape(-1, size), axis=1).astype(np.float32)
    month, number = (keys[name].to_numpy().astype(np.int64) for name in ("month_id", unit))
    none = np.full(len(keys), "", "U1")
    level = "country" if unit == "country_id" else "grid"
    return _finish(OutsideFile(
        str(path), digest_file(path), "views-submission", level, target, month, number, none, none, None, draws, {},
    ))  # fmt: skip


def _read_views(frame: pl.DataFrame, path: Path, layout: str) -> OutsideFile:
    cells = layout == "views-pgm"
    unit = _first(frame, _CELLS if cells else ("country_id",), path, "the unit")
    if "main_mean" not in frame.columns and "main_mean_ln" in frame.columns:
        frame = frame.with_columns(main_mean=pl.col("main_mean_ln").cast(pl.Float64, strict=False).exp() - 1)
    _need(frame, ("month_id", "main_mean", *(() if cells else ("isoab",))), path)
    said = [name for name in ("main_dich", "main_mean_ln") if name in frame.columns]
    held = _numbers(frame, ("month_id", unit, "main_mean", *said), path)
    texts = [name for name in ("isoab", "name") if name in frame.columns and not cells]
    table = held.with_columns(frame[name].cast(pl.String).fill_null("") for name in texts).sort("month_id", unit)
    code = table["isoab"].to_list() if "isoab" in texts else [""] * len(table)
    label = table["name"].to_list() if "name" in texts else code
    return _finish(OutsideFile(
        str(path), digest_file(path), layout, "grid" if cells else "country", "state_based",
        table["month_id"].to_numpy().astype(np.int64), table[unit].to_numpy().astype(np.int64),
        np.array(code, dtype=np.str_), np.array(label, dtype=np.str_), table["main_mean"].to_numpy(), None,
        {name: table[name].to_numpy() for name in said},
    ))  # fmt: skip


def _read_cast(frame: pl.DataFrame, path: Path, target: str) -> OutsideFile:
    chosen = target if target in CAST_TARGETS else "acled-against-civilians"
    kind = CAST_TARGETS[chosen]
    _need(frame, ("country", "month", "year", f"{kind}_forecast"), path)
    month = _read_calendar(frame, path)
    country, province = _read_places(frame, path)
    codes = [f"{a}/{b}" if b else a for a, b in zip(country, province, strict=True)]
    levels = {bool(name) for name in province}
    if len(levels) > 1:
        raise _refuse(path, "Some rows are of countries and some of provinces: they would be counted twice.")
    order = np.lexsort((np.array(codes, dtype=np.str_), month))
    names, unit = np.unique(np.array(codes, dtype=np.str_), return_inverse=True)
    label = np.array([f"{b} ({a})" if b else a for a, b in zip(country, province, strict=True)], dtype=np.str_)
    others = [name for name in CAST_TARGETS.values() if f"{name}_forecast" in frame.columns and name != kind]
    held = _numbers(frame, (f"{kind}_forecast", *(f"{name}_forecast" for name in others)), path)
    observed = frame.get_column(f"{kind}_observed", default=None)
    return _finish(OutsideFile(
        str(path), digest_file(path), "acled-cast", "admin-1" if levels == {True} else "country", chosen,
        month[order], unit[order].astype(np.int64), names[unit[order]], label[order],
        held[f"{kind}_forecast"].to_numpy()[order], None,
        {f"{name}_forecast": held[f"{name}_forecast"].to_numpy()[order] for name in others},
        None if observed is None else observed.cast(pl.Float64, strict=False).to_numpy()[order],
    ))  # fmt: skip


def _read_calendar(frame: pl.DataFrame, path: Path) -> NDArray[np.int64]:
    year = frame["year"].cast(pl.Int64, strict=False)
    text = frame["month"].cast(pl.String).str.strip_chars().str.to_lowercase()
    number = [int(name) if name and name.isdecimal() else _MONTHS.get(name or "", 0) for name in text.to_list()]
    bad = [i for i, value in enumerate(number) if not 1 <= value <= 12 or year[i] is None]
    if bad:
        raise _refuse(path, f"{len(bad)} rows have no month and year that can be read, first row {bad[0] + 2}.")
    return (year.to_numpy().astype(np.int64) - _FIRST_YEAR) * 12 + np.array(number, dtype=np.int64)


def _read_places(frame: pl.DataFrame, path: Path) -> tuple[list[str], list[str]]:
    names = frame["country"].cast(pl.String).fill_null("").to_list()
    known = {name: find_country(name) for name in set(names)}
    lost = sorted(name for name, country in known.items() if country is None)
    if lost:
        raise _refuse(path, f"{len(lost)} names of countries are in no list, first {lost[0][:40]!r}.")
    country = [found.iso3 for name in names if (found := known[name]) is not None]
    if "admin1" not in frame.columns:
        return country, [""] * len(country)
    return country, frame["admin1"].cast(pl.String).fill_null("").str.strip_chars().to_list()


def _finish(file: OutsideFile) -> OutsideFile:
    """Refuse rows that repeat, months that are missing, and numbers that count nobody."""
    values = file.mean if file.mean is not None else file.draws
    assert values is not None
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        row = int(np.argwhere(bad)[0][0])
        raise _refuse(
            Path(file.path), f"{int(bad.sum())} values are negative or no numbers, first unit {_name(file, row)}."
        )
    if (values > _MOST).any():
        row = int(np.argwhere(values > _MOST)[0][0])
        raise _refuse(
            Path(file.path),
            f"More than {_MOST:,.0f} a month, first unit {_name(file, row)}: the unit of the numbers is wrong.",
        )
    units, months = np.unique(file.unit), np.unique(file.month)
    seen = np.unique(np.stack((file.month, file.unit)), axis=1).shape[1]
    if seen < len(file.month):
        raise _refuse(Path(file.path), f"{len(file.month) - seen} unit-months stand more than once.")
    if seen < len(units) * len(months):
        raise _refuse(Path(file.path), f"{len(units) * len(months) - seen} unit-months are missing.")
    return file


def _name(file: OutsideFile, row: int) -> str:
    return str(file.code[row]) or str(file.unit[row])


def _first(frame: pl.DataFrame, names: tuple[str, ...], path: Path, what: str) -> str:
    found = [name for name in names if name in frame.columns]
    if not found:
        raise Problem(
            "file-header",
            f"No column holds {what}.",
            where=str(path),
            remedy=f"It must be called {' or '.join(names)}.",
        )
    return found[0]


def _need(frame: pl.DataFrame, names: tuple[str, ...], path: Path) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise Problem(
            "file-header",
            f"Columns are missing: {', '.join(missing)}.",
            where=str(path),
            remedy="Bring the file as its makers publish it.",
        )


def _numbers(frame: pl.DataFrame, names: tuple[str, ...], path: Path) -> pl.DataFrame:
    held = frame.select(pl.col(name).cast(pl.Float64, strict=False) for name in names)
    for name in names:
        if held[name].null_count():
            row = int(held[name].is_null().arg_true()[0]) + 2
            raise _refuse(path, f"{held[name].null_count()} values of {name} are no numbers, first in row {row}.")
    return held


def _refuse(path: Path, why: str) -> Problem:
    return Problem(
        "forecast-unusable",
        why,
        where=str(path),
        remedy="Ask its makers, or export it again; nothing was kept of it.",
    )
