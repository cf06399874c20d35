"""Closing the loop, as its pages need it: what was told to whom and when, and what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutela.kernel.markings import Principal
from tutela.records.incidents.finding import chunks, see_presence
from tutela.records.incidents.models import Commitment, Feedback, Incident
from tutela.records.ledger.acts import action


@dataclass(frozen=True, slots=True)
class Told:
    """What a community was told, with the incident where one may read it."""

    feedback: Feedback
    incident: Incident | None


@dataclass(frozen=True, slots=True)
class Promises:
    """Commitments of a presence: those that are open by the day they are due, then those settled last.

    `left` settled ones, older, are not among them.
    """

    open: tuple[Commitment, ...]
    settled: tuple[Commitment, ...]
    left: int


@action("incidents.list_told")
def list_told(*, by: Principal, presence: int, most: int = 100) -> tuple[tuple[Told, ...], int]:
    """What communities were told, the newest first, and how many older ones are not among them."""
    see_presence(by, presence, Feedback)
    rows = Feedback.visible_to(by).filter(presence_id=presence)
    found = list(rows.order_by("-told_at", "-pk")[:most])
    incidents = _incidents(by, found)
    told = tuple(Told(row, incidents.get(row.incident_id)) for row in found)
    return told, rows.count() - len(found)


@action("incidents.list_commitments")
def list_commitments(*, by: Principal, presence: int, most: int = 50) -> Promises:
    """Every open commitment, and as many of the settled ones."""
    see_presence(by, presence, Commitment)
    rows = Commitment.visible_to(by).filter(presence_id=presence)
    settled = rows.exclude(state=Commitment.State.OPEN)
    newest = tuple(settled.order_by("-settled_on", "-pk")[:most])
    still = tuple(rows.filter(state=Commitment.State.OPEN).order_by("due_on", "pk"))
    return Promises(still, newest, settled.count() - len(newest))


def _incidents(by: Principal, rows: list[Feedback]) -> Mapping[int, Incident]:
    found: dict[int, Incident] = {}
    for keys in chunks(row.incident_id for row in rows):
        found |= {row.pk: row for row in Incident.visible_to(by).filter(pk__in=keys)}
    return found
