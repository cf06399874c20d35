"""What a presence had on a day, and what kept it from using it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tutela.kernel.markings import Marking, Principal
from tutela.records.ledger.acts import action
from tutela.records.missions.lookups import find_row, find_site, record_look
from tutela.records.missions.models import Capacity, Presence, Restriction


@dataclass(frozen=True, slots=True)
class Strength:
    """The latest number known on a day, with its own day and source; what is not known is not there, never 0."""

    component: str
    profile: str
    measure: str
    number: int
    exactness: str
    as_of: date
    source: str
    status: str
    marking: Marking


@action("missions.capacity_on")
def capacity_on(*, by: Principal, presence: int, day: date, site: int | None = None) -> tuple[Strength, ...]:
    """For each component, profile and measure the latest number known on that day, of the whole or of one site.

    Of two numbers of one day the one written later stands; both are in the history.
    """
    parent = find_row(by, Presence, presence)
    place = find_site(by, parent, site)
    rows = Capacity.visible_to(by).filter(presence_id=parent.pk, as_of__lte=day, superseded=False)
    rows = rows.filter(site_id=place.pk) if place else rows.filter(site__isnull=True)
    newest = {(row.component, row.profile, row.measure): row for row in rows.order_by("as_of", "pk")}
    record_look("search", list(newest.values()))
    return tuple(
        Strength(
            row.component,
            row.profile,
            row.measure,
            row.number,
            row.exactness,
            row.as_of,
            row.source,
            row.status,
            Marking(row.marking),
        )
        for _, row in sorted(newest.items())
    )


@action("missions.list_capacities")
def list_capacities(*, by: Principal, presence: int, site: int | None = None) -> list[Capacity]:
    """Every number ever written of a presence or of one site, superseded ones too, the newest day first."""
    parent = find_row(by, Presence, presence)
    place = find_site(by, parent, site)
    rows = Capacity.visible_to(by).filter(presence_id=parent.pk)
    found = list((rows.filter(site_id=place.pk) if place else rows).order_by("-as_of", "-pk"))
    record_look("search", found)
    return found


@action("missions.list_restrictions")
def list_restrictions(*, by: Principal, presence: int, on: date | None = None) -> list[Restriction]:
    """The log of consent and restrictions, the newest first; with a day, what stood on it, last day included."""
    parent = find_row(by, Presence, presence)
    rows = Restriction.visible_to(by).filter(presence_id=parent.pk)
    if on is not None:
        rows = rows.filter(Q(until__isnull=True) | Q(until__gte=on), since__lte=on)
    found = list(rows.order_by("-since", "-pk"))
    record_look("search", found)
    return found
