"""Tables as Parquet that a GIS opens: GeoParquet 1.1, geometry as WKB in degrees of WGS 84."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

GEOMETRY: Final = "geometry"
"""The column that a GIS draws."""

_POINT: Final = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


def parquet_bytes(
    columns: Mapping[str, NDArray[Any]], geometry: Sequence[bytes | None] | None = None, kinds: Sequence[str] = ()
) -> bytes:
    """Columns as a Parquet file; with `geometry` (WKB a row, None for none) and its kinds as GeoParquet."""
    frame = pl.DataFrame(
        {name: column.tolist() if column.dtype.kind == "U" else column for name, column in columns.items()}
    )
    metadata = None
    if geometry is not None:
        frame = frame.with_columns(pl.Series(GEOMETRY, list(geometry), dtype=pl.Binary))
        # Without "crs" the format means longitude and latitude of WGS 84.
        drawn = {"encoding": "WKB", "geometry_types": list(kinds)}
        metadata = {
            "geo": json.dumps({"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: drawn}})
        }
    file = io.BytesIO()
    frame.write_parquet(file, metadata=metadata)
    return file.getvalue()


def write_points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[bytes]:
    """A point as WKB for each row."""
    points = np.zeros(len(lon), dtype=_POINT)
    points["order"], points["kind"], points["lon"], points["lat"] = 1, 1, lon, lat
    content, size = points.tobytes(), _POINT.itemsize
    return [content[begin : begin + size] for begin in range(0, len(content), size)]


def write_shapes(shapes: Sequence[shapely.Geometry | None]) -> list[bytes | None]:
    """Shapes as WKB, in two dimensions."""
    return [None if shape is None else shapely.to_wkb(shapely.force_2d(shape)) for shape in shapes]
