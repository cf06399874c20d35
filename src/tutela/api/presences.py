"""Presences with their sites, strengths and restrictions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from tutela.api.entrance import principal_of
from tutela.api.shapes import (
    USUAL_PAGE,
    Day,
    Limit,
    MarkingOut,
    Out,
    PageOf,
    Row,
    RowIn,
    RowOut,
    answers,
    cut_page,
    named,
)
from tutela.records.missions import queries
from tutela.records.missions.models import Presence

router = Router(tags=["presences"])


class PresenceOut(Row):
    """A presence, and what is known of its mandate."""

    key: str
    name: str
    kind: str
    hosts: list[str]
    status: str
    funding: str
    force_authority: str
    protection_mandate: str
    mandate_text: str
    mandate_since: date | None
    mandate_until: date | None
    mandate_open_ended: bool
    mandate_confirmed_on: date | None
    started: date | None
    ended: date | None
    note: str
    invented: bool


class SiteOut(Row):
    """A place where a presence is or was."""

    presence: RowOut = named("presence_id")
    key: str
    name: str
    kind: str
    lat: float | None
    lon: float | None
    status: str
    status_since: date | None
    note: str


class StrengthOut(Out):
    """The latest number known on a day; what is not known is not there."""

    component: str
    profile: str
    measure: str
    number: int
    exactness: str
    as_of: date
    source: str
    status: str
    marking: MarkingOut


class StrengthsOut(Out):
    """The strengths of a presence on a day."""

    on: date
    items: list[StrengthOut]


class RestrictionOut(Row):
    """Consent withheld: what was denied or demanded."""

    presence: RowOut = named("presence_id")
    site: RowOut | None = named("site_id")
    kind: str
    since: date
    until: date | None
    by_whom: str
    authority: str
    stops: str
    source: str
    note: str


@router.get("/presences", response=answers(PageOf[PresenceOut]), operation_id="presences")
def list_presences(request: HttpRequest, after: str = "", limit: Limit = USUAL_PAGE) -> dict[str, Any]:
    """Every presence that the token reads, by name."""
    return cut_page(queries.list_presences(by=principal_of(request)), after, limit)


@router.get("/presences/{presence}", response=answers(PresenceOut), operation_id="presence")
def show_presence(request: HttpRequest, presence: Path[RowIn]) -> Presence:
    """One presence."""
    return queries.read_row(by=principal_of(request), model=Presence, number=presence)


@router.get("/presences/{presence}/sites", response=answers(PageOf[SiteOut]), operation_id="sites")
def list_sites(
    request: HttpRequest, presence: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """The sites of a presence, by name."""
    return cut_page(queries.list_sites(by=principal_of(request), presence=presence), after, limit)


@router.get("/presences/{presence}/strengths", response=answers(StrengthsOut), operation_id="strengths")
def show_strengths(request: HttpRequest, presence: Path[RowIn], on: Query[Day]) -> dict[str, Any]:
    """For each component and measure the latest number known on a day."""
    return {"on": on, "items": queries.capacity_on(by=principal_of(request), presence=presence, day=on)}


@router.get(
    "/presences/{presence}/restrictions", response=answers(PageOf[RestrictionOut]), operation_id="restrictions"
)
def list_restrictions(
    request: HttpRequest, presence: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """The log of consent and restrictions, the newest first."""
    return cut_page(queries.list_restrictions(by=principal_of(request), presence=presence), after, limit)
