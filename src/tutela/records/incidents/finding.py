"""Fetching a row and asking whether this may be done with it, in one step; changing it only as it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member, refused, require
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.models.batches import Batch
from tutela.records.incidents.models.reports import Incident, Report
from tutela.records.incidents.models.rows import IncidentRow, SubmittedRow
from tutela.records.ledger.acts import record_access
from tutela.records.missions.models import Presence

Row = TypeVar("Row", bound=SealedModel)
Kept = TypeVar("Kept", bound=IncidentRow)
Handed = TypeVar("Handed", bound=SubmittedRow)

AT_ONCE: Final = 800
"""Values in one IN list: SQLite takes fewer than 1,000."""


def find_row(by: Principal, model: type[Row], key: Any, may: May) -> Row:
    """The row, if they may do this with it; the same refusal whether it is not there or not theirs."""
    row = model.visible_to(by).filter(pk=key).first()
    if row is None:
        raise refused()
    require(by, may, row.compartment_id, row.marking)
    return row


def see_row(by: Principal, model: type[Row], key: Any) -> Row:
    """The row, if they may read it; the looking is written down where it is confidential or above."""
    row = model.visible_to(by).filter(pk=key).first()
    if row is None:
        raise refused()
    note_access("view", row)
    return row


def see_presence(by: Principal, presence: int, model: type[SealedModel] | None = None) -> Presence:
    """The presence, if they may read it; a search of this model's rows there is written down."""
    row = Presence.visible_to(by).filter(pk=presence).first()
    if row is None:
        raise refused()
    if model is not None:
        level = by.levels.get(row.compartment_id, Marking.UNCLASSIFIED) if isinstance(by, Member) else 0
        record_access("search", model._meta.db_table, compartment=row.compartment_id, marking=int(level))
    return row


def may_not_be_passed_on(by: Member) -> Q:
    """Reports of an import whose source does not let its rows go further, or of one that cannot be read."""
    free = Batch.visible_to(by).filter(pk=OuterRef("batch_id"), may_be_passed_on=True)
    return Q(batch__isnull=False) & ~Q(Exists(free))


def known_from_those_alone(by: Member) -> Q:
    """Incidents whose every report is such a one: day, place and people would be the source's own row."""
    reports = Report.visible_to(by).filter(incident__isnull=False)
    kept = may_not_be_passed_on(by)
    # As sets made once: asked for each incident, SQLite looked through the compartment's reports every time.
    of_such, of_others = (some.values("incident_id") for some in (reports.filter(kept), reports.exclude(kept)))
    return Q(pk__in=of_such) & ~Q(pk__in=of_others)


def within_terms(by: Principal, reports: QuerySet[Report]) -> QuerySet[Report]:
    """Reports as this reader may have them: what is read with a token leaves, so that the source must allow it."""
    if isinstance(by, Member) and by.token is not None:
        return reports.exclude(may_not_be_passed_on(by))
    return reports


def incidents_within_terms(by: Principal, incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Incidents as this reader may have them; for a program, none that is known from such reports alone."""
    if isinstance(by, Member) and by.token is not None:
        return incidents.exclude(known_from_those_alone(by))
    return incidents


def see_incident(by: Principal, incident: int) -> Incident:
    """The incident, if they may have it; the looking is written down where it is confidential or above."""
    if not incidents_within_terms(by, Incident.visible_to(by).filter(pk=incident)).exists():
        raise refused()
    return see_row(by, Incident, incident)


def note_access(operation: str, row: SealedModel) -> None:
    """Write down that somebody looked at a row that is confidential or above."""
    if row.marking >= Marking.CONFIDENTIAL:
        record_access(
            operation, row._meta.db_table, str(row.pk), compartment=row.compartment_id, marking=row.marking
        )


def default_marking(by: Principal, compartment: int, asked: Marking | None, *least: int) -> Marking:
    """How a new row is marked: as asked, else confidential, or as high as they read where that is less.

    Never below the rows that it speaks of.
    """
    level = by.levels.get(compartment, Marking.UNCLASSIFIED) if isinstance(by, Member) else Marking.UNCLASSIFIED
    wanted = asked if asked is not None else min(Marking.CONFIDENTIAL, level)
    return Marking(max(int(wanted), *least, 0))


def change(by: Principal, row: Kept, expected_version: int, **values: Any) -> Kept:
    """Change a row that is still as it was read; raises Problem not-possible where somebody else was first."""
    model = type(row)
    changed = model.visible_to(by).filter(pk=row.pk, version=expected_version)
    if not changed.update(**values, version=F("version") + 1):
        raise moved_on()
    return model.visible_to(by).get(pk=row.pk)


def moved_on() -> Problem:
    """Somebody else was first."""
    return Problem(
        "not-possible",
        "Somebody else changed this in the meantime.",
        where="expected_version",
        remedy="Read it again; what you wrote was not kept.",
    )


def save_once(by: Principal, row: Handed) -> Handed:
    """Keep what was handed in; the same submission of the same person gives the first one back."""
    row.recorded_by = by.actor
    first = _find_first(by, row)
    if first is not None:
        return first
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        first = _find_first(by, row)
        if first is not None:
            return first
        raise Problem(
            "already-there",
            "This was handed in before.",
            remedy="Look for it in the list.",
        ) from None
    return row


def chunks(values: Iterable[int]) -> Iterator[list[int]]:
    """Numbers in lists short enough for one query."""
    every = sorted(set(values))
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]


def _find_first(by: Principal, row: Handed) -> Handed | None:
    if not row.submission:
        return None
    return type(row).visible_to(by).filter(recorded_by=by.actor, submission=row.submission).first()
