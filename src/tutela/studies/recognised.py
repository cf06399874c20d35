"""What there is to say about a file that a reader took."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from tutela.data.sources.readings import ExcludedRow, Origin
from tutela.kernel.accounting import Accounting

NO_COMMAND = "No command takes it yet."
_REACH = "tutela reach --sites SITES --surface SURFACE --out FOLDER"
_STATEMENT = "tutela statement build MISSION --as-of DAY --events EVENTS --sites SITES --out FOLDER"


class Terms(TypedDict):
    """On what terms a file may be used, and whose work it is."""

    licence: str
    attribution: str


NOT_STATED: Terms = {"licence": "not stated in the file", "attribution": "the makers of the file"}


@dataclass(frozen=True, slots=True)
class Recognised:
    """One file: what it is, what was read of it and what was left out, what it covers, which command takes it.

    kind      in one word, stable, for machines;  what  for people
    unit      what is counted: rows, features, cells, lines
    first     for each reason, the place of the first that was left out
    covers    days, or west, south, east, north
    command   an example with this file's path; capitals stand for what else is needed; "" where there is none
    """

    path: str
    kind: str
    what: str
    unit: str
    accounting: Accounting
    first: Mapping[str, str] = field(default_factory=dict)
    covers: str = ""
    notes: tuple[str, ...] = ()
    command: str = ""
    licence: str = ""
    attribution: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the command contract."""
        account = self.accounting
        return {
            "path": self.path,
            "kind": self.kind,
            "what": self.what,
            "unit": self.unit,
            "read": account.input,
            "placed": account.placed,
            "excluded": {reason: account.excluded[reason] for reason in sorted(account.excluded)},
            "first_excluded": dict(self.first),
            "covers": self.covers,
            "notes": list(self.notes),
            "command": self.command or None,
            "licence": self.licence,
            "attribution": self.attribution,
        }


def find_first(path: Path | str, excluded: Iterable[ExcludedRow], noun: str = "line") -> dict[str, str]:
    """For each reason the place of the first row that was left out for it."""
    first: dict[str, str] = {}
    for row in sorted(excluded, key=lambda row: row.line):
        first.setdefault(row.reason, f"{path}, {noun} {row.line}, column {row.column}")
    return first


def quote(path: Path | str) -> str:
    """A path as a shell takes it."""
    return shlex.quote(str(path))


def for_reach(option: str, path: Path | str) -> str:
    """The command that computes minutes, with this file."""
    return f"{_REACH} {option} {quote(path)}"


def for_statement(option: str, path: Path | str) -> str:
    """The command that builds a statement, with this file."""
    return f"{_STATEMENT} {option} {quote(path)}"


def tell_count(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def tell_box(west: float, south: float, east: float, north: float) -> str:
    """A box in words."""
    return f"{west:.2f} to {east:.2f} degrees east, {south:.2f} to {north:.2f} degrees north"


def terms_of(origin: Origin) -> Terms:
    """Licence and attribution, as the reader knows them."""
    return {"licence": origin.licence, "attribution": origin.attribution}
