"""Rasters of people in GeoTIFF, such as WorldPop's: people in a cell, or means that a multiplier makes people."""

from __future__ import annotations

import hashlib
import math
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio  # type: ignore[import-untyped,unused-ignore]
from numpy.typing import NDArray
from rasterio.errors import (  # type: ignore[import-untyped,unused-ignore]
    NotGeoreferencedWarning,
    RasterioError,
)
from rasterio.windows import Window  # type: ignore[import-untyped,unused-ignore]
from scipy import ndimage

from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster
from tutela.kernel.problems import Problem

MOST_CELLS: Final = 50_000_000
"""More cells than this are refused: name a smaller box."""

_SLACK: Final = 1e-6
_DEGREES: Final = 4326
_PROJECTION: Final = "Bring it in longitude and latitude (EPSG:4326); a GIS program exports it so."

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Multiplier:
    """How many people one unit of a raster's value stands for, and who says so.

    1 where values are people in a cell. Where a file holds the mean of n smaller cells, n.
    """

    people_per_value: float = 1.0
    because: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.people_per_value) and self.people_per_value > 0):
            raise Problem(
                "option-invalid",
                "The people for one unit of value must be a number above 0.",
                remedy="Give 1 where a cell's value is its people.",
            )
        if self.people_per_value != 1 and not self.because.strip():
            raise Problem(
                "option-invalid",
                f"One unit of value is to stand for {self.people_per_value:g} people, and nobody says why.",
                remedy="Say where the multiplier is from, for example: mean of 20 x 20 cells of 1 km.",
            )

    @property
    def words(self) -> str:
        """How a value became people."""
        if self.people_per_value == 1:
            return "the value of a cell is its people"
        return f"people are the value x {self.people_per_value:g} ({self.because.strip()})"


ONE: Final = Multiplier()


def read_people_raster(
    path: Path, *, multiplier: Multiplier = ONE, year: int | None = None, name: str = "", box: Box | None = None
) -> PeopleRaster:
    """Read people on a grid of degrees; with a box (west, south, east, north) only the cells that touch it.

    A year that is not given is taken from the file's name where it holds one alone. `name` is what the source is
    called in figures. With a multiplier above 1, cells beside one without a number may hold as few people as one
    of their smaller cells: a mean over the land alone overstates them, and `least` says by how much.
    Raises Problem: file-missing, file-unreadable, file-truncated, file-too-large, raster-projection (another CRS,
    or none), raster-unusable (several bands, turned, below 0, infinite, no number at all), option-invalid.
    """
    if not path.is_file():
        raise Problem("file-missing", "There is no such file.", where=str(path), remedy="Check the path.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            source = rasterio.open(path, driver="GTiff")
        except (RasterioError, ValueError):
            raise _refuse("file-unreadable", "This is no GeoTIFF.", path, "Bring the raster as GeoTIFF.") from None
        with source:
            grid = _find_grid(source, path)
            rows, columns = _find_window(grid, box, path)
            values = _read_values(source, rows, columns, path)
    if np.isnan(values).all():
        if box is not None:
            raise _refuse_box("No cell of the raster has a number in the box.")
        message = "No cell has a number there."
        raise _refuse("raster-unusable", message, path, "Check the value for no number.")
    return _build(values, _cut(grid, rows, columns), multiplier, _name(path, year, name))


def _find_grid(source: Any, path: Path) -> Grid:
    if source.crs is None:
        raise _refuse("raster-projection", "The raster does not say its projection.", path, _PROJECTION)
    if source.crs.to_epsg() != _DEGREES:
        other = source.crs.to_epsg()
        told = f"EPSG:{other}" if other else "a projection without a number"
        raise _refuse("raster-projection", f"The raster is in {told}.", path, _PROJECTION)
    if source.count != 1:
        message = f"The raster has {source.count} bands; people are one."
        raise _refuse("raster-unusable", message, path, "Bring a raster with one band of people.")
    step = source.transform
    if step.b or step.d or step.a <= 0 or step.e >= 0:
        raise _refuse("raster-unusable", "The raster is turned or mirrored.", path, "Export it with north up.")
    grid = Grid(step.c, step.f, step.a, -step.e, source.height, source.width)
    west, south, east, north = grid.bbox
    if west < -180 - _SLACK or east > 180 + _SLACK or south < -90 - _SLACK or north > 90 + _SLACK:
        message = "The raster reaches beyond -180..180 or -90..90 degrees."
        raise _refuse("raster-projection", message, path, "Export it with longitudes from -180 to 180.")
    return grid


def _find_window(grid: Grid, box: Box | None, path: Path) -> tuple[slice, slice]:
    rows, columns = slice(0, grid.n_rows), slice(0, grid.n_cols)
    if box is not None:
        west, south, east, north = box
        if not (all(map(math.isfinite, box)) and west < east and south < north):
            raise _refuse_box("The box is not west, south, east, north in degrees.")
        columns = _clip((west - grid.west) / grid.step_lon, (east - grid.west) / grid.step_lon, grid.n_cols)
        rows = _clip((grid.north - north) / grid.step_lat, (grid.north - south) / grid.step_lat, grid.n_rows)
        if columns.start >= columns.stop or rows.start >= rows.stop:
            raise _refuse_box("The box lies beyond the raster.")
    cells = (rows.stop - rows.start) * (columns.stop - columns.start)
    if cells > MOST_CELLS:
        message = f"That is {cells:,} cells, and more than {MOST_CELLS:,} are refused."
        raise _refuse("file-too-large", message, path, "Name a smaller box.")
    return rows, columns


def _clip(first: float, last: float, size: int) -> slice:
    return slice(min(size, max(0, math.floor(first))), max(0, min(size, math.ceil(last))))


def _cut(grid: Grid, rows: slice, columns: slice) -> Grid:
    return Grid(
        grid.west + columns.start * grid.step_lon,
        grid.north - rows.start * grid.step_lat,
        grid.step_lon,
        grid.step_lat,
        rows.stop - rows.start,
        columns.stop - columns.start,
    )


def _read_values(source: Any, rows: slice, columns: slice, path: Path) -> NDArray[np.float64]:
    """Values with NaN where the file has none; what cannot be people is refused by its cell."""
    window = Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    try:
        masked = source.read(1, window=window, masked=True)
    except RasterioError:
        message = "The raster is damaged or ends too soon."
        raise _refuse("file-truncated", message, path, "Download or copy it again, whole.") from None
    values: NDArray[np.float64] = np.ma.filled(masked.astype(np.float64), np.nan)
    for bad, what in ((values < 0, "below 0"), (np.isinf(values), "infinite")):
        if bad.any():
            row, column = (int(index[0]) for index in np.nonzero(bad))
            place = f"row {row + rows.start + 1}, column {column + columns.start + 1}"
            message = f"The raster has {int(bad.sum()):,} values {what}, the first at {place}."
            remedy = "Name the value for no number (nodata) in the file, or correct it."
            raise _refuse("raster-unusable", message, path, remedy)
    return values


@dataclass(frozen=True, slots=True)
class _Named:
    source: str
    year: int
    digest: str
    notes: tuple[str, ...]


def _name(path: Path, year: int | None, name: str) -> _Named:
    notes: tuple[str, ...] = ()
    said = year
    if said is None:
        found = set(re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", path.name))
        said = int(found.pop()) if len(found) == 1 else 0
        notes = (f"The year {said} was taken from the file's name." if said else "The file does not say its year.",)
    name = name.strip() or path.stem
    source = name if not said or str(said) in name else f"{name} {said}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return _Named(source, said, digest, notes)


def _build(values: NDArray[np.float64], grid: Grid, multiplier: Multiplier, named: _Named) -> PeopleRaster:
    people = values * multiplier.people_per_value
    notes = [*named.notes, f"In this raster {multiplier.words}."]
    least = people
    missing = np.isnan(values)
    if multiplier.people_per_value > 1:
        edge = ~missing & ndimage.binary_dilation(missing, np.ones((3, 3), dtype=bool))
        least = np.where(edge, values, people)
        total = float(np.nansum(people))
        share = float(np.sum(people[edge])) / total if total else 0.0
        notes.append(
            f"{int(edge.sum()):,} cells beside one without a number may be overstated; "
            f"they hold {share:.1%} of the people."
        )
    gaps = _count_gaps(missing)
    if gaps[0]:
        notes.append(f"{gaps[1]:,} cells in {gaps[0]:,} places inside the raster have no number: lakes, or gaps.")
    return PeopleRaster(
        people=people,
        least=least,
        grid=grid,
        source=named.source,
        year=named.year,
        counted_as=multiplier.words,
        digest=named.digest,
        notes=tuple(notes),
    )


def _count_gaps(missing: NDArray[np.bool_]) -> tuple[int, int]:
    """Places without a number that do not touch the raster's own edge, and their cells."""
    labels, count = ndimage.label(missing, np.ones((3, 3), dtype=bool))
    outer = np.unique(np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1])))
    inner = np.setdiff1d(np.arange(1, count + 1), outer)
    return len(inner), int(np.isin(labels, inner).sum())


def _refuse(code: str, message: str, path: Path, remedy: str) -> Problem:
    return Problem(code, message, where=str(path), remedy=remedy)


def _refuse_box(message: str) -> Problem:
    return Problem("option-invalid", message, where="box", remedy="Give west, south, east, north in degrees.")
