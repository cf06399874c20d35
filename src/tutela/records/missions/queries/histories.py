"""One row and its history, for those who may read the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.sealed import SealedModel
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.queries import Change, entries_of
from tutela.records.missions.lookups import find_row, record_look
from tutela.records.missions.models.rows import MissionRow

M = TypeVar("M", bound=MissionRow)


@action("missions.view")
def read_row(*, by: Principal, model: type[M], number: int) -> M:
    """One row by its number, and the look at it written down; refused where it is not theirs to read."""
    row = find_row(by, model, number)
    record_look("view", [row])
    return row


@action("missions.view_history")
def history_of(*, by: Principal, row: SealedModel) -> tuple[Change, ...]:
    """Who changed a row, when and how, the oldest first.

    What the row held while it was marked higher, or lay in another compartment, is shown only to those who
    may read that as well.
    """
    held = type(row).visible_to(by).filter(pk=row.pk).first()
    if held is None or not isinstance(by, Member):
        raise refused()
    table = held._meta.db_table
    record_access("view", table, str(held.pk), compartment=held.compartment_id, marking=held.marking)
    return tuple(shown for change in entries_of(table, held.pk) if (shown := _show(by, change)) is not None)


def _show(by: Member, change: Change) -> Change | None:
    if change.erased:
        return change if change.compartment is not None and by.reads(change.compartment, change.marking) else None
    before, after = _side(by, change.before), _side(by, change.after)
    return replace(change, before=before, after=after) if before or after else None


def _side(by: Member, side: Mapping[str, Any]) -> Mapping[str, Any]:
    return side if side and by.reads(side["compartment_id"], side["marking"]) else {}
