"""Borders that a deployment brings: in which country a point lies, by their polygons and nothing else.

No border is ours: the file is the deployment's own, and an event's own country always wins over it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from tutela.catalogue.countries import find_country
from tutela.data.unpacking import unpack_file
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats

_CODES: Final = ("iso_a3_eh", "iso_a3", "iso3", "iso", "adm0_a3", "shapegroup", "name", "admin")
"""Properties that may say which country a polygon is, in order of trust (Natural Earth, geoBoundaries, plain)."""

_WGS84: Final = re.compile(r"CRS:?84|EPSG:.*:?4326$", re.IGNORECASE)
_IN_DEGREES: Final = "Export all shapes in longitude and latitude (EPSG:4326), before files are joined."
_SLACK: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Polygons of countries; `codes` by ISO 3166 alpha-3, "" for ground that is no country's in the list."""

    codes: NDArray[np.str_]
    tree: shapely.STRtree

    def locate(self, lon: Floats, lat: Floats, own: NDArray[np.str_]) -> NDArray[np.str_]:
        """The country of each point, "" at sea, outside the file and for NaN; in overlaps, its own country."""
        found = np.full(len(lon), "", dtype="<U3")
        known = np.flatnonzero(~(np.isnan(lon) | np.isnan(lat)))
        if not len(known):
            return found
        points, places = np.unique(np.column_stack((lon[known], lat[known])), axis=0, return_inverse=True)
        point, polygon = self.tree.query(shapely.points(points), predicate="intersects")
        order = np.lexsort((polygon, point))[::-1]  # backwards: the first polygon of a point is written last
        by_point = np.full(len(points), "", dtype="<U3")
        by_point[point[order]] = self.codes[polygon[order]]
        found[known] = by_point[places.ravel()]
        pairs = set(zip(point.tolist(), self.codes[polygon].tolist(), strict=True))
        away = np.flatnonzero((own[known] != "") & (found[known] != own[known]))
        at_home = [k for k in away if (int(places.ravel()[k]), str(own[known[k]])) in pairs]
        found[known[at_home]] = own[known[at_home]]
        return found

    def degrees_from(self, country: NDArray[np.str_], lon: Floats, lat: Floats) -> Floats:
        """How far each point lies from a country that has a polygon, in degrees on the map."""
        nearest = np.full(len(lon), np.inf)
        points = np.asarray(shapely.points(np.column_stack((lon, lat))))
        for code in np.unique(country):
            here = country == code
            for shape in self.tree.geometries[self.codes == code]:
                nearest[here] = np.minimum(nearest[here], shapely.distance(points[here], shape))
        return nearest


def load_boundaries(path: Path) -> Boundaries:
    """Read a GeoJSON FeatureCollection of countries; the file must have at least one polygon."""
    features = read_features(path)
    codes, shapes = [], []
    for number, feature in enumerate(features, start=1):
        shape = read_shape(feature, path, number)
        if shape is not None:
            shapes.append(shape)
            codes.append(_find_code(feature.get("properties") or {}))
    if not shapes or not any(codes):
        raise _refuse(path, "No feature is the polygon of a country that can be told by its properties.")
    shapely.prepare(shapes)
    return Boundaries(np.array(codes, dtype="<U3"), shapely.STRtree(shapes))


def read_features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON collection in degrees of WGS 84; refuses other files and named projections."""
    try:
        content = json.loads(unpack_file(path).content)
    except (ValueError, RecursionError):
        raise _refuse(path, "This is no GeoJSON.") from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(item, dict) for item in features):
        raise _refuse(path, "This is no GeoJSON collection of features.")
    _check_projection(content.get("crs"), path)
    return features


def _check_projection(crs: object, path: Path) -> None:
    """Older GeoJSON may name a projection; only longitude and latitude of WGS 84 are read."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name") if isinstance(properties, dict) else "")
    if _WGS84.search(name) is None:
        raise Problem(
            "shape-projection",
            f"The file says that it is in another projection: {name[:60]!r}.",
            where=f"{path}, crs",
            remedy=_IN_DEGREES,
        )


def read_shape(feature: Mapping[str, Any], path: Path, number: int) -> shapely.Geometry | None:
    """The area of a feature, made valid where it is not; None where it has none; refuses one beyond the globe.

    `number` is the feature's own in the file, from 1: every refusal names it.
    """
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    shape = shapely.from_geojson(json.dumps(geometry), on_invalid="ignore")
    if shape is None:
        raise _refuse(f"{path}, feature {number}, geometry", "The polygon cannot be read.")
    west, south, east, north = shapely.bounds(shape)
    if west < -180 - _SLACK or east > 180 + _SLACK or south < -90 - _SLACK or north > 90 + _SLACK:
        raise Problem(
            "shape-projection",
            "A shape reaches beyond -180..180 or -90..90 degrees: it is in another projection than it says.",
            where=f"{path}, feature {number}, geometry",
            remedy=_IN_DEGREES,
        )
    return shape if shape.is_valid else shapely.make_valid(shape)


def _find_code(properties: Mapping[str, Any]) -> str:
    lower = {str(key).lower(): value for key, value in properties.items()}
    for key in _CODES:
        country = find_country(str(lower.get(key) or ""))
        if country is not None:
            return country.iso3
    return ""


def _refuse(path: Path | str, message: str) -> Problem:
    return Problem(
        "file-not-a-table",
        message,
        where=str(path),
        remedy="Bring a GeoJSON file of countries, for example Natural Earth's admin-0.",
    )
