"""What of each administrative unit lies within how many minutes of the nearest site, by P-code."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.data.areas import AdminUnit, Area, AreaReading
from tutela.data.geoparquet import parquet_bytes, write_shapes
from tutela.engine.people.travel_areas import Amounts, AreaReach, lay_travel, reach_area
from tutela.engine.reach.traveltime import Travel
from tutela.kernel.people import PeopleRaster
from tutela.kernel.problems import Problem

WITHIN_MIN: Final = (30.0, 120.0, 360.0, 1440.0)
"""The times of the doctrine's rings."""

PCODED: Final = "cod-ab"
"""The makers whose codes are P-codes."""

NO_POLYGON: Final = "no polygon"
"""The status of a unit that is in the list of P-codes alone."""

_WORDS: Final = ("code", "pcode", "pcode_by", "name", "parent", "country", "status")


@dataclass(frozen=True, slots=True)
class AreaInputs:
    """Units with polygons, a list of P-codes to name them by, people, and the times that are asked for."""

    areas: tuple[Area, ...]
    listed: tuple[AdminUnit, ...] = ()
    people: PeopleRaster | None = None
    within_min: tuple[float, ...] = WITHIN_MIN


@dataclass(frozen=True, slots=True)
class UnitReach:
    """One unit; `found` is None where no polygon says where it lies."""

    unit: AdminUnit
    pcode: str
    pcode_by: str
    found: AreaReach | None

    @property
    def status(self) -> str:
        """In words, how much of it the surface covers."""
        if self.found is None:
            return NO_POLYGON
        if not self.found.is_covered:
            return "not covered"
        return "covered" if self.found.km2.not_covered < 1e-6 * self.found.km2.whole else "partly covered"


def study_areas(travel: Travel, inputs: AreaInputs) -> tuple[UnitReach, ...]:
    """Every unit with a polygon, and every unit of the list without one, in the order of country, level and code.

    Raises "nothing-to-study" where the surface covers none of them, and what `lay_travel` raises.
    """
    ground = lay_travel(travel, inputs.within_min, inputs.people)
    named = _name_pcodes([area.unit for area in inputs.areas], inputs.listed)
    done = [
        UnitReach(area.unit, pcode, by, None if area.shape is None else reach_area(ground, area.shape))
        for area, (pcode, by) in zip(inputs.areas, named, strict=True)
    ]
    if not any(item.found is not None and item.found.is_covered for item in done):
        box = ", ".join(f"{degrees:g}" for degrees in travel.grid.bbox)
        raise Problem(
            "nothing-to-study",
            f"The surface (west, south, east, north: {box}) covers none of the {len(inputs.areas):,} units.",
            where="areas",
            remedy="Build a surface over these units with `tutela surface build --bbox`, or name their polygons.",
        )
    drawn = {(item.unit.country, item.unit.level, item.pcode) for item in done}
    levels = {(item.unit.country, item.unit.level) for item in done}
    missing = [
        UnitReach(unit, unit.code, "list", None)
        for unit in inputs.listed
        if (unit.country, unit.level) in levels and (unit.country, unit.level, unit.code) not in drawn
    ]
    return tuple(
        sorted([*done, *missing], key=lambda item: (item.unit.country, item.unit.level, item.pcode, item.unit.code))
    )


def area_columns(units: Sequence[UnitReach], within_min: Iterable[float], *, has_people: bool) -> dict[str, Any]:
    """One row a unit, flat, for Parquet and spreadsheets; what is not known is NaN."""
    rows = [_spell_row(item, tuple(within_min), has_people=has_people) for item in units]
    columns: dict[str, NDArray[Any]] = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name in _WORDS:
            columns[name] = np.array(values, dtype=np.str_)
        elif name == "level":
            columns[name] = np.array(values, dtype=np.int8)
        else:
            columns[name] = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return columns


def area_json(units: Sequence[UnitReach], inputs: AreaInputs, reading: AreaReading | None = None) -> dict[str, Any]:
    """The same for machines; null where not known."""
    has_people = inputs.people is not None
    statuses = Counter(item.status for item in units)
    people = None
    if inputs.people is not None:
        people = {
            "source": inputs.people.source,
            "counted_as": inputs.people.counted_as,
            "low": "the fewest that the source allows",
            "ground": "people of a cell of the raster are taken as evenly spread over it",
        }
    return {
        "definition": {
            "within_min": list(inputs.within_min),
            "nearest": "minutes from the nearest site to the middle of each cell; shares are of covered ground",
            "whole": "inside + beyond + not covered (outside the surface, or on cells that nobody passes)",
            "label": "analytical travel time, no promise that anybody may move, and no measure of protection",
            "people": people,
        },
        "units": [_spell_row(item, inputs.within_min, has_people=has_people) for item in units],
        "by_status": {status: statuses[status] for status in sorted(statuses)},
        "reading": None if reading is None else reading.accounting.as_json(),
        "notes": [] if reading is None else list(reading.notes),
    }


def area_files(columns: Mapping[str, NDArray[Any]], areas: Sequence[Area]) -> dict[str, bytes]:
    """`areas.parquet` with the polygons, and `areas.csv` for a spreadsheet."""
    shapes = {(area.unit.country, area.unit.level, area.unit.code, area.unit.name): area.shape for area in areas}
    keys = zip(*(columns[name].tolist() for name in ("country", "level", "code", "name")), strict=True)
    drawn = write_shapes([shapes.get(key) for key in keys])
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in zip(*(column.tolist() for column in columns.values()), strict=True):
        writer.writerow([_spell_cell(value) for value in row])
    return {
        "areas.parquet": parquet_bytes(columns, drawn, ("Polygon", "MultiPolygon")),
        "areas.csv": file.getvalue().encode("utf-8-sig"),
    }


def _name_pcodes(units: Sequence[AdminUnit], listed: Sequence[AdminUnit]) -> list[tuple[str, str]]:
    """The P-code of each unit, and what says so: the file of polygons, or the list, by code or by the only name."""
    codes = {(unit.country, unit.level, unit.code) for unit in listed}
    by_name: dict[tuple[str, int, str], set[str]] = {}
    for unit in listed:
        by_name.setdefault((unit.country, unit.level, _fold(unit.name)), set()).add(unit.code)
    named = []
    for unit in units:
        found = by_name.get((unit.country, unit.level, _fold(unit.name)), set())
        if (unit.country, unit.level, unit.code) in codes:
            named.append((unit.code, "code"))
        elif unit.source == PCODED:
            named.append((unit.code, "polygons alone" if listed else "polygons"))
        else:
            named.append((next(iter(found)), "name") if len(found) == 1 else ("", ""))
    return named


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if letter.isalnum()).casefold()


def _spell_row(item: UnitReach, within_min: Sequence[float], *, has_people: bool) -> dict[str, Any]:
    unit, found = item.unit, item.found
    row: dict[str, Any] = {
        "code": unit.code,
        "pcode": item.pcode,
        "pcode_by": item.pcode_by,
        "name": unit.name,
        "level": unit.level,
        "parent": unit.parent,
        "country": unit.country,
        "status": item.status,
        "minutes_least": None if found is None else _round(found.minutes_least),
        "minutes_median": None if found is None else _round(found.minutes_median),
    }
    row |= _spell_amounts(None if found is None else found.km2, within_min, ("km2", 1))
    if has_people:
        row |= _spell_amounts(None if found is None else found.people, within_min, ("people", 0))
        row |= _spell_amounts(None if found is None else found.people_least, within_min, ("people_low", 0))
    return row


def _round(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 1)


def _spell_amounts(
    amounts: Amounts | None, within_min: Sequence[float], spelt: tuple[str, int]
) -> dict[str, float | None]:
    name, decimals = spelt
    row: dict[str, float | None] = {name: None, f"{name}_not_covered": None}
    times = [f"{minutes:g}" for minutes in within_min]
    for time in times:
        row |= {f"{name}_within_{time}": None, f"{name}_beyond_{time}": None, f"{name}_share_within_{time}": None}
    if amounts is None:
        return row
    row |= {name: round(amounts.whole, decimals), f"{name}_not_covered": round(amounts.not_covered, decimals)}
    for time, inside, beyond, share in zip(times, amounts.within, amounts.beyond, amounts.shares(), strict=True):
        row[f"{name}_within_{time}"] = round(inside, decimals)
        row[f"{name}_beyond_{time}"] = round(beyond, decimals)
        row[f"{name}_share_within_{time}"] = None if share is None else round(share, 4)
    return row


def _spell_cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if np.isnan(value) else value
    # A spreadsheet runs what begins so; the apostrophe makes it text.
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
