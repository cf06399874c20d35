"""The day's desk: what was logged today, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.kernel.problems import Problem
from tutela.records.accounts.roles import May
from tutela.records.incidents.duty.shifts import Line, correct_shift, log_shift
from tutela.records.incidents.models import ShiftEntry
from tutela.records.incidents.operations import LogLine, list_shift, what_waits
from tutela.records.missions import queries
from tutela.web.operations.area import AREA, by_kind, options, pick, version_of
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, choose_desk, show, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet


@dataclass(frozen=True, slots=True)
class Log:
    """One day of the log at a presence; `function` is what the reader is there."""

    desk: Desk
    day: date
    lines: Sequence[LogLine]
    function: str

    @property
    def entries(self) -> list[ShiftEntry]:
        """Its lines without what stands beside them."""
        return [line.entry for line in self.lines]


def find_desk(request: HttpRequest) -> HttpResponse:
    """To the desk of the first presence that its reader may watch."""
    desk = choose_desk(AREA, request, May.RESPOND)
    if desk is None:
        return show(AREA, request, "none.html", 0, {})
    return HttpResponseRedirect(reverse("operations:desk", args=[desk.presence.pk]))


@writing
def show_desk(request: HttpRequest, presence: int) -> HttpResponse:
    """The log of a day, what waits now, and the form for the next line."""
    log, refusal = _read(request, presence), None
    if request.method == "POST":
        answer = take(request, log, tuple(_DEEDS.values()), reverse("operations:desk", args=[presence]))
        if not isinstance(answer, Sheet):
            return answer
        refusal, log = answer, _read(request, presence)
    forms, desk = Forms(log, _DEEDS, refusal), log.desk
    waiting = what_waits(by=desk.by, presence=presence, now=desk.now)
    may = desk.may(May.RESPOND)
    context: dict[str, Any] = {
        "log": log,
        "before": log.day - timedelta(days=1),
        "after": log.day + timedelta(days=1) if log.day < desk.today else None,
        "lines": [(line, _correcting(forms, line) if may else None) for line in log.lines],
        "waiting": by_kind(waiting),
        "number": len(waiting),
        "others": [row for row in queries.list_presences(by=desk.by) if row.pk != presence],
        "form": forms.sheet("log") if may else None,
        "refused": refusal,
        "http_status": forms.status,
    }
    rows = [*log.entries, *(item.row for item in waiting)]
    return desk.show("desk.html", rows, context)


def _read(request: HttpRequest, presence: int) -> Log:
    desk = sit_down(AREA, request, presence)
    try:
        day = date.fromisoformat(request.GET.get("day", "") or desk.today.isoformat())
    except ValueError:
        raise Problem("date-invalid", "This is no day.", remedy="Write it as 2027-03-31.", where="day") from None
    return Log(desk, day, list_shift(by=desk.by, presence=presence, day=day), desk.function())


def _correcting(forms: Forms[Log], line: LogLine) -> Sheet | None:
    return forms.sheet("correct", line.entry.pk) if line.corrected_by is None else None


def _fields(_page: Log) -> tuple[Field, ...]:
    return (
        Field("what", _("What happened, or what was done"), "text", needed=True, longest=500),
        Field("category", _("About what"), "choice", needed=True, choices=options(ShiftEntry.Category.choices)),
        Field("function", _("You are on duty as"), needed=True, longest=80, hint=_("A function, not a name.")),
        Field("at", _("When, if not now (UTC)"), "moment", apart=True),
    )


def _correct_fields(page: Log) -> tuple[Field, ...]:
    return (Field("why", _("What was wrong"), needed=True, longest=280), *_fields(page))


def _log(page: Log, sheet: Sheet) -> Any:
    line = Line(**sheet.values)
    return log_shift(by=page.desk.by, presence=page.desk.presence.pk, line=line, submission=sheet.submission)


def _correct(page: Log, sheet: Sheet) -> Any:
    given = dict(sheet.values)
    wrong, why = pick(page.entries, sheet.row), given.pop("why")
    given["at"] = given["at"] or wrong.at
    return correct_shift(by=page.desk.by, entry=wrong.pk, line=Line(**given), why=why, submission=sheet.submission)


_EACH: Final[tuple[Deed[Log], ...]] = (
    Deed(
        code="log",
        title=_("Write a line"),
        button=_("Write it down"),
        send=_log,
        fields=_fields,
        known=lambda page: {"function": page.function},
        is_new=True,
    ),
    Deed(
        code="correct",
        title=_("Correct this line"),
        button=_("Keep the correction"),
        send=_correct,
        fields=_correct_fields,
        known=lambda page: {"function": page.function},
        version=lambda page, row: version_of(page.entries, row),
        is_new=True,
    ),
)
_DEEDS: Final = {deed.code: deed for deed in _EACH}
