"""Who needs to know, and fetching a row in the same step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.principals import Member, refused, require
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.ledger.acts import record_access
from tutela.records.missions.models import Presence
from tutela.records.outlooks.models import Forecast

Row = TypeVar("Row", bound=SealedModel)

NEED: Final = frozenset({May.ASSESS, May.DECIDE, May.PLAN})
"""Whoever does one of these with what is in a compartment needs to know where harm may come."""


def needs_to_know(by: Principal, compartment: int, marking: int = 0) -> bool:
    """Whether they may see places there; also while nothing is written."""
    return (
        isinstance(by, Member)
        and by.reads(compartment, marking)
        and bool(by.abilities.get(compartment, frozenset()) & NEED)
    )


def known_compartments(by: Principal) -> list[int]:
    """The compartments whose places they may see."""
    return sorted(number for number in by.levels if needs_to_know(by, number)) if isinstance(by, Member) else []


def see_presence(by: Principal, presence: int) -> Presence:
    """The presence, if they may read it."""
    row = Presence.visible_to(by).filter(pk=presence).first()
    if row is None:
        raise refused()
    return row


def find_known(by: Principal, model: type[Row], key: Any, may: May | None = None) -> Row:
    """The row, if they need to know it and may do this; the same refusal whether it is not there or not theirs."""
    row = model.visible_to(by).filter(pk=key).first()
    if row is None or not needs_to_know(by, row.compartment_id, row.marking):
        raise refused()
    if may is not None:
        require(by, may, row.compartment_id, row.marking)
    note_look("view", row)
    return row


def note_look(operation: str, row: SealedModel) -> None:
    """Write down that somebody looked at a row that is confidential or above."""
    if row.marking >= Marking.CONFIDENTIAL:
        record_access(
            operation, row._meta.db_table, str(row.pk), compartment=row.compartment_id, marking=row.marking
        )


def note_search(by: Principal, compartment: int, model: type[SealedModel] = Forecast) -> None:
    """Write down that somebody looked through what is there, as far as they read."""
    level = by.levels.get(compartment, Marking.UNCLASSIFIED) if isinstance(by, Member) else Marking.UNCLASSIFIED
    record_access("search", model._meta.db_table, compartment=compartment, marking=int(level))


def now() -> datetime:
    """The time of the server."""
    return datetime.now(UTC)
