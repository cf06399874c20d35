"""Somebody at work on a presence: who they are, which presence, what they may do there, what time it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.queries import list_belongings
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.missions import queries
from tutela.records.missions.models import Presence
from tutela.web.shared import sessions
from tutela.web.shared.fields import Choices, Field
from tutela.web.shared.guides import Guide
from tutela.web.shared.reader import shelf_for
from tutela.web.shared.references import read_reference
from tutela.web.shared.words import Word

_areas: dict[str, Area] = {}


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the pages.

    folder  of its templates, and the namespace of its addresses;  tab  its place in the frame
    done    what is said after each deed;  guides  help on each page, by the name of its address
    handbook  the page of docs/guide that says more
    """

    folder: str
    tab: str
    done: Mapping[str, Word]
    guides: Mapping[str, Guide] = field(default_factory=dict)
    handbook: str = ""

    def __post_init__(self) -> None:
        """Known to the page that has the help of all of them."""
        _areas[self.folder] = self


@dataclass(frozen=True, slots=True)
class Desk:
    """One reader at one presence; `others` are the presences that they may turn to, where a page offers that."""

    area: Area
    request: HttpRequest
    by: Member
    presence: Presence
    now: datetime
    others: Sequence[Presence] = ()

    @property
    def today(self) -> date:
        """The day of the house, in UTC."""
        return shelf_for(self.request).today

    def may(self, ability: May, marking: int | None = None) -> bool:
        """Whether they may do this here now, with a row of this marking."""
        least = self.presence.marking if marking is None else marking
        return self.by.may(ability, self.presence.compartment_id, least)

    @property
    def may_describe(self) -> bool:
        """Whether they keep the presence's papers."""
        return self.may(May.DESCRIBE)

    @property
    def may_report(self) -> bool:
        """Whether they hand reports in, and log what was done."""
        return self.may(May.REPORT)

    @property
    def may_plan(self) -> bool:
        """Whether they draft plans."""
        return self.may(May.PLAN)

    def function(self) -> str:
        """What they are here, as a form would say it; "" where they are several things."""
        held = {
            item.role.label
            for item in list_belongings(by=self.by)
            if item.compartment.pk == self.presence.compartment_id
        }
        return held.pop() if len(held) == 1 else ""

    def show(
        self, template: str, rows: Iterable[SealedModel], context: Mapping[str, Any], *, least: int = 0
    ) -> HttpResponse:
        """A page of this presence, marked as the highest row on it and at least so."""
        marking = max([least, self.presence.marking, *(row.marking for row in rows)])
        return show(self.area, self.request, template, marking, {"desk": self, **context})


def sit_down(area: Area, request: HttpRequest, presence: int) -> Desk:
    """The desk of the presence that a row belongs to; refused alike where it is not theirs and where it is none."""
    by = member(request)
    row = queries.read_row(by=by, model=Presence, number=presence)
    return Desk(area, request, by, row, datetime.now(UTC))


def choose_desk(area: Area, request: HttpRequest, may: May | None = None) -> Desk | None:
    """The desk of the presence that was asked for, else of the first where they may do this; None without any."""
    by = member(request)
    every = queries.list_presences(by=by)
    asked = request.POST.get("presence") or request.GET.get("presence") or ""
    able = [row for row in every if may is None or by.may(may, row.compartment_id, row.marking)]
    if asked:
        number = read_reference(asked)
        able = [row for row in every if row.pk == number]
        if not able:
            raise refused()
    chosen = next(iter(able or every), None)
    return None if chosen is None else Desk(area, request, by, chosen, datetime.now(UTC), every)


def member(request: HttpRequest) -> Member:
    """Whoever signed in; refused where nobody can."""
    sessions.require_account(request)
    by = sessions.principal_of(request)
    if not isinstance(by, Member):
        raise refused()
    return by


def show(area: Area, request: HttpRequest, template: str, marking: int, context: Mapping[str, Any]) -> HttpResponse:
    """A page of an area with its marking above and below, and with what was done just before."""
    match = request.resolver_match
    page = (match.url_name or "") if match is not None else ""
    frame = {
        "here": area.tab,
        "guide": area.guides.get(page),
        "guide_key": f"{area.folder}-{page}",
        "marking_text": Marking(marking).label,
        "marking_class": f"level-{marking}",
        "done": area.done.get(request.GET.get("done", ""), "") if request.method == "GET" else "",
    }
    status = context.get("http_status", 200)
    return render(request, f"{area.folder}/{template}", {**frame, **context}, status=status)


def areas() -> tuple[Area, ...]:
    """Every part of the pages that has help."""
    return tuple(_areas.values())


def marking_field(desk: Desk, least: int) -> Field:
    """How high a new row is marked: from what it belongs to up to what its writer reads."""
    levels = [mark for mark in Marking if mark >= least and desk.by.reads(desk.presence.compartment_id, mark)]
    choices: Choices = (("", _("As what it belongs to")), *((str(int(mark)), mark.label) for mark in levels))
    return Field("marking", _("Marking"), "choice", choices=choices, read=_read_marking, apart=True)


def _read_marking(text: str) -> Marking:
    return Marking(int(text))
