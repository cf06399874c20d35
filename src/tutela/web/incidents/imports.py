"""Taking a file of events into the inbox, what became of each import, and taking one back as a whole."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path, PurePath
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.imports import Incoming, import_events, list_imports, undo_import
from tutela.studies.intake import Intake, ReadingSpec, take_in_events, today_utc
from tutela.web.incidents.words import WATCH
from tutela.web.shared.desks import Desk, choose_desk
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import wrong
from tutela.web.shared.references import read_reference, write_reference

LARGEST_BYTES: Final = 32 * 2**20
MOST_ROWS: Final = 50_000
"""Every report is an entry of the ledger of its own: more rows than this would keep a page waiting too long."""

SUFFIXES: Final = (".csv", ".xlsx", ".geojson", ".json", ".parquet", ".zip", ".gz")


@writing
def show_imports(request: HttpRequest) -> HttpResponse:
    """The form, and the imports of the presence with what was left out of each."""
    desk = choose_desk(WATCH, request, May.TRIAGE)
    if desk is None or not desk.may(May.TRIAGE):
        raise refused()
    problem = None
    if request.method == "POST":
        try:
            return _do(desk)
        except Problem as refusal:
            if refusal.code == "not-allowed":
                raise
            problem = refusal
    rows = list_imports(by=desk.by, presence=desk.presence.pk)
    context: dict[str, Any] = {
        "rows": [(row, sorted(row.excluded.items()), row.lines[:20]) for row in rows],
        "problem": problem,
        "everywhere": request.POST.get("everywhere", "")[:280],
        "largest": LARGEST_BYTES // 2**20,
        "most": MOST_ROWS,
        "http_status": 400 if problem else 200,
    }
    return desk.show("imports.html", rows, context)


def read_upload(upload: UploadedFile[bytes]) -> Incoming:
    """The events of a file that was sent; it lies on disk only while it is read."""
    suffix = PurePath(upload.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise wrong("file", _("This is no kind of file that is read."), _("Send CSV, XLSX, GeoJSON or Parquet."))
    if not upload.size or upload.size > LARGEST_BYTES:
        raise wrong("file", _("The file is empty or too large."), _("Send a part of it at a time."))
    with tempfile.TemporaryDirectory(prefix="tutela-") as folder:
        path = Path(folder) / f"events{suffix}"
        with path.open("wb") as copy:
            for chunk in upload.chunks():
                copy.write(chunk)
        try:
            intake = take_in_events([path], ReadingSpec(today=today_utc()))
        except Problem as problem:
            raise Problem(problem.code, problem.message, where="file", remedy=problem.remedy) from None
    if intake.accounting.placed > MOST_ROWS:
        raise wrong("file", _("There are too many rows in it."), _("Send a part of it at a time."))
    return describe_intake(intake)


def describe_intake(intake: Intake[Events]) -> Incoming:
    """What the inbox needs to know of files that were read."""
    digests = "\n".join(reading.file_digest for reading in intake.readings)
    return Incoming(
        intake.table,
        tuple(reading.source for reading in intake.readings),
        tuple((row.line, row.reason) for reading in intake.readings for row in reading.excluded),
        hashlib.sha256(digests.encode()).hexdigest(),
        all(reading.origin.redistributable for reading in intake.readings),
    )


def _do(desk: Desk) -> HttpResponse:
    sent = desk.request.POST
    if sent.get("do") == "undo":
        version = sent.get("version", "")
        undo_import(
            by=desk.by,
            batch=read_reference(sent.get("batch", "")),
            reason=sent.get("reason", ""),
            expected_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        )
    else:
        upload = desk.request.FILES.get("file")
        if not isinstance(upload, UploadedFile):
            raise wrong("file", _("No file was sent."), _("Choose a file of events."))
        import_events(
            by=desk.by,
            presence=desk.presence.pk,
            incoming=read_upload(upload),
            everywhere=sent.get("everywhere", ""),
        )
    return HttpResponseRedirect(f"{reverse('watch:imports')}?presence={write_reference(desk.presence.pk)}")
