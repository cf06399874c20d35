"""Duplicates: proposed by place, time and kind; merged by a person with a reason; undone as a whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import F, Q

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import text
from tutela.records.incidents.finding import change, chunks, find_row, incidents_within_terms, note_access
from tutela.records.incidents.models import Clock, Incident, Merge, Report
from tutela.records.incidents.places import RADIUS_KM, distance_km
from tutela.records.ledger.acts import action

NEAR_KM: Final = 10.0
NEAR_TIME: Final = timedelta(hours=48)
"""How near two incidents are proposed as one, beyond how far off their places may be; a person decides."""

_KM_OF_DEGREE: Final = 111.0
_POLAR: Final = 80.0
_AT_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """An incident that may be the same one, and why. `distance_km` is None where one has no point.

    was_undone   a merge of the two was undone before: somebody found that they are two
    """

    incident: Incident
    distance_km: float | None
    hours_apart: float
    same_population: bool
    was_undone: bool


@action("incidents.propose_duplicates")
def propose_duplicates(*, by: Principal, incident: int) -> tuple[Proposal, ...]:
    """Incidents of the same kind near this one in place and time, the nearest first; proposed, never merged."""
    row = find_row(by, Incident, incident, May.TRIAGE)
    note_access("search", row)
    standing = Incident.visible_to(by).filter(
        presence_id=row.presence_id,
        what=row.what,
        merged_into__isnull=True,
        left=False,
        happened_at__gte=row.happened_at - NEAR_TIME,
        happened_at__lte=row.happened_at + NEAR_TIME,
    )
    found = incidents_within_terms(by, standing)
    near = Q(pk__in=[])
    if row.population_id is not None:
        near |= Q(population_id=row.population_id)
    if row.lat is not None and row.lon is not None:
        near |= _box_around(row.lat, row.lon, RADIUS_KM.get(row.precision, 0.0))
    undone = _undone_with(by, row)
    proposals = [_propose(row, other, undone) for other in found.filter(near).exclude(pk=row.pk).iterator()]
    kept = [item for item in proposals if item is not None]
    kept.sort(key=lambda item: (not item.same_population, item.distance_km or 0.0, item.hours_apart))
    return tuple(kept[:_AT_MOST])


@action("incidents.merge")
def merge(*, by: Principal, kept: int, other: int, reason: str, expected_versions: tuple[int, int]) -> Merge:
    """Make one incident of two: the reports of `other` change over to `kept`; the versions are theirs, in order.

    Refused for an incident that is already merged, either way round: one merge at a time keeps every undo whole.
    """
    first, second = find_row(by, Incident, kept, May.TRIAGE), find_row(by, Incident, other, May.TRIAGE)
    _refuse_merge(by, first, second)
    reason = text(reason, "reason", 280, required=True)
    versions = {kept: expected_versions[0], other: expected_versions[1]}
    for row in sorted((first, second), key=lambda item: item.pk):  # one order for everybody, so that nobody waits
        values = {"merged_into_id": kept} if row.pk == other else {"imminent": first.imminent or second.imminent}
        change(by, row, versions[row.pk], **values)
    moved = sorted(Report.visible_to(by).filter(incident_id=other).values_list("pk", flat=True))
    _move(by, moved, other, kept)
    done = Merge(
        compartment_id=first.compartment_id,
        marking=max(first.marking, second.marking),
        presence_id=first.presence_id,
        kept_id=kept,
        other_id=other,
        reason=reason,
        moved=moved,
    )
    done.save(force_insert=True)
    return done


@action("incidents.undo_merge")
def undo_merge(*, by: Principal, merge: int, reason: str, expected_version: int) -> Merge:
    """Take a merge back: the other incident stands again, with the reports that it brought."""
    row = find_row(by, Merge, merge, May.TRIAGE)
    if row.undone_at is not None:
        raise Problem("already-there", "This merge was undone before.", remedy="Open the two incidents.")
    kept = find_row(by, Incident, row.kept_id, May.TRIAGE)
    other = find_row(by, Incident, row.other_id, May.TRIAGE)
    if kept.merged_into_id is not None:
        raise Problem(
            "not-possible",
            "The incident that was kept was itself merged since.",
            remedy="Undo that merge first.",
        )
    done = change(
        by,
        row,
        expected_version,
        undone_at=datetime.now(UTC),
        undone_reason=text(reason, "reason", 280, required=True),
    )
    change(by, other, other.version, merged_into_id=None)
    change(by, kept, kept.version)
    _move(by, row.moved, kept.pk, other.pk)
    return done


def _refuse_merge(by: Principal, kept: Incident, other: Incident) -> None:
    if kept.pk == other.pk:
        raise Problem("not-possible", "An incident is not merged with itself.", remedy="Choose another.")
    if (kept.presence_id, kept.compartment_id) != (other.presence_id, other.compartment_id):
        raise Problem("not-possible", "These belong to two presences.", remedy="Each keeps its own record.")
    if kept.left or other.left:
        raise Problem("not-possible", "One of them left the queue.", remedy="Leave it as it is.")
    if kept.merged_into_id is not None or other.merged_into_id is not None:
        raise Problem(
            "not-possible",
            "One of them was merged into another before.",
            remedy="Merge with the incident that was kept, or undo that merge first.",
        )
    if Incident.visible_to(by).filter(merged_into_id=other.pk).exists():
        raise Problem(
            "not-possible",
            "Others were merged into this one before.",
            where="other",
            remedy="Keep this one and merge the other into it, or undo those merges first.",
        )
    if Clock.visible_to(by).filter(incident_id=other.pk, closed_at__isnull=True).exists():
        raise Problem(
            "not-possible",
            "The clock of this incident is running.",
            where="other",
            remedy="Keep this one, or close its clock first.",
        )


def _move(by: Principal, reports: list[int], source: int, target: int) -> None:
    for keys in chunks(reports):
        rows = Report.visible_to(by).filter(pk__in=keys, incident_id=source)
        rows.update(incident_id=target, version=F("version") + 1)


def _box_around(lat: float, lon: float, slack_km: float) -> Q:
    """A box that holds the widest circle; every longitude near a pole, where a degree is short, and at its end."""
    up = (NEAR_KM + RADIUS_KM["region"] + slack_km) / _KM_OF_DEGREE
    box = Q(lat__gte=lat - up, lat__lte=lat + up)
    if abs(lat) + up >= _POLAR:
        return box
    across = up / math.cos(math.radians(abs(lat) + up))
    if abs(lon) + across > 180:
        return box
    return box & Q(lon__gte=lon - across, lon__lte=lon + across)


def _undone_with(by: Principal, row: Incident) -> set[int]:
    pairs = Merge.visible_to(by).filter(Q(kept_id=row.pk) | Q(other_id=row.pk), undone_at__isnull=False)
    return {key for pair in pairs.values_list("kept_id", "other_id") for key in pair} - {row.pk}


def _propose(row: Incident, other: Incident, undone: set[int]) -> Proposal | None:
    distance = distance_km(row, other)
    same = row.population_id is not None and row.population_id == other.population_id
    slack = RADIUS_KM.get(row.precision, 0.0) + RADIUS_KM.get(other.precision, 0.0)
    if not same and (distance is None or distance > NEAR_KM + slack):
        return None
    hours = abs((row.happened_at - other.happened_at).total_seconds()) / 3600
    return Proposal(other, distance, hours, same, other.pk in undone)
