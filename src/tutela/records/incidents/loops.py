"""Closing the loop, as its pages need it: what was told to whom and when, and what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from tutela.kernel.markings import Marking, Principal
from tutela.records.incidents.fields import choice
from tutela.records.incidents.finding import chunks, see_presence, see_row
from tutela.records.incidents.models import Commitment, Feedback, Incident
from tutela.records.incidents.queries import PAGE, Mark
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population


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


@action("incidents.page_told")
def page_told(*, by: Principal, presence: int, before: Mark | None = None) -> tuple[Feedback, ...]:
    """What communities were told, the newest first, a page at a time."""
    see_presence(by, presence, Feedback)
    rows = Feedback.visible_to(by).filter(presence_id=presence)
    if before is not None:
        rows = rows.filter(Q(told_at__lt=before[0]) | Q(told_at=before[0], pk__lt=before[1]))
    return tuple(rows.order_by("-told_at", "-pk")[:PAGE])


@action("incidents.page_commitments")
def page_commitments(
    *, by: Principal, presence: int, state: str = "", before: Mark | None = None
) -> tuple[Commitment, ...]:
    """Commitments of a presence, those written down last first, a page at a time."""
    see_presence(by, presence, Commitment)
    rows = Commitment.visible_to(by).filter(presence_id=presence)
    if state:
        rows = rows.filter(state=choice(state, Commitment.State.values, "state"))
    if before is not None:
        rows = rows.filter(Q(recorded__lt=before[0]) | Q(recorded=before[0], pk__lt=before[1]))
    return tuple(rows.order_by("-recorded", "-pk")[:PAGE])


@action("incidents.find_commitment")
def find_commitment(*, by: Principal, commitment: int) -> Commitment:
    """One commitment."""
    return see_row(by, Commitment, commitment)


@action("incidents.list_public_commitments")
def list_public_commitments(*, by: Principal, presence: int) -> tuple[tuple[Commitment, str], ...]:
    """Commitments that may be spoken of outside, each with the place that may be named; the newest day first.

    Only what is unclassified, of an incident and of people at risk that are unclassified too, where it is of any.
    To whom it was said, who sees to it, what was noted and the incident are no part of it: a list of who talks with
    the mission is a list of targets.
    """
    see_presence(by, presence, Commitment)
    plain = {"presence_id": presence, "marking": int(Marking.UNCLASSIFIED)}
    places = dict(Population.visible_to(by).filter(**plain).values_list("pk", "name"))
    incidents = set(Incident.visible_to(by).filter(**plain, left=False).values_list("pk", flat=True))
    rows = Commitment.visible_to(by).filter(**plain).exclude(state=Commitment.State.WITHDRAWN)
    return tuple(
        (row, places.get(row.population_id or 0, ""))
        for row in rows.order_by("-due_on", "-pk")
        if (row.population_id is None or row.population_id in places)
        and (row.incident_id is None or row.incident_id in incidents)
    )


def _incidents(by: Principal, rows: list[Feedback]) -> Mapping[int, Incident]:
    found: dict[int, Incident] = {}
    for keys in chunks(row.incident_id for row in rows):
        found |= {row.pk: row for row in Incident.visible_to(by).filter(pk__in=keys)}
    return found
