"""The invented country's ground and communities as files: rasters and lines for maps, tables for everybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import rasterio  # type: ignore[import-untyped,unused-ignore]
import shapely
from numpy.typing import NDArray
from rasterio.io import MemoryFile  # type: ignore[import-untyped,unused-ignore]
from scipy import ndimage

from tutela.studies.invented.coast import HALF_HEIGHT_KM, HALF_WIDTH_KM, STEP_KM
from tutela.studies.invented.country import InventedCountry
from tutela.studies.invented.landcover import CLASSES, WATER
from tutela.studies.invented.network import Mast
from tutela.studies.invented.plane import to_degrees, to_plane
from tutela.studies.invented.relief import SEA, locate_cells
from tutela.studies.invented.roads import WET_MONTHS

Feature = dict[str, Any]

UNKNOWN_PEOPLE: Final = -1
"""Stands in the raster of people where there is no land."""

_HIGH_M: Final = 1_400.0
PEOPLE_MODELS: Final = {2019: (0.95, 1.5, 0.8), 2025: (1.18, 2.5, 1.2)}
"""By year: people of towns in the model for one on the list, people to the square kilometre elsewhere, blur."""

_OSM_WORDS: Final = {"paved": "primary", "track": "track"}
"""What readers of road files look for, beside our own word."""


def ground_features(country: InventedCountry) -> dict[str, list[Feature]]:
    """Features of each GeoJSON file of the ground, by the file's name."""
    terrain = country.terrain
    rivers = [
        _line({k: v for k, v in asdict(river).items() if k != "points"}, river.points) for river in terrain.rivers
    ]
    crossings = [
        _point({k: v for k, v in asdict(item).items() if k not in ("lon", "lat")}, item.lon, item.lat)
        for item in terrain.crossings
    ]
    roads = [
        _line(
            {
                "road_id": road.road_id,
                "class": road.kind,
                "highway": _OSM_WORDS[road.kind],
                "wet": road.wet,
                "wet_months": list(WET_MONTHS),
                "length_km": road.length_km,
            },
            road.points,
        )
        for road in terrain.roads
    ]
    land = shapely.union_all([shapely.Polygon(ring).buffer(0) for ring in country.territory])
    masts = [_area(asdict(mast), _reach(mast, land)) for mast in country.communities.network.masts]
    return {
        "invented-rivers.geojson": [*rivers, *crossings],
        "invented-roads.geojson": roads,
        "invented-network.geojson": masts,
    }


def ground_tables(country: InventedCountry) -> dict[str, bytes]:
    """The tables of populations at risk, liaison posts and alerts, by the file's name."""
    communities = country.communities
    populations = []
    for item in communities.populations:
        district = country.districts[item.district]
        populations.append(asdict(item) | {"district": district.name, "province": district.within})
    return {
        "invented-populations.csv": write_table(populations),
        "invented-posts.csv": write_table([asdict(post) for post in communities.posts]),
        "invented-alerts.csv": write_table([asdict(alert) for alert in communities.alerts]),
    }


def ground_rasters(country: InventedCountry) -> dict[str, bytes]:
    """Elevation and land cover as GeoTIFF in degrees of WGS 84, north up, by the file's name."""
    terrain = country.terrain
    classes = {f"class_{number}": name for number, name in CLASSES.items()}
    return {
        "invented-elevation.tif": _write_raster(terrain.relief.elevation_m, SEA, {"unit": "metre"}, country),
        "invented-landcover.tif": _write_raster(
            terrain.landcover, None, classes | {"scheme": "IGBP", "water": str(WATER)}, country
        ),
    } | {
        f"invented-people-{year}.tif": _write_raster(
            spread_people(country, year), UNKNOWN_PEOPLE, {"unit": "people in a cell"}, country
        )
        for year in PEOPLE_MODELS
    }


def spread_people(country: InventedCountry, year: int) -> NDArray[np.float32]:
    """People on the grid of the relief, as a model of a year has them: towns blurred, the rest on low ground.

    The models and the list of towns disagree on purpose, as models and lists do.
    """
    share, rural_km2, blur = PEOPLE_MODELS[year]
    relief = country.terrain.relief
    land = relief.elevation_m != SEA
    low = np.clip(1.0 - relief.elevation_m / _HIGH_M, 0.0, 1.0)
    people = np.zeros(relief.elevation_m.shape)
    points = to_plane(np.array([(town.lon, town.lat) for town in country.towns]))
    np.add.at(people.reshape(-1), locate_cells(points), [town.people for town in country.towns])
    blurred = ndimage.gaussian_filter(people, blur)
    spread = np.where(land, share * blurred + rural_km2 * STEP_KM**2 * low, UNKNOWN_PEOPLE)
    return np.round(spread, 2).astype(np.float32)


def write_table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """CSV with a last column that says invented; what is not there is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*rows[0], "invented"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "invented": "yes"} for row in rows)
    return text.getvalue().encode()


def _write_raster(
    values: NDArray[Any], nodata: int | None, tags: Mapping[str, str], country: InventedCountry
) -> bytes:
    rows, columns = values.shape
    half = STEP_KM / 2
    corners = np.array([(-1.0, -1.0), (1.0, 1.0)]) * (HALF_WIDTH_KM + half, HALF_HEIGHT_KM + half)
    (west, south), (east, north) = to_degrees(corners).tolist()
    profile = {
        "driver": "GTiff",
        "height": rows,
        "width": columns,
        "count": 1,
        "dtype": values.dtype.name,
        "crs": "EPSG:4326",
        "transform": rasterio.Affine((east - west) / columns, 0, west, 0, (south - north) / rows, north),
        "nodata": nodata,
        "compress": "deflate",
    }
    with rasterio.Env(), MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(np.flipud(values), 1)
            target.update_tags(invented="yes", attribution=country.origin.attribution, **tags)
        memory.seek(0)
        content: bytes = memory.read()
    return content


def _reach(mast: Mast, land: Any) -> Any:
    """Where a mast is heard: a circle on the country's own land."""
    middle = to_plane(np.array((mast.lon, mast.lat)))
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    circle = to_degrees(middle + mast.reach_km * np.column_stack((np.cos(angles), np.sin(angles))))
    return shapely.intersection(shapely.Polygon(circle), land)


def _line(properties: Feature, points: NDArray[np.float64]) -> Feature:
    return {"properties": properties, "geometry": {"type": "LineString", "coordinates": points.tolist()}}


def _point(properties: Feature, lon: float, lat: float) -> Feature:
    return {"properties": properties, "geometry": {"type": "Point", "coordinates": [lon, lat]}}


def _area(properties: Feature, area: Any) -> Feature:
    parts: Iterable[Any] = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    rings = [
        [[[round(x, 5), round(y, 5)] for x, y in ring.coords] for ring in (part.exterior, *part.interiors)]
        for part in parts
    ]
    return {"properties": properties, "geometry": {"type": "MultiPolygon", "coordinates": rings}}
