"""Administrative units with their polygons, from GeoJSON: Natural Earth, geoBoundaries, and OCHA's COD-AB.

No border is ours: the file is the deployment's own, and names and shapes say nothing about status.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import shapely

from tutela.catalogue.countries import find_country
from tutela.data.boundaries import read_features, read_shape
from tutela.data.sources.readings import ExcludedRow, Origin
from tutela.data.sources.verdicts import BAD_SHARE
from tutela.data.unpacking import unpack_file
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem

_NO_CODE: Final = ("", "n/a", "na", "none", "null", "-99", "nan")
_NAMELESS: Final = "nameless-piece"
"""Natural Earth keeps pieces of ground that are no province, without a name: they are left out and are no fault."""

_COD_CODE: Final = re.compile(r"adm(\d)_?pcode")


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """One unit of a country: level 0 is the country, 1 a province, 2 a district.

    code, parent   as the source has them, "" where it has none;  country  ISO 3166 alpha-3
    valid_from     the first day on which it counts;  valid_to  the first on which it no longer does; None: unknown
    """

    code: str
    name: str
    level: int
    parent: str
    country: str
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Area:
    """A unit and its ground; a list of codes has none."""

    unit: AdminUnit
    shape: shapely.Geometry | None = None


@dataclass(frozen=True, slots=True)
class AreaReading:
    """One file of units, read: `accounting.input` rows or features = areas + excluded.

    A feature has no line of its own in the file: where `excluded` says line, it is the feature's number.
    """

    path: str
    source: str
    areas: tuple[Area, ...]
    accounting: Accounting
    origin: Origin
    file_digest: str
    excluded: tuple[ExcludedRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[AdminUnit, ...]:
        """The units without their ground, in the file's order."""
        return tuple(area.unit for area in self.areas)


def units_on(units: Iterable[AdminUnit], day: date) -> tuple[AdminUnit, ...]:
    """The units that counted on a day; one without dates counts on every day. See `date_units`."""
    return tuple(
        unit
        for unit in units
        if (unit.valid_from is None or unit.valid_from <= day) and (unit.valid_to is None or day < unit.valid_to)
    )


def read_areas(path: Path, *, strict: bool = False) -> AreaReading:
    """Read the units of a GeoJSON file whose makers are told by its properties.

    A feature without a polygon, a name or a known country is excluded by name. Raises Problem: file-missing,
    file-not-a-table, shape-projection, source-unknown, id-conflict (one code, two units), bad-row,
    too-many-bad-rows.
    """
    features = read_features(path)
    source = _find_source(features, path)
    areas, excluded = [], []
    for number, feature in enumerate(features, start=1):
        unit = _read_unit(_lower(feature), source)
        shape = read_shape(feature, path, number)
        fault = _find_fault(unit, shape, source)
        if fault:
            excluded.append(ExcludedRow(number, *fault))
        else:
            areas.append(Area(unit, shape))
    bad = [row for row in excluded if row.reason != _NAMELESS]
    refuse_bad(bad, len(features), path, strict=strict)
    _refuse_repeated(areas, path)
    counts = Counter(row.reason for row in excluded)
    return AreaReading(
        path=str(path),
        source=source,
        areas=tuple(areas),
        accounting=Accounting("reading areas", len(features), len(areas), dict(counts)),
        origin=_ORIGINS[source],
        file_digest=unpack_file(path).file_digest,
        excluded=tuple(excluded),
        notes=_write_notes(areas),
    )


def refuse_bad(excluded: list[ExcludedRow], rows: int, path: Path, *, strict: bool) -> None:
    """Refuse a file with too many bad rows, or with `strict` one; the first bad row is named."""
    if excluded and (strict or len(excluded) > BAD_SHARE * rows):
        first = excluded[0]
        raise Problem(
            "bad-row" if strict else "too-many-bad-rows",
            f"{len(excluded):,} of {rows:,} are bad, the first because of: {first.reason}.",
            where=f"{path}, number {first.line}, {first.column}",
            remedy="Correct it in the file, or export the file again.",
        )


def _find_source(features: list[dict[str, Any]], path: Path) -> str:
    properties = _lower(features[0]) if features else {}
    for source, needed in _NEEDED.items():
        if needed <= properties.keys():
            return source
    if any(_COD_CODE.fullmatch(name) for name in properties):
        return "cod-ab"
    raise Problem(
        "source-unknown",
        "The properties of the first feature are not those of a file of units that is known here.",
        where=str(path),
        remedy="Bring Natural Earth admin-0 or admin-1, geoBoundaries, or a file with adm1_pcode and adm1_en.",
    )


_NEEDED: Final = {
    "invented": {"invented", "code", "name", "level", "within"},
    "geoboundaries": {"shapename", "shapegroup", "shapetype"},
    "natural-earth-0": {"adm0_a3", "name", "sovereignt"},
    "natural-earth-1": {"adm0_a3", "name"},
}
_PUBLIC: Final = Origin("Natural Earth", "not stated", "public domain", "Natural Earth", recorded_harms=())
_ORIGINS: Final = {
    "invented": Origin(
        *("Invented country", "not stated", "CC0-1.0", "Invented by Tutela; no place is real"),
        recorded_harms=(),
        invented=True,
    ),
    "geoboundaries": Origin(
        *(
            "geoBoundaries",
            "not stated",
            "CC BY 4.0 or as the file's maker says",
            "geoBoundaries (Runfola et al. 2020)",
        ),
        recorded_harms=(),
    ),
    "natural-earth-0": _PUBLIC,
    "natural-earth-1": _PUBLIC,
    "cod-ab": Origin(
        *("COD-AB", "not stated", "not stated in the file; on HDX mostly CC BY-IGO"),
        "OCHA, Common Operational Datasets on administrative boundaries",
        recorded_harms=(),
    ),
}


def _lower(feature: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in (feature.get("properties") or {}).items()}


def _text(properties: Mapping[str, Any], *names: str) -> str:
    """The first of these that says something."""
    for name in names:
        value = str(properties.get(name) if properties.get(name) is not None else "").strip()
        if value.lower() not in _NO_CODE:
            return value
    return ""


def _read_unit(properties: Mapping[str, Any], source: str) -> AdminUnit:
    if source == "geoboundaries":
        level = re.fullmatch(r"ADM(\d)", _text(properties, "shapetype").upper())
        country = _iso3(_text(properties, "shapegroup"))
        code, name = _text(properties, "shapeiso", "shapeid"), _text(properties, "shapename")
        number = int(level[1]) if level else -1
        return AdminUnit(code, name, number, country if number == 1 else "", country, None, None, source)
    if source == "cod-ab":
        return _read_cod(properties)
    if source == "invented":
        return _read_invented(properties)
    country = _iso3(_text(properties, "iso_a3_eh", "iso_a3")) or _iso3(_text(properties, "adm0_a3"))
    name = _text(properties, "name", "name_en")
    if source == "natural-earth-0":
        return AdminUnit(_text(properties, "adm0_a3"), name, 0, "", country, None, None, source)
    code = _text(properties, "iso_3166_2", "adm1_code", "id")
    return AdminUnit(code, name, 1, country, country, None, None, source)


def _read_invented(properties: Mapping[str, Any]) -> AdminUnit:
    """A province or district of the country that Tutela invents; no list of countries has its code."""
    level, country = _text(properties, "level"), _text(properties, "country")
    parent = _text(properties, "within") or country
    number = int(level) if level.isascii() and level.isdigit() else -1
    return AdminUnit(
        _text(properties, "code"), _text(properties, "name"), number, parent, country, None, None, "invented"
    )


def _read_cod(properties: Mapping[str, Any]) -> AdminUnit:
    """The deepest level with a code; a unit's parent is the code one level up."""
    levels = sorted(int(match[1]) for name in properties if (match := _COD_CODE.fullmatch(name)))
    codes = {level: _text(properties, f"adm{level}_pcode", f"adm{level}pcode") for level in levels}
    level = max((level for level, code in codes.items() if code), default=-1)
    names = [
        f"adm{level}{ending}"
        for ending in ("_en", "_fr", "_name", "name", "_es", "_pt", "_ar", "name_en", "name_fr")
    ]
    code = codes.get(level, "")
    country = _iso3(codes.get(0, "")) or _iso3(code[:2])
    since, until = (_read_day(_text(properties, name)) for name in ("validon", "validto"))
    return AdminUnit(
        code, _text(properties, *names), level, codes.get(level - 1, ""), country, since, until, "cod-ab"
    )


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _iso3(text: str) -> str:
    country = find_country(text) if text else None
    return country.iso3 if country else ""


def _find_fault(unit: AdminUnit, shape: shapely.Geometry | None, source: str) -> tuple[str, str] | None:
    """Reason and place of what is wrong with a feature."""
    faults = {
        ("no-polygon", "geometry"): shape is None or bool(shapely.is_empty(shape)),
        (_NAMELESS if source == "natural-earth-1" else "name-missing", "name"): not unit.name,
        ("level-unreadable", "level"): unit.level < 0,
        ("country-unknown", "country"): not unit.country,
    }
    return next((fault for fault, holds in faults.items() if holds), None)


def _refuse_repeated(areas: list[Area], path: Path) -> None:
    counts = Counter((area.unit.level, area.unit.code) for area in areas if area.unit.code)
    for (level, code), count in counts.items():
        if count > 1:
            raise Problem(
                "id-conflict",
                f"The code {code[:40]!r} stands for {count} units of level {level}.",
                where=str(path),
                remedy="Give each unit its own code, or join the parts of one unit into one feature.",
            )


def _write_notes(areas: list[Area]) -> tuple[str, ...]:
    nameless = sum(not area.unit.code for area in areas)
    return (f"{nameless:,} units have no code and are told by their names.",) if nameless else ()
