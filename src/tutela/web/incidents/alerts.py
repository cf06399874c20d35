"""Handing in an alert, from a phone: few questions, the usual answers there already, filed once."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.intake import HAND_OFF, Receipt
from tutela.records.incidents.actions.reports import PATHWAY, Alert, report
from tutela.records.incidents.fields import SIGNS, SUMMARY, Where
from tutela.records.incidents.models import IntakeReport, Report
from tutela.records.incidents.watching import Help, help_of, marking_of_places, name_places
from tutela.web.incidents.words import FILED_AS, PERPETRATORS, WATCH, WHATS, choose
from tutela.web.shared.deeds import Deed
from tutela.web.shared.desks import Desk, choose_desk
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field, wrong
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference


@writing
def new_alert(request: HttpRequest) -> HttpResponse:
    """The form, and its filing; harm by our own goes to restricted intake, and only a receipt comes back."""
    desk = choose_desk(WATCH, request, May.REPORT)
    if desk is None or not desk.may_report:
        raise refused()
    if request.method != "POST":
        return _show(desk, _ALERT.sheet(desk))
    sheet = _ALERT.take(desk, request)
    if sheet.is_refused:
        return _show(desk, sheet)
    if isinstance(sheet.made, Receipt):
        return desk.show("receipt.html", (), {"receipt": sheet.made, "help": _help(desk)})
    return HttpResponseRedirect(reverse("watch:report", args=[sheet.made.pk]) + "?done=filed")


def _show(desk: Desk, sheet: Sheet) -> HttpResponse:
    able = [row for row in desk.others if desk.by.may(May.REPORT, row.compartment_id, row.marking)]
    context = {"sheet": sheet, "able": able, "help": _help(desk), "http_status": sheet.status}
    return desk.show("alert.html", (), context, least=marking_of_places(by=desk.by, presence=desk.presence.pk))


def _help(desk: Desk) -> Help:
    held = help_of(by=desk.by, presence=desk.presence.pk)
    return Help(held.pathway or PATHWAY, held.channel or HAND_OFF)


def _fields(desk: Desk) -> tuple[Field, ...]:
    people, sites = name_places(by=desk.by, presence=desk.presence.pk)
    harms, signs = choose(WHATS, load_doctrine().harms), choose(WHATS, SIGNS)
    return (
        Field("what", _("What is happening"), "choice", needed=True, choices=(("", _("Choose")),),
              groups=((_("Signs of harm to come"), signs), (_("Harm done"), harms))),
        Field("where", _("Where"), "choice", choices=(("", _("None of these: name the place below")),),
              groups=((_("People at risk"), _places("p", people)), (_("Our sites"), _places("s", sites)))),
        Field("place", _("Name of the place, if it is not in the list"), longest=120),
        Field("imminent", _("Life is in danger now"), "tick"),
        Field("summary", _("The bare facts, if more is needed"), "text", longest=SUMMARY,
              hint=_("What, how many, which way. No names.")),
        Field("contact_code", _("Contact code, if there is one"), longest=12,
              hint=_("As KB-014. Never a name or a number to call.")),
        Field("by_un_personnel", _("UN or UN-supported personnel may have done it"), "tick"),
        Field("sexual_exploitation", _("It is about sexual exploitation or abuse"), "tick"),
        Field("interview", _("This is what a survivor or a child told"), "tick"),
        *_seldom(),
    )  # fmt: skip


def _seldom() -> tuple[Field, ...]:
    kinds, choices = choose(FILED_AS), tuple(IntakeReport.Choice.choices)
    return (
        Field("happened_at", _("When it happened, if not now (UTC)"), "moment", apart=True),
        Field("is_old", _("It is known to be older than a month"), "tick", apart=True),
        Field("perpetrator", _("Who did it, or may do it"), "choice", choices=choose(PERPETRATORS), apart=True),
        Field("people_low", _("People concerned, at least"), "number", apart=True),
        Field("people_high", _("People concerned, at most"), "number", apart=True),
        Field("told_by", _("Who told it, as a function"), longest=80, apart=True,
              hint=_("As market committee. Never a name.")),
        Field("kind", _("How it came in"), "choice", choices=kinds, apart=True),
        Field("acted_before_verified", _("Somebody has acted on it before it was verified"), "tick", apart=True),
        Field("due_diligence", _("It concerns a force that the United Nations supports"), "tick", apart=True),
        Field("survivor_choice", _("What the survivor wants, if that is known"), "choice", apart=True,
              choices=choices),
    )  # fmt: skip


def _places(letter: str, names: Any) -> tuple[tuple[str, str], ...]:
    return tuple((f"{letter}{write_reference(number)}", name) for number, name in names.items())


def _alert(values: dict[str, Any]) -> Alert:
    given = dict(values)
    chosen, place = given.pop("where"), given.pop("place")
    number = read_reference(chosen[1:]) if chosen else None
    if number is None and not place.strip():
        raise wrong("where", str(_("Where is not said.")), str(_("Choose from the list, or name the place below.")))
    where = Where(
        name=place,
        population=number if chosen.startswith("p") else None,
        site=number if chosen.startswith("s") else None,
    )
    given["kind"] = given["kind"] or str(Report.Kind.COMMUNITY_ALERT)
    given["perpetrator"] = given["perpetrator"] or "unknown"
    given["survivor_choice"] = given["survivor_choice"] or str(IntakeReport.Choice.UNKNOWN)
    return Alert(where=where, **given)


def _file(desk: Desk, sheet: Sheet) -> Report | Receipt:
    alert = _alert(sheet.values)
    return report(by=desk.by, presence=desk.presence.pk, alert=alert, submission=sheet.submission)


_ALERT: Final[Deed[Desk]] = Deed(
    code="alert",
    title=_("File an alert"),
    button=_("File the alert"),
    fields=_fields,
    send=_file,
    known=lambda _desk: {"kind": Report.Kind.COMMUNITY_ALERT, "perpetrator": "unknown"},
    renamed={"lat": "place"},
    is_new=True,
)
