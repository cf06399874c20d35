"""Every kind of file that rows may leave as: ours, and those that a deployment installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from tutela.kernel.problems import Problem
from tutela.records.exports.formats import CsvExporter, Exporter, GeoJsonExporter
from tutela.records.exports.workbooks import XlsxExporter
from tutela.records.files.media import find_media


def exporters() -> Mapping[str, Exporter]:
    """Every kind of file by name: ours, and those that a deployment installed; nobody replaces ours."""
    found: dict[str, Exporter] = {}
    for point in entry_points(group="tutela.exporters"):
        exporter: Exporter = point.load()()
        find_media(exporter.media_type)
        found[exporter.name] = exporter
    ours: tuple[Exporter, ...] = (CsvExporter(), XlsxExporter(), GeoJsonExporter())
    return found | {exporter.name: exporter for exporter in ours}


def find_exporter(name: str) -> Exporter:
    """The kind of file of this name."""
    found = exporters().get(name)
    if found is None:
        raise Problem(
            "field-invalid", "There is no such kind of file.", where="format", remedy="Choose one of the list."
        )
    return found
