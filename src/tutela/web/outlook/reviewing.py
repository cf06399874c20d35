"""One sitting: this month's warnings with what stands beside them, and a decision on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from tutela.kernel.problems import Problem
from tutela.records.accounts.roles import May
from tutela.records.missions.queries import due
from tutela.records.outlooks.actions.warnings import (
    DecisionDraft,
    decide,
    hold_sitting,
    raise_warnings,
    set_budget,
    setting_of,
)
from tutela.records.outlooks.queries.forecasts import view_unit
from tutela.records.outlooks.queries.silence import reporting_of
from tutela.records.outlooks.queries.warnings import WarningFile, list_warnings, rate, view_warning, waiting
from tutela.studies.pages.outlook_charts import draw_fan
from tutela.web.outlook import words
from tutela.web.outlook.places import describe_fan
from tutela.web.outlook.seats import Seat, sit_at_forecast
from tutela.web.outlook.words import OUTLOOK, choose
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, member, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet

NEXT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Review:
    """The warnings of one forecast at one presence."""

    seat: Seat
    files: Mapping[int, WarningFile]

    @property
    def desk(self) -> Desk:
        """The desk."""
        return self.seat.desk


@dataclass(frozen=True, slots=True)
class WarningPage:
    """One warning as its page shows it."""

    desk: Desk
    file: WarningFile

    @property
    def may_decide(self) -> bool:
        """Whether they decide on it."""
        row = self.file.warned
        return self.desk.by.may(May.DECIDE, row.compartment_id, row.marking)


@writing
def show_review(request: HttpRequest) -> HttpResponse:
    """This month's warnings, the calendar of prevention, what was reported, and what is overdue."""
    page = _review(request)
    refusal = None
    if request.method == "POST":
        back = page.seat.address("outlook:review")
        answer = take(request, page, _REVIEWED, back)
        if not isinstance(answer, Sheet):
            answer["Location"] = back + f"&done={request.POST.get('do', '')}"
            return answer
        refusal, page = answer, _review(request)
    seat, desk = page.seat, page.desk
    forms = Forms(page, {deed.code: deed for deed in _REVIEWED}, refusal)
    files = list(page.files.values())
    held = waiting(by=desk.by, presence=desk.presence.pk, today=desk.today)
    heard = reporting_of(by=desk.by, presence=desk.presence.pk, today=desk.today)
    calendar = due(by=desk.by, presence=desk.presence.pk, today=desk.today)
    context = {
        "files": [(file, forms.sheet("decide", file.warned.pk) if seat.may_decide else None) for file in files],
        "undecided": sum(file.decision is None for file in files),
        "waiting": held,
        "sitting_overdue": held.is_sitting_overdue(desk.today),
        "rates": rate(by=desk.by, presence=desk.presence.pk, forecast=seat.key),
        "calendar": calendar,
        "heard": heard,
        "silent": sum(item.is_silent for item in heard),
        "sit": forms.sheet("sit") if seat.may_decide else None,
        "budget": forms.sheet("budget") if seat.may_decide else None,
        "raise": forms.sheet("raise") if seat.may_assess and not files else None,
        "refused": refusal,
        "http_status": forms.status,
    }
    rows = [file.warned for file in (*files, *held.overdue)]
    marks = [item.population for item in heard] + [item.entry for item in calendar]
    least = max((place.marking for file in files for place in file.places), default=0)
    return seat.show("review.html", [*rows, *marks], context, least=least)


@writing
def show_warning(request: HttpRequest, warned: int) -> HttpResponse:
    """One warning with its fan, its places and its decisions."""
    page = _warning(request, warned)
    refusal = None
    if request.method == "POST":
        answer = take(request, page, (_DECIDE_ONE,), reverse("outlook:warning", args=[warned]))
        if not isinstance(answer, Sheet):
            return answer
        refusal, page = answer, _warning(request, warned)
    forms = Forms(page, {"decide": _DECIDE_ONE}, refusal)
    row = page.file.warned
    drawing = ""
    try:
        fan = view_unit(by=page.desk.by, presence=row.presence_id, forecast=row.forecast_id, code=row.code)
        drawing = draw_fan(describe_fan(fan))
    except Problem:  # what it stood for has moved away meanwhile; the warning stays
        fan = None
    context: dict[str, Any] = {
        "file": page.file,
        "row": row,
        "fan": fan,
        "drawing": mark_safe(drawing),  # noqa: S308  every text in it was escaped where it was drawn
        "is_overdue": page.file.is_overdue(page.desk.today),
        "sheet": forms.sheet("decide") if page.may_decide else None,
        "refused": refusal,
        "http_status": forms.status,
    }
    least = max((place.marking for place in page.file.places), default=0)
    return page.desk.show("warning.html", [row], context, least=least)


def _review(request: HttpRequest) -> Review:
    seat = sit_at_forecast(request)
    files = list_warnings(by=seat.desk.by, presence=seat.desk.presence.pk, forecast=seat.key)
    return Review(seat, {file.warned.pk: file for file in files})


def _warning(request: HttpRequest, warned: int) -> WarningPage:
    file = view_warning(by=member(request), warned=warned)
    return WarningPage(sit_down(OUTLOOK, request, file.warned.presence_id), file)


def _decision_fields(today: date) -> tuple[Field, ...]:
    del today
    return (
        Field("choice", _("What is done"), "choice", True, choices=choose(words.CHOICES)),
        Field("owner", _("Which function owns it"), longest=80, hint=_("Needed to act or to watch. Not a name.")),
        Field("look_again", _("Looked at again on"), "day", hint=_("Needed to act or to watch.")),
        Field("reason", _("Why nothing is done"), "choice", choices=choose(words.REASONS, _("Something is done"))),
        Field("note", _("What exactly"), "text", longest=400),
    )


def _draft(sheet: Sheet) -> DecisionDraft:
    values = sheet.values
    return DecisionDraft(
        choice=values["choice"],
        owner=values["owner"] or "",
        reason=values["reason"] or "",
        note=values["note"] or "",
        look_again=values["look_again"],
    )


def _decide(page: Review, sheet: Sheet) -> Any:
    return decide(by=page.desk.by, warned=sheet.row, decision=_draft(sheet), expected_number=sheet.version - 1)


def _decide_one(page: WarningPage, sheet: Sheet) -> Any:
    row = page.file.warned
    return decide(by=page.desk.by, warned=row.pk, decision=_draft(sheet), expected_number=sheet.version - 1)


def _hold(page: Review, sheet: Sheet) -> Any:
    return hold_sitting(
        by=page.desk.by, presence=page.desk.presence.pk, forecast=page.seat.key, next_on=sheet.values["next_on"],
        note=sheet.values["note"] or "",
    )  # fmt: skip


def _set(page: Review, sheet: Sheet) -> Any:
    forecast = page.seat.forecast
    assert forecast is not None
    return set_budget(
        by=page.desk.by, presence=page.desk.presence.pk, compartment=forecast.compartment_id,
        budget=sheet.values["budget"], within_km=sheet.values["within_km"], expected_version=sheet.version,
    )  # fmt: skip


def _raise(page: Review, _sheet: Sheet) -> Any:
    return raise_warnings(
        by=page.desk.by, forecast=page.seat.key, presence=page.desk.presence.pk, month=page.seat.month
    )


def _setting(page: Review) -> Any:
    forecast = page.seat.forecast
    assert forecast is not None
    return setting_of(by=page.desk.by, compartment=forecast.compartment_id, presence=page.desk.presence.pk)


def _decided(file: WarningFile | None) -> int:
    """The version that a form speaks of: one more than the decisions, for 0 is no version."""
    return len(file.decisions) + 1 if file is not None else 1


_REVIEWED: Final[tuple[Deed[Review], ...]] = (
    Deed(
        code="decide", title=_("Decide"), button=_("Write the decision down"), send=_decide,
        fields=lambda page: _decision_fields(page.desk.today),
        version=lambda page, row: _decided(page.files.get(row)),
    ),
    Deed(
        code="sit", title=_("Close this sitting"), button=_("Close it"), send=_hold,
        fields=lambda _page: (
            Field("next_on", _("The next sitting is on"), "day", True),
            Field("note", _("What else was said"), "text", longest=400),
        ),
        known=lambda page: {"next_on": page.desk.today + NEXT},
    ),
    Deed(
        code="budget", title=_("Change the budget"), button=_("Set the budget"), send=_set,
        fields=lambda _page: (
            Field("budget", _("Warnings a month"), "number", True, hint=_("As many as one sitting can look at.")),
            Field("within_km", _("How near a place must lie, km"), "number", True),
        ),
        version=lambda page, _row: _setting(page).version,
        stands=lambda page: {"budget": _setting(page).budget, "within_km": _setting(page).within_km},
    ),
    Deed(code="raise", title=_("Raise the warnings"), button=_("Raise the warnings of this month"), send=_raise),
)  # fmt: skip
_DECIDE_ONE: Final[Deed[WarningPage]] = Deed(
    code="decide", title=_("Decide"), button=_("Write the decision down"), send=_decide_one,
    fields=lambda page: _decision_fields(page.desk.today), version=lambda page, _row: _decided(page.file),
)  # fmt: skip
