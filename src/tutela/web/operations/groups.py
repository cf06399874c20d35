"""The protection working group: its open decisions first, then its meetings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.roles import May
from tutela.records.incidents.duty.groups import (
    Invitation,
    Resolve,
    answer_decision,
    call_meeting,
    hold_meeting,
    renew_agenda,
    report_decision,
    resolve,
    withdraw_decision,
)
from tutela.records.incidents.fields import components
from tutela.records.incidents.models import GroupDecision
from tutela.records.incidents.operations import MeetingView, list_meetings, open_decisions, view_meeting
from tutela.web.operations.area import AREA, by_kind, pick, version_of
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, member, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.words import COMPONENTS, name_code

_POINTS: Final = Field("points", _("Other points, one a line"), "list")


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions that its page shows, and the meeting where the page is of one."""

    desk: Desk
    decisions: Sequence[GroupDecision]
    view: MeetingView | None = None

    @property
    def meeting(self) -> int:
        """The number of the meeting."""
        return self.view.meeting.pk if self.view is not None else 0


@writing
def show_group(request: HttpRequest, presence: int) -> HttpResponse:
    """What was decided and is still open, overdue first, and the meetings."""
    page, refusal = _read_group(request, presence), None
    if request.method == "POST":
        back = reverse("operations:group", args=[presence])
        if request.POST.get("do") == "call":
            sheet = _CALL.take(page, request)
            if sheet.made is not None:
                return HttpResponseRedirect(reverse("operations:meeting", args=[sheet.made.pk]) + "?done=call")
            refusal = sheet
        else:
            answer = take(request, page, tuple(_DECISION_DEEDS.values()), back)
            if not isinstance(answer, Sheet):
                return answer
            refusal = answer
        page = _read_group(request, presence)
    forms, meetings = Forms(page, _DECISION_DEEDS | {"call": _CALL}, refusal), _meetings(page)
    context: dict[str, Any] = {
        "decisions": [(row, _offered(page, forms, row)) for row in page.decisions],
        "overdue": sum(row.due_on < page.desk.today for row in page.decisions),
        "meetings": meetings,
        "form": forms.sheet("call") if page.desk.may(May.PLAN) else None,
        "refused": refusal,
        "http_status": forms.status,
    }
    return page.desk.show("group.html", [*page.decisions, *meetings], context)


@writing
def show_meeting(request: HttpRequest, meeting: int) -> HttpResponse:
    """One meeting: its agenda out of the register, its decisions, and what was said."""
    page, refusal = _read_meeting(request, meeting), None
    if request.method == "POST":
        answer = take(request, page, tuple(_ALL.values()), reverse("operations:meeting", args=[meeting]))
        if not isinstance(answer, Sheet):
            return answer
        refusal, page = answer, _read_meeting(request, meeting)
    view = page.view
    if view is None:
        raise AssertionError("a meeting's page has its meeting")
    forms, plans = Forms(page, _ALL, refusal), page.desk.may(May.PLAN, view.meeting.marking)
    open_now = plans and view.meeting.held_at is None
    wanted = {"renew": open_now, "hold": open_now and view.meeting.at <= page.desk.now, "resolve": plans}
    context: dict[str, Any] = {
        "meeting": view.meeting,
        "agenda": by_kind(view.agenda),
        "decisions": [(row, _offered(page, forms, row)) for row in page.decisions],
        "forms": {code: forms.sheet(code) for code, is_wanted in wanted.items() if is_wanted},
        "refused": refusal,
        "http_status": forms.status,
    }
    rows = [view.meeting, *page.decisions, *(item.row for item in view.agenda)]
    return page.desk.show("meeting.html", rows, context)


def _read_group(request: HttpRequest, presence: int) -> Group:
    desk = sit_down(AREA, request, presence)
    return Group(desk, open_decisions(by=desk.by, presence=presence))


def _read_meeting(request: HttpRequest, meeting: int) -> Group:
    view = view_meeting(by=member(request), meeting=meeting, now=datetime.now(UTC))
    return Group(sit_down(AREA, request, view.meeting.presence_id), view.decisions, view)


def _meetings(page: Group) -> Sequence[Any]:
    return list_meetings(by=page.desk.by, presence=page.desk.presence.pk)


def _offered(page: Group, forms: Forms[Group], row: GroupDecision) -> list[Sheet]:
    answers = page.desk.may(May.RESPOND, row.marking)
    wanted = {
        "accept": answers and row.state == GroupDecision.State.ASKED,
        "decline": answers and row.state == GroupDecision.State.ASKED,
        "report": answers and row.state == GroupDecision.State.ACCEPTED,
        "withdraw": page.desk.may(May.PLAN, row.marking) and row.state in GroupDecision.OPEN,
    }
    return [forms.sheet(code, row.pk) for code, is_wanted in wanted.items() if is_wanted]


def _call(page: Group, sheet: Sheet) -> Any:
    return call_meeting(by=page.desk.by, presence=page.desk.presence.pk, invitation=Invitation(**sheet.values))


def _renew(page: Group, sheet: Sheet) -> Any:
    return renew_agenda(by=page.desk.by, meeting=page.meeting, expected_version=sheet.version, **sheet.values)


def _hold(page: Group, sheet: Sheet) -> Any:
    return hold_meeting(by=page.desk.by, meeting=page.meeting, expected_version=sheet.version, **sheet.values)


def _resolve(page: Group, sheet: Sheet) -> Any:
    return resolve(by=page.desk.by, meeting=page.meeting, resolution=Resolve(**sheet.values))


def _answer(page: Group, sheet: Sheet) -> Any:
    row = pick(page.decisions, sheet.row)
    return answer_decision(
        by=page.desk.by,
        decision=row.pk,
        accept=sheet.code == "accept",
        expected_version=sheet.version,
        **sheet.values,
    )


def _report(page: Group, sheet: Sheet) -> Any:
    row = pick(page.decisions, sheet.row)
    return report_decision(by=page.desk.by, decision=row.pk, expected_version=sheet.version, **sheet.values)


def _withdraw(page: Group, sheet: Sheet) -> Any:
    row = pick(page.decisions, sheet.row)
    return withdraw_decision(by=page.desk.by, decision=row.pk, expected_version=sheet.version, **sheet.values)


def _row_version(page: Group, row: int) -> int:
    return version_of(page.decisions, row)


def _meeting_version(page: Group, _row: int) -> int:
    return page.view.meeting.version if page.view is not None else 0


def _resolve_fields(_page: Group) -> tuple[Field, ...]:
    listed = tuple((code, name_code(COMPONENTS, code)) for code in components())
    return (
        Field("what", _("What is to be done"), "text", needed=True, longest=280),
        Field("component", _("By which component"), "choice", needed=True, choices=listed),
        Field("owner", _("By which function"), needed=True, longest=80, hint=_("Not a name.")),
        Field("due_on", _("Until which day"), "day", needed=True),
    )


def _line(name: str, label: Any, *, needed: bool = True, longest: int = 280) -> Any:
    return lambda _page: (Field(name, label, "text", needed=needed, longest=longest),)


_CALL: Final[Deed[Group]] = Deed(
    code="call",
    title=_("Call a meeting"),
    button=_("Call it"),
    send=_call,
    fields=lambda _page: (
        Field("at", _("When (UTC)"), "moment", needed=True),
        Field("chair", _("Which function chairs"), needed=True, longest=80),
        Field("invited", _("Which functions come, one a line"), "list"),
        _POINTS,
    ),
    known=lambda page: {"chair": page.desk.function()},
)
_DECISION_EACH: Final[tuple[Deed[Group], ...]] = (
    Deed(
        code="accept",
        title=_("Accept"),
        button=_("Accept"),
        send=_answer,
        fields=_line("note", _("Note"), needed=False),
        version=_row_version,
    ),
    Deed(
        code="decline",
        title=_("Decline"),
        button=_("Decline"),
        send=_answer,
        fields=_line("note", _("Why not")),
        version=_row_version,
    ),
    Deed(
        code="report",
        title=_("Report back"),
        button=_("Keep the report"),
        send=_report,
        fields=_line("report", _("What came of it"), longest=500),
        version=_row_version,
    ),
    Deed(
        code="withdraw",
        title=_("Take it back"),
        button=_("Take it back"),
        send=_withdraw,
        fields=_line("why", _("Why"), longest=500),
        version=_row_version,
    ),
)
_DECISION_DEEDS: Final = {deed.code: deed for deed in _DECISION_EACH}
_MEETING_EACH: Final[tuple[Deed[Group], ...]] = (
    Deed(
        code="renew",
        title=_("Fill the agenda in anew"),
        button=_("Fill it in from the register"),
        send=_renew,
        fields=lambda _page: (_POINTS,),
        stands=lambda page: {"points": "\n".join(page.view.meeting.points) if page.view else ""},
        version=_meeting_version,
    ),
    Deed(
        code="hold",
        title=_("Write down that it was held"),
        button=_("It was held"),
        send=_hold,
        fields=lambda _page: (
            Field("present", _("Which functions were there, one a line"), "list"),
            Field("summary", _("What was said, in short"), "text", needed=True, longest=1000),
        ),
        known=lambda page: {"present": "\n".join(page.view.meeting.invited) if page.view else ""},
        version=_meeting_version,
    ),
    Deed(
        code="resolve",
        title=_("Write a decision down"),
        button=_("It is decided"),
        send=_resolve,
        fields=_resolve_fields,
    ),
)
_MEETING_DEEDS: Final = {deed.code: deed for deed in _MEETING_EACH}
_ALL: Final = _DECISION_DEEDS | _MEETING_DEEDS
