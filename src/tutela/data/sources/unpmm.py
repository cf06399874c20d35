"""UN Peace Mission Mandates (UNPMM): every UN peace mission since 1948, and each mandate task with its year.

A row is one mission in one year. A task is coded 1 in the year in which the mandate first held it, and 0 after:
the workbook says when a task was given, never when it was taken away.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import openpyxl  # type: ignore[import-untyped,unused-ignore]

from tutela.catalogue.countries import find_by_gw, find_countries
from tutela.data.sources.readings import ExcludedRow, Origin
from tutela.data.sources.register_rows import (
    TERMS_NOT_SEEN,
    RegisterReading,
    count_excluded,
    pack_facts,
    pack_missions,
)
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem

SOURCE: Final = "unpmm"

TASKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "min01": "co-ordination of donors, partners and UN agencies",
        "min02": "demilitarization",
        "min03": "demining",
        "min04": "elimination of a chemical weapons programme",
        "min05": "good offices and mediation",
        "min06": "humanitarian assistance",
        "min07": "observing, monitoring, reporting: military",
        "min08": "observing, monitoring, reporting: police",
        "min09": "assistance to refugees and displaced people",
        "min10": "small arms and light weapons",
        "min11": "secure environment for the delivery of aid",
        "mod01": "conflict assessment and early warning",
        "mod02": "disarmament, demobilisation and reintegration",
        "mod03": "electoral assistance",
        "mod04": "electoral security",
        "mod05": "information campaigns",
        "mod06": "monitoring and investigating violations of humanitarian and human rights law",
        "mod07": "recovery, rehabilitation and reconstruction",
        "mod08": "support to international criminal justice",
        "mod09": "protection of children",
        "mod10": "protection from conflict-related sexual violence",
        "mod11": "protection of civilians, general",
        "max01": "capacity of civil society",
        "max02": "dialogue and reconciliation, local",
        "max03": "dialogue and reconciliation, national",
        "max04": "dialogue and reconciliation, regional",
        "max05": "economic reforms",
        "max06": "good governance",
        "max07": "promotion of human rights",
        "max08": "transitional state institutions",
        "max09": "promotion of independent media",
        "max10": "rule of law: judicial reform",
        "max11": "rule of law: legal reform",
        "max12": "rule of law: reform of prisons",
        "max13": "sexual and gender-based violence",
        "max14": "security sector reform: military",
        "max15": "security sector reform: police",
        "max16": "support to permanent state administration",
        "max17": "transitional justice",
        "max18": "women's rights and participation",
    }
)
"""The forty mandate tasks, by the workbook's names of their columns."""

FORCE: Final = "ocat01"
"""The column that says that the Council authorised all necessary means."""

_DUTIES: Final = {"mod11": "protection_mandate", FORCE: "force_authority"}
_ABOUT: Final = ("mission_id", "mission_abbrev", "mission_fullname", "mission_type", "mission_location")
_DATES: Final = ("mission_startdate", "mission_enddate")
_COUNTRIES: Final = ("gwno_1", "gwno_2", "gwno_3", "gwno_4", "gwno_5")
COLUMNS: Final = (*_ABOUT, *_COUNTRIES, *_DATES, "task_yearest", *TASKS, FORCE)
"""The columns that are read; the others may be missing."""

_ACTIVE: Final = "ACTIVE"
_MOST_BYTES: Final = 256 << 20
_MOST_ROWS: Final = 100_000

ORIGIN: Final = Origin(
    name="UN Peace Mission Mandates (UNPMM)",
    vintage="V2.0, to 31 December 2022",
    licence=TERMS_NOT_SEEN,
    attribution=(
        "UNPMM V2.0: Sara Hellmüller, Xiang-Yun Rosalind Tan and Corinne Bara (2024), What is in a Mandate? "
        "Introducing the UN Peace Mission Mandates Dataset, Journal of Conflict Resolution"
    ),
    recorded_harms=(),
)

NOTES: Final = (
    "A mandate task stands in the year in which the mandate first held it; when it was dropped is not recorded.",
    "Where only the month of a beginning or an end was known, the source wrote its first day.",
    "Which register kind a mission is of is a reading of the source's three kinds, not a fact of the source.",
)

_Mission = tuple[str, str, str, str, str, str]
_Fact = tuple[str, str, str, str, int]


def read_unpmm(path: Path) -> RegisterReading:
    """Read the workbook; raises Problem: file-missing, file-not-a-table, file-too-large, file-empty, file-header.

    A row without a mission, a year or readable dates is left out with its line, and so is one that disagrees
    with its mission's first row, or gives a year of a mission a second time.
    """
    content = _read_bytes(path)
    rows = _read_sheet(content, path)
    places = _find_columns(rows[0], path)
    missions: dict[str, _Mission] = {}
    years: set[tuple[str, int]] = set()
    facts: list[_Fact] = []
    excluded: list[ExcludedRow] = []
    for line, cells in enumerate(rows[1:], start=2):
        row = {name: cells[place] if place < len(cells) else None for name, place in places.items()}
        fault = _find_fault(row)
        described = None if fault else _describe(row)
        mission = described[0] if described else ""
        if fault is None and described is not None:
            if missions.setdefault(mission, described) != described:
                fault = ("differs-from-first-row", "mission_abbrev")
            elif (mission, row["task_yearest"]) in years:
                fault = ("year-twice", "task_yearest")
        if fault is not None or described is None:
            excluded.append(ExcludedRow(line, *(fault or ("mission-missing", "mission_abbrev"))))
            continue
        if not any(known == mission for known, _ in years):
            facts += _state_mission(described, line)
        years.add((mission, int(str(row["task_yearest"]))))
        facts += _state_tasks(mission, row, line)
    return RegisterReading(
        path=str(path),
        source=SOURCE,
        missions=pack_missions(list(missions.values())),
        facts=pack_facts(facts),
        accounting=Accounting(
            "reading mandates", len(rows) - 1, len(rows) - 1 - len(excluded), count_excluded(excluded)
        ),
        origin=ORIGIN,
        file_digest=hashlib.sha256(content).hexdigest(),
        excluded=tuple(excluded),
        notes=NOTES,
    )


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Problem(
            "file-missing", "There is no such file.", where=str(path), remedy="Check the path and its spelling."
        ) from None
    except OSError:
        raise Problem(
            "file-unreadable",
            "The system does not let this file be read.",
            where=str(path),
            remedy="Check that it is a file, and its permissions.",
        ) from None


def _read_sheet(content: bytes, path: Path) -> list[tuple[Any, ...]]:
    """The cells of the first sheet without its empty rows at the end; row 1 is the header."""
    try:
        rows = _unpack_sheet(content)
    except Exception:  # openpyxl lets out whatever a damaged workbook makes its parsers raise
        raise Problem(
            "file-not-a-table",
            "This is not a workbook that can be read.",
            where=str(path),
            remedy="Bring the workbook as its makers published it (.xlsx).",
        ) from None
    if rows is None:
        raise Problem(
            "file-too-large",
            "The workbook is larger than the one of mission mandates can be.",
            where=str(path),
            remedy="Check that this is the workbook meant.",
        )
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if len(rows) < 2:
        raise Problem(
            "file-empty", "The first sheet has no rows.", where=str(path), remedy="Bring the whole workbook."
        )
    return rows


def _unpack_sheet(content: bytes) -> list[tuple[Any, ...]] | None:
    """All rows of the first sheet; None where there are too many, before they fill the memory."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(item.file_size for item in archive.infolist()) > _MOST_BYTES:
            return None
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    cells = book.worksheets[0].iter_rows(values_only=True)
    rows = [tuple(row) for row in islice(cells, _MOST_ROWS + 1)]
    return None if len(rows) > _MOST_ROWS else rows


def _find_columns(header: tuple[Any, ...], path: Path) -> dict[str, int]:
    names = [str(cell).strip() if cell is not None else "" for cell in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        shown = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
        raise Problem(
            "file-header",
            f"These columns are missing: {shown}.",
            where=f"{path}, line 1",
            remedy="Bring the UNPMM workbook of version 2.0 with its first sheet unchanged.",
        )
    return {name: names.index(name) for name in COLUMNS}


def _find_fault(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a row cannot be used, and the column at fault."""
    if not _text(row["mission_abbrev"]):
        return "mission-missing", "mission_abbrev"
    if not isinstance(row["task_yearest"], int) or not 1945 <= row["task_yearest"] <= 2100:
        return "year-unreadable", "task_yearest"
    for name in _DATES:
        if not _read_day(row[name]) and _text(row[name]) != _ACTIVE:
            return "date-unreadable", name
    for name in (*TASKS, FORCE):
        if row[name] not in (0, 1):
            return "task-unreadable", name
    return None


def _describe(row: Mapping[str, Any]) -> _Mission:
    found = [find_by_gw(int(row[name])) for name in _COUNTRIES if str(row[name]).isdigit()]
    hosts = [country.iso3 for country in found if country is not None]
    if not hosts:  # a few rows name the place in words only
        hosts = [country.iso3 for country in find_countries(_text(row["mission_location"]))]
    return (
        _text(row["mission_abbrev"]),
        _text(row["mission_fullname"]),
        _text(row["mission_type"]),
        "|".join(dict.fromkeys(hosts)),
        _read_day(row["mission_startdate"]),
        _read_day(row["mission_enddate"]),
    )


def _state_mission(described: _Mission, line: int) -> list[_Fact]:
    mission, _, kind, hosts, started, ended = described
    rows = [("mission_type", kind, started), ("hosts", hosts, started)]
    rows += [("started", started, started), ("ended", ended, ended)]
    return [(mission, name, value, as_of, line) for name, value, as_of in rows if value]


def _state_tasks(mission: str, row: Mapping[str, Any], line: int) -> list[_Fact]:
    year = str(row["task_yearest"])
    given = [name for name in (*TASKS, FORCE) if row[name] == 1]
    tasks = [(mission, "mandate_task", f"{name}: {TASKS[name]}", year, line) for name in given if name in TASKS]
    return tasks + [(mission, _DUTIES[name], "yes", year, line) for name in given if name in _DUTIES]


def _read_day(cell: object) -> str:
    """An ISO day from DD.MM.YYYY or a cell that the workbook holds as a date; "" where it is neither."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    found = re.fullmatch(r"(\d{2})\.(\d{2})\.(\d{4})", _text(cell))
    if found is None:
        return ""
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return ""


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())
