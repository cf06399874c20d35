from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
import rasterio


@pytest.fixture(scope="session")
def world():
    return runpy.run_path(str(Path(__file__).with_name("small_world.py")))["WORLD"]


@pytest.fixture
def write_people_raster():
    def write(path, people, west, north, step=0.1):
        values = np.array(people, dtype=np.float32)
        profile = {
            "driver": "GTiff",
            "height": values.shape[0],
            "width": values.shape[1],
            "count": 1,
            "dtype": "float32",
            "crs": "EPSG:4326",
            "transform": rasterio.Affine(step, 0, west, 0, -step, north),
        }
        with rasterio.open(path, "w", **profile) as file:
            file.write(values, 1)
        return path

    return write
