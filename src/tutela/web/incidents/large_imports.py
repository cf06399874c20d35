"""Files of events that a page cannot wait for: kept sealed, taken in by the worker, destroyed once read."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.core.files.uploadedfile import UploadedFile

from tutela.kernel.markings import Marking
from tutela.records.files.actions import Packing, erase, open_kept
from tutela.records.incidents.actions.imports import import_events
from tutela.records.jobs.actions import JobView, list_jobs, start
from tutela.records.jobs.kinds import Result, Work
from tutela.records.jobs.models import State
from tutela.web.incidents.event_files import read_events
from tutela.web.shared.desks import Desk

KIND: Final = "incidents.import"
MOST_ROWS: Final = 1_000_000

_MEDIA: Final[Mapping[str, str]] = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".geojson": "application/geo+json",
    ".json": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
    ".gz": "application/gzip",
}
_PART: Final = 1_048_576
_KEPT: Final = timedelta(days=1)
"""How long a file lies sealed at most whose job was cancelled, or never came to be done."""


def put_in_queue(desk: Desk, content: UploadedFile[bytes], suffix: str, everywhere: str) -> None:
    """Keep the file for the worker and ask for the job; whoever may not import here was refused before."""
    home = desk.presence
    marking = Marking(home.marking)
    with Packing(desk.by, home.compartment_id, marking, _MEDIA[suffix]) as packing:
        for part in content.chunks(_PART):
            packing.crate.write(part)
        kept = packing.keep("events on their way into the inbox", datetime.now(UTC) + _KEPT)
    spec = {"file": kept.number, "suffix": suffix, "presence": home.pk, "everywhere": everywhere}
    try:
        start(by=desk.by, kind=KIND, compartment=home.compartment_id, marking=marking, spec=spec)
    except BaseException:
        erase(by=desk.by, number=kept.number)
        raise


def run(work: Work) -> Result:
    """Take the file in as whoever sent it; whatever comes of it, the file is destroyed."""
    spec = work.spec
    try:
        with tempfile.TemporaryDirectory(prefix="tutela-") as folder:
            path = Path(folder) / f"events{spec['suffix']}"
            _unpack(work, path)
            incoming = read_events(path, MOST_ROWS)
        work.tell(2, 3)
        batch = import_events(
            by=work.by, presence=spec["presence"], incoming=incoming, everywhere=str(spec["everywhere"])
        )
    finally:
        erase(by=work.by, number=spec["file"])
    return {"batch": batch.pk, "rows": batch.rows, "placed": batch.placed}


def unfinished(desk: Desk) -> list[JobView]:
    """One's own imports into this presence that wait, run, or came to nothing; what came in stands in the list."""
    jobs: list[JobView] = [
        job
        for job in list_jobs(by=desk.by, kind=KIND)
        if job.spec.get("presence") == desk.presence.pk and job.state not in (State.DONE, State.CANCELLED)
    ]
    return jobs[:5]


def _unpack(work: Work, path: Path) -> None:
    with open_kept(by=work.by, number=work.spec["file"]) as stream, path.open("wb") as copy:
        while part := stream.read(_PART):
            copy.write(part)
    work.tell(1, 3)
