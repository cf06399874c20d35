"""What a light presence must have before it needs it: seven items, and the round of one person alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.roles import May
from tutela.records.incidents.duty.readiness import Finding, check_readiness
from tutela.records.incidents.models import Readiness
from tutela.records.incidents.operations import Item, list_readiness
from tutela.web.operations.area import AREA, options
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field, wrong
from tutela.web.shared.forms import Sheet


@dataclass(frozen=True, slots=True)
class Checklist:
    """The items of one presence; the row of a form is the place of its item, from 1."""

    desk: Desk
    items: Sequence[Item]

    def at(self, place: int) -> Item | None:
        """The item at this place."""
        return self.items[place - 1] if 1 <= place <= len(self.items) else None


@writing
def show_checklist(request: HttpRequest, presence: int) -> HttpResponse:
    """What is there, what is not, what nobody looked at for three months."""
    page, refusal = _read(request, presence), None
    if request.method == "POST":
        back = reverse("operations:checklist", args=[presence])
        answer = take(request, page, tuple(_DEEDS.values()), back)
        if not isinstance(answer, Sheet):
            return answer
        refusal, page = answer, _read(request, presence)
    forms, may = Forms(page, _DEEDS, refusal), page.desk.may(May.RESPOND)
    context: dict[str, Any] = {
        "items": [
            (item, _sheet(page, forms, place) if may else None) for place, item in enumerate(page.items, start=1)
        ],
        "missing": sum(item.row is None or item.row.state != Readiness.State.READY for item in page.items),
        "refused": refusal,
        "http_status": forms.status,
    }
    return page.desk.show("checklist.html", [item.row for item in page.items if item.row is not None], context)


def _sheet(page: Checklist, forms: Forms[Checklist], place: int) -> Sheet:
    sheet, item = forms.sheet("check", place), page.at(place)
    if not sheet.is_refused and item is not None and item.row is not None:
        row = item.row
        sheet.typed = {"state": (row.state,), "what": (row.what,), "held_by": (row.held_by,)}
    return sheet


def _read(request: HttpRequest, presence: int) -> Checklist:
    desk = sit_down(AREA, request, presence)
    return Checklist(desk, list_readiness(by=desk.by, presence=presence, today=desk.today))


def _check(page: Checklist, sheet: Sheet) -> Any:
    item = page.at(sheet.row)
    if item is None:
        raise wrong("item", _now("This is no item of the list."), _now("Use the forms of the page."))
    finding = Finding(item=item.item, **sheet.values)
    return check_readiness(
        by=page.desk.by, presence=page.desk.presence.pk, finding=finding, expected_version=sheet.version
    )


def _version(page: Checklist, place: int) -> int:
    item = page.at(place)
    return item.row.version if item is not None and item.row is not None else 0


_DEEDS: Final[dict[str, Deed[Checklist]]] = {
    "check": Deed(
        code="check",
        title=_("Write down what you found"),
        button=_("Keep it"),
        send=_check,
        fields=lambda _page: (
            Field("state", _("Is it there?"), "choice", needed=True, choices=options(Readiness.State.choices)),
            Field("what", _("What there is"), "text", longest=500),
            Field("held_by", _("Which function holds it"), needed=True, longest=80, hint=_("Not a name.")),
            Field("checked_on", _("When it was looked at, if not today"), "day", apart=True),
        ),
        version=_version,
    )
}
