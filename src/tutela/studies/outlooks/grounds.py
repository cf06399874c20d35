"""The ground of a forecast: which units there are at a level, from the files that it needs, kept and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from tutela.catalogue.countries import load_countries
from tutela.catalogue.country_begins import load_country_begins
from tutela.data.areas import Area, read_areas
from tutela.data.store.artifacts import Content, Store
from tutela.engine.outlook.levels import (
    CountryLevel,
    GridLevel,
    Level,
    ProvinceLevel,
    ShapeLevel,
    UnitNames,
    VicinityLevel,
)
from tutela.engine.outlook.panels import Ids, name_month, read_month
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.openings import Openings, OpenSites, merge_openings, number_days
from tutela.engine.reach.traveltime import Starts, compute_travel
from tutela.kernel.grids import Grid
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites
from tutela.studies.area_reaches import AreaInputs
from tutela.studies.intake import ReadingSpec, take_in_sites, today_utc
from tutela.studies.reach_keeping import area_content, describe_areas, restore_areas
from tutela.studies.surfaces import describe_surface, load_surface, restore_surface

LEVELS: Final = ("grid", "country", "admin-1", "vicinity")


@dataclass(frozen=True, slots=True)
class GroundSpec:
    """Which level, and the files that some levels need.

    boundaries   polygons of provinces (admin-1), otherwise the names that events bear
    sites        of vicinities; within_km, or within_min over `surface`; each  "site" or "presence": one unit each
    begins       units that begin late, by code and month; countries that began since 1990 are known
    """

    level: str = "grid"
    boundaries: Path | None = None
    sites: tuple[Path, ...] = ()
    sites_source: str = "auto"
    within_km: float | None = None
    within_min: float | None = None
    surface: Path | None = None
    each: str = "site"
    begins: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """A level ready for events, what it was made from, and its line in the recipe."""

    level: Level
    begins: Mapping[str, int]
    parameters: Mapping[str, Any]
    kept: Mapping[str, Manifest] = field(default_factory=dict)
    contents: tuple[tuple[Manifest, Content], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A site that is open on a day, by the name that people call it."""

    name: str
    mission: str
    lon: float
    lat: float


def list_standing(sites: Sites, origin: int) -> tuple[Standing, ...]:
    """The staffed sites that are open on the first day after the origin, as vicinities have them."""
    merged = merge_openings(staffed_rows(sites))
    now = _open_on(merged, _day_after(origin))
    spoken = dict(zip(sites.site_id.tolist(), sites.name.tolist(), strict=True))
    found = []
    for place, site in enumerate(now.site.tolist()):
        code, mission = str(merged.site_ids[site]), str(merged.missions[site])
        found.append(Standing(spoken.get(code) or code, mission, float(now.lon[place]), float(now.lat[place])))
    return tuple(found)


def open_ground(spec: GroundSpec, origin: int) -> Ground:
    """Read the files of a level; refused where one is missing that it needs, or given that it does not use."""
    _require_fitting(spec)
    said: dict[str, Any] = {"level": spec.level}
    if spec.level in ("country", "admin-1"):
        known = {code: read_month(month, "country_begins") for code, month in load_country_begins().items()}
        said["begins"] = {code: name_month(month) for code, month in sorted({**known, **spec.begins}.items())}
    if spec.boundaries is not None:
        return _open_boundaries(spec.boundaries, said, origin)
    if spec.level == "vicinity":
        return _open_vicinity(spec, said, origin)
    return _build(said)


def restore_ground(store: Store, manifest: Manifest, principal: Principal) -> Ground:
    """The ground that a forecast was made on, from the home."""
    said, origin = dict(manifest.parameters["ground"]), read_month(manifest.parameters["origin"], "origin")
    kept = {item.role: store.find(item.content, principal) for item in manifest.inputs}
    if "areas" in kept:
        return _shape(said, restore_areas(store, kept["areas"], principal)[0], origin, kept["areas"])
    if "sites" in kept:
        sites = Sites.from_columns(store.load_table(kept["sites"].content, "sites", principal))
        surface = restore_surface(store, kept["surface"], principal) if "surface" in kept else None
        return _surround(said, (sites, surface), origin, {k: kept[k] for k in ("sites", "surface") if k in kept})
    return _build(said)


def _build(said: Mapping[str, Any]) -> Ground:
    levels: dict[str, Level] = {
        "grid": GridLevel(),
        "country": CountryLevel(names=tuple((item.iso3, item.name) for item in load_countries())),
        "admin-1": ProvinceLevel(),
    }
    return Ground(levels[said["level"]], _begins(said), said)


def _begins(said: Mapping[str, Any]) -> dict[str, int]:
    return {code: read_month(month, "begins") for code, month in said.get("begins", {}).items()}


def _open_boundaries(path: Path, said: dict[str, Any], origin: int) -> Ground:
    reading = read_areas(path)
    areas = AreaInputs(reading.areas)
    manifest = describe_areas(areas, reading, None)
    ground = _shape(said, reading.areas, origin, manifest)
    return Ground(ground.level, ground.begins, ground.parameters, ground.kept, ((manifest, area_content(areas)),))


def _shape(said: dict[str, Any], areas: tuple[Area, ...], origin: int, manifest: Manifest) -> Ground:
    """The provinces that count on the first day after the origin."""
    day = _day_after(origin)
    held = [
        area
        for area in areas
        if area.unit.level == 1
        and area.shape is not None
        and (area.unit.valid_from is None or area.unit.valid_from <= day)
        and (area.unit.valid_to is None or day < area.unit.valid_to)
    ]
    if not held:
        raise Problem(
            "nothing-to-study",
            "No province in this file counts at the origin.",
            where="--boundaries",
            remedy="Bring polygons of level 1 (provinces, prefectures) that are valid then.",
        )
    by_code = sorted((area.unit.code or f"{area.unit.country}/{area.unit.name}", i) for i, area in enumerate(held))
    level = ShapeLevel(
        tuple(code for code, _ in by_code),
        tuple(f"{held[i].unit.name} ({held[i].unit.country})" for _, i in by_code),
        tuple(shape for _, i in by_code if (shape := held[i].shape) is not None),
    )
    return Ground(level, _begins(said), said | {"by": "boundaries"}, {"areas": manifest})


def _open_vicinity(spec: GroundSpec, said: dict[str, Any], origin: int) -> Ground:
    intake = take_in_sites(spec.sites, ReadingSpec(spec.sites_source, today=today_utc()))
    kept, contents = {"sites": intake.manifest}, [(intake.manifest, intake.content)]
    surface = None
    if spec.surface is not None:
        surface = load_surface(spec.surface)
        described = describe_surface(surface)
        kept["surface"] = described[0]
        contents.append(described)
    said |= {"each": spec.each, "within_km": spec.within_km, "within_min": spec.within_min}
    ground = _surround(said, (intake.table, surface), origin, kept)
    return Ground(ground.level, {}, said, kept, tuple(contents))


def _surround(
    said: Mapping[str, Any], held: tuple[Sites, Surface | None], origin: int, kept: Mapping[str, Manifest]
) -> Ground:
    """The vicinities of the sites that are open on the first day after the origin."""
    sites, surface = held
    merged = merge_openings(staffed_rows(sites))
    open_now = _open_on(merged, _day_after(origin))
    if not len(open_now):
        raise Problem(
            "nothing-to-study",
            "No site of these is open on the first day after the origin.",
            where="--sites",
            remedy="Bring the sites that stand then, with their first day.",
        )
    names, owner = _name_units(sites, merged, open_now, str(said["each"]))
    reached = None if surface is None else _find_reached(open_now, surface, float(said["within_min"]))
    within = np.nan if said["within_km"] is None else float(said["within_km"])
    return Ground(VicinityLevel(names, owner, open_now.lon, open_now.lat, within, reached), {}, said, kept)


def _open_on(merged: OpenSites, day: date) -> Openings:
    number = int(number_days(np.array([day], "datetime64[D]"))[0])
    openings = merged.openings
    return openings.take((openings.opened <= number) & (number < openings.closed))


def _name_units(sites: Sites, merged: OpenSites, open_now: Openings, each: str) -> tuple[UnitNames, Ids]:
    codes = merged.site_ids if each == "site" else merged.missions
    units, owner = np.unique(codes[open_now.site], return_inverse=True)
    if each == "presence":
        nowhere = np.full(len(units), np.nan)
        return UnitNames(units, units, nowhere, nowhere), owner
    first = np.unique(owner, return_index=True)[1]
    spoken = dict(zip(sites.site_id.tolist(), sites.name.tolist(), strict=True))
    mission = merged.missions[open_now.site[first]]
    labels = [f"{spoken.get(str(code)) or code} ({name})" for code, name in zip(units, mission, strict=True)]
    return UnitNames(units, np.array(labels, dtype=np.str_), open_now.lat[first], open_now.lon[first]), owner


def _find_reached(open_now: Openings, surface: Surface, minutes: float) -> tuple[Grid, Ids, Ids]:
    starts = Starts(open_now.site.astype(np.str_), open_now.lon, open_now.lat)
    travel = compute_travel(surface, starts, minutes)
    table = travel.table
    cell = table.row.astype(np.int64) * travel.grid.n_cols + table.col
    return travel.grid, cell, table.site.astype(np.int64)


def _day_after(origin: int) -> date:
    year, month = map(int, name_month(origin + 1).split("-"))
    return date(year, month, 1)


def _require_fitting(spec: GroundSpec) -> None:
    vicinity = spec.level == "vicinity"
    faults = (
        (spec.level not in LEVELS, "--level", f"Write one of: {', '.join(LEVELS)}."),
        (vicinity and not spec.sites, "--sites", "Name the file of the sites whose vicinity is meant."),
        (
            vicinity and (spec.within_km is None) == (spec.within_min is None),
            "--within-km",
            "Say how far with --within-km, or with --within-min and --surface.",
        ),
        (
            (spec.within_min is None) != (spec.surface is None),
            "--surface",
            "Minutes need a surface, and a surface minutes: give both --within-min and --surface.",
        ),
        (
            not vicinity and bool(spec.sites or spec.within_km or spec.within_min),
            "--sites",
            "Sites belong to --level vicinity: leave them out, or take that level.",
        ),
        (
            spec.boundaries is not None and spec.level != "admin-1",
            "--boundaries",
            "Boundaries belong to --level admin-1: leave them out, or take that level.",
        ),
    )
    for at_fault, option, remedy in faults:
        if at_fault:
            raise Problem("option-invalid", "The options do not fit the level.", where=option, remedy=remedy)
