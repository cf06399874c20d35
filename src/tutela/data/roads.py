"""Road lines that a deployment brings, as GeoJSON or KML, with the class of each where the file says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import numpy as np
import shapely

from tutela.data.unpacking import unpack_file
from tutela.kernel.problems import Problem

_CLASS_KEYS: Final = ("highway", "fclass", "road_class", "class", "type")
"""Properties that may hold a road's class, in order of trust (OpenStreetMap, its extracts, plain)."""


@dataclass(frozen=True, slots=True)
class Roads:
    """Lines in degrees and the word for each; "" where the file has none. `skipped` features are no lines."""

    lines: tuple[shapely.LineString, ...]
    words: tuple[str, ...]
    file_digest: str
    skipped: int = 0


def load_roads(path: Path) -> Roads:
    """Read the lines of a GeoJSON or KML file in degrees of WGS 84.

    Raises Problem: as `unpack_file`; source-unknown (neither format, coordinates that are no degrees);
    file-empty (no line in it).
    """
    unpacked = unpack_file(path)
    is_kml = unpacked.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    found, skipped = _read_kml(unpacked.content, path) if is_kml else _read_geojson(unpacked.content, path)
    lines, words = [], []
    for coordinates, word, where in found:
        if len(coordinates) > 1:
            lines.append(shapely.LineString(_check(coordinates, where)))
            words.append(word)
    if not lines:
        raise Problem(
            "file-empty", "There is no line in this file.", where=str(path), remedy="Export the roads as lines."
        )
    return Roads(tuple(lines), tuple(words), unpacked.file_digest, skipped + len(found) - len(lines))


_Line = tuple[Any, str, str]
"""Coordinates, the word for the class, and the place in the file."""

_Found = tuple[list[_Line], int]


def _read_geojson(content: bytes, path: Path) -> _Found:
    try:
        document = json.loads(content)
        reference = json.dumps(document.get("crs") or "CRS84")
        features = document["features"]
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise _refuse("This is neither KML nor a GeoJSON collection of features.", path) from None
    if not any(name in reference for name in ("CRS84", "4326")):
        raise _refuse("The coordinates are in another reference system than WGS 84.", f"{path}, crs")
    found: list[_Line] = []
    skipped = 0
    for number, feature in enumerate(features, 1):
        try:
            geometry, properties = feature.get("geometry") or {}, feature.get("properties") or {}
            if geometry.get("type") not in ("LineString", "MultiLineString"):
                skipped += 1
                continue
            parts = [geometry["coordinates"]] if geometry["type"] == "LineString" else geometry["coordinates"]
            found.extend((part, _find_word(properties), f"{path}, feature {number}") for part in parts)
        except (AttributeError, KeyError, TypeError):
            raise _refuse("The feature is not as GeoJSON wants it.", f"{path}, feature {number}") from None
    return found, skipped


def _find_word(properties: Mapping[str, Any]) -> str:
    lower = {str(key).lower(): value for key, value in properties.items()}
    return next((str(lower[key]).strip().lower() for key in _CLASS_KEYS if lower.get(key)), "")


@dataclass(slots=True)
class _Kml:
    """Collects the coordinates of every LineString; the names of elements may carry a prefix."""

    path: Path
    parser: expat.XMLParserType
    lines: list[_Line] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self.open_tags.append(tag.rpartition(":")[2])
        if self.is_in_line():
            self.text = []

    def end(self, _tag: str) -> None:
        if self.is_in_line():
            points = [part.split(",")[:2] for part in "".join(self.text).split()]
            place = f"{self.path}, line {self.parser.CurrentLineNumber}"
            self.lines.append(([[float(x), float(y)] for x, y in points], "", place))
        self.open_tags.pop()

    def characters(self, text: str) -> None:
        if self.is_in_line():
            self.text.append(text)

    def is_in_line(self) -> bool:
        return self.open_tags[-2:] == ["LineString", "coordinates"]


def _refuse_declarations(*_arguments: object) -> None:
    # Entities can fill the memory or stand for other files of this machine; no road file declares any.
    raise ValueError


def _read_kml(content: bytes, path: Path) -> _Found:
    parser = expat.ParserCreate()
    kml = _Kml(path, parser)
    parser.StartElementHandler, parser.EndElementHandler = kml.start, kml.end
    parser.CharacterDataHandler = kml.characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse_declarations
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError):
        place = f"{path}, line {parser.CurrentLineNumber}"
        raise _refuse("The KML cannot be read, or declares a document type.", place) from None
    return kml.lines, 0


def _check(coordinates: Any, where: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        points = np.array([point[:2] for point in coordinates], dtype=np.float64)
    except (TypeError, ValueError, IndexError):
        raise _refuse("A line has coordinates that are no numbers.", where) from None
    if points.ndim != 2 or points.shape[1] != 2 or not (np.abs(points) <= [180.0, 90.0]).all():
        raise _refuse("The coordinates are no degrees of longitude and latitude.", where)
    return points


def _refuse(message: str, where: Path | str) -> Problem:
    return Problem("source-unknown", message, where=str(where), remedy="Export the roads as GeoJSON in WGS 84.")
