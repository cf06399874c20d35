"""The question of a siting study as people write it: a TOML file, read strictly and never guessed at."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, cast

from tutela.kernel.problems import Problem

KINDS: Final = ("classical", "backup", "cooperative")
RISKS: Final = ("expected", "worst", "cvar", "worst-region")

_KEYS: Final = {
    "": {
        "title", "demand", "candidates", "cover", "objective", "budget", "floors", "requires", "capacity",
        "scenarios", "risk", "limits", "invented",
    },
    "demand": {"file"},
    "candidates": {"file"},
    "cover": {"file", "within_km", "within_min", "minutes", "surface", "reach", "value", "decay"},
    "objective": {"kind", "k"},
    "capacity": {"column"},
    "risk": {"kind", "tail"},
    "limits": {"gap", "seconds"},
    "requires": {"type", "needs", "within_km"},
    "scenarios": {"name", "chance", "weight", "cover"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CoverRule:
    """Whom a candidate serves: a file of pairs, or everybody within a distance or a time, by type of team.

    minutes, surface, reach   a table of minutes, the raster that they are searched over, or a kept reach by digest
    value   the chance or share by type, 1 where nothing is said;  decay   "none", or "linear" down to 0 at the edge
    """

    file: str = ""
    minutes: str = ""
    within: Mapping[str, float] = field(default_factory=dict)
    unit: Literal["", "km", "min"] = ""
    value: Mapping[str, float] = field(default_factory=dict)
    decay: str = "none"
    surface: str = ""
    reach: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A team of one type needs one of others near it."""

    type: str
    needs: tuple[str, ...]
    within_km: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """A season or a draw: its chance, its column of weights in the demand, its column of values in the cover."""

    name: str
    chance: float
    weight: str = "weight"
    cover: str = "value"


@dataclass(frozen=True, slots=True)
class SitingSpec:
    """A siting study as it was asked for; files are named as in the spec, relative to it."""

    demand: str
    candidates: str
    cover: CoverRule
    title: str = ""
    kind: Literal["classical", "backup", "cooperative"] = "classical"
    k: int = 1
    budget: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)
    requires: tuple[Requirement, ...] = ()
    capacity: str = ""
    scenarios: tuple[Scenario, ...] = (Scenario("all", 1.0),)
    risk: str = "expected"
    tail: float = 1.0
    gap: float = 1e-4
    seconds: float = 60.0
    invented: bool = False


def read_spec(path: Path) -> SitingSpec:
    """Read a spec. Raises "file-missing", "file-unreadable", "spec-invalid"."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise Problem(
            "file-missing", "The spec is not there.", where=str(path), remedy="Name an existing TOML file."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise Problem(
            "file-unreadable", "The spec cannot be read as text.", where=str(path), remedy="Save it as UTF-8."
        ) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem(
            "spec-invalid", f"The spec is no TOML: {error}.", where=str(path), remedy="Correct it there."
        ) from None
    return spec_of(raw)


def spec_of(raw: Mapping[str, Any]) -> SitingSpec:
    """A spec from plain values, as they stand in TOML."""
    _refuse_unknown(raw)
    objective, risk, limits = (_table(raw, name) for name in ("objective", "risk", "limits"))
    kind, risk_kind = objective.get("kind", "classical"), risk.get("kind", "expected")
    _require(kind in KINDS, "objective.kind", f"Use one of {', '.join(KINDS)}.")
    _require(risk_kind in RISKS, "risk.kind", f"Use one of {', '.join(RISKS)}.")
    k = objective.get("k", 2 if kind == "backup" else 1)
    _require(isinstance(k, int) and 1 <= k <= 20, "objective.k", "Give a whole number from 1 to 20.")
    scenarios = _scenarios(raw.get("scenarios", []))
    floors = _numbers(_table(raw, "floors"), "floors", 1.0)
    return SitingSpec(
        demand=_file(raw, "demand"),
        candidates=_file(raw, "candidates"),
        cover=_cover(_table(raw, "cover")),
        title=str(raw.get("title", "")),
        kind=cast(Literal["classical", "backup", "cooperative"], kind),
        k=int(k),
        budget=_numbers(_table(raw, "budget"), "budget"),
        floors=floors,
        requires=tuple(_requirement(item) for item in _tables(raw, "requires")),
        capacity=str(_table(raw, "capacity").get("column", "")),
        scenarios=scenarios,
        risk=risk_kind,
        tail=_number(risk.get("tail", 0.2), "risk.tail", 1.0),
        gap=_number(limits.get("gap", 1e-4), "limits.gap", 1.0),
        seconds=_number(limits.get("seconds", 60.0), "limits.seconds"),
        invented=raw.get("invented", False) is True,
    )


def _cover(raw: Mapping[str, Any]) -> CoverRule:
    ways = [name for name in ("file", "within_km", "within_min") if name in raw]
    _require(len(ways) == 1, "cover", "Give exactly one of file, within_km and within_min.")
    decay = raw.get("decay", "none")
    _require(decay in ("none", "linear"), "cover.decay", 'Use "none" or "linear".')
    value = _by_type(raw.get("value", {}), "cover.value", 1.0)
    if ways[0] == "file":
        _require(
            not value and decay == "none", "cover", "A file of pairs has its own values: leave value and decay."
        )
        return CoverRule(file=str(raw["file"]))
    within = _by_type(raw[ways[0]], f"cover.{ways[0]}")
    if ways[0] == "within_min":
        named = {name: str(raw[name]) for name in ("minutes", "surface", "reach") if name in raw}
        _require(
            len(named) == 1, "cover.minutes",
            "Name one of: a table of minutes (site_id, point_id, minutes), a surface to travel over, a kept reach.",
        )  # fmt: skip
        return CoverRule(within=within, unit="min", value=value, decay=decay, **named)
    return CoverRule("", "", within, "km", value, decay)


def _scenarios(raw: Any) -> tuple[Scenario, ...]:
    if not raw:
        return (Scenario("all", 1.0),)
    found = []
    for item in raw:
        _require("name" in item and "chance" in item, "scenarios", "Give each scenario a name and a chance.")
        chance = _number(item["chance"], "scenarios.chance", 1.0)
        found.append(Scenario(str(item["name"]), chance, item.get("weight", "weight"), item.get("cover", "value")))
    total = sum(scenario.chance for scenario in found)
    _require(abs(total - 1.0) < 1e-6, "scenarios.chance", f"The chances add up to {total:g}; make it 1.")
    return tuple(found)


def _requirement(raw: Mapping[str, Any]) -> Requirement:
    _require("type" in raw and "needs" in raw, "requires", "Say which type needs which (type, needs).")
    needs = raw["needs"] if isinstance(raw["needs"], list) else [raw["needs"]]
    return Requirement(
        str(raw["type"]), tuple(map(str, needs)), _number(raw.get("within_km", 0.0), "requires.within_km")
    )


def _by_type(raw: Any, where: str, most: float | None = None) -> dict[str, float]:
    """A number for all types ("") or a table by type."""
    if isinstance(raw, Mapping):
        return _numbers(raw, where, most)
    return {"": _number(raw, where, most)}


def _numbers(raw: Mapping[str, Any], where: str, most: float | None = None) -> dict[str, float]:
    return {str(name): _number(value, f"{where}.{name}", most) for name, value in raw.items()}


def _number(value: Any, where: str, most: float | None = None) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and value == value and value >= 0
    fits = fits and (most is None or value <= most) and value != float("inf")
    _require(fits, where, "Give a number of at least 0" + (f" and at most {most:g}." if most is not None else "."))
    return float(value)


def _file(raw: Mapping[str, Any], name: str) -> str:
    file = _table(raw, name).get("file")
    _require(isinstance(file, str) and bool(file), f"{name}.file", "Name a CSV or Parquet file.")
    return str(file)


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name, {})
    _require(isinstance(value, Mapping), name, f"Write it as a table: [{name}].")
    return cast(Mapping[str, Any], value)


def _tables(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name, [])
    _require(isinstance(value, list), name, f"Write it as a list of tables: [[{name}]].")
    return cast(list[Mapping[str, Any]], value)


def _refuse_unknown(raw: Mapping[str, Any]) -> None:
    for name in raw:
        _require(name in _KEYS[""], name, f"There is no such table; there are {', '.join(sorted(_KEYS['']))}.")
        known = _KEYS.get(name)
        for part in raw[name] if isinstance(raw[name], list) else [raw[name]]:
            for key in part if known and isinstance(part, Mapping) else ():
                _require(key in (known or ()), f"{name}.{key}", f"Known here: {', '.join(sorted(known or ()))}.")


def _require(fits: bool, where: str, remedy: str) -> None:
    if not fits:
        raise Problem("spec-invalid", "The spec does not say what is needed here.", where=where, remedy=remedy)
