"""Closing the loop: the check before contact, what communities were told, what was promised and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in, make
from tutela.api.shapes import (
    USUAL_PAGE,
    Changing,
    Day,
    HandedIn,
    Limit,
    Moment,
    Out,
    PageOf,
    Row,
    RowIn,
    RowOut,
    WrittenOut,
    answers,
    cut_marked,
    named,
    read_mark,
)
from tutela.records.incidents.actions import commitments as actions
from tutela.records.incidents.loops import find_commitment as read_commitment
from tutela.records.incidents.loops import page_commitments, page_told
from tutela.records.incidents.models import Commitment
from tutela.records.incidents.queries import find_incident, view_incident

router = Router(tags=["loop"])


class CheckOut(Row):
    """Whether contact would put anybody in danger, thought through before it is made."""

    incident: RowOut = named("incident_id")
    about: str
    verdict: str
    risks: str
    measures: str
    held_by: str


class ChecksOut(Out):
    """Every check of an incident, in the order in which they were written down; the newest decides."""

    items: list[CheckOut]


class ToldOut(Row):
    """What a community was told, when, and by which function."""

    incident: RowOut = named("incident_id")
    population: RowOut | None = named("population_id")
    to_whom: str
    what: str
    channel: str
    told_at: datetime
    told_by: str


class CommitmentOut(Row):
    """Something that a community was told would be done, by when, and what became of it."""

    presence: RowOut = named("presence_id")
    incident: RowOut | None = named("incident_id")
    population: RowOut | None = named("population_id")
    to_whom: str
    what: str
    due_on: date
    owner: str
    state: str
    settled_on: date | None
    note: str


class CheckIn(HandedIn):
    """What contact, a warning or publication might bring upon people, and what is done against it."""

    about: str
    verdict: str
    risks: str
    held_by: str
    measures: str = ""


class TellingIn(HandedIn):
    """What is told to which group, by which channel, by which function; by default now."""

    to_whom: str
    what: str
    channel: str
    told_by: str
    population: RowIn | None = None
    told_at: Moment | None = None


class UndertakingIn(HandedIn):
    """What is committed to, to which group, by which day; `owner` is a function."""

    to_whom: str
    what: str
    due_on: Day
    owner: str
    incident: RowIn | None = None
    population: RowIn | None = None


class SettlingIn(Changing):
    """Kept, not kept or withdrawn; the last two say why."""

    state: str
    note: str = ""


@router.get("/incidents/{incident}/checks", response=answers(ChecksOut), operation_id="harm-checks")
def list_checks(request: HttpRequest, incident: Path[RowIn]) -> dict[str, Any]:
    """The do-no-harm checks of an incident."""
    return {"items": view_incident(by=principal_of(request), incident=incident).checks}


@router.post("/incidents/{incident}/checks", response=answers(WrittenOut, 201), operation_id="check-harm")
def check_harm(request: HttpRequest, incident: Path[RowIn], check: CheckIn) -> Any:
    """Write down the do-no-harm check before contact."""
    by = principal_of(request)
    find_incident(by=by, incident=incident)
    given = actions.Check(**check.model_dump(exclude={"submission"}))
    return make(request, check, lambda: actions.check_harm(by=by, incident=incident, check=given))


@router.get("/presences/{presence}/told", response=answers(PageOf[ToldOut]), operation_id="told")
def list_told(
    request: HttpRequest, presence: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """What communities were told, the newest first."""
    rows = page_told(by=principal_of(request), presence=presence, before=read_mark(after))
    return cut_marked(rows, "told_at", limit)


@router.post("/incidents/{incident}/told", response=answers(WrittenOut, 201), operation_id="tell-community")
def tell_community(request: HttpRequest, incident: Path[RowIn], telling: TellingIn) -> Any:
    """Write down what a community was told; refused without a check that lets it go ahead."""
    by = principal_of(request)
    find_incident(by=by, incident=incident)
    given = actions.Telling(**telling.model_dump(exclude={"submission"}))
    return make(request, telling, lambda: actions.tell_community(by=by, incident=incident, telling=given))


@router.get(
    "/presences/{presence}/commitments", response=answers(PageOf[CommitmentOut]), operation_id="commitments"
)
def list_commitments(
    request: HttpRequest, presence: Path[RowIn], state: str = "", after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """The commitments of a presence, those written down last first."""
    rows = page_commitments(by=principal_of(request), presence=presence, state=state, before=read_mark(after))
    return cut_marked(rows, "recorded", limit)


@router.get("/commitments/{commitment}", response=answers(CommitmentOut), operation_id="commitment")
def show_commitment(request: HttpRequest, commitment: Path[RowIn]) -> Commitment:
    """One commitment."""
    return read_commitment(by=principal_of(request), commitment=commitment)


@router.post("/presences/{presence}/commitments", response=answers(WrittenOut, 201), operation_id="commit")
def commit(request: HttpRequest, presence: Path[RowIn], undertaking: UndertakingIn) -> Any:
    """Write down what a community was told would be done, and by when."""
    by = principal_of(request)
    if undertaking.incident is not None:
        find_incident(by=by, incident=undertaking.incident)
    given = actions.Undertaking(**undertaking.model_dump(exclude={"submission"}))
    return make(request, undertaking, lambda: actions.commit(by=by, presence=presence, undertaking=given))


@router.post("/commitments/{commitment}/settle", response=answers(WrittenOut), operation_id="settle-commitment")
def settle_commitment(request: HttpRequest, commitment: Path[RowIn], settling: SettlingIn) -> dict[str, int]:
    """Say what became of a commitment."""
    by = principal_of(request)
    given = settling.model_dump(exclude={"submission"})
    return hand_in(request, settling, lambda: actions.settle_commitment(by=by, commitment=commitment, **given))
