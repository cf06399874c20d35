"""Restricted intake for those who work it: what came in, what the survivor wants, taking it on, handing it off.

Nobody at the presence that it came from has these pages: they ask for a function in the intake's own compartment.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.records.accounts.models import Compartment
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.queries import list_belongings
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.intake import hand_off, list_intake, note_choice, read_intake, take_on
from tutela.records.incidents.models import IntakeReport
from tutela.web.incidents.words import WATCH
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import member, show
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet

SECRET: Final = int(Marking.STRICTLY_CONFIDENTIAL)


@dataclass(frozen=True, slots=True)
class IntakePage:
    """One report of restricted intake, and who works it."""

    by: Member
    report: IntakeReport

    @property
    def is_open(self) -> bool:
        """Whether it was not handed off yet."""
        return self.report.state != IntakeReport.State.HANDED_OFF


def show_intake(request: HttpRequest) -> HttpResponse:
    """What came in, by intake: what nobody took on stands first."""
    by = member(request)
    places = _worked(by)
    if not places:
        raise refused()
    held = [(place, _in_order(list_intake(by=by, intake=place.pk))) for place in places]
    waiting = sum(row.state == IntakeReport.State.RECEIVED for _place, rows in held for row in rows)
    return show(WATCH, request, "intake.html", SECRET, {"held": held, "waiting": waiting})


@writing
def show_dropped(request: HttpRequest, dropped: uuid.UUID) -> HttpResponse:
    """One report, and what can be done with it."""
    by = member(request)
    page = IntakePage(by, read_intake(by=by, report=dropped))
    deeds = _deeds(page)
    here = reverse("watch:dropped", args=[dropped])
    refused_sheet: Sheet | None = None
    if request.method == "POST":
        answer = take(request, page, deeds, here)
        if isinstance(answer, HttpResponse):
            return answer
        refused_sheet = answer
        page = IntakePage(by, read_intake(by=by, report=dropped))
        deeds = _deeds(page)
    forms = Forms(page, {deed.code: deed for deed in deeds}, refused_sheet)
    sheets = {deed.code.replace("-", "_"): forms.sheet(deed.code) for deed in deeds}
    context = {"report": page.report, "refused": refused_sheet, "http_status": forms.status, **sheets}
    return show(WATCH, request, "dropped.html", SECRET, context)


def _worked(by: Member) -> list[Compartment]:
    """The restricted intakes that they work, each once."""
    found = {item.compartment.pk: item.compartment for item in list_belongings(by=by)}
    return [
        place
        for number, place in found.items()
        if place.kind == Compartment.Kind.RESTRICTED and by.may(May.TRIAGE, number, SECRET)
    ]


def _in_order(rows: tuple[IntakeReport, ...]) -> list[IntakeReport]:
    states = list(IntakeReport.State.values)
    return sorted(rows, key=lambda row: (states.index(row.state), row.recorded))


def _deeds(page: IntakePage) -> tuple[Deed[IntakePage], ...]:
    if not page.is_open:
        return ()
    first = (_TAKE_ON,) if page.report.state == IntakeReport.State.RECEIVED else ()
    return (*first, _CHOICE, _HAND_OFF)


_TAKE_ON: Final[Deed[IntakePage]] = Deed(
    code="take-on",
    title=_("Take it on"),
    button=_("I see to it"),
    send=lambda page, sheet: take_on(by=page.by, report=page.report.pk, expected_version=sheet.version),
    version=lambda page, _row: page.report.version,
)
_CHOICE: Final[Deed[IntakePage]] = Deed(
    code="intake-choice",
    title=_("What the survivor wants now"),
    button=_("Keep what is wanted"),
    fields=lambda _page: (
        Field("wishes", _("What is wanted"), "choice", True, choices=tuple(IntakeReport.Choice.choices)),
    ),
    send=lambda page, sheet: note_choice(
        by=page.by, report=page.report.pk, wishes=sheet.values["wishes"], expected_version=sheet.version
    ),
    version=lambda page, _row: page.report.version,
    stands=lambda page: {"wishes": page.report.survivor_choice},
)
_HAND_OFF: Final[Deed[IntakePage]] = Deed(
    code="hand-off",
    title=_("Hand it to the mandated channel"),
    button=_("It was handed over"),
    fields=lambda _page: (
        Field(
            "to",
            _("To whom, as a function"),
            needed=True,
            longest=120,
            hint=_("As investigations section of oversight. Hand it over outside this software first."),
        ),
    ),
    send=lambda page, sheet: hand_off(
        by=page.by, report=page.report.pk, to=sheet.values["to"], expected_version=sheet.version
    ),
    version=lambda page, _row: page.report.version,
)
