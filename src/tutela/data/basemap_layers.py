"""A deployment's own layers under its maps: lakes, rivers, places, boundaries; checked once, kept in its home.

Plain GeoJSON, cut to the part that a page shows: a mission's surroundings are some 100 kB, so no tiles are made.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import shapely

from tutela.data.basemap import Box, Land, Layer, clip_layer, clip_polygons, load_land, load_layer
from tutela.kernel.digests import bytes_digest
from tutela.kernel.problems import Problem

LAYERS: Final = ("lakes", "rivers", "places", "boundaries")
DISCLAIMER: Final = (
    "The boundaries and names shown and the designations used on this map do not imply official endorsement or"
    " acceptance by the United Nations."
)
_MANIFEST: Final = "basemap.json"
_DIGITS: Final = 5
_MISSING: Final = {
    "lakes": "Lakes are not drawn: this home has no file of them.",
    "rivers": "Rivers are not drawn: this home has no file of them.",
    "places": "Names of places are not written: this home has no file of them.",
    "boundaries": "No boundaries are drawn: this home has no file of them.",
}


@dataclass(frozen=True, slots=True)
class Basemap:
    """The ground of a home's maps; `notes` say what is missing, and the disclaimer where boundaries are drawn."""

    land: Land
    layers: Mapping[str, Layer] = field(default_factory=dict)
    attributions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def build_basemap(files: Mapping[str, Path], folder: Path, attribution: str = "") -> dict[str, Any]:
    """Check these layers and keep them in the folder in place of those before; gives what was kept.

    Raises Problem as `load_layer` does, and option-invalid for a name that is no layer; then nothing is changed.
    """
    unknown = sorted(set(files) - set(LAYERS))
    if unknown or not files:
        raise Problem(
            "option-invalid",
            "No layer was named." if not files else f"{unknown[0]} is no layer of the ground.",
            where="--" + (unknown[0] if unknown else "lakes"),
            remedy=f"Give one file or more of {', '.join(LAYERS)}.",
        )
    kept: dict[str, Any] = {"attribution": attribution, "layers": {}}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        for name, path in files.items():
            layer = load_layer(path)
            content = json.dumps(_as_geojson(name, layer), separators=(",", ":"), ensure_ascii=False).encode()
            (Path(work) / f"{name}.geojson").write_bytes(content)
            kept["layers"][name] = {
                "bytes": len(content),
                "sha256": bytes_digest(content),
                "shapes": len(layer.lines) + len(layer.polygons) + len(layer.points),
                "empty": layer.empty,
            }
        (Path(work) / _MANIFEST).write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
        _put_in_place(Path(work), folder)
    return kept


def open_basemap(folder: Path | None) -> Basemap:
    """The land that set-up built, with the layers of this folder where there are any."""
    manifest = folder / _MANIFEST if folder is not None else None
    if manifest is None or not manifest.is_file():
        return _with_land({}, "")
    assert folder is not None
    return _open(folder, manifest.stat().st_mtime_ns)


def describe_ground(basemap: Basemap, box: Box) -> dict[str, Any]:
    """The ground in a box as GeoJSON by layer, thinned to what a screen shows."""
    land = [] if basemap.land.is_missing else clip_polygons(basemap.land.polygons, box)
    made: dict[str, Any] = {"land": _collect([_feature(part) for part in land])}
    for name in LAYERS:
        layer = basemap.layers.get(name)
        if layer is None:
            made[name] = _collect([])
            continue
        held = clip_layer(layer, box)
        features = [_feature(shapely.LineString(line)) for line in held.lines]
        if name == "lakes":
            features += [_feature(part) for part in clip_polygons(layer.polygons, box)]
        features += [
            _feature(shapely.Point(point.lon, point.lat), name=point.name, rank=point.rank) for point in held.points
        ]
        made[name] = _collect(features)
    return made


@lru_cache(maxsize=2)
def _open(folder: Path, _changed_ns: int) -> Basemap:
    kept = json.loads((folder / _MANIFEST).read_text("utf-8"))
    layers = {name: load_layer(folder / f"{name}.geojson") for name in LAYERS if name in kept["layers"]}
    return _with_land(layers, str(kept["attribution"]))


def _with_land(layers: Mapping[str, Layer], attribution: str) -> Basemap:
    land = load_land()
    notes = [land.missing, *(note for name, note in _MISSING.items() if name not in layers)]
    if "boundaries" in layers:
        notes.append(DISCLAIMER)
    told = (land.attribution, attribution)
    return Basemap(land, layers, tuple(item for item in told if item), tuple(note for note in notes if note))


def _as_geojson(name: str, layer: Layer) -> dict[str, Any]:
    shapes: list[Any] = [*layer.lines, *layer.polygons]
    if name == "boundaries":  # lines alone: who is inside is another question
        shapes = [*layer.lines, *(shapely.LineString(ring) for ring in _rings(layer.polygons))]
    features = [_feature(part) for part in shapes]
    features += [_feature(shapely.Point(row.lon, row.lat), name=row.name, rank=row.rank) for row in layer.points]
    return _collect(features)


def _rings(polygons: tuple[shapely.Polygon, ...]) -> list[Any]:
    return [shapely.get_coordinates(ring) for part in polygons for ring in (part.exterior, *part.interiors)]


def _feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    rounded = shapely.transform(geometry, lambda xy: xy.round(_DIGITS))
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(rounded)}


def _collect(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _put_in_place(work: Path, folder: Path) -> None:
    before = folder.with_name(folder.name + ".before")
    shutil.rmtree(before, ignore_errors=True)
    if folder.exists():
        folder.replace(before)
    shutil.copytree(work, folder)
    shutil.rmtree(before, ignore_errors=True)
