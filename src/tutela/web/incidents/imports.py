"""Taking a file of events into the inbox, what became of each import, and taking one back as a whole."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.imports import Incoming, import_events, list_imports, undo_import
from tutela.web.incidents.event_files import read_events
from tutela.web.incidents.large_imports import MOST_ROWS, put_in_queue, unfinished
from tutela.web.incidents.words import WATCH
from tutela.web.shared.desks import Desk, choose_desk
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import wrong
from tutela.web.shared.references import read_reference, write_reference

LARGEST_BYTES: Final = 256 * 2**20
AT_ONCE_BYTES: Final = 2 * 2**20
"""Every report is an entry of the ledger of its own: more than this would keep a page waiting too long."""

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
        "waiting": unfinished(desk),
        "largest": LARGEST_BYTES // 2**20,
        "most": MOST_ROWS,
        "http_status": 400 if problem else 200,
    }
    return desk.show("imports.html", rows, context)


def read_upload(upload: UploadedFile[bytes], suffix: str) -> Incoming:
    """The events of a file that was sent; it lies on disk only while it is read."""
    with tempfile.TemporaryDirectory(prefix="tutela-") as folder:
        path = Path(folder) / f"events{suffix}"
        with path.open("wb") as copy:
            for chunk in upload.chunks():
                copy.write(chunk)
        return read_events(path, MOST_ROWS)


def _take_in(desk: Desk, upload: UploadedFile[bytes]) -> None:
    """At once where the file is small, otherwise by the worker."""
    suffix = PurePath(upload.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise wrong("file", _("This is no kind of file that is read."), _("Send CSV, XLSX, GeoJSON or Parquet."))
    if not upload.size or upload.size > LARGEST_BYTES:
        raise wrong("file", _("The file is empty or too large."), _("Send a part of it at a time."))
    everywhere = desk.request.POST.get("everywhere", "")
    if upload.size > AT_ONCE_BYTES:
        put_in_queue(desk, upload, suffix, everywhere)
        return
    incoming = read_upload(upload, suffix)
    import_events(by=desk.by, presence=desk.presence.pk, incoming=incoming, everywhere=everywhere)


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
        _take_in(desk, upload)
    return HttpResponseRedirect(f"{reverse('watch:imports')}?presence={write_reference(desk.presence.pk)}")
