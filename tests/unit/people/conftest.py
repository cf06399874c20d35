"""Grids of people, written for each test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster
from tutela.kernel.tables import Sites

Writer = Callable[..., Path]


def raster_of(people: Any, least: Any = None, **grid: float) -> PeopleRaster:
    values = np.array(people, dtype=np.float64)
    fewest = values if least is None else np.array(least, dtype=np.float64)
    cells = Grid(
        grid.get("west", 0.0), grid.get("north", 4.0), grid.get("step", 1.0), grid.get("step", 1.0), *values.shape
    )
    return PeopleRaster(values, fewest, cells, "a grid 2020", 2020, "the value of a cell is its people", "d" * 64)


def sites_of(*rows: tuple[str, float, float, str, str | None], mission: str = "M") -> Sites:
    n = len(rows)
    ids, lon, lat, opened, closed = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    text, unknown = np.full(n, "", dtype="<U1"), np.full(n, np.nan)
    return Sites(
        site_id=np.array(ids, dtype=np.str_),
        mission=np.full(n, mission),
        name=text,
        country=text,
        lon=np.array(lon, dtype=np.float64),
        lat=np.array(lat, dtype=np.float64),
        opened=np.array(opened, dtype="datetime64[D]"),
        closed=np.array([day or "NaT" for day in closed], dtype="datetime64[D]"),
        status=text,
        military=unknown,
        police=unknown,
        civilian=unknown,
        air=np.full(n, -1, np.int8),
        kind=text,
        source_file=np.zeros(n, np.int16),
        source_line=np.arange(2, n + 2, dtype=np.int32),
    )


@pytest.fixture
def make_raster() -> Callable[..., PeopleRaster]:
    return raster_of


@pytest.fixture
def make_sites() -> Callable[..., Sites]:
    return sites_of


@pytest.fixture
def day() -> date:
    return date(2020, 1, 1)


@pytest.fixture
def write_raster(tmp_path: Path) -> Writer:
    def write(values: Any, name: str = "people_2020.tif", **options: Any) -> Path:
        bands = np.atleast_3d(np.array(values, dtype=options.pop("dtype", "float32")))
        bands = np.moveaxis(bands, -1, 0)
        profile = {
            "driver": "GTiff",
            "height": bands.shape[1],
            "width": bands.shape[2],
            "count": bands.shape[0],
            "dtype": bands.dtype.name,
            "crs": "EPSG:4326",
            "transform": Affine(0.5, 0, 10.0, 0, -0.5, 5.0),
            "nodata": -9999.0,
        } | options
        path = tmp_path / name
        with rasterio.open(path, "w", **profile) as file:
            file.write(bands)
        return path

    return write


@pytest.fixture
def write_text(tmp_path: Path) -> Writer:
    def write(text: str, name: str = "people.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write
