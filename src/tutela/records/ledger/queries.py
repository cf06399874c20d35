"""Reading the ledger: the history of one row, the oldest first.

The ledger knows no compartments: whoever calls this has authorised the reader, and shows only what they may read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tutela.records.ledger.models import Content, Entry

_CHUNK: Final = 500
"""Keys in one question: SQLite takes fewer than a thousand."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a row. Columns are named as in the table; `before` or `after` is empty where there is none.

    actor    None names a write that went past the actions
    erased   what was written was erased since; that it was written stays
    """

    number: int
    at: datetime
    actor: str | None
    action: str
    operation: str
    compartment: int | None
    marking: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    erased: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ, in alphabetical order."""
        names = {*self.before, *self.after}
        return tuple(sorted(name for name in names if self.before.get(name) != self.after.get(name)))


def entries_of(table: str, pk: object) -> tuple[Change, ...]:
    """Every change of the row with this key, the oldest first."""
    rows = list(Entry.objects.filter(subject_table=table, subject=str(pk), kind=Entry.Kind.CHANGE).order_by("id"))
    held: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(rows), _CHUNK):
        numbers = [row.pk for row in rows[start : start + _CHUNK]]
        held |= dict(Content.objects.filter(entry_id__in=numbers).values_list("entry_id", "body"))
    return tuple(_change(row, held.get(row.pk)) for row in rows)


def _change(row: Entry, body: Mapping[str, Any] | None) -> Change:
    sides = body or {}
    return Change(
        row.pk,
        row.at,
        row.actor,
        row.action,
        row.operation,
        row.compartment,
        row.marking,
        sides.get("before") or {},
        sides.get("after") or {},
        erased=body is None,
    )
