"""What the readers make of a file of events that somebody sent."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.records.incidents.actions.imports import Incoming
from tutela.studies.intake import Intake, ReadingSpec, take_in_events, today_utc
from tutela.web.shared.fields import wrong


def read_events(path: Path, most: int) -> Incoming:
    """The events of one file, at most so many; a refusal names the field that the file was sent in."""
    try:
        intake = take_in_events([path], ReadingSpec(today=today_utc()))
    except Problem as problem:
        raise Problem(problem.code, problem.message, where="file", remedy=problem.remedy) from None
    if intake.accounting.placed > most:
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
