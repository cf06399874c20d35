"""How rows become a file: CSV, XLSX and GeoJSON, and whatever a deployment adds by `tutela.exporters`.

An exporter is given titles and plain values, row by row, and a stream that puts them under lock at once: it sees
no model and no case, and nothing needs to lie in the clear on the disk.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

from tutela.records.exports.tables import Column, Kind, Value

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With these a spreadsheet begins to compute."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above and below the rows: marking, for whom, what for, until when, what was coarsened."""

    title: str
    marking: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    code: str
    """The number of the export, in every row: a row that was copied out still says where it came from."""


class Stream(Protocol):
    """Where a file goes: straight under lock."""

    def write(self, data: bytes, /) -> int | None:
        """Take all of these bytes."""


class Sink(Protocol):
    """A file being written."""

    def add(self, reference: int, values: Sequence[Value]) -> None:
        """One row."""

    def close(self) -> None:
        """The end of the file; the stream stays open."""


class Exporter(Protocol):
    """One kind of file."""

    name: str
    title: str
    media_type: str
    needs_places: bool

    def open(self, stream: Stream, head: Head) -> Sink:
        """Begin a file on this stream, which cannot be read nor sought."""


def harmless(value: Value) -> Value:
    """The value as no spreadsheet computes it: what would begin a formula begins with an apostrophe."""
    if isinstance(value, str) and value.lstrip(" \u00a0\u200b\ufeff").startswith(_DANGEROUS):
        return f"'{value}"
    return value


def written(value: Value) -> str:
    """The value as text; unknown is empty, never 0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


class CsvExporter:
    """Comma-separated values in UTF-8; the head stands in lines that begin with #."""

    name, title, media_type, needs_places = "csv", "CSV", "text/csv", False

    def open(self, stream: Stream, head: Head) -> Sink:
        """Begin."""
        return _CsvSink(stream, head)


class _CsvSink:
    def __init__(self, stream: Stream, head: Head) -> None:
        # The stream belongs to whoever opened it, so it is never wrapped in something that would close it.
        self._stream, self._head = stream, head
        self._text = io.StringIO()
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        stream.write(b"\xef\xbb\xbf")  # without it, spreadsheets take the file for another encoding
        for line in (head.marking, *head.lines):
            self._writer.writerow([f"# {line}"])
        self._writer.writerow(["reference", *(column.title for column in head.columns), "export"])

    def add(self, reference: int, values: Sequence[Value]) -> None:
        self._writer.writerow([reference, *(written(harmless(value)) for value in values), self._head.code])
        if self._text.tell() > 1 << 16:
            self._flush()

    def close(self) -> None:
        self._writer.writerow([f"# {self._head.marking}"])
        self._flush()

    def _flush(self) -> None:
        self._stream.write(self._text.getvalue().encode("utf-8"))
        self._text.seek(0)
        self._text.truncate()


class GeoJsonExporter:
    """GeoJSON (RFC 7946), longitude first; a row without a place is a feature without a geometry."""

    name, title, media_type, needs_places = "geojson", "GeoJSON", "application/geo+json", True

    def open(self, stream: Stream, head: Head) -> Sink:
        """Begin."""
        return _GeoJsonSink(stream, head)


class _GeoJsonSink:
    def __init__(self, stream: Stream, head: Head) -> None:
        self._stream, self._head, self._first = stream, head, True
        top = {"type": "FeatureCollection", "marking": head.marking, "title": head.title, "notes": head.lines}
        stream.write(json.dumps(top, ensure_ascii=False)[:-1].encode() + b', "features": [')

    def add(self, reference: int, values: Sequence[Value]) -> None:
        point: dict[Kind, Any] = {}
        properties: dict[str, Any] = {"reference": reference}
        for column, value in zip(self._head.columns, values, strict=True):
            if column.kind in (Kind.LATITUDE, Kind.LONGITUDE):
                point[column.kind] = value
            else:
                plain = value is None or isinstance(value, str | int | float)
                properties[column.title] = value if plain else written(value)
        place = [point.get(Kind.LONGITUDE), point.get(Kind.LATITUDE)]
        geometry = None if None in place else {"type": "Point", "coordinates": place}
        properties["export"] = self._head.code
        feature = {"type": "Feature", "geometry": geometry, "properties": properties}
        self._stream.write((b"\n" if self._first else b",\n") + json.dumps(feature, ensure_ascii=False).encode())
        self._first = False

    def close(self) -> None:
        self._stream.write(b"\n]}\n")
