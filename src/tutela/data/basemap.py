"""The ground that maps are drawn on: land from the built TopoJSON, other layers from the deployment's GeoJSON.

Land only: no borders of ours. Longitudes beyond 180 mean the other side of the antimeridian.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from tutela.data.topology import decode_land, make_polygons
from tutela.kernel.problems import Problem

Points = NDArray[np.float64]
Box = tuple[float, float, float, float]

LAND_FILES: Final = ("land-10m.json", "land-50m.json")
"""World-atlas files by preference: the map of a small mission needs the finer one's islands and bays."""

ATTRIBUTION: Final = "Coast: Natural Earth (public domain), by way of world-atlas"
MAX_POINTS: Final = 8000
"""So many points stay in a clipped map unless a tolerance is asked for: about 100 kB of SVG."""

MAX_LAYER_BYTES: Final = 256 * 2**20
_CELLS_ACROSS: Final = 1200.0
_SHIFTS: Final = (-360.0, 0.0, 360.0, 720.0)
_BROKEN: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
    shapely.errors.ShapelyError,
)


@dataclass(frozen=True, slots=True)
class Land:
    """All land as polygons in degrees, running on across the antimeridian; `missing` says why there is none."""

    polygons: tuple[shapely.Polygon, ...]
    attribution: str = ATTRIBUTION
    missing: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether maps must be drawn on plain ground, and say so."""
        return bool(self.missing)


@dataclass(frozen=True, slots=True)
class NamedPoint:
    """A place of a layer; the smaller its `rank` the more important, 0 where the file does not rank."""

    name: str
    lon: float
    lat: float
    rank: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A GeoJSON file of the deployment's own, in degrees; `empty` features had no geometry."""

    lines: tuple[shapely.LineString, ...]
    polygons: tuple[shapely.Polygon, ...]
    points: tuple[NamedPoint, ...]
    empty: int = 0


@dataclass(frozen=True, slots=True)
class ClippedLayer:
    """What of a layer lies in a box: rings to be filled by the even-odd rule, lines, points."""

    rings: tuple[Points, ...]
    lines: tuple[Points, ...]
    points: tuple[NamedPoint, ...]


def load_land(home_cache: Path | None = None) -> Land:
    """Land from the home's cache, else from what set-up built; where neither is, none, and a note of it.

    Raises Problem file-unreadable when a file is there and is no TopoJSON of land.
    """
    built = Path(str(resources.files("tutela.data"))) / "built"
    folders = [built] if home_cache is None else [home_cache, built]
    for path in (folder / name for folder in folders for name in LAND_FILES):
        if path.is_file():
            return _read_land(path, path.stat().st_mtime_ns)
    return Land((), "", "The coast is not drawn: its file is missing, which set-up fetches (./dev run).")


def clip_land(land: Land, bbox: Box, tolerance: float | None = None) -> tuple[Points, ...]:
    """Rings of the land in a box (west, south, east, north), each closed and of shape (n, 2).

    Fill them together by the even-odd rule; lines along the box are no coast. A box may cross the
    antimeridian (east below west, or beyond 180): longitudes then run on past 180. `tolerance` in degrees is
    how far a line may be moved; without one it is the box's width over 1200, and doubles until at most
    `MAX_POINTS` points stay.
    """
    return _clip_polygons(land.polygons, _check_box(bbox), tolerance)


def clip_polygons(polygons: Sequence[shapely.Polygon], bbox: Box) -> list[shapely.Polygon]:
    """The polygons in a box, thinned to what 1200 cells across show; their outlines turn as GeoJSON's."""
    box = _check_box(bbox)
    step = (box[2] - box[0]) / _CELLS_ACROSS
    inside = [
        part for moved in _moved_into(polygons, box) for part in make_polygons(shapely.clip_by_rect(moved, *box))
    ]
    thinned = (part for polygon in inside for part in make_polygons(shapely.simplify(polygon, step)))
    return [shapely.geometry.polygon.orient(part) for part in thinned if part.area > step * step]


def load_layer(path: Path) -> Layer:
    """Read lakes, rivers, places or boundaries from a GeoJSON file in degrees of longitude and latitude.

    Raises Problem: file-missing, file-too-large, file-unreadable (no JSON), source-unknown (JSON that is no
    GeoJSON, another reference system, coordinates that are no degrees), file-empty (no geometry in it).
    """
    features = _list_features(_read_json(path), path)
    shapes = [_read_shape(feature, number, path) for number, feature in enumerate(features, 1)]
    lines: list[shapely.LineString] = []
    polygons: list[shapely.Polygon] = []
    points: list[NamedPoint] = []
    for feature, geometry in zip(features, shapes, strict=True):
        for part in _flatten(geometry):
            if isinstance(part, shapely.Polygon):
                polygons.extend(make_polygons(part))
            elif isinstance(part, shapely.Point):
                points.append(_name_point(part, feature.get("properties") or {}))
            else:
                lines.append(shapely.LineString(part))
    if not (lines or polygons or points):
        raise Problem(
            "file-empty", "The layer has no geometry.", where=str(path), remedy="Export it again with its features."
        )
    return Layer(tuple(lines), tuple(polygons), tuple(points), sum(geometry is None for geometry in shapes))


def clip_layer(layer: Layer, bbox: Box, tolerance: float | None = None) -> ClippedLayer:
    """What of a layer lies in a box; box and tolerance as in `clip_land`."""
    box = _check_box(bbox)
    step = (box[2] - box[0]) / _CELLS_ACROSS if tolerance is None else tolerance
    lines: list[Points] = []
    for moved in _moved_into(layer.lines, box):
        inside = shapely.simplify(shapely.intersection(moved, shapely.box(*box)), step)
        lines.extend(
            shapely.get_coordinates(part)
            for part in shapely.get_parts(inside)
            if isinstance(part, shapely.LineString) and part.length > 0
        )
    points = tuple(
        NamedPoint(point.name, point.lon + shift, point.lat, point.rank)
        for point in layer.points
        for shift in _SHIFTS
        if box[0] <= point.lon + shift <= box[2] and box[1] <= point.lat <= box[3]
    )
    return ClippedLayer(_clip_polygons(layer.polygons, box, tolerance), tuple(lines), points)


@lru_cache(maxsize=4)
def _read_land(path: Path, _changed_ns: int) -> Land:
    try:
        return Land(decode_land(_read_json(path)))
    except _BROKEN:
        raise Problem(
            "file-unreadable",
            "The file is no TopoJSON of land.",
            where=str(path),
            remedy="Delete it and let set-up fetch it again (./dev run).",
        ) from None


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_LAYER_BYTES:
            raise Problem(
                "file-too-large",
                f"The file is larger than {MAX_LAYER_BYTES // 2**20} MB.",
                where=str(path),
                remedy="Cut it to the region, or simplify it.",
            )
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise Problem("file-missing", "There is no such file.", where=str(path), remedy="Check the path.") from None
    except (OSError, ValueError, RecursionError):
        raise Problem(
            "file-unreadable", "The file is no JSON text.", where=str(path), remedy="Export it again as GeoJSON."
        ) from None


def _list_features(document: Any, path: Path) -> list[dict[str, Any]]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind is None:
        raise _no_layer("The file is JSON and no GeoJSON.", str(path))
    reference = json.dumps(document.get("crs") or "CRS84")
    if not any(name in reference for name in ("CRS84", "4326")):
        raise _no_layer("The coordinates are in another reference system than WGS 84.", str(path))
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
            raise _no_layer("The collection has no list of features.", str(path))
        return features
    return [document if kind == "Feature" else {"geometry": document}]


def _read_shape(feature: dict[str, Any], number: int, path: Path) -> Any:
    where = f"{path}, feature {number}"
    if feature.get("geometry") is None:
        return None
    try:
        geometry = shapely.force_2d(shape(feature["geometry"]))
    except _BROKEN:
        raise _no_layer("The geometry is not as GeoJSON wants it.", where) from None
    limits = np.abs(shapely.get_coordinates(geometry)).max(axis=0, initial=0.0)
    if not (limits[0] <= 180.0 and limits[1] <= 90.0):
        raise _no_layer("The coordinates are no degrees of longitude and latitude.", where)
    return geometry


def _no_layer(message: str, where: str) -> Problem:
    return Problem("source-unknown", message, where=where, remedy="Export the layer as GeoJSON in WGS 84.")


def _flatten(geometry: Any) -> list[Any]:
    if isinstance(geometry, shapely.GeometryCollection):
        return [part for inner in geometry.geoms for part in _flatten(inner)]
    return [part for part in shapely.get_parts(geometry).tolist() if part is not None and not part.is_empty]


def _name_point(point: shapely.Point, properties: dict[str, Any]) -> NamedPoint:
    known = {str(key).lower(): value for key, value in properties.items()}
    rank = known.get("scalerank", known.get("rank", 0))
    name = known.get("name") or known.get("label") or ""
    return NamedPoint(str(name), point.x, point.y, int(rank) if isinstance(rank, (int, float)) else 0)


def _check_box(bbox: Box) -> Box:
    west, south, east, north = bbox
    east = east + 360.0 if east < west else east
    if not (-180.0 <= west <= 180.0 and -90.0 <= south < north <= 90.0 and 0.0 < east - west <= 360.0):
        raise Problem(
            "option-invalid",
            "The map's box is no part of the Earth.",
            where="bbox",
            remedy="Give west, south, east and north in degrees, south below north.",
        )
    return west, south, east, north


def _moved_into(shapes: Sequence[Any], box: Box) -> list[Any]:
    """The shapes whose bounds touch the box, moved by whole turns to where the box is."""
    bounds = shapely.bounds(np.array(shapes, dtype=object)).reshape(-1, 4)
    moved: list[Any] = []
    for shift in _SHIFTS:
        across = (bounds[:, 0] + shift < box[2]) & (bounds[:, 2] + shift > box[0])
        near = across & (bounds[:, 1] < box[3]) & (bounds[:, 3] > box[1])
        moved.extend(_turn(shapes[row], shift) for row in np.flatnonzero(near).tolist())
    return moved


def _turn(geometry: Any, by: float) -> Any:
    return shapely.transform(geometry, lambda xy: xy + np.array([by, 0.0])) if by else geometry


def _clip_polygons(polygons: Sequence[shapely.Polygon], box: Box, tolerance: float | None) -> tuple[Points, ...]:
    inside = [
        part for moved in _moved_into(polygons, box) for part in make_polygons(shapely.clip_by_rect(moved, *box))
    ]
    step = (box[2] - box[0]) / _CELLS_ACROSS if tolerance is None else tolerance
    rings = _simplify_rings(inside, step)
    while tolerance is None and sum(map(len, rings)) > MAX_POINTS:
        step *= 2
        rings = _simplify_rings(inside, step)
    return rings


def _simplify_rings(polygons: Sequence[shapely.Polygon], step: float) -> tuple[Points, ...]:
    rings: list[Points] = []
    for polygon in polygons:
        left, low, right, high = polygon.bounds
        if max(right - left, high - low) < step:
            continue  # smaller than what the map can show
        for part in make_polygons(shapely.simplify(polygon, step, preserve_topology=True)):
            rings.extend(shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors))
    return tuple(rings)
