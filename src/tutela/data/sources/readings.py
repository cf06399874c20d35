"""What a reader gives back: the table, and an account of every row of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tutela.kernel.accounting import Accounting
from tutela.kernel.tables import Table

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True)
class ExcludedRow:
    """A row that was left out: its line in the file (header = 1), the named reason, the column at fault."""

    line: int
    reason: str
    column: str


@dataclass(frozen=True, slots=True)
class Snapped:
    """An event whose point lies in another country than its own; its own country was kept."""

    event_id: str
    line: int
    own: str
    point_in: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from and on what terms: travels with every figure made from it.

    What is not `redistributable` stays in the home of whoever brought it, out of every export and release.
    """

    name: str
    vintage: str
    licence: str
    attribution: str
    recorded_harms: tuple[str, ...] = ("killed",)
    invented: bool = False
    redistributable: bool = True


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """One file, read: `accounting.input` rows = rows in `table` + rows in `excluded`.

    `source` is the reader's public name (as in `--source`), `notes` are sentences that a reader of the
    figures must know ("map snapshots carried forward, at most 13 months").
    """

    path: str
    source: str
    table: T
    accounting: Accounting
    origin: Origin
    file_digest: str
    excluded: tuple[ExcludedRow, ...] = ()
    snapped: tuple[Snapped, ...] = ()
    notes: tuple[str, ...] = field(default=())
