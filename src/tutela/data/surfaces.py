"""Rasters of ground in and out: land cover and slope onto a grid, lines and areas into cells, friction out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.io import DatasetReader, MemoryFile
from rasterio.transform import Affine
from rasterio.windows import Window

from tutela.data.store.folders import digest_file
from tutela.kernel.grids import MOST_CELLS, Grid
from tutela.kernel.problems import Problem

Values = NDArray[np.float64]

_TAGS: Final = ("mode", "season", "speeds")
_LONGEST_TAG: Final = 200
_SPHEROIDS: Final = ("WGS 84", "GRS 1980", "GRS80")


@dataclass(frozen=True, slots=True)
class Raster:
    """One band on its own grid, NaN where the file says nodata; `tags` are words that the file carries."""

    grid: Grid
    values: Values
    file_digest: str
    tags: dict[str, str]


def read_raster(path: Path, onto: Grid | None = None) -> Raster:
    """Read the first band: whole on its own grid, or for each cell of `onto` the value at its middle.

    NaN outside the file. Raises Problem: file-missing; file-unreadable; raster-projection (not in degrees of
    WGS 84, rotated, upside down); file-too-large.
    """
    with _open(path) as source:
        own = _read_grid(source, path)
        tags = {name: str(source.tags().get(f"tutela_{name}", ""))[:_LONGEST_TAG] for name in _TAGS}
        if onto is None:
            values = _read_band(source, Window(0, 0, own.n_cols, own.n_rows), path)
        else:
            values = _sample(source, own, onto, path)
    return Raster(own if onto is None else onto, values, digest_raster(path), tags)


def digest_raster(path: Path) -> str:
    """SHA-256 of the file that holds the values: of an R raster, the .gri beside the header."""
    body = path.with_suffix(".gri")
    return digest_file(body if path.suffix.lower() == ".grd" and body.is_file() else path)


def burn_lines(grid: Grid, lines: Sequence[Any], codes: Sequence[int], empty: int = -1) -> NDArray[np.int16]:
    """Each cell that a line touches gets the line's code; of several, the last line's."""
    if not lines:
        return np.full(grid.shape, empty, dtype=np.int16)
    # Every touched cell, so that eight neighbours cannot slip through a river between two of its cells.
    return _burn(grid, zip(lines, codes, strict=True), empty, all_touched=True)


def burn_areas(grid: Grid, areas: Sequence[Any]) -> NDArray[np.bool_]:
    """Which cells have their middle inside an area."""
    if not areas:
        return np.zeros(grid.shape, dtype=bool)
    inside: NDArray[np.bool_] = _burn(grid, ((area, 1) for area in areas), 0, all_touched=False) == 1
    return inside


def keep_near(grid: Grid, shapes: Sequence[Any]) -> NDArray[np.intp]:
    """Which shapes touch the grid's box."""
    if not shapes:
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero(shapely.intersects(np.array(shapes, dtype=object), shapely.box(*grid.bbox)))


def friction_bytes(grid: Grid, friction: NDArray[np.float32], tags: dict[str, str]) -> bytes:
    """A GeoTIFF of minutes per metre in degrees of WGS 84, nodata NaN."""
    profile = {
        "driver": "GTiff",
        "height": grid.n_rows,
        "width": grid.n_cols,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": _place(grid),
        "nodata": float("nan"),
        "compress": "deflate",
        "predictor": 3,
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as target:
            target.write(friction, 1)
            target.update_tags(**{f"tutela_{name}": text for name, text in tags.items()})
            target.set_band_description(1, "minutes per metre")
        memory.seek(0)
        content: bytes = memory.read()
    return content


@contextmanager
def _open(path: Path) -> Iterator[DatasetReader]:
    header = path.with_suffix(".grd")
    # People name the file with the values; GDAL opens the header beside it.
    named = header if path.suffix.lower() == ".gri" and header.is_file() else path
    if not named.is_file():
        raise Problem("file-missing", "There is no such raster.", where=str(path), remedy="Check the path.")
    try:
        with rasterio.open(named) as source:
            yield source
    except rasterio.errors.RasterioError:
        raise Problem(
            "file-unreadable",
            "This is no raster that can be read.",
            where=str(path),
            remedy="Bring a GeoTIFF in EPSG:4326; of an R raster, .grd and .gri lie side by side.",
        ) from None


def _read_grid(source: DatasetReader, path: Path) -> Grid:
    step = source.transform
    is_upright = step.a > 0 and step.e < 0 and step.b == 0 and step.d == 0
    if source.crs is None or not source.crs.is_geographic or not _is_geocentric(source.crs) or not is_upright:
        what = (
            "no reference system" if source.crs is None else f"the reference system {source.crs.to_string()[:60]}"
        )
        raise _not_degrees(f"The raster has {what}, or does not lie north up.", path)
    grid = Grid(step.c, step.f, step.a, -step.e, source.height, source.width)
    west, south, east, north = grid.bbox
    slack = 1e-6
    if not (-180 - slack <= west < east <= 180 + slack and -90 - slack <= south < north <= 90 + slack):
        raise _not_degrees(
            "The raster's box is no part of the Earth in degrees, or crosses the antimeridian.", path
        )
    return grid


def _is_geocentric(crs: Any) -> bool:
    """Whether degrees are those of WGS 84, or of a datum within a metre or two of it: older ones lie beside it."""
    words = crs.to_wkt()
    return any(f'SPHEROID["{name}' in words for name in _SPHEROIDS)


def _not_degrees(message: str, path: Path) -> Problem:
    return Problem(
        "raster-projection",
        message,
        where=str(path),
        remedy=(
            "Warp it to EPSG:4326 with north up, within -180 and 180 degrees "
            "(gdalwarp -t_srs EPSG:4326 OLD.tif NEW.tif)."
        ),
    )


def _read_band(source: DatasetReader, window: Window, path: Path) -> Values:
    if window.width * window.height > MOST_CELLS:
        raise Problem(
            "file-too-large",
            f"That is more than {MOST_CELLS:,} cells of the raster.",
            where=str(path),
            remedy="Cut it to the region, or make its cells larger.",
        )
    values: Values = source.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
    return values


def _sample(source: DatasetReader, own: Grid, onto: Grid, path: Path) -> Values:
    lon, _ = onto.centres(np.arange(onto.n_cols))
    _, lat = onto.centres(np.arange(onto.n_rows) * onto.n_cols)
    col = np.floor((lon - own.west) / own.step_lon).astype(np.int64)
    row = np.floor((own.north - lat) / own.step_lat).astype(np.int64)
    has_col, has_row = (col >= 0) & (col < own.n_cols), (row >= 0) & (row < own.n_rows)
    values = np.full(onto.shape, np.nan)
    if has_col.any() and has_row.any():
        col, row = col[has_col], row[has_row]
        left, top = int(col[0]), int(row[0])
        window = Window(left, top, int(col[-1]) - left + 1, int(row[-1]) - top + 1)
        band = _read_band(source, window, path)
        values[np.ix_(has_row, has_col)] = band[np.ix_(row - top, col - left)]
    return values


def _place(grid: Grid) -> Affine:
    return Affine(grid.step_lon, 0.0, grid.west, 0.0, -grid.step_lat, grid.north)


def _burn(grid: Grid, shapes: Any, empty: int, *, all_touched: bool) -> NDArray[np.int16]:
    burnt: NDArray[np.int16] = rasterize(
        shapes,
        out_shape=grid.shape,
        fill=empty,
        transform=_place(grid),
        all_touched=all_touched,
        dtype="int16",
    )
    return burnt
