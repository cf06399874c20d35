"""The first page, which says what waits and how good it has been, and the method for everybody who reads here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tutela.engine.outlook.warnings import CHANCES
from tutela.records.outlooks.queries.forecasts import list_pooled_scores
from tutela.records.outlooks.queries.records import view_record
from tutela.records.outlooks.queries.warnings import list_warnings, rate, waiting
from tutela.web.outlook import shown
from tutela.web.outlook.seats import show_nobody, sit

SHOWN = 12


def show_first(request: HttpRequest) -> HttpResponse:
    """How many warnings wait, what they are, and how good such warnings have been."""
    if shown.is_shown(request):
        return shown.show_first(request)
    seat = sit(request)
    if seat is None:
        return show_nobody(request)
    desk = seat.desk
    pooled = list_pooled_scores(by=desk.by, presence=desk.presence.pk)
    if seat.forecast is None:
        return seat.show("first.html", pooled, {"pooled": pooled[:1]})
    files = list_warnings(by=desk.by, presence=desk.presence.pk, forecast=seat.forecast.pk)
    held = waiting(by=desk.by, presence=desk.presence.pk, today=desk.today)
    entry = view_record(by=desk.by, forecast=seat.forecast.pk)
    context = {
        "files": files[:SHOWN],
        "more": max(0, len(files) - SHOWN),
        "waiting": held,
        "sitting_overdue": held.is_sitting_overdue(desk.today),
        "rates": rate(by=desk.by, presence=desk.presence.pk, forecast=seat.forecast.pk),
        "entry": entry,
        "pooled": pooled[:1],
    }
    return seat.show("first.html", [file.warned for file in (*files, *held.undecided)], context)


def show_method(request: HttpRequest) -> HttpResponse:
    """The method and the pooled scores; no place stands on this page."""
    chances = [(i + 1, part) for i, part in enumerate(CHANCES)]
    if shown.is_shown(request):
        return shown.show_method(request, chances)
    seat = sit(request)
    if seat is None:
        return show_nobody(request)
    pooled = list_pooled_scores(by=seat.desk.by, presence=seat.desk.presence.pk)
    context = {"pooled": pooled, "chances": chances}
    return seat.desk.show("method.html", pooled, {"seat": seat, **context})
