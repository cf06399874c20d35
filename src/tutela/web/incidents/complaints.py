"""Handing in a complaint about a unit, a member of staff or a partner: it leaves at once for a receipt."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tutela.records.incidents.actions.complaints import Complaint, complain
from tutela.records.incidents.actions.intake import HAND_OFF, Receipt
from tutela.records.incidents.models import IntakeReport
from tutela.records.incidents.watching import Help, help_of
from tutela.web.incidents.words import WATCH
from tutela.web.shared.deeds import Deed
from tutela.web.shared.desks import Desk, choose_desk, show
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet


@writing
def new_complaint(request: HttpRequest) -> HttpResponse:
    """The form, and its filing; it is safe from the one complained of, and says how."""
    desk = choose_desk(WATCH, request)
    if desk is None:
        return show(WATCH, request, "none.html", 0, {})
    held = help_of(by=desk.by, presence=desk.presence.pk)
    told = Help(held.pathway, held.channel or HAND_OFF)
    sheet = _COMPLAIN.take(desk, request) if request.method == "POST" else _COMPLAIN.sheet(desk)
    if sheet.made is not None:
        return desk.show("receipt.html", (), {"receipt": sheet.made, "help": told})
    context = {"sheet": sheet, "help": told, "http_status": sheet.status}
    return desk.show("complaint.html", (), context)


def _fields(_desk: Desk) -> tuple[Field, ...]:
    return (
        Field("about", _("About whom"), "choice", True, choices=tuple(IntakeReport.About.choices)),
        Field("of_whom", _("Which unit, function or partner"), needed=True, longest=120,
              hint=_("A unit, a function or an organisation. A name only where nothing else says it.")),
        Field("summary", _("What happened, the bare facts"), "text", True, 280),
        Field("sexual_exploitation", _("It is about sexual exploitation or abuse"), "tick"),
        Field("wishes", _("What is wanted"), "choice", choices=tuple(IntakeReport.Choice.choices)),
        Field("place", _("Where"), longest=120, apart=True),
        Field("happened_at", _("When (UTC)"), "moment", apart=True),
        Field("contact_code", _("Contact code, if there is one"), longest=12, apart=True,
              hint=_("As KB-014. Never a name or a number to call.")),
        Field("told_by", _("Who complains, as a function"), longest=80, apart=True,
              hint=_("As market committee. Never a name.")),
    )  # fmt: skip


def _complain(desk: Desk, sheet: Sheet) -> Receipt:
    given = {**sheet.values, "wishes": sheet.values["wishes"] or IntakeReport.Choice.UNKNOWN}
    return complain(
        by=desk.by, presence=desk.presence.pk, complaint=Complaint(**given), submission=sheet.submission
    )


_COMPLAIN: Final[Deed[Desk]] = Deed(
    code="complain",
    title=_("Hand in a complaint"),
    button=_("Hand in the complaint"),
    fields=_fields,
    send=_complain,
    is_new=True,
)
