"""Triage: a report becomes an incident or joins one; its status, held by a person and never assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, invalid, listed, people, statuses, text
from tutela.records.incidents.finding import change, find_row, moved_on
from tutela.records.incidents.models import Incident, Report
from tutela.records.ledger.acts import action

SETTLED: Final = ("verified", "rejected", "cannot_verify")
"""Statuses that only whoever verifies may give."""

_SAME: Final = (
    "presence_id", "what", "place", "lat", "lon", "precision", "population_id", "site_id", "people_low",
    "people_high", "perpetrator", "status", "imminent", "compartment_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What was found: a report of this incident, or of a new one of this title; how far it was cross-checked.

    cross_checked_with   functions, not names;  acted_before_verified   somebody acted first, rightly or not
    marking   raises the report and a new incident; nothing lowers them here
    """

    incident: int | None = None
    title: str = ""
    status: str = "alleged"
    cross_checked_with: tuple[str, ...] = ()
    acted_before_verified: bool | None = None
    note: str = ""
    marking: Marking | None = None


@action("incidents.triage")
def triage(*, by: Principal, report: int, triage: Triage, expected_version: int) -> Incident:
    """Sort a report into an incident. Two who sort the same report: the second is told, and nothing is lost."""
    row = find_row(by, Report, report, May.TRIAGE)
    if row.version != expected_version:
        raise moved_on()
    if row.incident_id is not None:
        raise Problem(
            "already-there", "This report already belongs to an incident.", remedy="Merge the incidents instead."
        )
    status = _allowed_status(by, triage.status, row.compartment_id, row.marking)
    marking = max(row.marking, int(triage.marking or 0))
    require(by, May.TRIAGE, row.compartment_id, marking)
    row.marking, row.status = marking, status
    incident = _joined(by, row, triage.incident) if triage.incident is not None else _opened(row, triage)
    change(
        by,
        row,
        expected_version,
        incident_id=incident.pk,
        status=status,
        marking=marking,
        cross_checked_with=listed(triage.cross_checked_with, "cross_checked_with"),
        acted_before_verified=(
            row.acted_before_verified if triage.acted_before_verified is None else triage.acted_before_verified
        ),
        triage_note=text(triage.note, "note", 280),
        triaged_at=datetime.now(UTC),
    )
    return incident


@action("incidents.set_status")
def set_status(*, by: Principal, incident: int, status: str, expected_version: int) -> Incident:
    """Say how far an incident is verified; verified, rejected and cannot verify are for whoever verifies."""
    row = find_row(by, Incident, incident, May.TRIAGE)
    _require_standing(row)
    return change(by, row, expected_version, status=_allowed_status(by, status, row.compartment_id, row.marking))


@action("incidents.set_report_status")
def set_report_status(*, by: Principal, report: int, status: str, expected_version: int) -> Report:
    """The same for one report: reports of one incident may differ."""
    row = find_row(by, Report, report, May.TRIAGE)
    return change(by, row, expected_version, status=_allowed_status(by, status, row.compartment_id, row.marking))


@action("incidents.set_people")
def set_people(
    *, by: Principal, incident: int, people_low: int | None, people_high: int | None, expected_version: int
) -> Incident:
    """How many people an incident harmed or threatens, as one range that somebody judged from its reports."""
    row = find_row(by, Incident, incident, May.TRIAGE)
    _require_standing(row)
    low, high = people(people_low, people_high)
    return change(by, row, expected_version, people_low=low, people_high=high)


def _allowed_status(by: Principal, status: str, compartment: int, marking: int) -> str:
    choice(status, statuses(), "status")
    if status in SETTLED:
        require(by, May.VERIFY, compartment, marking)
    return status


def _joined(by: Principal, report: Report, incident: int) -> Incident:
    found = find_row(by, Incident, incident, May.TRIAGE)
    _require_standing(found)
    if found.presence_id != report.presence_id:
        raise invalid("incident", "This is an incident of another presence.", "Choose one of the same presence.")
    if report.imminent and not found.imminent:
        return change(by, found, found.version, imminent=True)
    return found


def _opened(report: Report, triage: Triage) -> Incident:
    row = Incident(
        **{name: getattr(report, name) for name in _SAME},
        marking=report.marking,
        title=text(triage.title, "title", 120, required=True),
        happened_at=report.happened_at or report.said_at,
    )
    row.save(force_insert=True)
    return row


def _require_standing(row: Incident) -> None:
    if row.merged_into_id is not None or row.left:
        raise Problem(
            "not-possible",
            "This incident was merged into another, or left the queue.",
            remedy="Open the incident that was kept.",
        )
