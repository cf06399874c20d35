"""Which column of a table of people holds what: names differ by country and language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from tutela.data.sources.raw import RawTable
from tutela.kernel.problems import Problem

Role = Literal["people", "women", "men"]

_ROLES: Final[Mapping[Role, str]] = {
    "people": "ttl ttotal btl total totale totalpop poptotal pop population populationtotal populationtotale "
    "totalpopulation ensemble bothsexes people",
    "women": "ftl ttf ftotal totalf female females femaletotal totalfemale femme femmes feminin women",
    "men": "mtl ttm mtotal totalm male males maletotal totalmale homme hommes masculin men",
}
"""Headings of numbers of all ages, without case, accents, spaces and signs."""

_UNIT: Final = re.compile(r"^adm(?:in)?_?(\d)_?(name|nom|pcode|code)?(?:_?([a-z]{2}))?$")
_YEAR: Final = re.compile(r"^(.*?)_?((?:19|20)\d{2})$")
_LANGUAGES: Final = ("", "en", "fr", "ar", "es")
_GLOBAL: Final = ("population", "gender", "age_range", "reference_year")
_HAPI: Final = ("location_code", "admin_level", "gender", "age_range", "population", "reference_period_start")


@dataclass(frozen=True, slots=True)
class PeopleColumns:
    """The columns of one table; names in lower case.

    layout   "cod-ps" has a row for each unit; "cod-ps-global" and "hapi" one for each unit, sex and age group
    codes, names   columns by level;  numbers  columns by role (long layouts: `people` alone)
    year, country, group, origin, error   columns, "" where there is none
    unread   how many other columns there are
    """

    layout: Literal["cod-ps", "cod-ps-global", "hapi"]
    codes: Mapping[int, str]
    names: Mapping[int, str]
    numbers: Mapping[Role, str]
    year: str = ""
    country: str = ""
    group: str = ""
    origin: str = ""
    error: str = ""
    unread: int = 0
    numbers_year: int = 0
    levels: tuple[int, ...] = field(default=())


def is_people_table(columns: frozenset[str]) -> bool:
    """Whether these names of columns, in lower case, are those of a table of people by unit."""
    if columns.issuperset(_HAPI):
        return True
    matches = (_UNIT.match(column) for column in columns)
    if not any(match is not None and match[2] in ("pcode", "code") for match in matches):
        return False
    roles = {_read_heading(column)[0] for column in columns}
    return columns.issuperset(_GLOBAL) or "people" in roles or {"women", "men"} <= roles


def find_columns(table: RawTable, year: int | None) -> PeopleColumns:
    """The columns of a table of people by unit, whose names are in lower case.

    Raises Problem source-unknown where there are no codes of units or no number of people, file-header where two
    columns may be the same thing.
    """
    if not table.missing(_HAPI):
        return _hapi_columns()
    codes, names = _find_units(table)
    if not codes:
        raise _unknown(table, "no column with the codes of units (P-codes), such as adm1_pcode")
    if not table.missing(_GLOBAL):
        return PeopleColumns(
            layout="cod-ps-global",
            codes=codes,
            names=names,
            numbers={"people": "population"},
            year="reference_year",
            country="iso3",
            group="population_group",
            origin="source",
            levels=tuple(sorted(codes)),
        )
    numbers, found_year = _find_numbers(table, year)
    if "people" not in numbers and not {"women", "men"} <= numbers.keys():
        raise _unknown(table, "no column with the number of all people, such as T_TL")
    read = {*codes.values(), *names.values(), *numbers.values()}
    return PeopleColumns(
        layout="cod-ps",
        codes=codes,
        names=names,
        numbers=numbers,
        unread=len(table.columns) - len(read),
        numbers_year=found_year,
        levels=tuple(sorted(codes)),
    )


def _hapi_columns() -> PeopleColumns:
    return PeopleColumns(
        layout="hapi",
        codes={0: "location_code", 1: "admin1_code", 2: "admin2_code"},
        names={0: "location_code", 1: "admin1_name", 2: "admin2_name"},
        numbers={"people": "population"},
        year="reference_period_start",
        country="location_code",
        error="error",
        levels=(0, 1, 2),
    )


def _find_units(table: RawTable) -> tuple[dict[int, str], dict[int, str]]:
    codes: dict[int, str] = {}
    names: dict[int, tuple[int, str]] = {}
    for column in table.columns:
        match = _UNIT.match(column)
        if match is None or not (match[2] or match[3]):
            continue
        level, language = int(match[1]), match[3] or ""
        if match[2] in ("pcode", "code"):
            if level in codes:
                raise _twice(table, codes[level], column, f"the code of level {level}")
            codes[level] = column
        else:
            rank = _LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES)
            names[level] = min(names.get(level, (99, "")), (rank, column))
    return codes, {level: column for level, (_, column) in names.items()}


def _find_numbers(table: RawTable, year: int | None) -> tuple[dict[Role, str], int]:
    """Columns by role; of columns for several years, those of the year asked for."""
    found: dict[Role, tuple[str, int]] = {}
    for column in table.columns:
        role, own_year = _read_heading(column)
        if role is None or (year is not None and own_year not in (0, year)):
            continue
        if role in found:
            raise _twice(table, found[role][0], column, f"the number of {role}")
        found[role] = (column, own_year)
    years = {own_year for _, own_year in found.values() if own_year}
    return {role: column for role, (column, _) in found.items()}, max(years, default=0)


def _read_heading(column: str) -> tuple[Role | None, int]:
    match = _YEAR.match(column)
    stem, year = (match[1], int(match[2])) if match else (column, 0)
    plain = re.sub(r"[\W_]+", "", stem)
    for role, words in _ROLES.items():
        if plain in words.split():
            return role, year
    return None, 0


def _twice(table: RawTable, first: str, second: str, what: str) -> Problem:
    return Problem(
        "file-header",
        f"Two columns may be {what}: {first[:60]!r} and {second[:60]!r}.",
        where=f"{table.path}, line 1",
        remedy="Say which year is meant, or leave one of them out.",
    )


def _unknown(table: RawTable, what: str) -> Problem:
    return Problem(
        "source-unknown",
        f"This is no table of people that is known here: {what}.",
        where=f"{table.path}, line 1",
        remedy="Bring a table with a code of each unit (adm1_pcode) and its people (T_TL, population).",
    )
