"""How far sites reach, as a study that is kept: tables by cell, hexagon and unit as one artifact, and again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

import tutela
from tutela.data.areas import AdminUnit, Area, AreaReading
from tutela.data.store.artifacts import Content, Store
from tutela.engine.people import travel_areas
from tutela.engine.reach import flights, traveltime
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.traveltime import Travel
from tutela.kernel.grids import Grid
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.people import PeopleRaster
from tutela.kernel.tables import Sites
from tutela.studies.area_reaches import AreaInputs, area_columns, area_files, area_json, study_areas
from tutela.studies.intake import Intake, keep
from tutela.studies.reaches import ReachSpec, load_aircraft, study_reach, table_files, travel_columns, travel_to_h3
from tutela.studies.surfaces import describe_surface, restore_surface

Columns = dict[str, NDArray[Any]]

_DAYS: Final = ("valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class ReachInputs:
    """What reach is computed from: sites, ground, units if shares of them are asked for, manifests by role.

    missions   the presences whose sites count, None for all
    """

    sites: Sites
    surface: Surface
    kept: Mapping[str, Manifest]
    areas: AreaInputs | None = None
    reading: AreaReading | None = None
    missions: tuple[str, ...] | None = None

    @property
    def counted_sites(self) -> Sites:
        """The sites of the missions, or all."""
        if self.missions is None:
            return self.sites
        return self.sites.take(np.isin(self.sites.mission, np.array(self.missions, dtype=np.str_)))


@dataclass(frozen=True, slots=True)
class ReachStudy:
    """The travel table, its report, and the tables that are exchanged."""

    inputs: ReachInputs
    travel: Travel
    report: dict[str, Any]
    hexagons: Columns
    manifest: Manifest
    area_table: Columns = field(default_factory=dict)
    area_report: dict[str, Any] = field(default_factory=dict)


def study_kept_reach(inputs: ReachInputs, spec: ReachSpec) -> tuple[ReachStudy, Content]:
    """Compute reach and describe it as an artifact. Raises as `study_reach` and `study_areas` do."""
    travel, report = study_reach(inputs.counted_sites, inputs.surface, spec)
    hexagons = travel_to_h3(travel, spec.resolution)
    tables: dict[str, Columns] = {"travel": travel_columns(travel), "hexagons": hexagons}
    area_table: Columns = {}
    area_report: dict[str, Any] = {}
    if inputs.areas is not None:
        units = study_areas(travel, inputs.areas)
        area_table = area_columns(units, inputs.areas.within_min, has_people=inputs.areas.people is not None)
        area_report = area_json(units, inputs.areas, inputs.reading)
        tables["areas"] = area_table
    # The version of the software may change without the result: it stands in the manifest alone.
    lasting = {name: value for name, value in report.items() if name != "version"}
    content = Content(tables, {"reach.json": json.dumps(lasting, sort_keys=True).encode()})
    manifest = _describe(inputs, spec, content, travel)
    return ReachStudy(inputs, travel, report, hexagons, manifest, area_table, area_report), content


def keep_reach(store: Store, sites: Intake[Sites], study: ReachStudy, content: Content) -> None:
    """Register reach with all that it was computed from."""
    keep(sites, store)
    store.write(*describe_surface(study.inputs.surface))
    areas = study.inputs.areas
    if areas is not None:
        store.write(study.inputs.kept["areas"], area_content(areas))
        if areas.people is not None:
            store.write(study.inputs.kept["people"], people_content(areas.people))
    store.write(study.manifest, content)


def reach_out_files(study: ReachStudy, report: Mapping[str, Any]) -> dict[str, bytes]:
    """What goes into --out; `report` is the study's with the command's own additions."""
    files = table_files(study.travel, study.hexagons)
    files |= {"reach.json": _pretty(report), "manifest.json": _pretty(study.manifest.as_json())}
    if study.inputs.areas is not None:
        files |= area_files(study.area_table, study.inputs.areas.areas)
        told = {"marking": study.manifest.marking.label, "artifact": study.manifest.content}
        files["areas.json"] = _pretty(told | study.area_report)
    return files


def repeat_reach(store: Store, manifest: Manifest, principal: Principal) -> ReachStudy:
    """Compute reach again from the store; the caller compares the digests."""
    kept = {item.role: store.find(item.content, principal) for item in manifest.inputs}
    said = manifest.parameters
    areas = None
    if "areas" in kept:
        found, listed = restore_areas(store, kept["areas"], principal)
        people = _restore_people(store, kept["people"], principal) if "people" in kept else None
        areas = AreaInputs(found, listed, people, tuple(said["within_min"]))
    inputs = ReachInputs(
        Sites.from_columns(store.load_table(kept["sites"].content, "sites", principal)),
        restore_surface(store, kept["surface"], principal),
        kept,
        areas,
        missions=None if said["missions"] is None else tuple(said["missions"]),
    )
    spec = ReachSpec(
        said["max_min"],
        None if said["as_of"] is None else date.fromisoformat(said["as_of"]),
        said["h3_resolution"],
        Aircraft(**said["aircraft"]) if said["aircraft"] else "",
        said.get("knights", False),
    )
    return study_kept_reach(inputs, spec)[0]


def describe_areas(areas: AreaInputs, reading: AreaReading, listed: AreaReading | None) -> Manifest:
    """Units with their polygons as an artifact, so that shares of them can be computed again."""
    readings = [reading] if listed is None else [reading, listed]
    invented = all(item.origin.invented for item in readings)
    return Manifest(
        kind="areas",
        title=", ".join(item.source for item in readings),
        content=area_content(areas).digest,
        inputs=tuple(Input("file", item.file_digest) for item in readings),
        accounting=tuple(item.accounting for item in readings),
        marking=Marking.UNCLASSIFIED if invented else Marking.CONFIDENTIAL,
        licence="; ".join(dict.fromkeys(item.origin.licence for item in readings)),
        attribution="; ".join(dict.fromkeys(item.origin.attribution for item in readings)),
        invented=invented,
        redistributable=all(item.origin.redistributable for item in readings),
        about={"version": tutela.__version__, "files": {item.file_digest: item.path for item in readings}},
    )


def area_content(areas: AreaInputs) -> Content:
    """Units and polygons as an artifact holds them."""
    spelt = {
        "areas": [_spell_unit(area.unit) | {"shape": shapely.to_wkb(area.shape, hex=True)} for area in areas.areas],
        "listed": [_spell_unit(unit) for unit in areas.listed],
    }
    return Content(documents={"areas.json": json.dumps(spelt, sort_keys=True).encode()})


def describe_people(raster: PeopleRaster, path: str) -> Manifest:
    """People on a grid as an artifact."""
    return Manifest(
        kind="people-grid",
        title=raster.source,
        content=people_content(raster).digest,
        inputs=(Input("file", raster.digest),),
        parameters={
            "grid": asdict(raster.grid),
            "source": raster.source,
            "year": raster.year,
            "counted_as": raster.counted_as,
            "digest": raster.digest,
        },
        about={"version": tutela.__version__, "files": {raster.digest: path}},
    )


def people_content(raster: PeopleRaster) -> Content:
    """People on a grid as an artifact holds them."""
    people, least = raster.people.ravel(), raster.least.ravel()
    return Content({"people": {"cell": np.arange(people.size), "people": people, "least": least}})


def _describe(inputs: ReachInputs, spec: ReachSpec, content: Content, travel: Travel) -> Manifest:
    kept = inputs.kept
    aircraft = load_aircraft(spec.aircraft) if spec.aircraft else None
    algorithms = {"travel": flights.ALGORITHM if aircraft else traveltime.ALGORITHM}
    parameters: dict[str, Any] = {
        "max_min": spec.max_minutes,
        "as_of": None if spec.as_of is None else spec.as_of.isoformat(),
        "h3_resolution": spec.resolution,
        "aircraft": None if aircraft is None else asdict(aircraft),
        "missions": inputs.missions and list(inputs.missions),
    }
    if spec.knights:
        parameters["knights"] = True
    if inputs.areas is not None:
        parameters["within_min"] = list(inputs.areas.within_min)
        algorithms["travel_areas"] = travel_areas.ALGORITHM
    invented = all(kept[role].invented for role in ("sites", "areas", "people") if role in kept)
    return Manifest(
        kind="reach",
        title=f"Reach {'by air ' if aircraft else ''}of {kept['sites'].title}",
        content=content.digest,
        inputs=tuple(Input(role, kept[role].content) for role in kept),
        parameters=parameters,
        algorithms=algorithms,
        accounting=(travel.accounting,),
        # Which places are far from help is for those who need it, whatever the files were.
        marking=Marking.UNCLASSIFIED if invented else Marking.CONFIDENTIAL,
        licence="; ".join(dict.fromkeys(item.licence for item in kept.values() if item.licence)),
        attribution="; ".join(dict.fromkeys(item.attribution for item in kept.values() if item.attribution)),
        invented=invented,
        about={"version": tutela.__version__},
        redistributable=all(item.redistributable for item in kept.values()),
    )


def _spell_unit(unit: AdminUnit) -> dict[str, Any]:
    spelt = asdict(unit)
    return spelt | {name: spelt[name] and spelt[name].isoformat() for name in _DAYS}


def _read_unit(spelt: Mapping[str, Any]) -> AdminUnit:
    days = {name: spelt[name] and date.fromisoformat(spelt[name]) for name in _DAYS}
    return AdminUnit(**{name: value for name, value in spelt.items() if name != "shape"} | days)


def restore_areas(
    store: Store, manifest: Manifest, principal: Principal
) -> tuple[tuple[Area, ...], tuple[AdminUnit, ...]]:
    """The units with polygons and the listed ones that `area_content` holds."""
    held = json.loads(store.load_document(manifest.content, "areas.json", principal))
    areas = tuple(Area(_read_unit(item), shapely.from_wkb(item["shape"])) for item in held["areas"])
    return areas, tuple(_read_unit(item) for item in held["listed"])


def _restore_people(store: Store, manifest: Manifest, principal: Principal) -> PeopleRaster:
    columns = store.load_table(manifest.content, "people", principal)
    said = manifest.parameters
    grid = Grid(**said["grid"])
    order = np.argsort(columns["cell"])
    people, least = (columns[name][order].reshape(grid.shape) for name in ("people", "least"))
    return PeopleRaster(people, least, grid, said["source"], said["year"], said["counted_as"], said["digest"])


def _pretty(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
