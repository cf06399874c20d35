"""Fetching a row and authorising the reader in one step, and writing it so that nobody's change is lost."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused, require
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import record_access
from tutela.records.missions.inputs import invalid, read_marking, read_number
from tutela.records.missions.models import Presence, Site
from tutela.records.missions.models.rows import MissionRow

M = TypeVar("M", bound=MissionRow)


def find_row(by: Principal, model: type[M], pk: int) -> M:
    """The row of this number, if they may read it; the refusal is the same where it is not there."""
    row: M | None = model.visible_to(by).filter(pk=pk).first() if isinstance(pk, int) else None
    if row is None:
        raise refused()
    return row


def find_for(by: Principal, ability: May, model: type[M], pk: int) -> M:
    """The row of this number, if they may do this with it now."""
    row = find_row(by, model, pk)
    require(by, ability, row.compartment_id, row.marking)
    return row


def find_site(by: Principal, presence: Presence, site: int | None) -> Site | None:
    """A site of this presence, or none where none is named."""
    if site is None:
        return None
    row = find_row(by, Site, site)
    if row.presence_id != presence.pk:
        raise invalid("site", "This site is not one of this presence.", "Choose one of its sites.")
    return row


def marking_for(by: Principal, ability: May, asked: Marking | None, *parents: MissionRow | None) -> int:
    """The marking of a new row: at least that of what it belongs to, at most what its writer may read."""
    held = [row for row in parents if row is not None]
    least = max(row.marking for row in held)
    marking = least if asked is None else int(read_marking(asked))
    if marking < least:
        raise invalid(
            "marking",
            "This is marked lower than what it belongs to.",
            "Mark it at least as high, or leave that out.",
        )
    require(by, ability, held[0].compartment_id, marking)
    return marking


def insert(row: M) -> M:
    """Write a new row; raises Problem "already-there" where its key is taken."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise taken("key") from None
    return row


def taken(field: str) -> Problem:
    """The problem of a key, or what serves as one, that stands here already."""
    return Problem("already-there", "There is one of this here already.", where=field, remedy="Open that one.")


def change(by: Principal, row: M, expected_version: int, values: dict[str, Any]) -> M:
    """Write over a row if nobody did so since it was read; gives it as it is now."""
    read_number("version", expected_version)
    rows: models.QuerySet[M] = type(row).visible_to(by).filter(pk=row.pk, version=expected_version)
    try:
        with transaction.atomic():
            number = rows.update(**values, version=models.F("version") + 1)
    except IntegrityError:
        raise taken("key") from None
    if not number:
        raise Problem(
            "not-possible",
            "Somebody else changed this after you opened it.",
            where="version",
            remedy="Open it again, look at what they wrote, then make your change.",
        )
    return find_row(by, type(row), row.pk)


def record_look(operation: str, rows: list[M]) -> None:
    """Write down that sensitive rows were looked at: one line for one look, named if it is one row."""
    sensitive = [row for row in rows if row.marking >= Marking.CONFIDENTIAL]
    if not sensitive:
        return
    subject = str(sensitive[0].pk) if len(rows) == 1 else ""
    homes = {row.compartment_id for row in sensitive}
    record_access(
        operation,
        sensitive[0]._meta.db_table,
        subject,
        compartment=homes.pop() if len(homes) == 1 else None,
        marking=max(row.marking for row in sensitive),
    )
