"""Populations at risk, and who can reach them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from tutela.api.entrance import principal_of
from tutela.api.shapes import USUAL_PAGE, Limit, PageOf, Row, RowIn, RowOut, answers, cut_page, named
from tutela.records.missions import queries
from tutela.records.missions.models import Population

router = Router(tags=["populations"])


class PopulationOut(Row):
    """Civilians at risk in one place or along one route."""

    presence: RowOut = named("presence_id")
    name: str
    kind: str
    lat: float | None
    lon: float | None
    people_low: int | None
    people_high: int | None
    basis: str
    status: str
    note: str


class AccessOut(Row):
    """Whether they can be reached from a site or by somebody else, in how many minutes; not known is null."""

    population: RowOut = named("population_id")
    site: RowOut | None = named("site_id")
    who: str
    mode: str
    can_reach: str
    minutes_dry: int | None
    minutes_wet: int | None
    basis: str


@router.get(
    "/presences/{presence}/populations", response=answers(PageOf[PopulationOut]), operation_id="populations"
)
def list_populations(
    request: HttpRequest, presence: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """The populations at risk of a presence, by name."""
    return cut_page(queries.list_populations(by=principal_of(request), presence=presence), after, limit)


@router.get("/populations/{population}", response=answers(PopulationOut), operation_id="population")
def show_population(request: HttpRequest, population: Path[RowIn]) -> Population:
    """One population."""
    return queries.read_row(by=principal_of(request), model=Population, number=population)


@router.get("/populations/{population}/access", response=answers(PageOf[AccessOut]), operation_id="access")
def list_access(
    request: HttpRequest, population: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """Who can reach a population, and how."""
    return cut_page(queries.list_access(by=principal_of(request), population=population), after, limit)
