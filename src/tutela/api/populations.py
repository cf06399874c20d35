"""Populations at risk, and who can reach them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in, make
from tutela.api.shapes import (
    USUAL_PAGE,
    Count,
    Degrees,
    HandedIn,
    Limit,
    MarkingIn,
    PageOf,
    Row,
    RowIn,
    RowOut,
    Version,
    WrittenOut,
    answers,
    cut_page,
    marking_of,
    named,
)
from tutela.records.missions import actions, queries
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


class PopulationIn(HandedIn):
    """Who is at risk and where; numbers need their basis, and what is not known is left out."""

    name: str
    kind: str
    lat: Degrees | None = None
    lon: Degrees | None = None
    people_low: Count | None = None
    people_high: Count | None = None
    basis: str = ""
    status: str = "present"
    note: str = ""

    def draft(self) -> actions.PopulationDraft:
        """As the register takes it."""
        return actions.PopulationDraft(**self.model_dump(exclude={"submission", "marking", "expected_version"}))


class NewPopulationIn(PopulationIn):
    """A population at risk that this presence is there for."""

    marking: MarkingIn | None = None


class PopulationAnewIn(PopulationIn):
    """A population written anew."""

    expected_version: Version


class AccessIn(HandedIn):
    """How they are reached, from a site or by somebody else (`who`); minutes that are not known are left out."""

    mode: str
    can_reach: str
    minutes_dry: Count | None = None
    minutes_wet: Count | None = None
    basis: str = ""
    who: str = ""
    site: RowIn | None = None


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


@router.post("/presences/{presence}/populations", response=answers(WrittenOut, 201), operation_id="add-population")
def add_population(request: HttpRequest, presence: Path[RowIn], population: NewPopulationIn) -> Any:
    """Put a population at risk on the register."""
    by = principal_of(request)
    return make(
        request,
        population,
        lambda: actions.add_population(
            by=by, presence=presence, draft=population.draft(), marking=marking_of(population.marking)
        ),
    )


@router.post("/populations/{population}", response=answers(WrittenOut), operation_id="describe-population")
def describe_population(request: HttpRequest, population: Path[RowIn], anew: PopulationAnewIn) -> dict[str, int]:
    """Write a population anew."""
    by = principal_of(request)
    return hand_in(
        request,
        anew,
        lambda: actions.describe_population(
            by=by, population=population, expected_version=anew.expected_version, draft=anew.draft()
        ),
    )


@router.post("/populations/{population}/access", response=answers(WrittenOut, 201), operation_id="add-access")
def add_access(request: HttpRequest, population: Path[RowIn], access: AccessIn) -> Any:
    """Write down whether and how a population is reached."""
    by = principal_of(request)
    draft = actions.AccessDraft(**access.model_dump(exclude={"submission", "site"}))
    return make(
        request,
        access,
        lambda: actions.add_access(by=by, population=population, draft=draft, site=access.site),
    )
