"""Incidents: the list, one with its reports, how far it is verified, duplicates proposed, merged and undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in, make
from tutela.api.reports import ReportOut
from tutela.api.shapes import (
    USUAL_PAGE,
    Changing,
    Count,
    HandedIn,
    Limit,
    Moment,
    Out,
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
    named,
    read_mark,
    require_one_of,
)
from tutela.records.incidents.actions import incidents as sorting
from tutela.records.incidents.actions import merges
from tutela.records.incidents.actions.merges import Proposal
from tutela.records.incidents.models import Incident
from tutela.records.incidents.queries import find_incident, list_incidents, view_incident

router = Router(tags=["incidents"])


class IncidentOut(Row):
    """Something that happened or may happen to civilians; how many people is a range that somebody judged."""

    presence: RowOut = named("presence_id")
    title: str
    what: str
    happened_at: datetime
    place: str
    lat: float | None
    lon: float | None
    precision: str
    population: RowOut | None = named("population_id")
    site: RowOut | None = named("site_id")
    people_low: int | None
    people_high: int | None
    perpetrator: str
    status: str
    imminent: bool
    merged_into: RowOut | None = named("merged_into_id")


class WhichIncidents(Which):
    """Of this status, within these times."""

    status: str = ""
    since: Moment | None = None
    until: Moment | None = None


class MergeOut(Row):
    """Two incidents found to be one, by whom is in the ledger; undone or not."""

    kept: RowOut = named("kept_id")
    other: RowOut = named("other_id")
    reason: str
    undone_at: datetime | None
    undone_reason: str


class ProposalOut(Out):
    """An incident that may be the same one; proposed and never merged by itself."""

    incident: IncidentOut
    distance_km: float | None
    hours_apart: float
    same_population: bool
    was_undone: bool


class ProposalsOut(Out):
    """The nearest first, at most twenty."""

    items: list[ProposalOut]


class IncidentStatusIn(Changing):
    """How far it is verified."""

    status: str


class PeopleIn(Changing):
    """How many people it harmed or threatens: one range; one number alone is both ends."""

    people_low: Count | None = None
    people_high: Count | None = None


class MergeIn(HandedIn):
    """The incident that goes into this one, why, and the versions of both that were read."""

    other: RowIn
    reason: str
    expected_version: Version
    expected_version_of_other: Version


class UndoIn(Changing):
    """Why the two are two after all."""

    reason: str


@router.get("/presences/{presence}/incidents", response=answers(PageOf[IncidentOut]), operation_id="incidents")
def show_incidents(request: HttpRequest, presence: Path[RowIn], asked: Query[WhichIncidents]) -> dict[str, Any]:
    """Incidents that stand, those that happened last first; from `since` on and before `until`."""
    rows = list_incidents(
        by=principal_of(request),
        presence=presence,
        status=asked.status,
        window=(asked.since, asked.until),
        before=read_mark(asked.after),
    )
    return cut_marked(rows, "happened_at", asked.limit)


@router.get("/incidents/{incident}", response=answers(IncidentOut), operation_id="incident")
def show_incident(request: HttpRequest, incident: Path[RowIn]) -> Incident:
    """One incident; where it was merged, `merged_into` names the one that was kept."""
    return find_incident(by=principal_of(request), incident=incident)


@router.get(
    "/incidents/{incident}/reports", response=answers(PageOf[ReportOut]), operation_id="reports-of-incident"
)
def list_reports(
    request: HttpRequest, incident: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """The reports of an incident and of those merged into it, what was said first first."""
    return cut_page(view_incident(by=principal_of(request), incident=incident).reports, after, limit)


@router.get("/incidents/{incident}/merges", response=answers(PageOf[MergeOut]), operation_id="merges")
def list_merges(
    request: HttpRequest, incident: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """What was merged into an incident, also what was undone since."""
    return cut_page(view_incident(by=principal_of(request), incident=incident).merges, after, limit)


@router.get("/incidents/{incident}/duplicates", response=answers(ProposalsOut), operation_id="duplicates")
def list_duplicates(request: HttpRequest, incident: Path[RowIn]) -> dict[str, tuple[Proposal, ...]]:
    """Incidents that may be the same one, by kind, place and time."""
    find_incident(by=principal_of(request), incident=incident)
    return {"items": merges.propose_duplicates(by=principal_of(request), incident=incident)}


@router.post("/incidents/{incident}/status", response=answers(WrittenOut), operation_id="incident-status")
def change_status(request: HttpRequest, incident: Path[RowIn], change: IncidentStatusIn) -> dict[str, int]:
    """How far an incident is verified."""
    by = principal_of(request)
    find_incident(by=by, incident=incident)
    given = change.model_dump(exclude={"submission"})
    return hand_in(request, change, lambda: sorting.set_status(by=by, incident=incident, **given))


@router.post("/incidents/{incident}/people", response=answers(WrittenOut), operation_id="incident-people")
def change_people(request: HttpRequest, incident: Path[RowIn], change: PeopleIn) -> dict[str, int]:
    """How many people an incident harmed or threatens."""
    by = principal_of(request)
    find_incident(by=by, incident=incident)
    given = change.model_dump(exclude={"submission"})
    return hand_in(request, change, lambda: sorting.set_people(by=by, incident=incident, **given))


@router.post("/incidents/{incident}/merge", response=answers(WrittenOut, 201), operation_id="merge-incidents")
def merge_incidents(request: HttpRequest, incident: Path[RowIn], merging: MergeIn) -> Any:
    """Merge another incident into this one; refused where either was merged before."""
    by = principal_of(request)
    for number in (incident, merging.other):
        find_incident(by=by, incident=number)
    versions = (merging.expected_version, merging.expected_version_of_other)
    return make(
        request,
        merging,
        lambda: merges.merge(
            by=by, kept=incident, other=merging.other, reason=merging.reason, expected_versions=versions
        ),
    )


@router.post("/incidents/{incident}/merges/{merge}/undo", response=answers(WrittenOut), operation_id="undo-merge")
def undo_merge(request: HttpRequest, incident: Path[RowIn], merge: Path[RowIn], undoing: UndoIn) -> dict[str, int]:
    """Take a merge back as a whole; `merge` is one of those of this incident."""
    by = principal_of(request)
    require_one_of(view_incident(by=by, incident=incident).merges, merge)
    given = undoing.model_dump(exclude={"submission"})
    return hand_in(request, undoing, lambda: merges.undo_merge(by=by, merge=merge, **given))
