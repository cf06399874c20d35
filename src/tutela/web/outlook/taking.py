"""Taking a forecast in by a page: the files of its folder, read back whole or refused."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused
from tutela.records.accounts.queries import list_belongings
from tutela.records.accounts.roles import May
from tutela.records.outlooks.actions.forecasts import take_in_forecast
from tutela.records.outlooks.actions.warnings import raise_warnings
from tutela.records.outlooks.models import Forecast
from tutela.studies.outlooks.forecast_files import KeptForecast, open_forecast
from tutela.web.outlook.words import OUTLOOK
from tutela.web.shared.desks import Desk, choose_desk
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import wrong
from tutela.web.shared.references import read_reference, write_reference

FILES: Final = ("forecast.json", "forecast.parquet", "draws.parquet")
LARGEST_BYTES: Final = 64 * 2**20


@writing
def show_take_in(request: HttpRequest) -> HttpResponse:
    """The form; a forecast that was taken in leads to the review of its warnings."""
    desk = choose_desk(OUTLOOK, request, May.ASSESS)
    if desk is None or not desk.may(May.ASSESS):
        raise refused()
    problem = None
    if request.method == "POST":
        try:
            return _do(desk)
        except Problem as refusal:
            if refusal.code == "not-allowed":
                raise
            problem = refusal
    context: dict[str, Any] = {
        "problem": problem,
        "homes": _homes(desk),
        "files": FILES,
        "largest": LARGEST_BYTES // 2**20,
        "http_status": problem.kind.http_status if problem else 200,
    }
    return desk.show("take_in.html", (), context)


def read_forecast(uploads: list[UploadedFile[bytes]]) -> KeptForecast:
    """The forecast of the files that were sent; they lie on disk only while they are read."""
    sent = {str(upload.name): upload for upload in uploads}
    missing = [name for name in FILES if name not in sent]
    if missing:
        raise wrong(
            "files",
            _("Of the forecast's files is missing: %(names)s.") % {"names": ", ".join(missing)},
            _("Choose all three at once, as tutela outlook predict wrote them."),
        )
    if sum(sent[name].size or 0 for name in FILES) > LARGEST_BYTES:
        raise wrong("files", _("The files are too large."), _("Forecast the countries that concern you."))
    with tempfile.TemporaryDirectory(prefix="tutela-") as folder:
        for name in FILES:
            with (Path(folder) / name).open("wb") as copy:
                for chunk in sent[name].chunks():
                    copy.write(chunk)
        try:
            return open_forecast(Path(folder))
        except Problem as problem:
            raise Problem(problem.code, problem.message, where="files", remedy=problem.remedy) from None


def _do(desk: Desk) -> HttpResponse:
    uploads = [item for item in desk.request.FILES.getlist("files") if isinstance(item, UploadedFile)]
    home = read_reference(desk.request.POST.get("compartment", ""))
    if home not in {number for number, _name in _homes(desk)}:
        raise refused()
    row = take_in_forecast(by=desk.by, compartment=home, forecast=read_forecast(uploads))
    raise_warnings(by=desk.by, forecast=row.pk, presence=desk.presence.pk, month=first_month(row, desk))
    asked = f"presence={write_reference(desk.presence.pk)}&forecast={write_reference(row.pk)}"
    return HttpResponseRedirect(f"{reverse('outlook:review')}?{asked}&done=take-in")


def first_month(row: Forecast, desk: Desk) -> str:
    """The first month of a forecast that is not over; the first one where all are."""
    today = desk.today.isoformat()[:7]
    return next((str(month) for month in row.months if month >= today), str(row.months[0]))


def _homes(desk: Desk) -> list[tuple[int, str]]:
    """Compartments that a forecast may be taken into, that of the presence first."""
    held = {item.compartment.pk: item.compartment.name for item in list_belongings(by=desk.by)}
    able = [(number, name) for number, name in held.items() if desk.by.may(May.ASSESS, number)]
    return sorted(able, key=lambda item: (item[0] != desk.presence.compartment_id, item[1]))
