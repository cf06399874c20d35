"""A shift given over: what waits is there already; one press gives it, one press takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.roles import May
from tutela.records.incidents.duty.handovers import Turnover, add_to_handover, give_shift, take_shift
from tutela.records.incidents.operations import HandoverView, list_handovers, view_handover, what_waits
from tutela.web.operations.area import AREA, by_kind
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, member, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet

_FIELDS: Final = (
    Field("note", _("What no list can say"), "text", longest=1000),
    Field("from_function", _("You give over as"), needed=True, longest=80),
    Field("to_function", _("To which function"), needed=True, longest=80),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One handover as its page shows it."""

    desk: Desk
    view: HandoverView


@writing
def show_handovers(request: HttpRequest, presence: int) -> HttpResponse:
    """What would be handed over now, the form that does it, and the handovers before."""
    desk = sit_down(AREA, request, presence)
    forms = Forms(desk, {"give": _GIVE})
    if request.method == "POST":
        sheet = _GIVE.take(desk, request)
        if sheet.made is not None:
            return HttpResponseRedirect(reverse("operations:handover", args=[sheet.made.pk]) + "?done=give")
        forms = Forms(desk, {"give": _GIVE}, sheet)
    waiting = what_waits(by=desk.by, presence=presence, now=desk.now)
    handovers = list_handovers(by=desk.by, presence=presence)
    context: dict[str, Any] = {
        "waiting": by_kind(waiting),
        "handovers": handovers,
        "form": forms.sheet("give") if desk.may(May.RESPOND) else None,
        "refused": forms.refused,
        "http_status": forms.status,
    }
    return desk.show("handovers.html", [*handovers, *(item.row for item in waiting)], context)


@writing
def show_handover(request: HttpRequest, handover: int) -> HttpResponse:
    """One handover: what waited, what was settled since, what the outgoing says; the incoming takes it."""
    page, refusal = _read(request, handover), None
    if request.method == "POST":
        answer = take(request, page, tuple(_DEEDS.values()), reverse("operations:handover", args=[handover]))
        if not isinstance(answer, Sheet):
            return answer
        refusal, page = answer, _read(request, handover)
    forms, row = Forms(page, _DEEDS, refusal), page.view.handover
    open_now = row.taken_at is None and page.desk.may(May.RESPOND, row.marking)
    mine = row.given_by == page.desk.by.actor
    wanted = {"take": open_now, "add-note": open_now and mine}
    context: dict[str, Any] = {
        "handover": row,
        "waiting": by_kind(page.view.waiting),
        "settled": sum(item.settled for item in page.view.waiting),
        "is_mine": mine,
        "forms": {code.replace("-", "_"): forms.sheet(code) for code, is_wanted in wanted.items() if is_wanted},
        "refused": refusal,
        "http_status": forms.status,
    }
    return page.desk.show("handover.html", [row, *(item.row for item in page.view.waiting)], context)


def _read(request: HttpRequest, handover: int) -> Turn:
    by = member(request)
    first = view_handover(by=by, handover=handover, now=datetime.now(UTC))
    desk = sit_down(AREA, request, first.handover.presence_id)
    return Turn(desk, first)


def _give(desk: Desk, sheet: Sheet) -> Any:
    return give_shift(by=desk.by, presence=desk.presence.pk, turnover=Turnover(**sheet.values))


def _add(page: Turn, sheet: Sheet) -> Any:
    return add_to_handover(
        by=page.desk.by,
        handover=page.view.handover.pk,
        turnover=Turnover(**sheet.values),
        expected_version=sheet.version,
    )


def _take(page: Turn, sheet: Sheet) -> Any:
    return take_shift(
        by=page.desk.by, handover=page.view.handover.pk, expected_version=sheet.version, **sheet.values
    )


def _version(page: Turn, _row: int) -> int:
    return page.view.handover.version


_GIVE: Final[Deed[Desk]] = Deed(
    code="give",
    title=_("Give the shift over"),
    button=_("Give over"),
    send=_give,
    fields=lambda _desk: _FIELDS,
    known=lambda desk: {"from_function": desk.function(), "to_function": desk.function()},
)
_EACH: Final[tuple[Deed[Turn], ...]] = (
    Deed(
        code="take",
        title=_("Take the shift"),
        button=_("Take over"),
        send=_take,
        fields=lambda _page: (
            Field("answer", _("Anything to add"), "text", longest=280, apart=True),
            Field("alone_because", _("Why one person gives and takes it"), longest=280, apart=True),
        ),
        version=_version,
    ),
    Deed(
        code="add-note",
        title=_("Add to it"),
        button=_("Keep what you added"),
        send=_add,
        fields=lambda _page: _FIELDS,
        stands=lambda page: {
            name: getattr(page.view.handover, name) for name in ("note", "from_function", "to_function")
        },
        version=_version,
    ),
)
_DEEDS: Final = {deed.code: deed for deed in _EACH}
