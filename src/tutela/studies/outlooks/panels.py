"""Panels out of files: a history alone, or a history with actuals that take its place where both speak."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tutela.data.sources.panels import PanelFile, read_panel_file
from tutela.engine.outlook.cells import find_rings
from tutela.engine.outlook.panels import Panel, PanelRows, PanelSpec, Vintage, assemble_panel, read_month, splice
from tutela.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class PanelFiles:
    """Which files make a panel of what.

    vintages   what each of the two is called: a splice is declared, never guessed
    begins     units that begin later than their file, by month: countries that split
    """

    target: str
    history: Path
    actuals: Path
    vintages: tuple[str, str] = ("history", "actuals")
    begins: Mapping[int, int] = field(default_factory=dict)


def open_spliced_panel(files: PanelFiles) -> tuple[Panel, int]:
    """The panel, and the first month of the actuals."""
    if files.vintages[0] == files.vintages[1]:
        raise Problem(
            "panel-unusable",
            "History and actuals go by the same vintage, and are two files.",
            where="--vintages",
            remedy="Say what each of them is, for example ged-25.1,views-2023.",
        )
    history = _assemble(read_panel_file(files.history, files.target), files.vintages[0], files.begins)
    actuals = _assemble(read_panel_file(files.actuals, files.target), files.vintages[1], {})
    panel = splice(history, actuals)
    if panel.level == "grid":
        panel = replace(panel, neighbours=find_rings(panel.units))
    return panel, actuals.first_month


def read_regions(path: Path) -> dict[int, str]:
    """Which region each unit belongs to, from a CSV with the columns unit and region."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {int(row["unit"]): row["region"].strip() for row in csv.DictReader(file)}
    except FileNotFoundError:
        raise Problem("file-missing", "There is no such file.", where=str(path), remedy="Name a table.") from None
    except (KeyError, ValueError, AttributeError, UnicodeDecodeError):
        raise Problem(
            "file-header",
            "This is no table of units and regions.",
            where=str(path),
            remedy="Write a CSV with the columns unit (a number) and region.",
        ) from None


def read_begins(items: list[str]) -> dict[int, int]:
    """Units that begin late, written UNIT=YYYY-MM."""
    begins = {}
    for item in items:
        unit, _, month = item.partition("=")
        if not unit.isdecimal():
            raise Problem(
                "option-invalid",
                f"{item[:40]!r} does not name a unit and a month.",
                where="--begins",
                remedy="Write the unit's number and its first month, for example 246=2011-07.",
            )
        begins[int(unit)] = read_month(month, "--begins")
    return begins


def read_code_begins(items: list[str]) -> dict[str, int]:
    """Countries that begin late, written ISO3=YYYY-MM."""
    begins = {}
    for item in items:
        code, _, month = item.partition("=")
        if len(code) != len("SSD") or not code.isupper():
            raise Problem(
                "option-invalid",
                f"{item[:40]!r} does not name a country and a month.",
                where="--begins",
                remedy="Write the country's three letters and its first month, for example SSD=2011-07.",
            )
        begins[code] = read_month(month, "--begins")
    return begins


def _assemble(file: PanelFile, vintage: str, begins: Mapping[int, int]) -> Panel:
    rows = PanelRows(file.month, file.unit, file.count)
    spec = PanelSpec(file.level, file.target, (Vintage(int(file.month.min(initial=1)), vintage),), begins)
    try:
        return assemble_panel(rows, spec)
    except Problem as problem:
        raise Problem(problem.code, problem.message, where=file.path, remedy=problem.remedy) from None
