"""From the layers that people bring to a surface of minutes per metre, and back from its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import tutela
from tutela.catalogue.travel import VERSION, ModeSpeeds, find_speeds, travel_digest
from tutela.data.basemap import Layer, load_layer
from tutela.data.roads import Roads, load_roads
from tutela.data.store.artifacts import Content, Store
from tutela.data.store.folders import digest_file
from tutela.data.surfaces import burn_areas, burn_lines, friction_bytes, keep_near, read_raster
from tutela.engine.reach import friction as engine
from tutela.engine.reach.friction import GAP, NO_ROAD, BuiltSurface, Layers, Speeds, Surface, build_friction
from tutela.kernel.grids import Grid, lay_grid
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem

MOST_CLASSES: Final = 255
"""The highest code of a land cover class; what is higher is another kind of raster."""

FEW_ROADS: Final = 0.02
"""Below this share of cells with a road the layer is probably only the main roads."""


@dataclass(frozen=True, slots=True)
class SurfaceSpec:
    """What to build a surface from: files, the box (west, south, east, north), mode and season.

    road_class      for lines whose file does not say what they are
    river_minutes   in place of the table's; NaN makes every river without a road a barrier
    """

    landcover: Path
    bbox: tuple[float, float, float, float]
    cell_deg: float
    mode: str
    season: str
    roads: Path | None = None
    lakes: Path | None = None
    rivers: Path | None = None
    slope: Path | None = None
    road_class: str = "primary"
    river_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class SurfaceStudy:
    """A surface and all that a reader of its minutes must know."""

    built: BuiltSurface
    report: Mapping[str, Any]

    @property
    def surface(self) -> Surface:
        """The surface itself."""
        return self.built.surface


def build_surface(spec: SurfaceSpec) -> SurfaceStudy:
    """Read the layers onto one grid and put them together.

    Raises what their readers raise; "option-invalid" for box, cell, mode, season or road class;
    "surface-unusable" where nothing of it can be passed.
    """
    grid = lay_grid(spec.bbox, spec.cell_deg)
    speeds = find_speeds(spec.mode, spec.season)
    if spec.river_minutes is not None:
        _require_minutes(spec.river_minutes)
        speeds = replace(speeds, river_minutes=spec.river_minutes)
    cover = read_raster(spec.landcover, grid)
    _require_values(cover.values, spec.landcover, spec)
    road, road_kmh, roads = _lay_roads(spec, grid, speeds)
    digests = {"landcover": cover.file_digest} | ({"roads": roads["digest"]} if spec.roads else {})
    water = {}
    for name, path in (("lakes", spec.lakes), ("rivers", spec.rivers)):
        water[name] = load_layer(path) if path else Layer((), (), ())
        digests |= {name: digest_file(path)} if path else {}
    slope = None
    if spec.slope:
        raster = read_raster(spec.slope, grid)
        _require_values(raster.values, spec.slope, spec)
        slope, digests["slope"] = raster.values, raster.file_digest
    rivers = [*water["rivers"].lines, *water["lakes"].lines]
    near_rivers = [rivers[i] for i in keep_near(grid, rivers)]
    areas = [*water["lakes"].polygons, *water["rivers"].polygons]
    layers = Layers(
        grid,
        _read_classes(cover.values, spec.landcover),
        road,
        burn_areas(grid, areas),
        burn_lines(grid, near_rivers, [1] * len(near_rivers)) == 1,
        slope,
    )
    built = build_friction(
        layers, Speeds(speeds.mode, speeds.season, speeds.land_kmh, road_kmh, speeds.river_minutes)
    )
    elsewhere = [name for name, layer in water.items() if getattr(spec, name) and not _touches(layer, grid)]
    layers_told = {"digests": digests, "roads": roads, "elsewhere": elsewhere}
    return SurfaceStudy(built, _report(spec, speeds, built, layers_told))


def surface_files(study: SurfaceStudy) -> dict[str, bytes]:
    """What goes into --out: the raster, and the manifest that belongs to it."""
    surface = study.surface
    tags = {"mode": surface.mode, "season": surface.season, "speeds": f"{VERSION} {travel_digest()[:12]}"}
    manifest = json.dumps(study.report, indent=2, ensure_ascii=False).encode() + b"\n"
    return {"friction.tif": friction_bytes(surface.grid, surface.friction, tags), "manifest.json": manifest}


def load_surface(path: Path) -> Surface:
    """Read a friction raster: one of ours, or any in minutes per metre in degrees of WGS 84.

    Raises what `read_raster` raises, and "surface-unusable" for friction that cannot be.
    """
    raster = read_raster(path)
    tags = {name: raster.tags[name] or "not stated" for name in ("mode", "season")}
    try:
        return Surface(raster.grid, raster.values.astype(np.float32), tags["mode"], tags["season"])
    except Problem as problem:
        place = problem.where.removeprefix("surface") if problem.where else ""
        raise Problem(problem.code, problem.message, remedy=problem.remedy, where=f"{path}{place}") from None


def describe_surface(surface: Surface) -> tuple[Manifest, Content]:
    """A surface as an artifact, so that minutes can be computed again from the store."""
    flat = surface.friction.ravel()
    content = Content({"surface": {"cell": np.arange(flat.size), "friction": flat}})
    manifest = Manifest(
        kind="surface",
        title=f"Friction surface: {surface.mode}, {surface.season}",
        content=content.digest,
        parameters={"grid": asdict(surface.grid), "mode": surface.mode, "season": surface.season},
        algorithms={"friction": engine.ALGORITHM},
        marking=Marking.UNCLASSIFIED,
        about={"version": tutela.__version__},
    )
    return manifest, content


def restore_surface(store: Store, manifest: Manifest, principal: Principal) -> Surface:
    """The surface of an artifact."""
    columns = store.load_table(manifest.content, "surface", principal)
    grid = Grid(**manifest.parameters["grid"])
    friction = columns["friction"][np.argsort(columns["cell"])].reshape(grid.shape).astype(np.float32)
    return Surface(grid, friction, manifest.parameters["mode"], manifest.parameters["season"])


def _lay_roads(
    spec: SurfaceSpec, grid: Grid, speeds: ModeSpeeds
) -> tuple[NDArray[np.int16], tuple[float, ...], dict[str, Any]]:
    """The fastest road of each cell as an index into the speeds, and what the layer holds."""
    names = sorted(speeds.road_kmh, key=lambda name: (speeds.road_kmh[name], name))
    if spec.road_class not in names:
        raise Problem(
            "option-invalid",
            f"{spec.road_class!r} is no class of road in the table of speeds.",
            where="road-class",
            remedy=f"Use one of {', '.join(names)}.",
        )
    roads = load_roads(spec.roads) if spec.roads else Roads((), (), "")
    near = keep_near(grid, roads.lines).tolist()
    classes = [_find_class(roads.words[i], spec.road_class, speeds) for i in near]
    # Faster roads are burnt later, over slower ones.
    order = sorted(range(len(near)), key=lambda k: names.index(classes[k]))
    road = burn_lines(
        grid, [roads.lines[near[k]] for k in order], [names.index(classes[k]) for k in order], NO_ROAD
    )
    held = {
        "digest": roads.file_digest or None,
        "lines": len(roads.lines),
        "lines_in_box": len(near),
        "skipped_features": roads.skipped,
        "without_known_class": sum(_is_unknown(roads.words[i], speeds) for i in near),
        "by_class": {name: classes.count(name) for name in names if name in classes},
    }
    return road, tuple(speeds.road_kmh[name] for name in names), held


def _find_class(word: str, otherwise: str, speeds: ModeSpeeds) -> str:
    return otherwise if _is_unknown(word, speeds) else _strip(word)


def _is_unknown(word: str, speeds: ModeSpeeds) -> bool:
    return _strip(word) not in speeds.road_kmh


def _strip(word: str) -> str:
    # OpenStreetMap's ramps ("trunk_link") and the ways that only feet use.
    word = word.removesuffix("_link")
    return "path" if word in ("footway", "bridleway", "steps", "cycleway") else word


def _read_classes(values: NDArray[np.float64], path: Path) -> NDArray[np.int16]:
    classes = np.nan_to_num(values, nan=GAP)
    if ((classes != np.floor(classes)) | (classes < GAP) | (classes > MOST_CLASSES)).any():
        raise Problem(
            "surface-unusable",
            "The land cover holds values that are no classes.",
            where=str(path),
            remedy="Bring a raster of land cover classes (IGBP, 0 to 17), not of shares or colours.",
        )
    return classes.astype(np.int16)


def _require_values(values: NDArray[np.float64], path: Path, spec: SurfaceSpec) -> None:
    """Refuse a raster that says nothing anywhere in the box: what is built on it would be one gap."""
    if np.isnan(values).all():
        box = ", ".join(f"{degrees:g}" for degrees in spec.bbox)
        raise Problem(
            "surface-unusable",
            f"The raster has no value in the box (west, south, east, north: {box}): all of it is nodata there.",
            where=str(path),
            remedy="Check the box, and that the raster covers it and marks only real gaps as nodata.",
        )


def _touches(layer: Layer, grid: Grid) -> bool:
    return len(keep_near(grid, [*layer.lines, *layer.polygons])) > 0


def _require_minutes(minutes: float) -> None:
    if minutes < 0 or np.isinf(minutes):
        raise Problem(
            "option-invalid",
            f"{minutes} is no number of minutes to cross a river.",
            where="river-minutes",
            remedy="Give minutes of 0 or more, or none for rivers that only roads cross.",
        )


def _report(
    spec: SurfaceSpec, speeds: ModeSpeeds, built: BuiltSurface, layers: Mapping[str, Any]
) -> dict[str, Any]:
    surface = built.surface
    roads = layers["roads"]
    return {
        "kind": "surface",
        "unit": "minutes per metre",
        "mode": surface.mode,
        "season": surface.season,
        "bbox": list(surface.grid.bbox),
        "cell_deg": spec.cell_deg,
        "rows": surface.grid.n_rows,
        "columns": surface.grid.n_cols,
        "digest": surface.digest,
        "inputs": layers["digests"],
        "roads": {name: value for name, value in roads.items() if name != "digest"},
        "road_class": spec.road_class,
        "river_minutes": None if np.isnan(speeds.river_minutes) else speeds.river_minutes,
        "speeds": {"version": VERSION, "digest": travel_digest(), "status": "assumed or unverified, none measured"},
        "algorithms": {"friction": engine.ALGORITHM},
        "shares": dict(built.shares),
        "impassable_or_unknown": float(np.isnan(surface.friction).mean()),
        "unknown_classes": list(built.unknown_classes),
        "cell_minutes_median": round(surface.crossing_minutes, 1),
        "limits": _limits(spec, built, roads, layers["elsewhere"]),
        "version": tutela.__version__,
    }


def _limits(
    spec: SurfaceSpec, built: BuiltSurface, roads: Mapping[str, Any], elsewhere: Sequence[str]
) -> list[str]:
    """What a reader of the minutes must know, in sentences."""
    crossing = built.surface.crossing_minutes
    said = [
        "All speeds are assumptions or unverified; insecurity, checkpoints and permission to move are not in them.",
        f"Half of the cells take {crossing:.0f} minutes or more to cross: narrower rings say little.",
        "Eight directions make some ways up to 8 % longer than they are.",
    ]
    share = built.shares.get("road", 0.0)
    if not roads["lines_in_box"]:
        said.append("No road lies in this surface: everybody walks, and ground reach is understated.")
    elif share < FEW_ROADS:
        said.append(
            f"Roads touch only {share:.1%} of the cells: the layer is probably the main roads alone, "
            "and ground reach is understated."
        )
    if roads["without_known_class"]:
        said.append(
            f"{roads['without_known_class']:,} road lines have no known class and count as {spec.road_class}."
        )
    missing = [name for name in ("lakes", "rivers", "slope") if getattr(spec, name) is None]
    if missing:
        said.append(f"Not given, and so not in the way: {', '.join(missing)}.")
    if built.unknown_classes:
        codes = ", ".join(str(code) for code in built.unknown_classes)
        said.append(f"The table of speeds does not know the land cover classes {codes}: impassable off the roads.")
    said += [f"The file of {name} has nothing in this box: check that it is the right one." for name in elsewhere]
    for name, layer in (("gap", "land cover"), ("slope-gap", "slope")):
        share = built.shares.get(name, 0.0)
        if share:
            said.append(f"The {layer} has nothing for {share:.1%} of the cells: impassable off the roads.")
    return said
