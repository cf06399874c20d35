"""Files of the ground that were recognised: rasters, borders, water, roads, places to land."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from tutela.data.areas import read_areas
from tutela.data.basemap import load_layer
from tutela.data.boundaries import read_features
from tutela.data.landings import read_landings
from tutela.data.people.rasters import read_people_raster
from tutela.data.roads import load_roads
from tutela.data.surfaces import Raster, read_raster
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.studies.recognised import (
    NOT_STATED,
    Recognised,
    Terms,
    find_first,
    for_statement,
    quote,
    tell_box,
    terms_of,
)
from tutela.studies.recognised_tables import tell_areas

_SURFACE = "tutela surface build --landcover LANDCOVER --bbox W,S,E,N --out FOLDER"
_NATURAL_EARTH: Terms = {"licence": "public domain", "attribution": "Natural Earth"}
_MOST_CLASSES = 17
_PEOPLE_WORDS = ("pop", "ppp", "people", "landscan", "ghs", "hrsl")


def recognise_raster(path: Path) -> Recognised:
    """Friction that Tutela wrote, classes of land cover, people, slope, or numbers that nobody names."""
    raster = read_raster(path)
    known = raster.values[~np.isnan(raster.values)]
    if raster.tags["mode"]:
        words = ", ".join(text for text in raster.tags.values() if text)
        command = f"tutela reach --sites SITES --surface {quote(path)} --out FOLDER"
        return _tell_raster(raster, path, ("friction", f"a friction surface: minutes per metre ({words})"), command)
    if any(word in path.name.lower() for word in _PEOPLE_WORDS):
        return _tell_people(path, raster)
    if len(known) and np.array_equal(known, np.round(known)) and known.min() >= 0 and known.max() <= _MOST_CLASSES:
        found = np.unique(known)
        named = ("landcover", f"land cover in {len(found)} classes, numbered as IGBP does")
        command = f"tutela surface build --landcover {quote(path)} --bbox W,S,E,N --out FOLDER"
        return _tell_raster(raster, path, named, command)
    if not len(known):
        raise Problem(
            "raster-unusable",
            "No cell of the raster has a number.",
            where=f"{path}, row 1, column 1",
            remedy="Check the value for no number (nodata) in the file.",
        )
    if "slope" in path.name.lower():
        command = f"{_SURFACE} --slope {quote(path)}"
        return _tell_raster(raster, path, ("slope", "slope in degrees, by its name"), command)
    raise Problem(
        "raster-unusable",
        f"The raster does not say what its numbers are; they go from {known.min():g} to {known.max():g}.",
        where=f"{path}, band 1",
        remedy="Name the file for what it holds (people, slope), or bring land cover in IGBP's classes.",
    )


def _tell_raster(raster: Raster, path: Path, named: tuple[str, str], command: str) -> Recognised:
    cells, gaps = raster.values.size, int(np.isnan(raster.values).sum())
    return Recognised(
        path=str(path),
        kind=named[0],
        what=named[1],
        unit="cells",
        accounting=Accounting("reading cells", cells, cells - gaps, {"no-number": gaps} if gaps else {}),
        covers=tell_box(*raster.grid.bbox),
        notes=(_tell_cells(raster),),
        command=command,
        **NOT_STATED,
    )


def _tell_cells(raster: Raster) -> str:
    grid = raster.grid
    return f"{grid.n_rows:,} rows by {grid.n_cols:,} columns of {grid.step_lon:.4g} degrees."


def _tell_people(path: Path, raster: Raster) -> Recognised:
    people = read_people_raster(path)
    total = float(np.nansum(people.people))
    known = _tell_raster(raster, path, ("people-raster", f"people on a grid ({people.source})"), "")
    remark = (
        f"If each value is the people of its cell, that is {total:,.0f} in all. If values are means of smaller "
        "cells, say how many make one (--people-per-value): then people are the value times that."
    )
    covers = f"{known.covers}; {people.year}" if people.year else known.covers
    return Recognised(
        path=known.path,
        kind=known.kind,
        what=known.what,
        unit=known.unit,
        accounting=known.accounting,
        covers=covers,
        command=for_statement("--people", path),
        notes=(*known.notes, remark, *(note for note in people.notes if not note.startswith("In this raster"))),
        **NOT_STATED,
    )


def recognise_areas(path: Path) -> Recognised:
    """Countries or their units, with polygons."""
    reading = read_areas(path)
    is_countries = all(unit.level == 0 for unit in reading.units)
    what = f"{'countries' if is_countries else 'administrative units'} with polygons ({reading.source})"
    return tell_areas(reading, what, "countries" if is_countries else "units")


def recognise_disputed(path: Path) -> Recognised:
    """Areas or lines that several sides claim, as the file's maker has them."""
    return _tell_layer(
        path,
        ("disputed", "areas or lines in dispute, to be drawn so"),
        "",
        ("What is in dispute, and who claims it, is the file's own statement; nothing is decided with it.",),
    )


def recognise_lakes(path: Path) -> Recognised:
    """Lakes."""
    return _tell_layer(path, ("lakes", "lakes"), f"{_SURFACE} --lakes {quote(path)}")


def recognise_rivers(path: Path) -> Recognised:
    """Rivers."""
    return _tell_layer(path, ("rivers", "rivers"), f"{_SURFACE} --rivers {quote(path)}")


def recognise_roads(path: Path) -> Recognised:
    """Road lines, GeoJSON or KML."""
    roads = load_roads(path)
    words = Counter(word or "no class" for word in roads.words)
    told = ", ".join(f"{word} {count:,}" for word, count in words.most_common(6))
    skipped = {"no-line": roads.skipped} if roads.skipped else {}
    return Recognised(
        path=str(path),
        kind="roads",
        what="road lines",
        unit="lines",
        accounting=Accounting("reading roads", len(roads.lines) + roads.skipped, len(roads.lines), skipped),
        covers=tell_box(*shapely.total_bounds(np.array(roads.lines, dtype=object))),
        notes=(f"Classes: {told}.",),
        command=f"{_SURFACE} --roads {quote(path)}",
        **NOT_STATED,
    )


def recognise_landings(path: Path, _today: date) -> Recognised:
    """Airports and airstrips."""
    reading = read_landings(path)
    table = reading.table
    kinds = Counter(table.kind.tolist()).most_common(6)
    is_geojson = reading.source.startswith("natural-earth")
    return Recognised(
        path=str(path),
        kind="landings",
        what=f"places to land ({reading.source})",
        unit="features" if is_geojson else "rows",
        accounting=reading.accounting,
        first=find_first(path, reading.excluded, "feature" if is_geojson else "line"),
        covers=tell_box(table.lon.min(), table.lat.min(), table.lon.max(), table.lat.max()),
        notes=(f"Kinds: {', '.join(f'{kind} {count:,}' for kind, count in kinds)}.", *reading.notes),
        **terms_of(reading.origin),
    )


def _tell_layer(path: Path, named: tuple[str, str], command: str, notes: tuple[str, ...] = ()) -> Recognised:
    layer, features = load_layer(path), read_features(path)
    parts = (*layer.lines, *layer.polygons)
    empty = {"no-geometry": layer.empty} if layer.empty else {}
    is_natural_earth = any("featurecla" in (feature.get("properties") or {}) for feature in features)
    return Recognised(
        path=str(path),
        kind=named[0],
        what=named[1],
        unit="features",
        accounting=Accounting("reading features", len(features), len(features) - layer.empty, empty),
        covers=tell_box(*shapely.total_bounds(np.array(parts, dtype=object))),
        notes=(f"{len(layer.lines):,} lines and {len(layer.polygons):,} polygons.", *notes),
        command=command,
        **(_NATURAL_EARTH if is_natural_earth else NOT_STATED),
    )
