"""Reach by influence: the rows for those in its compartment, a count for those who read the presence."""

from __future__ import annotations

from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import action
from tutela.records.missions.lookups import find_row, record_look
from tutela.records.missions.models import Interlocutor, InterlocutorCount, Presence


@action("missions.list_interlocutors")
def list_interlocutors(*, by: Principal, presence: int, with_retired: bool = False) -> list[Interlocutor]:
    """Whom a presence can call, for those who may read that; empty for everybody else who reads the presence."""
    parent = find_row(by, Presence, presence)
    rows = Interlocutor.visible_to(by).filter(presence_id=parent.pk)
    if not with_retired:
        rows = rows.filter(retired_on__isnull=True)
    found = list(rows.order_by("who", "pk"))
    record_look("search", found)
    return found


@action("missions.count_interlocutors")
def count_interlocutors(*, by: Principal, presence: int) -> int:
    """How many a presence can call: the one thing that leaves their compartment, to those who read the presence."""
    parent = find_row(by, Presence, presence)
    rows = InterlocutorCount.visible_to(by).filter(presence_id=parent.pk)
    return rows.values_list("number", flat=True).first() or 0
