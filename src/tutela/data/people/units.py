"""From the good rows of a table of people to one row for each unit and year, and what readers must know of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from tutela.catalogue.countries import find_country
from tutela.kernel.people import PeopleOfUnits
from tutela.kernel.problems import Problem

SEXES: Final = {"all": "people", "t": "people", "f": "women", "female": "women", "m": "men", "male": "men"}
_KEY: Final = ("level", "code", "year")
_ROLES: Final = ("people", "women", "men")
_LEVELS_APART: Final = 0.001
_ROUNDING: Final = 2.0
"""Women and men may miss the total by so many people: tables are rounded unit by unit."""


def build_units(rows: pl.DataFrame, *, path: str, add: bool, codes: Mapping[int, str]) -> tuple[PeopleOfUnits, int]:
    """One row for each unit and year, in order of level, code and year; and how many rows were merged into others.

    `rows` are the good rows with texts and numbers, `codes` the columns of codes by level. Raises Problem
    id-conflict where two rows of one unit give another number and `add` is not asked for.
    """
    numbers = rows.rename({"year": "_text"}).rename({"year_number": "year"})
    long = _stack(numbers)
    repeated = long.filter(pl.struct(*_KEY, "role").is_duplicated())
    if len(repeated) and not add:
        _refuse_repeated(repeated.sort("line"), path, codes)
    merged = len(set(repeated["line"])) - repeated.select(*_KEY, "sex").n_unique() if len(repeated) else 0
    summed = long.group_by(*_KEY, "role").agg(pl.col("value").sum())
    wide = numbers.sort("line").group_by(*_KEY).agg(pl.col("name", "parent", "country", "origin", "line").first())
    for role in _ROLES:
        here = summed.filter(pl.col("role") == role).select(*_KEY, pl.col("value").alias(f"_{role}"))
        wide = wide.join(here, on=_KEY, how="left")
    both = pl.col("_women") + pl.col("_men")
    wide = wide.with_columns(pl.col("_people").fill_null(both)).sort(*_KEY)
    return _to_table(wide), merged


def _stack(rows: pl.DataFrame) -> pl.DataFrame:
    """A row for each number: in layouts with a column of sex, `people` holds the number of that sex."""
    parts = [
        rows.select(*_KEY, "line", "sex", value=pl.col(f"{role}_number"), role=pl.lit(role)) for role in _ROLES
    ]
    stacked = pl.concat(parts).filter(pl.col("value").is_not_null())
    by_sex = pl.col("sex").replace_strict(SEXES, default=None, return_dtype=pl.String)
    return stacked.with_columns(role=pl.coalesce(by_sex, pl.col("role")))


def _refuse_repeated(repeated: pl.DataFrame, path: str, codes: Mapping[int, str]) -> None:
    first = repeated.row(0, named=True)
    same = repeated.filter(*(pl.col(name) == first[name] for name in (*_KEY, "role")))
    raise Problem(
        "id-conflict",
        f"The unit {first['code']} stands on lines {same['line'][0]} and {same['line'][1]}, "
        f"each with its own number of {first['role']}.",
        where=f"{path}, line {same['line'][1]}, column {codes[first['level']]}",
        remedy="Give each unit its own code, or, where several lines make one unit, add them (--people-add-lines).",
    )


def _to_table(wide: pl.DataFrame) -> PeopleOfUnits:
    def text(name: str) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        return np.array(wide[name].to_list(), dtype=np.str_)

    def number(role: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return wide[f"_{role}"].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    pairs = wide.select("country", "code").iter_rows()
    return PeopleOfUnits(
        code=text("code"),
        name=text("name"),
        level=wide["level"].cast(pl.Int8).to_numpy(),
        parent=text("parent"),
        country=np.array([find_iso3(country, code) for country, code in pairs], dtype=np.str_),
        people=number("people"),
        women=number("women"),
        men=number("men"),
        year=wide["year"].cast(pl.Int16).to_numpy(),
        origin=text("origin"),
        source_line=wide["line"].cast(pl.Int32).to_numpy(),
    )


def find_iso3(country: str, code: str) -> str:
    """The country by its own cell, else by the letters with which P-codes begin; "" where neither is one."""
    for text in (country, code[:3] if code[:3].isalpha() else code[:2]):
        found = find_country(text) if text else None
        if found is not None:
            return found.iso3
    return ""


def write_notes(units: PeopleOfUnits, merged: int) -> tuple[str, ...]:
    """What a reader of the figures must know: sums that do not meet, codes that leave their parents."""
    notes = []
    if merged:
        notes.append(f"Lines added to another line of the same unit, as was asked for: {merged}.")
    off = np.abs(units.women + units.men - units.people) > _ROUNDING
    if off.any():
        notes.append(
            f"In {int(off.sum())} units women and men do not add up to the people; "
            f"first on line {_first(units, off)}. The total was kept."
        )
    strays = (units.parent != "") & ~np.strings.startswith(units.code, units.parent) & (units.level > 1)
    if strays.any():
        notes.append(
            f"The codes of {int(strays.sum())} units do not begin with their parent's; first on line "
            f"{_first(units, strays)}. Code and parent were kept as they stand: one of them may be wrong."
        )
    notes.extend(_compare_levels(units))
    nowhere = units.country == ""
    if nowhere.any():
        notes.append(f"{int(nowhere.sum())} units are of no country that is known here.")
    return tuple(notes)


def _compare_levels(units: PeopleOfUnits) -> list[str]:
    """Where one country's levels, both given, hold different numbers of people."""
    notes = []
    for country in np.unique(units.country):
        here = units.take(units.country == country)
        for year in np.unique(here.year):
            rows = here.take(here.year == year)
            sums = {
                int(level): float(np.nansum(rows.people[rows.level == level])) for level in np.unique(rows.level)
            }
            if max(sums.values()) - min(sums.values()) > _LEVELS_APART * max(sums.values()):
                told = ", ".join(f"{people:,.0f} at level {level}" for level, people in sums.items())
                notes.append(f"The levels of {country or 'one country'} do not hold the same people: {told}.")
    return notes


def _first(units: PeopleOfUnits, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    return int(units.source_line[rows].min())
