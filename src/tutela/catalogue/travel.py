"""How fast people and vehicles are assumed to be: by land cover, road, season and aircraft, each with its source.

Nothing here was measured by this project. `wet_factor` multiplies a speed and lengthens a time: wet speed =
value x wet_factor, wet minutes = value x wet_factor.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

from tutela.kernel.problems import Problem

VERSION: Final = 1
"""Raised with every change of a value: a surface says which version it was built with."""

Mode = Literal["motorised", "foot"]
Season = Literal["dry", "wet"]
Status = Literal["verified", "unverified", "assumed"]

UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "land": ("km/h",),
    "road": ("km/h",),
    "walking-on-road": ("km/h",),
    "river": ("minutes",),
    "aircraft": ("minutes", "km/h", "km"),
}
"""Kinds of rows, and in what their values are."""


@dataclass(frozen=True, slots=True)
class TravelRow:
    """One value; None means that nobody passes there in that way."""

    kind: str
    code: str
    label: str
    value: float | None
    unit: str
    wet_factor: float
    source: str
    status: str
    line: int

    def in_season(self, season: str) -> float:
        """The value in a season, NaN where nobody passes."""
        if self.value is None:
            return math.nan
        return self.value * (self.wet_factor if season == "wet" else 1.0)


@dataclass(frozen=True, slots=True)
class ModeSpeeds:
    """One mode in one season: land by class, roads by class in km/h, minutes to cross a river; NaN is impassable.

    Off the roads everybody walks: a motorised patrol, too, is no faster there than on foot.
    """

    mode: str
    season: str
    land_kmh: Mapping[int, float]
    road_kmh: Mapping[str, float]
    river_minutes: float


@cache
def load_travel() -> tuple[TravelRow, ...]:
    """All rows, in the order of the file."""
    reader = csv.DictReader(_read().decode().splitlines())
    return tuple(
        TravelRow(
            kind=row["kind"],
            code=row["code"],
            label=row["label"],
            value=float(row["value"]) if row["value"] else None,
            unit=row["unit"],
            wet_factor=float(row["wet_factor"]),
            source=row["source"],
            status=row["status"],
            line=line,
        )
        for line, row in enumerate(reader, 2)
    )


def travel_digest() -> str:
    """SHA-256 of the table, so that a surface can say exactly which speeds it has."""
    return hashlib.sha256(_read()).hexdigest()


def find_speeds(mode: str, season: str) -> ModeSpeeds:
    """The speeds of a mode in a season.

    Raises Problem "option-invalid" for a mode or a season that the table does not have.
    """
    for name, value, known in (("mode", mode, get_args(Mode)), ("season", season, get_args(Season))):
        if value not in known:
            raise Problem(
                "option-invalid",
                f"{value!r} is no {name} of travel.",
                where=name,
                remedy=f"Use one of {', '.join(known)}.",
            )
    by_kind: dict[str, dict[str, float]] = {kind: {} for kind in UNITS}
    for row in load_travel():
        by_kind[row.kind][row.code] = row.in_season(season)
    walking = by_kind["walking-on-road"]["any"]
    roads = by_kind["road"]
    # Along a path a vehicle's crew walks; everybody may.
    road_kmh = {code: walking if mode == "foot" or math.isnan(kmh) else kmh for code, kmh in roads.items()}
    land_kmh = {int(code): kmh for code, kmh in by_kind["land"].items()}
    return ModeSpeeds(mode, season, land_kmh, road_kmh, by_kind["river"][mode])


def find_aircraft(name: str) -> Mapping[str, float]:
    """The values of an aircraft: "ready" in minutes, "cruise" in km/h, "radius" in km.

    Raises Problem "option-invalid" for one that the table does not have.
    """
    rows = {row.code: row.value for row in load_travel() if row.kind == "aircraft" and row.value is not None}
    if f"{name}/cruise" not in rows:
        names = ", ".join(sorted({code.partition("/")[0] for code in rows}))
        raise Problem(
            "option-invalid",
            f"{name!r} is no aircraft of the table.",
            where="aircraft",
            remedy=f"Use one of {names}.",
        )
    return {part: rows[f"{name}/{part}"] for part in ("ready", "cruise", "radius")}


def check_travel(rows: Iterable[TravelRow]) -> Iterator[str]:
    """Everything that is wrong with the rows; nothing when they are right."""
    seen = set()
    for row in rows:
        if (row.kind, row.code) in seen:
            yield f"travel, line {row.line}: {row.kind} {row.code} stands twice"
        seen.add((row.kind, row.code))
        if row.unit not in UNITS.get(row.kind, ()):
            yield f"travel, line {row.line}: {row.kind} in {row.unit} is not known"
        if (row.value is not None and row.value <= 0) or row.wet_factor <= 0:
            yield f"travel, line {row.line}: a value is not above 0"
        if row.status not in get_args(Status) or not row.source:
            yield f"travel, line {row.line}: source and status are not both there"


def _read() -> bytes:
    return resources.files("tutela.catalogue").joinpath("travel.csv").read_bytes()
