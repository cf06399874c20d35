"""Files of what stands beside a travel time: hurdles (TOML) and contacts (CSV). A bad row refuses the file."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tutela.kernel.problems import Problem

HURDLE_KEYS = frozenset({"item", "chance", "delay_minutes", "source", "note", "sites", "modes", "seasons"})
CONTACT_COLUMNS = ("kind", "name", "lon", "lat", "reach_km")
Triple = tuple[float, float, float]


def read_hurdles(path: Path) -> list[dict[str, Any]]:
    """Rows with what is asked, the item, chance and delay as low, usual and most, source, and whom they hold for.

    The tables are [[may-move]] and [[can-act]]. A chance or delay is a number or a list of three.
    """
    try:
        spec = tomllib.loads(_bytes(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refuse(str(path), f"The file is no TOML in UTF-8 ({error}).") from None
    unknown = sorted(set(spec) - {"may-move", "can-act"})
    if unknown or not spec:
        raise _refuse(
            str(path), f"It needs [[may-move]] and [[can-act]]; {', '.join(unknown) or 'nothing'} was found."
        )
    found = []
    for asked in ("may-move", "can-act"):
        rows = spec.get(asked, [])
        if not isinstance(rows, list):
            raise _refuse(f"{path}, {asked}", "Write it in double brackets, one table for each hurdle.")
        for number, row in enumerate(rows, 1):
            found.append(_read_hurdle(row, asked, f"{path}, {asked} {number}"))
    return found


def read_contacts(path: Path) -> dict[str, Any]:
    """The columns of a table of contacts. Raises "file-header" or "bad-row" with the line."""
    reader = csv.DictReader(io.StringIO(_bytes(path).decode("utf-8-sig", "replace")))
    missing = [name for name in CONTACT_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Problem(
            "file-header",
            f"The columns {', '.join(missing)} are missing.",
            where=str(path),
            remedy=f"Give the columns {', '.join(CONTACT_COLUMNS)}.",
        )
    rows = [_read_contact(row, f"{path}, line {line}") for line, row in enumerate(reader, 2)]
    if not rows:
        raise Problem("file-empty", "There is not one contact.", where=str(path), remedy="Leave the file out.")
    return {
        name: np.array(
            [row[name] for row in rows], dtype=np.float64 if name in ("lon", "lat", "reach_km") else np.str_
        )
        for name in CONTACT_COLUMNS
    }


def _read_hurdle(row: Mapping[str, Any], asked: str, where: str) -> dict[str, Any]:
    unknown = sorted(set(row) - HURDLE_KEYS)
    if unknown:
        raise _refuse(where, f"{', '.join(unknown)} is not known.")
    for name in ("item", "source"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise _refuse(where, f"{name} is missing.")
    chance, delay = _read_triple(row, "chance", where), _read_triple(row, "delay_minutes", where, otherwise=0.0)
    if chance[2] > 1:
        raise _refuse(where, "A chance is more than 1.")
    lists = {name: tuple(_read_names(row, name, where)) for name in ("sites", "modes", "seasons")}
    return {
        "asked": asked, "item": row["item"], "chance": chance, "delay": delay, "source": row["source"],
        "note": str(row.get("note", "")), **lists,
    }  # fmt: skip


def _read_triple(row: Mapping[str, Any], name: str, where: str, otherwise: float | None = None) -> Triple:
    value = row.get(name, otherwise)
    numbers = value if isinstance(value, list) else [value] * 3
    if len(numbers) != 3 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise _refuse(where, f"{name} is neither a number nor a list of the least, the usual and the most.")
    low, middle, high = (float(number) for number in numbers)
    if not (0 <= low <= middle <= high and math.isfinite(high)):
        raise _refuse(where, f"The numbers of {name} do not rise from 0.")
    return low, middle, high


def _read_names(row: Mapping[str, Any], name: str, where: str) -> Iterator[str]:
    value = row.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _refuse(where, f"{name} is no list of names.")
    yield from value


def _read_contact(row: Mapping[str, str | None], where: str) -> dict[str, Any]:
    try:
        lon, lat, reach_km = (float(row[name] or "nan") for name in ("lon", "lat", "reach_km"))
    except ValueError:
        lon = lat = reach_km = math.nan
    if not (abs(lon) <= 180 and abs(lat) <= 90 and 0 <= reach_km < math.inf):
        raise Problem(
            "bad-row",
            "lon, lat and reach_km do not all hold a number that can be.",
            where=where,
            remedy="Give degrees, and how many kilometres around it people can still give an alarm.",
        )
    return {"kind": row["kind"] or "other", "name": row["name"] or "", "lon": lon, "lat": lat, "reach_km": reach_km}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise Problem("file-missing", "The file is not there.", where=str(path), remedy="Check the path.") from None


def _refuse(where: str, message: str) -> Problem:
    remedy = "docs/method/travel-times.md has an example of the file."
    return Problem("file-unreadable", message, where=where, remedy=remedy)
