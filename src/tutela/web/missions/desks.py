"""Somebody at a presence's papers: who they are, which presence, what they may do with it, what day it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tutela.kernel.markings import Marking
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.queries import list_belongings
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.missions import queries
from tutela.records.missions.models import Population, Presence, Site, StoppedTask
from tutela.web.missions.receipts import say_done
from tutela.web.shared import sessions
from tutela.web.shared.reader import shelf_for


@dataclass(frozen=True, slots=True)
class Desk:
    """One reader of one presence."""

    request: HttpRequest
    by: Member
    presence: Presence
    today: date

    def may(self, ability: May) -> bool:
        """Whether they may do this with the presence now."""
        return self.by.may(ability, self.presence.compartment_id, self.presence.marking)

    @property
    def may_describe(self) -> bool:
        """Whether they keep the presence's papers."""
        return self.may(May.DESCRIBE)

    @property
    def may_report(self) -> bool:
        """Whether they log what was done."""
        return self.may(May.REPORT)

    @property
    def may_keep_influence(self) -> bool:
        """Whether they keep reach by influence in a compartment other than the presence's own."""
        others = [number for number in self.by.levels if number != self.presence.compartment_id]
        return any(self.by.may(May.INFLUENCE, number, Marking.STRICTLY_CONFIDENTIAL) for number in others)

    def show(self, template: str, rows: Iterable[SealedModel], context: Mapping[str, Any]) -> HttpResponse:
        """A page of this presence, marked as the highest row that stands on it."""
        marking = max([self.presence.marking, *(row.marking for row in rows)])
        return show(self.request, f"missions/{template}", marking, {"desk": self, **context})


def sit_down(request: HttpRequest, presence: int) -> Desk:
    """Fetch and authorise in one step; what is not theirs is refused like what is not there."""
    by = member(request)
    row = queries.read_row(by=by, model=Presence, number=presence)
    return Desk(request, by, row, shelf_for(request).today)


def member(request: HttpRequest) -> Member:
    """Whoever signed in; refused where nobody can."""
    sessions.require_account(request)
    by = sessions.principal_of(request)
    if not isinstance(by, Member):
        raise refused()
    return by


def show(request: HttpRequest, template: str, marking: int, context: Mapping[str, Any]) -> HttpResponse:
    """A page with its marking above and below, and with what was done just before."""
    status = context.get("http_status", 200)
    frame = {
        "here": "register",
        "marking_text": Marking(marking).label,
        "marking_class": f"level-{marking}",
        "done": say_done(request.GET.get("done", "")) if request.method == "GET" else "",
    }
    return render(request, template, {**frame, **context}, status=status)


def rooms_of(by: Member, ability: May, marking: int = 0) -> list[tuple[int, str]]:
    """The compartments in which they may do this, with their names."""
    held = {item.compartment.pk: item.compartment.name for item in list_belongings(by=by)}
    return [(number, name) for number, name in held.items() if by.may(ability, number, marking)]


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
