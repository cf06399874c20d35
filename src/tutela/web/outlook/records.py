"""The record: every forecast as it was made, what happened, and how good it was by which vintage."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused
from tutela.records.outlooks.actions.forecasts import Happened, take_in_outcomes
from tutela.records.outlooks.queries.records import Entry, Score, record_of, view_record
from tutela.web.outlook import shown
from tutela.web.outlook.drawings import draw_plot
from tutela.web.outlook.seats import Seat, show_nobody, sit
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import wrong

LARGEST_BYTES: Final = 8 * 2**20
HEADER: Final = ("month", "unit", "killed")


def show_record(request: HttpRequest) -> HttpResponse:
    """Every forecast that they need to know, the newest first."""
    if shown.is_shown(request):
        return shown.show_record(request)
    seat = sit(request)
    if seat is None:
        return show_nobody(request)
    entries = record_of(by=seat.desk.by, presence=seat.desk.presence.pk)
    return seat.show("record.html", [entry.forecast for entry in entries], {"entries": entries})


@dataclass(frozen=True, slots=True)
class Plot:
    """One vintage's score with its calibration plot."""

    score: Score
    drawing: str


@writing
def show_forecast(request: HttpRequest, forecast: int) -> HttpResponse:
    """One forecast, its scores and its calibration; and a form for what happened."""
    seat = sit(request)
    if seat is None:
        raise refused()
    entry = view_record(by=seat.desk.by, forecast=forecast)
    seat = Seat(seat.desk, entry.forecast, str(entry.forecast.months[0]) if entry.forecast.months else "")
    problem = None
    if request.method == "POST":
        try:
            take_in_outcomes(by=seat.desk.by, forecast=forecast, happened=_read(request, entry))
            return HttpResponseRedirect(reverse("outlook:forecast", args=[forecast]) + "?done=outcomes")
        except Problem as refusal:
            if refusal.code == "not-allowed":
                raise
            problem = refusal
    context: dict[str, Any] = {
        "entry": entry,
        "plots": [Plot(score, draw_plot(score.bins)) for score in entry.scores],
        "problem": problem,
        "vintage": request.POST.get("vintage", "")[:120],
        "http_status": problem.kind.http_status if problem else 200,
    }
    return seat.show("forecast.html", (), context)


def _read(request: HttpRequest, entry: Entry) -> Happened:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or not upload.size or upload.size > LARGEST_BYTES:
        raise wrong(
            "file", _("No file was sent, or it is too large."), _("Choose a CSV file: month, unit, killed.")
        )
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise wrong("file", _("The file is not written in UTF-8."), _("Save it as CSV in UTF-8.")) from None
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or tuple(part.strip().casefold() for part in rows[0]) != HEADER:
        raise wrong(
            "file", _("The header is not month,unit,killed."), _("Write these three names in the first line.")
        )
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(part.strip() for part in row):
            continue
        if len(row) != len(HEADER) or not (row[2].strip().isascii() and row[2].strip().isdecimal()):
            raise wrong(
                "file",
                _("Line %(line)d is no month, unit and whole number.") % {"line": number},
                _("Mend the line."),
            )
        lines.append((row[0].strip(), row[1].strip(), int(row[2].strip()[:9])))
    first, last = request.POST.get("first", ""), request.POST.get("last", "")
    months = tuple(str(month) for month in entry.forecast.months if first <= month <= last)
    return Happened(request.POST.get("vintage", ""), months, tuple(lines))
