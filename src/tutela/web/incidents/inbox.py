"""The inbox: reports by status apart, one report and its sorting into an incident; incidents as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from tutela.kernel.problems import Problem
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.incidents import SETTLED, Triage, set_report_status, triage
from tutela.records.incidents.actions.intake import HAND_OFF, Receipt, move_to_intake
from tutela.records.incidents.fields import statuses
from tutela.records.incidents.models import Incident, Report
from tutela.records.incidents.queries import PAGE, count_by_status, list_incidents, list_reports
from tutela.records.incidents.watching import Help, count_reports, help_of, name_places, view_report
from tutela.web.incidents.words import STATUSES, WATCH, WHATS, choose, name_code
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, choose_desk, member, show, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference

WAITING: Final = "waiting"
"""Beside the statuses: reports that nobody has sorted yet."""

_NEAR: Final = 40
"""Incidents that a report may join: the newest of its presence."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One report with the incidents that it may join."""

    desk: Desk
    report: Report
    place: str
    incidents: Sequence[Incident]


@dataclass(frozen=True, slots=True)
class Tab:
    """One status with how many stand at it; counts stand apart and are never added up."""

    code: str
    label: str
    number: int
    is_chosen: bool


def show_inbox(request: HttpRequest) -> HttpResponse:
    """Reports at one status, the newest first."""
    desk = choose_desk(WATCH, request)
    if desk is None:
        return show(WATCH, request, "none.html", 0, {})
    number, counts = count_reports(by=desk.by, presence=desk.presence.pk)
    chosen = _chosen(request, WAITING)
    tabs = [Tab(WAITING, str(_("waiting for triage")), number, chosen == WAITING), *_tabs(counts, chosen)]
    rows = list_reports(
        by=desk.by,
        presence=desk.presence.pk,
        status="" if chosen == WAITING else chosen,
        untriaged=chosen == WAITING,
        before=_before(request),
    )
    context = {"tabs": tabs, "rows": rows, "chosen": chosen, "earlier": _earlier(rows, "said_at"), **_names(desk)}
    context["may_import"] = desk.may(May.TRIAGE)
    return desk.show("inbox.html", rows, context)


def show_incidents(request: HttpRequest) -> HttpResponse:
    """Incidents that stand, at one status or at all, the newest first."""
    desk = choose_desk(WATCH, request)
    if desk is None:
        return show(WATCH, request, "none.html", 0, {})
    chosen = _chosen(request, "")
    counts = count_by_status(by=desk.by, presence=desk.presence.pk)
    rows = list_incidents(by=desk.by, presence=desk.presence.pk, status=chosen, before=_before(request))
    context = {
        "tabs": _tabs(counts, chosen),
        "rows": rows,
        "chosen": chosen,
        "earlier": _earlier(rows, "happened_at"),
    }
    return desk.show("incidents.html", rows, {**context, **_names(desk)})


@writing
def show_report(request: HttpRequest, report: int) -> HttpResponse:
    """One report, and what can be done with it."""
    page = _page(request, report)
    refused = None
    if request.method == "POST":
        if request.POST.get("do") == _MOVE.code:
            return _move(page)
        back = reverse("watch:report", args=[report])
        answer = take(request, page, (_STATUS, _SORT), back)
        if not isinstance(answer, Sheet):
            return answer if request.POST.get("do") == _STATUS.code else _to_incident(page)
        refused, page = answer, _page(request, report)
    forms = Forms(page, {deed.code: deed for deed in (_SORT, _STATUS, _MOVE)}, refused)
    may_triage = page.desk.may(May.TRIAGE, page.report.marking)
    offered: dict[str, Any] = {}
    if may_triage:
        offered = {"move": forms.sheet("move")}
        sorts = page.report.incident_id is None
        offered["triage" if sorts else "report_status"] = forms.sheet("triage" if sorts else "report-status")
    context = {
        "report": page.report,
        "place": page.place,
        "refused": refused,
        "http_status": forms.status,
        **offered,
    }
    return page.desk.show("report.html", (page.report,), {**context, "help": _help(page.desk)})


def _page(request: HttpRequest, report: int) -> ReportPage:
    row = view_report(by=member(request), report=report)
    desk = sit_down(WATCH, request, row.presence_id)
    people, sites = name_places(by=desk.by, presence=desk.presence.pk)
    named = row.place or people.get(row.population_id or 0, "") or sites.get(row.site_id or 0, "")
    incidents: Sequence[Incident] = ()
    if row.incident_id is None and desk.may(May.TRIAGE, row.marking):
        incidents = list_incidents(by=desk.by, presence=desk.presence.pk)[:_NEAR]
    return ReportPage(desk, row, named, incidents)


def _move(page: ReportPage) -> HttpResponse:
    """Out of the normal queue; the receipt is shown once and kept nowhere, so there is nothing to go back to."""
    sheet = _MOVE.take(page, page.desk.request)
    if sheet.is_refused:
        forms = Forms(page, {_MOVE.code: _MOVE}, sheet)
        context = {"report": page.report, "place": page.place, "refused": sheet, "move": forms.sheet("move")}
        return page.desk.show("report.html", (page.report,), {**context, "http_status": sheet.status})
    return page.desk.show("receipt.html", (), {"receipt": sheet.made, "help": _help(page.desk)})


def _to_incident(page: ReportPage) -> HttpResponse:
    row = view_report(by=page.desk.by, report=page.report.pk)
    return HttpResponseRedirect(reverse("watch:incident", args=[row.incident_id]) + "?done=triage")


def _help(desk: Desk) -> Help:
    held = help_of(by=desk.by, presence=desk.presence.pk)
    return Help(held.pathway, held.channel or HAND_OFF)


def _sort_fields(page: ReportPage) -> tuple[Field, ...]:
    stands = tuple((write_reference(row.pk), _call(row)) for row in page.incidents)
    return (
        Field("title", _("What the incident is called"), longest=120),
        Field("incident", _("Or it belongs to an incident that stands"), "choice", apart=True,
              choices=(("", _("No, it is a new one")), *stands)),
        Field("status", _("How far it is verified"), "choice", choices=_statuses(page), apart=True),
        Field("cross_checked_with", _("Cross-checked with, one function a line"), "list", apart=True,
              hint=_("Functions, as military observers. No names.")),
        Field("acted_before_verified", _("Somebody acted before it was verified"), "tick", apart=True),
        Field("note", _("Note"), "text", longest=280, apart=True),
    )  # fmt: skip


def _statuses(page: ReportPage) -> tuple[tuple[str, Any], ...]:
    verifies = page.desk.may(May.VERIFY, page.report.marking)
    return choose(STATUSES, [code for code in statuses() if verifies or code not in SETTLED])


def _sort(page: ReportPage, sheet: Sheet) -> Incident:
    given = dict(sheet.values)
    chosen = given.pop("incident")
    found = Triage(
        **{**given, "status": given["status"] or "alleged"}, incident=read_reference(chosen) if chosen else None
    )
    return triage(by=page.desk.by, report=page.report.pk, triage=found, expected_version=sheet.version)


def _title(page: ReportPage) -> dict[str, Any]:
    what = name_code(WHATS, page.report.what)
    title = f"{what}, {page.place}" if page.place else what
    return {
        "title": title[:120],
        "status": page.report.status,
        "acted_before_verified": page.report.acted_before_verified,
    }


def _change_status(page: ReportPage, sheet: Sheet) -> Report:
    return set_report_status(
        by=page.desk.by, report=page.report.pk, status=sheet.values["status"], expected_version=sheet.version
    )


def _move_out(page: ReportPage, sheet: Sheet) -> Receipt:
    return move_to_intake(by=page.desk.by, report=page.report.pk, expected_version=sheet.version, **sheet.values)


_SORT: Final[Deed[ReportPage]] = Deed(
    code="triage",
    title=_("Make it an incident"),
    button=_("Make it an incident"),
    fields=_sort_fields,
    send=_sort,
    version=lambda page, _row: page.report.version,
    known=_title,
)
_STATUS: Final[Deed[ReportPage]] = Deed(
    code="report-status",
    title=_("How far this report is verified"),
    button=_("Change the status"),
    fields=lambda page: (Field("status", _("Status"), "choice", needed=True, choices=_statuses(page)),),
    send=_change_status,
    version=lambda page, _row: page.report.version,
    stands=lambda page: {"status": page.report.status},
)
_MOVE: Final[Deed[ReportPage]] = Deed(
    code="move",
    title=_("It concerns UN or UN-supported personnel, or sexual exploitation and abuse"),
    button=_("Move it to restricted intake"),
    fields=lambda _page: (Field("sexual_exploitation", _("It is about sexual exploitation or abuse"), "tick"),),
    send=_move_out,
    version=lambda page, _row: page.report.version,
)


def _tabs(counts: Any, chosen: str) -> list[Tab]:
    return [Tab(code, name_code(STATUSES, code), getattr(counts, code), code == chosen) for code in statuses()]


def _chosen(request: HttpRequest, default: str) -> str:
    asked = request.GET.get("status", default)
    if asked not in (default, *statuses()):
        raise Problem(
            "field-invalid", str(_("This is no status.")), where="status", remedy=str(_("Choose one of the list."))
        )
    return asked


def _before(request: HttpRequest) -> tuple[datetime, int] | None:
    """Where the page before ended, as its link said; nothing for what cannot be read."""
    at, _comma, row = request.GET.get("before", "").partition(",")
    try:
        moment = parse_datetime(at)
    except ValueError:
        moment = None
    return None if moment is None or moment.tzinfo is None else (moment, read_reference(row))


def _earlier(rows: Sequence[Any], column: str) -> str:
    """Where this page ends, for a link to the next; "" where it is the last."""
    if len(rows) < PAGE:
        return ""
    return f"{getattr(rows[-1], column).isoformat()},{write_reference(rows[-1].pk)}"


def _names(desk: Desk) -> dict[str, Any]:
    people, sites = name_places(by=desk.by, presence=desk.presence.pk)
    return {"people": people, "sites": sites}


def _call(row: Incident) -> str:
    return f"{row.title} ({row.happened_at:%Y-%m-%d})"
