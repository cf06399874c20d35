"""Authorised against deployed: uniformed people of each mission, month by month.

Troops and observers are added up to military, as the Council's ceilings count them. A number that the table
leaves out gives no fact: it is not 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tutela.catalogue.countries import find_countries
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.readings import ExcludedRow, Origin
from tutela.data.sources.register_rows import (
    TERMS_NOT_SEEN,
    RegisterReading,
    count_excluded,
    pack_facts,
    pack_missions,
)
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem

SOURCE: Final = "strengths"

_PARTS: Final = {
    "authorised_military": ("authtroop", "authmilobs"),
    "authorised_police": ("authpolice",),
    "deployed_military": ("troop", "milobs"),
    "deployed_police": ("police",),
}
"""The columns that add up to each strength of the register."""

_NUMBERS: Final = tuple(column for parts in _PARTS.values() for column in parts)
COLUMNS: Final = ("mission", "missioncountry", "year", "month", *_NUMBERS)
"""The columns that are read; the others may be missing."""

ORIGIN: Final = Origin(
    name="UN personnel, authorised against deployed, by mission and month",
    vintage="1990-2015",
    licence=TERMS_NOT_SEEN,
    attribution="Table of authorised and deployed UN personnel by mission and month, 1990-2015; names no author",
    recorded_harms=(),
)

NOTES: Final = (
    "Military is troops and military observers together; a month in which one of them is missing has no figure.",
    "Authorised numbers that are not whole come from the source and are shown as about the nearest whole.",
)


def read_strengths(path: Path) -> RegisterReading:
    """Read the table; raises what `read_raw` raises, and file-header where a column is missing.

    A row without a mission or month, with none of the numbers, with one that cannot be, or for a month that the
    mission had before, is left out with its line.
    """
    raw = read_raw(path)
    _require_columns(raw)
    excluded: list[ExcludedRow] = []
    facts: list[tuple[str, str, str, str, int]] = []
    places: dict[str, str] = {}
    months: dict[str, set[str]] = {}
    numbers = {name: raw.number(name).to_list() for name in _NUMBERS}
    missions, countries = raw.text("mission").to_list(), raw.text("missioncountry").to_list()
    when = list(zip(raw.number("year").to_list(), raw.number("month").to_list(), strict=True))
    for row in range(len(raw)):
        line, mission = int(raw.lines[row]), missions[row]
        month = _month(*when[row])
        values = {name: column[row] for name, column in numbers.items()}
        fault = _find_fault(mission, month, values)
        if fault is None and month in months.get(mission, ()):
            fault = ("month-twice", "month")
        if fault is not None:
            excluded.append(ExcludedRow(line, *fault))
            continue
        months.setdefault(mission, set()).add(month)
        places.setdefault(mission, countries[row] or "")
        facts += [(mission, name, value, month, line) for name, value in _add_up(values).items()]
    found = [
        (name, name, "", "|".join(country.iso3 for country in find_countries(place)), "", "")
        for name, place in places.items()  # the table begins in 1990: a first month in it is no beginning
    ]
    return RegisterReading(
        path=raw.path,
        source=SOURCE,
        missions=pack_missions(found),
        facts=pack_facts(facts),
        accounting=Accounting("reading strengths", len(raw), len(raw) - len(excluded), count_excluded(excluded)),
        origin=ORIGIN,
        file_digest=raw.file_digest,
        excluded=tuple(excluded),
        notes=NOTES,
    )


def _require_columns(raw: RawTable) -> None:
    missing = raw.missing(COLUMNS)
    if missing:
        raise Problem(
            "file-header",
            f"These columns are missing: {', '.join(missing)}.",
            where=f"{raw.path}, line 1",
            remedy="Bring the mission-month table of authorised and deployed personnel as it was published.",
        )


def _month(year: float | None, month: float | None) -> str:
    """YYYY-MM, or "" where the row has no month."""
    if year is None or month is None or year % 1 or month % 1 or not 1945 <= year <= 2100 or not 1 <= month <= 12:
        return ""
    return f"{int(year)}-{int(month):02d}"


def _find_fault(mission: str | None, month: str, values: dict[str, float | None]) -> tuple[str, str] | None:
    """Why a row cannot be used, and the column at fault."""
    if not mission:
        return "mission-missing", "mission"
    if not month:
        return "month-unreadable", "month"
    for name, value in values.items():
        if value is not None and value < 0:
            return "below-zero", name
    if not _add_up(values):
        return "no-numbers", "troop"
    return None


def _add_up(values: dict[str, float | None]) -> dict[str, str]:
    """The strengths of one month whose parts are all there, written as the register writes them."""
    written = {}
    for name, parts in _PARTS.items():
        known = [value for part in parts if (value := values[part]) is not None]
        if len(known) == len(parts):
            total = sum(known)
            written[name] = f"{round(total)}" if total % 1 == 0 else f"about {round(total)}"
    return written
