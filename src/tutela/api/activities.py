"""What was done to protect civilians, on what it rests, and what waits for its basis."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in, make
from tutela.api.shapes import (
    USUAL_PAGE,
    Changing,
    Day,
    HandedIn,
    Limit,
    MarkingIn,
    PageOf,
    Row,
    RowIn,
    RowOut,
    Version,
    Which,
    WrittenOut,
    answers,
    cut_marked,
    cut_page,
    marking_of,
    named,
    read_day_mark,
)
from tutela.records.missions import actions, queries
from tutela.records.missions.models import Activity

router = Router(tags=["activities"])


class ActivityOut(Row):
    """One thing done; a warning says that its basis is missing or unusual."""

    presence: RowOut = named("presence_id")
    site: RowOut | None = named("site_id")
    code: str
    tier: str
    phase: str
    component: str
    day: date
    basis: str
    warned: bool
    warning: str
    policies: list[str]
    note: str


class WhichActivities(Which):
    """At this site, within these days."""

    site: RowIn | None = None
    since: Day | None = None
    until: Day | None = None


class ActivityIn(HandedIn):
    """What was done, by tier, phase, component and code of the catalogue, and on what it rests."""

    code: str
    tier: str
    phase: str
    component: str
    day: Day
    basis: str = ""
    policies: tuple[str, ...] = ()
    note: str = ""

    def draft(self) -> actions.ActivityDraft:
        """As the register takes it."""
        beside = {"submission", "site", "marking", "expected_version"}
        return actions.ActivityDraft(**self.model_dump(exclude=beside))


class NewActivityIn(ActivityIn):
    """An activity for the log; always kept, with a warning where its basis is missing or unusual."""

    site: RowIn | None = None
    marking: MarkingIn | None = None


class ActivityAnewIn(ActivityIn):
    """An activity written anew."""

    expected_version: Version


class BasisIn(Changing):
    """The basis that was asked for."""

    basis: str


@router.get("/presences/{presence}/activities", response=answers(PageOf[ActivityOut]), operation_id="activities")
def list_activities(request: HttpRequest, presence: Path[RowIn], asked: Query[WhichActivities]) -> dict[str, Any]:
    """What was done, the newest day first; both ends included."""
    rows = queries.page_activities(
        by=principal_of(request),
        presence=presence,
        site=asked.site,
        days=(asked.since, asked.until),
        before=read_day_mark(asked.after),
    )
    return cut_marked(rows, "day", asked.limit)


@router.get(
    "/presences/{presence}/basis-requests", response=answers(PageOf[ActivityOut]), operation_id="basis-requests"
)
def list_basis_requests(
    request: HttpRequest, presence: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """Activities that wait for a basis, or for one that fits, the oldest first."""
    return cut_page(queries.list_basis_requests(by=principal_of(request), presence=presence), after, limit)


@router.get("/activities/{activity}", response=answers(ActivityOut), operation_id="activity")
def show_activity(request: HttpRequest, activity: Path[RowIn]) -> Activity:
    """One activity."""
    return queries.read_row(by=principal_of(request), model=Activity, number=activity)


@router.post("/presences/{presence}/activities", response=answers(WrittenOut, 201), operation_id="log-activity")
def log_activity(request: HttpRequest, presence: Path[RowIn], activity: NewActivityIn) -> Any:
    """Log something done to protect civilians."""
    by = principal_of(request)
    return make(
        request,
        activity,
        lambda: actions.log_activity(
            by=by,
            presence=presence,
            draft=activity.draft(),
            site=activity.site,
            marking=marking_of(activity.marking),
        ),
    )


@router.post("/activities/{activity}", response=answers(WrittenOut), operation_id="describe-activity")
def describe_activity(request: HttpRequest, activity: Path[RowIn], anew: ActivityAnewIn) -> dict[str, int]:
    """Write an activity anew."""
    by = principal_of(request)
    return hand_in(
        request,
        anew,
        lambda: actions.describe_activity(
            by=by, activity=activity, expected_version=anew.expected_version, draft=anew.draft()
        ),
    )


@router.post("/activities/{activity}/basis", response=answers(WrittenOut), operation_id="give-basis")
def give_basis(request: HttpRequest, activity: Path[RowIn], basis: BasisIn) -> dict[str, int]:
    """Answer the request for the basis of an activity."""
    by = principal_of(request)
    given = basis.model_dump(exclude={"submission"})
    return hand_in(request, basis, lambda: actions.give_basis(by=by, activity=activity, **given))
