"""GeoJSON files as tables of text: a row for each feature, its properties as columns, its point beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from tutela.data.sources.delimited import MAX_COLUMNS
from tutela.data.sources.raw import Opened
from tutela.kernel.problems import Problem

GEOMETRY: Final = ("geometry:longitude", "geometry:latitude")
"""Columns with the point of the geometry as the file has it, to be held against the properties."""

_NO_POINT: Final = "no point"
_NAMES: Final = (("longitude", "latitude"), ("lon", "lat"))
_DEGREES: Final = re.compile(r"CRS84|EPSG:{1,2}(?:[\d.]*:)?4326$", re.IGNORECASE)
_FEATURE: Final = re.compile(rb'"type"\s*:\s*"Feature"')
_AGAIN: Final = "Export it again as GeoJSON, whole, with one plain value to a property."


class _Twice(dict[str, Any]):
    """An object of the file in which one name stands twice."""


def open_features(content: bytes, where: str) -> Opened | None:
    """Open a FeatureCollection; None for anything else, also for other JSON.

    Every property becomes a column of text, spelt as in the file; null and missing are empty. Where the
    properties have no `longitude` and `latitude` (or `lon` and `lat`), these are the geometry's; so is a place
    that only the geometry has. A feature without geometry has no place. Only points are places: of any other
    geometry the coordinates are unreadable. `lines` are the numbers of the features, from 1.
    Raises Problem: file-encoding, file-truncated, file-unreadable, file-empty, file-not-a-table, file-header.
    """
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") or b'"FeatureCollection"' not in content:
        return None
    collection = _parse(content, where)
    if collection.get("type") != "FeatureCollection":
        return None
    _check_degrees(collection.get("crs"), where)
    features = collection.get("features")
    if not isinstance(features, list):
        raise _bad("The collection has no list of features.", where)
    if not features:
        raise Problem("file-empty", "The collection has no features.", where=where, remedy="Export it again.")
    columns: dict[str, list[str]] = {}
    for row, cells in enumerate(_read_features(features, where)):
        for name, text in cells.items():
            # A property that first comes up here was empty until now.
            column = columns.setdefault(name, [])
            column.extend([""] * (row - len(column)))
            column.append(text)
    if len(columns) > MAX_COLUMNS:
        raise Problem(
            "file-header",
            f"The features have {len(columns):,} properties; no table read here has more than {MAX_COLUMNS:,}.",
            where=where,
            remedy="Check that this is the file meant.",
        )
    for column in columns.values():
        column.extend([""] * (len(features) - len(column)))
    return Opened("geojson", _with_places(columns), np.arange(1, len(features) + 1, dtype=np.int32))


def _parse(content: bytes, where: str) -> dict[str, Any]:
    try:
        # Numbers stay as they are spelt: 5.10 is not 5.1, and an id of twenty digits keeps all of them.
        found = json.loads(
            content.decode("utf-8-sig"),
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_make_object,
        )
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = f"{where}, line {line}"
        if error.reason == "unexpected end of data":
            raise _cut_off(content, place) from None
        raise Problem(
            "file-encoding", "The text is not UTF-8, as all JSON is.", where=place, remedy="Save it again in UTF-8."
        ) from None
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
            raise _cut_off(content, where) from None
        before = len(_FEATURE.findall(error.doc[: error.pos].encode()))
        raise _bad(
            f"This is no JSON: {error.msg}.", f"{where}, feature {max(1, before)}, line {error.lineno}"
        ) from None
    except RecursionError:
        raise _bad("Lists and objects stand too deep in each other.", where) from None
    return found if isinstance(found, dict) else {}


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Twice(made)


def _check_degrees(crs: object, where: str) -> None:
    """Old GeoJSON may name a projection; only longitude and latitude are read."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not _DEGREES.search(name):
        raise Problem(
            "file-unreadable",
            "The coordinates are not in longitude and latitude (WGS 84): the file names another system.",
            where=f"{where}, crs",
            remedy="Export it in EPSG:4326.",
        )


def _read_features(features: list[Any], where: str) -> Iterator[dict[str, str]]:
    for number, feature in enumerate(features, start=1):
        place = f"{where}, feature {number}"
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise _bad("This is no feature.", place)
        properties = feature.get("properties")
        if properties is None:
            properties = {}
        if not isinstance(properties, dict):
            raise _bad("The properties are no object.", place)
        cells = {name.strip(): _spell(value, f"{place}, {name[:60]}") for name, value in properties.items()}
        if len(cells) < len(properties) or isinstance(feature, _Twice) or isinstance(properties, _Twice):
            raise _bad("One name stands twice.", place)
        if feature.get("id") is not None:
            cells.setdefault("id", _spell(feature["id"], f"{place}, id"))
        cells[GEOMETRY[0]], cells[GEOMETRY[1]] = _read_point(feature.get("geometry"))
        yield cells


def _spell(value: object, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise Problem("file-not-a-table", "A property holds a list or an object.", where=place, remedy=_AGAIN)
    return value


def _read_point(geometry: object) -> tuple[str, str]:
    """Longitude and latitude as spelt; empty where there is no geometry, unreadable where it is no point."""
    if geometry is None:
        return "", ""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Point", "MultiPoint"):
        return _NO_POINT, _NO_POINT
    spots = geometry.get("coordinates")  # type: ignore[attr-defined]
    spot = spots[0] if kind == "MultiPoint" and isinstance(spots, list) and len(spots) == 1 else spots
    if spot == []:
        return "", ""
    # A third number is a height; several points are no place.
    if not isinstance(spot, list) or len(spot) not in (2, 3) or not all(isinstance(part, str) for part in spot):
        return _NO_POINT, _NO_POINT
    return spot[0], spot[1]


def _with_places(columns: dict[str, list[str]]) -> pl.DataFrame:
    names = {name.lower(): name for name in columns}
    for pair in _NAMES:
        held = [names.get(name) for name in pair]
        for name, geometry in zip(pair, GEOMETRY, strict=True):
            if not any(held):
                columns[name] = columns[geometry]
        if all(held):
            # The geometry fills in for properties that have no place, never for half of one.
            here = [columns[name] for name in held if name is not None]
            bare = [not any(part.strip() for part in parts) for parts in zip(*here, strict=True)]
            for own_name, geometry in zip(held, GEOMETRY, strict=True):
                pairs = zip(bare, columns[geometry], columns[str(own_name)], strict=True)
                columns[str(own_name)] = [point if empty else own for empty, point, own in pairs]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _bad(message: str, where: str) -> Problem:
    return Problem("file-unreadable", message, where=where, remedy=_AGAIN)


def _cut_off(content: bytes, where: str) -> Problem:
    last = max(1, len(_FEATURE.findall(content)))
    return Problem(
        "file-truncated",
        f"The file ends before its last bracket, in or after feature {last}.",
        where=where,
        remedy="Download or copy the file again, whole.",
    )
