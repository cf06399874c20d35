"""What makes the same ground slower or closed: night, insecurity, convoys, getting ready, weather.

Each value is a span with its unit, its source and a status. None was measured by this project. A deployment
brings its own file in the same columns; what it leaves out is taken from this one.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final, get_args

from tutela.catalogue.travel import Status
from tutela.kernel.problems import Problem

VERSION: Final = 1
"""Raised with every change of a value."""

UNITS: Final[Mapping[str, str]] = {
    "pace": "factor",
    "night": "factor",
    "insecurity": "factor",
    "convoy": "km/h",
    "ready": "minutes",
    "turnaround": "minutes",
    "weather": "share",
    "daylight": "share",
}
COLUMNS: Final = ("kind", "code", "label", "low", "value", "high", "unit", "source", "status")


@dataclass(frozen=True, slots=True)
class Condition:
    """One span: the least, the usual and the most, in a unit, by a source."""

    kind: str
    code: str
    label: str
    low: float
    value: float
    high: float
    unit: str
    source: str
    status: str

    @property
    def key(self) -> str:
        """Kind and code, as options and reports name it."""
        return f"{self.kind}/{self.code}"


def load_conditions(own: bytes | None = None) -> dict[str, Condition]:
    """The table by key; `own` is a file of the same columns whose rows replace and add.

    Raises Problem "option-invalid" for a row that is none, with its line.
    """
    found = _read(resources.files("tutela.catalogue").joinpath("conditions.csv").read_bytes())
    return found if own is None else found | _read(own)


def conditions_digest(conditions: Mapping[str, Condition]) -> str:
    """SHA-256 of the values, so that a result can say exactly which ones it has."""
    spelt = repr([(item.key, item.low, item.value, item.high, item.unit) for item in conditions.values()])
    return hashlib.sha256(spelt.encode()).hexdigest()


def find_condition(conditions: Mapping[str, Condition], kind: str, code: str) -> Condition:
    """One of them. Raises Problem "option-invalid" that lists those of its kind."""
    if f"{kind}/{code}" not in conditions:
        known = ", ".join(item.code for item in conditions.values() if item.kind == kind)
        raise Problem(
            "option-invalid", f"{code!r} is no {kind} of the table.", where=kind, remedy=f"Use one of {known}."
        )
    return conditions[f"{kind}/{code}"]


def _read(content: bytes) -> dict[str, Condition]:
    found: dict[str, Condition] = {}
    for line, row in enumerate(csv.DictReader(content.decode("utf-8-sig", "replace").splitlines()), 2):
        try:
            low, value, high = (float(row[name]) for name in ("low", "value", "high"))
            item = Condition(
                row["kind"], row["code"], row["label"], low, value, high, row["unit"], row["source"], row["status"]
            )
        except (KeyError, TypeError, ValueError):
            raise _refuse(line, f"The columns {', '.join(COLUMNS)} do not all hold what they should.") from None
        _check(item, line)
        if item.key in found:
            raise _refuse(line, f"{item.key} stands twice.")
        found[item.key] = item
    return found


def _check(item: Condition, line: int) -> None:
    if UNITS.get(item.kind) != item.unit:
        raise _refuse(line, f"{item.kind} in {item.unit} is not known.")
    if not 0 <= item.low <= item.value <= item.high < float("inf"):
        raise _refuse(line, "low, value and high are not in this order, or below 0.")
    if item.unit in ("factor", "km/h") and item.low == 0:
        raise _refuse(line, f"A {item.unit} of 0 would stop everybody: close the ground instead.")
    if item.unit == "share" and item.high > 1:
        raise _refuse(line, "A share is more than 1.")
    if not item.source or item.status not in get_args(Status):
        raise _refuse(line, "Source and status are not both there.")


def _refuse(line: int, message: str) -> Problem:
    return Problem(
        "option-invalid",
        message,
        where=f"conditions, line {line}",
        remedy="Write the file as `src/tutela/catalogue/conditions.csv` is written.",
    )
