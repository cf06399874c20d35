"""Reports and alerts: handed in once however often they are sent, sorted into incidents."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Path, Router, Status

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in
from tutela.api.shapes import (
    USUAL_PAGE,
    Changing,
    Count,
    Degrees,
    Flag,
    HandedIn,
    In,
    Limit,
    MarkingIn,
    Moment,
    Out,
    PageOf,
    Row,
    RowIn,
    RowOut,
    answers,
    cut_marked,
    marking_of,
    named,
    read_mark,
)
from tutela.records.incidents.actions import incidents as sorting
from tutela.records.incidents.actions import reports as actions
from tutela.records.incidents.actions.intake import Receipt
from tutela.records.incidents.fields import Where
from tutela.records.incidents.models import Report
from tutela.records.incidents.queries import list_reports
from tutela.records.incidents.watching import view_report

router = Router(tags=["reports"])


class WhereIn(In):
    """A place: degrees, a name, a population at risk or a site; at least one of them."""

    lat: Degrees | None = None
    lon: Degrees | None = None
    precision: str = "unknown"
    name: str = ""
    population: RowIn | None = None
    site: RowIn | None = None


class AlertIn(HandedIn):
    """A report of bare facts. There is no room in it for an interview, and none for a name."""

    marking: MarkingIn | None = None
    kind: Literal["imported_event", "field_report", "community_alert"]
    what: str
    where: WhereIn
    said_at: Moment | None = None
    happened_at: Moment | None = None
    is_old: Flag = False
    people_low: Count | None = None
    people_high: Count | None = None
    perpetrator: str = "unknown"
    summary: str = ""
    imminent: Flag = False
    contact_code: str = ""
    told_by: str = ""
    acted_before_verified: Flag = False
    source: str = ""
    source_id: str = ""
    interview: Flag = False
    by_un_personnel: Flag = False
    sexual_exploitation: Flag = False
    due_diligence: Flag = False
    survivor_choice: str = "unknown"


class FiledOut(Out):
    """The reference of the report; or, where it went into restricted intake, a receipt and nothing else."""

    report: RowOut | None = None
    receipt: str | None = None


class ReportOut(Row):
    """One thing that came in. A source is a contact code, and never a name."""

    presence: RowOut = named("presence_id")
    incident: RowOut | None = named("incident_id")
    kind: str
    what: str
    happened_at: datetime | None
    said_at: datetime
    place: str
    lat: float | None
    lon: float | None
    precision: str
    population: RowOut | None = named("population_id")
    site: RowOut | None = named("site_id")
    people_low: int | None
    people_high: int | None
    perpetrator: str
    summary: str
    imminent: bool
    status: str
    contact_code: str
    told_by: str
    acted_before_verified: bool
    cross_checked_with: list[str]
    triage_note: str
    triaged_at: datetime | None
    source: str
    source_id: str


class TriageIn(Changing):
    """What was found: a report of this incident, or of a new one of this title."""

    incident: RowIn | None = None
    title: str = ""
    status: str = "alleged"
    cross_checked_with: tuple[str, ...] = ()
    acted_before_verified: Flag | None = None
    note: str = ""
    marking: MarkingIn | None = None


class SortedOut(Out):
    """The incident that a report now belongs to."""

    incident: RowOut = named("reference")
    version: int


class StatusIn(Changing):
    """How far it is verified."""

    status: str


@router.get("/presences/{presence}/reports", response=answers(PageOf[ReportOut]), operation_id="reports")
def show_inbox(
    request: HttpRequest,
    presence: Path[RowIn],
    status: str = "",
    untriaged: bool = False,
    after: str = "",
    limit: Limit = USUAL_PAGE,
) -> dict[str, Any]:
    """The inbox of a presence, what was said last first."""
    rows = list_reports(
        by=principal_of(request), presence=presence, status=status, untriaged=untriaged, before=read_mark(after)
    )
    return cut_marked(rows, "said_at", limit)


@router.post("/presences/{presence}/reports", response=answers(FiledOut, 201), operation_id="file-report")
def file_report(request: HttpRequest, presence: Path[RowIn], alert: AlertIn) -> Any:
    """Hand a report in. The same `submission` again gives the first report back, and keeps it once.

    What concerns UN or UN-supported personnel, or sexual exploitation and abuse, goes into restricted intake.
    """
    given = alert.model_dump(exclude={"submission", "marking", "where"})
    found = actions.Alert(**given, where=Where(**alert.where.model_dump()))
    by = principal_of(request)
    submit = functools.partial(
        actions.report,
        by=by,
        presence=presence,
        alert=found,
        submission=alert.submission,
        marking=marking_of(alert.marking),
    )
    if found.is_restricted or found.interview:
        # Restricted intake keeps its own submissions; nothing outside may tell that one of these was tried.
        return Status(201, {"receipt": _receipt(submit()).code})
    return Status(201, {"report": hand_in(request, alert, lambda: _report(submit()))["reference"]})


@router.get("/reports/{report}", response=answers(ReportOut), operation_id="report")
def show_report(request: HttpRequest, report: Path[RowIn]) -> Report:
    """One report."""
    return view_report(by=principal_of(request), report=report)


@router.post("/reports/{report}/triage", response=answers(SortedOut), operation_id="triage-report")
def triage_report(request: HttpRequest, report: Path[RowIn], triage: TriageIn) -> dict[str, int]:
    """Sort a report into an incident; of two who do so at once, the second is told and nothing is lost."""
    by = principal_of(request)
    view_report(by=by, report=report)  # refused where it may not leave the register
    found = sorting.Triage(**triage.model_dump(exclude={"expected_version", "submission"}))
    return hand_in(
        request,
        triage,
        lambda: sorting.triage(by=by, report=report, triage=found, expected_version=triage.expected_version),
    )


@router.post("/reports/{report}/status", response=answers(ReportOut), operation_id="report-status")
def change_status(request: HttpRequest, report: Path[RowIn], change: StatusIn) -> Report:
    """How far one report is verified."""
    by = principal_of(request)
    view_report(by=by, report=report)
    given = change.model_dump(exclude={"submission"})
    hand_in(request, change, lambda: sorting.set_report_status(by=by, report=report, **given))
    return view_report(by=by, report=report)


def _report(made: Report | Receipt) -> Report:
    assert isinstance(made, Report)
    return made


def _receipt(made: Report | Receipt) -> Receipt:
    assert isinstance(made, Receipt)
    return made
