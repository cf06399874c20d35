"""Asking for an export, fetching it while the right lasts, taking it back, recognising a copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.principals import Member, refused, require
from tutela.records.accounts.roles import May
from tutela.records.exports.exporters import find_exporter
from tutela.records.exports.making import Wish
from tutela.records.exports.models import Export
from tutela.records.exports.orders import agreement
from tutela.records.exports.rights import require_share
from tutela.records.exports.tables import find_table
from tutela.records.files.actions import describe, erase, open_kept
from tutela.records.files.crates import CrateReader
from tutela.records.jobs.actions import start
from tutela.records.ledger.acts import action, record_access

_DAMAGED: Final = frozenset({"key-unusable", "file-altered"})

KIND: Final = "exports.make"
"""The kind of job that makes one."""

_PURPOSE: Final = 10
"""Letters that a purpose has at least; a shorter one says nothing. The remedy names the number."""
_SURE: Final = 0.95
"""From this share of neighbours on, a copy is taken to be of an export; by chance it is one half."""

_ENOUGH: Final = 20
"""Rows that a copy must have at least for its order to tell anything."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file on its way to the one who asked for it."""

    name: str
    media_type: str
    size: int
    stream: CrateReader


@action("exports.ask")
def ask(*, by: Principal, wish: Wish) -> int:
    """Ask for an export; gives the number of the job that makes it."""
    require_share(by, wish.choice.compartment, wish.choice.marking)
    table, exporter = find_table(wish.table), find_exporter(wish.format)
    if len(wish.purpose.strip()) < _PURPOSE:
        raise _invalid(
            "purpose",
            "This says too little of the purpose." if wish.purpose.strip() else "An export needs its purpose.",
            "Write what it is for, and who will see it: at least ten characters.",
        )
    if exporter.needs_places and not table.has_places:
        raise _invalid("format", "This table has no places to draw.", "Choose CSV or XLSX.")
    if wish.choice.since and wish.choice.until and wish.choice.since > wish.choice.until:
        raise _invalid("until", "The last day lies before the first.", "Write the days in their order.")
    job = start(
        by=by,
        kind=KIND,
        compartment=wish.choice.compartment,
        marking=wish.choice.marking,
        spec=wish.as_spec() | {"purpose": " ".join(wish.purpose.split())[:200]},
    )
    return job.pk


@action("exports.fetch")
def fetch(*, by: Principal, job: int, manifest: bool = False) -> Handed:
    """The file of an export, or its manifest, for the one who asked and may still take it out; it is an entry."""
    row = _own(by, job)
    require_share(by, row.compartment_id, row.marking)
    number = row.manifest_id if manifest else row.file_id
    kept = describe(by=by, number=number)
    try:
        stream = open_kept(by=by, number=number)
    except Problem as problem:
        if problem.code not in _DAMAGED:
            raise
        raise Problem(
            "not-possible",
            "The file of this export does not open any more.",
            remedy="Make it again; tutela doctor says which kept files are damaged.",
        ) from None
    record_access("fetch", "exports_export", str(row.pk), compartment=row.compartment_id, marking=row.marking)
    name = f"{row.name}.manifest.json" if manifest else row.name
    return Handed(name, kept.media_type, kept.size, stream)


@action("exports.find")
def find_export(*, by: Principal, job: int) -> Export | None:
    """The row of an export of one's own; None while there is none yet."""
    return Export.visible_to(by).filter(job=job, recipient=by.actor).first()


@action("exports.take_back")
def take_back(*, by: Principal, job: int) -> None:
    """Destroy the file of an export before its day; who had it stays written down."""
    row = _own(by, job)
    erase(by=by, number=row.file_id)
    erase(by=by, number=row.manifest_id)
    Export.visible_to(by).filter(pk=row.pk).update(expires=datetime.now(UTC))


@action("exports.recognise")
def recognise(*, by: Principal, compartment: int, table: str, references: Sequence[int]) -> tuple[Export, ...]:
    """The exports of which a copy that was found may be, by the order of its rows; for auditors and custodians."""
    require(by, May.AUDIT, compartment)
    if len(references) < _ENOUGH:
        raise _invalid(
            "references",
            "These are too few rows to tell.",
            said("Give {enough} or more, in their order.", enough=_ENOUGH),
        )
    record_access("search", "exports_export", "", compartment=compartment)
    rows = Export.visible_to(by).filter(compartment_id=compartment, table=table)
    return tuple(row for row in rows.order_by("pk") if agreement(bytes(row.seed), references) >= _SURE)


@action("exports.may_take")
def may_take(*, by: Principal) -> tuple[tuple[int, Marking], ...]:
    """Compartments out of which one may take rows now, with the highest marking that a file may have."""
    if not isinstance(by, Member):
        raise refused()
    return tuple(
        (number, max(marking for marking in Marking if by.shares_up_to(number, marking)))
        for number in sorted(by.where(May.EXPORT))
    )


def _own(by: Principal, job: int) -> Export:
    """Fetch and authorise in one step."""
    row = Export.visible_to(by).filter(job=job, recipient=by.actor).first()
    if row is None:
        raise refused()
    return row


def _invalid(field: str, message: str, remedy: str) -> Problem:
    return Problem("field-invalid", message, where=field, remedy=remedy)
