"""What readers of facts about presences give back: missions and dated facts, with an account of every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.data.sources.readings import ExcludedRow, Origin
from tutela.kernel.accounting import Accounting
from tutela.kernel.tables import Table, Text

TERMS_NOT_SEEN: Final = "terms not seen: for use inside the office that holds the file, not to be passed on"
"""The licence of a table whose terms nobody here has read."""


@dataclass(frozen=True, slots=True)
class Missions(Table):
    """One row for each mission of a file.

    mission   as the file writes it;  kind  the file's own word for what it is, "" where it has none
    hosts     ISO 3166 alpha-3 with "|" between them;  started, ended  ISO days or months, "" where not known
    """

    mission: Text
    name: Text
    kind: Text
    hosts: Text
    started: Text
    ended: Text


@dataclass(frozen=True, slots=True)
class RegisterFacts(Table):
    """One row for each fact: whose, which, what, since when (YYYY, YYYY-MM or YYYY-MM-DD), from which line."""

    mission: Text
    field: Text
    value: Text
    as_of: Text
    line: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """One file of facts, read: `accounting.input` rows = rows that gave something + rows in `excluded`."""

    path: str
    source: str
    missions: Missions
    facts: RegisterFacts
    accounting: Accounting
    origin: Origin
    file_digest: str
    excluded: tuple[ExcludedRow, ...]
    notes: tuple[str, ...]


def pack_missions(rows: list[tuple[str, str, str, str, str, str]]) -> Missions:
    """Rows in the order of the columns, as a table in order of mission."""
    columns = zip(*sorted(rows), strict=True) if rows else ((),) * 6
    return Missions(*(np.array(column, dtype=np.str_) for column in columns))


def pack_facts(rows: list[tuple[str, str, str, str, int]]) -> RegisterFacts:
    """Rows in the order of the columns, as a table in order of mission, field and day."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[3], row[2], row[4]))
    columns = list(zip(*ordered, strict=True)) if ordered else [()] * 5
    mission, field, value, as_of = (np.array(column, dtype=np.str_) for column in columns[:4])
    return RegisterFacts(mission, field, value, as_of, np.array(columns[4], dtype=np.int32))


def count_excluded(excluded: list[ExcludedRow]) -> dict[str, int]:
    """How many rows were left out for each reason."""
    counts: dict[str, int] = {}
    for row in excluded:
        counts[row.reason] = counts.get(row.reason, 0) + 1
    return counts
