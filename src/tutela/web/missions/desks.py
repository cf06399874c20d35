"""What a reader finds at a presence's papers: its rows, and the compartments in which they may keep more."""

from __future__ import annotations

from typing import Any, Final, cast

from tutela.kernel.markings import Marking
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.queries import list_belongings
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.missions import queries
from tutela.records.missions.models import Population, Presence, Site, StoppedTask
from tutela.web.missions.guides import GUIDES
from tutela.web.missions.receipts import RECEIPTS
from tutela.web.shared.desks import Area, Desk

REGISTER: Final = Area("missions", "register", RECEIPTS, GUIDES, "register.md")


def rooms_of(by: Member, ability: May, marking: int = 0) -> list[tuple[int, str]]:
    """The compartments in which they may do this, with their names."""
    held = {item.compartment.pk: item.compartment.name for item in list_belongings(by=by)}
    return [(number, name) for number, name in held.items() if by.may(ability, number, marking)]


def may_keep_influence(desk: Desk) -> bool:
    """Whether they keep reach by influence in a compartment other than the presence's own."""
    others = [number for number in desk.by.levels if number != desk.presence.compartment_id]
    return any(desk.by.may(May.INFLUENCE, number, Marking.STRICTLY_CONFIDENTIAL) for number in others)


def row_at(desk: Desk, model: type[SealedModel], number: int) -> Any:
    """A row of this presence, refused where it is another's."""
    if model is Presence:
        if number != desk.presence.pk:
            raise refused()
        return desk.presence
    row: Any = queries.read_row(by=desk.by, model=cast("Any", model), number=number)
    if _presence_of(desk, row) != desk.presence.pk:
        raise refused()
    return row


def _presence_of(desk: Desk, row: Any) -> int:
    """The presence that a row is of; some say so only through what they belong to."""
    for column, model in (("population_id", Population), ("stopped_id", StoppedTask), ("site_id", Site)):
        if not hasattr(row, "presence_id") and hasattr(row, column):
            parent: Any = queries.read_row(by=desk.by, model=cast("Any", model), number=getattr(row, column))
            return int(parent.presence_id)
    return int(row.presence_id)
