"""Small ground, and small tables on it."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest

from tutela.engine.reach.friction import Surface
from tutela.engine.reach.traveltime import Starts
from tutela.kernel.grids import Grid
from tutela.kernel.tables import Events, Sites

EVENT = {
    "day": "2015-06-10",
    "day_end": "NaT",
    "precision": 1,
    "violence": 3,
    "perpetrator": 4,
    "best": 1.0,
    "low": 1.0,
    "high": 1.0,
    "civilians": 1.0,
    "source_file": 0,
    "source_line": 2,
}
SITE = {
    "mission": "M",
    "opened": "2015-01-01",
    "closed": "NaT",
    "military": 10.0,
    "police": np.nan,
    "civilian": np.nan,
    "air": -1,
    "source_file": 0,
    "source_line": 2,
}
TYPES = {
    **dict.fromkeys(("day", "day_end", "opened", "closed"), "datetime64[D]"),
    **dict.fromkeys(("precision", "violence", "perpetrator", "air"), "int8"),
    **dict.fromkeys(("lon", "lat", "best", "low", "high", "civilians"), "float64"),
    **dict.fromkeys(("military", "police", "civilian"), "float64"),
    "source_file": "int16",
    "source_line": "int32",
}


def build(kind, defaults, id_name, rows):
    whole = [defaults | {id_name: f"{id_name}-{number}"} | row for number, row in enumerate(rows)]
    return kind(
        **{
            item.name: np.array([row.get(item.name, "") for row in whole], dtype=TYPES.get(item.name, "str"))
            for item in fields(kind)
        }
    )


@pytest.fixture
def make_events():
    """make_events({...}, {...}): a row for each; the ids are event_id-0, event_id-1, ..."""
    return lambda *rows: build(Events, EVENT, "event_id", rows)


@pytest.fixture
def make_sites():
    """make_sites({...}, {...}): the ids are site_id-0, site_id-1, ... unless the row has one."""
    return lambda *rows: build(Sites, SITE, "site_id", rows)


@pytest.fixture
def flat():
    """flat(rows, cols): a surface on the equator with cells of 0.1 degree and 0.01 minutes per metre."""

    def make(n_rows=3, n_cols=5, friction=0.01, north=0.15):
        grid = Grid(0.0, north, 0.1, 0.1, n_rows, n_cols)
        return Surface(grid, np.full(grid.shape, friction, dtype=np.float32), "foot", "dry")

    return make


@pytest.fixture
def starts_at():
    """starts_at((lon, lat), ...): starting points a, b, c, ..."""
    return lambda *points: Starts(
        np.array([chr(97 + i) for i in range(len(points))], dtype=np.str_),
        np.array([point[0] for point in points], dtype=np.float64),
        np.array([point[1] for point in points], dtype=np.float64),
    )


@pytest.fixture
def write_geojson(tmp_path):
    """write_geojson(name, (geometry type, coordinates, properties), ...) -> path."""

    def write(name, *shapes):
        features = [
            {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
            for kind, coordinates, properties in shapes
        ]
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    return write


@pytest.fixture
def write_raster(tmp_path):
    """write_raster(name, values, west, north, step, ...) -> path of a GeoTIFF."""
    import rasterio
    from rasterio.transform import Affine

    def write(name, values, *, west=0.0, north=1.0, step=0.1, crs="EPSG:4326", nodata=None, transform=None):
        path = tmp_path / name
        values = np.asarray(values)
        profile = {"driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1}
        profile |= {"dtype": str(values.dtype), "crs": crs, "nodata": nodata}
        profile["transform"] = transform or Affine(step, 0, west, 0, -step, north)
        with rasterio.open(path, "w", **profile) as target:
            target.write(values, 1)
        return path

    return write
