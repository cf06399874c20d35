"""What a presence has, and what keeps it from using it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.missions.inputs import (
    invalid,
    read_day,
    read_draft,
    require_code,
    require_order,
    require_past,
)
from tutela.records.missions.lookups import change, find_for, find_site, insert, marking_for
from tutela.records.missions.models import Capacity, Presence, Restriction


@dataclass(frozen=True, slots=True)
class CapacityDraft:
    """One number with its day and source; fields named as on `Capacity`."""

    component: str
    measure: str
    number: int
    as_of: date
    source: str
    profile: str = ""
    exactness: str = "exactly"
    note: str = ""


@dataclass(frozen=True, slots=True)
class RestrictionDraft:
    """What was denied or demanded; fields named as on `Restriction`."""

    kind: str
    since: date
    stops: str
    until: date | None = None
    by_whom: str = "unknown"
    authority: str = ""
    source: str = ""
    note: str = ""


@action("missions.record_capacity")
def record_capacity(
    *, by: Principal, presence: int, draft: CapacityDraft, site: int | None = None, marking: Marking | None = None
) -> Capacity:
    """One more number; those before it stay. What is not known is not written: there is no number for it."""
    parent = find_for(by, May.DESCRIBE, Presence, presence)
    place = find_site(by, parent, site)
    values = _read_capacity(draft)
    level = marking_for(by, May.DESCRIBE, marking, parent, place)
    row = Capacity(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values)
    row.site_id = place.pk if place else None
    return insert(row)


@action("missions.correct_capacity")
def correct_capacity(*, by: Principal, capacity: int, expected_version: int, draft: CapacityDraft) -> Capacity:
    """The right number in the place of a wrong one, which stays in the history as superseded."""
    old = find_for(by, May.DESCRIBE, Capacity, capacity)
    values = _read_capacity(draft)
    if old.superseded:
        raise Problem(
            "not-possible",
            "This number was corrected already.",
            where="capacity",
            remedy="Correct the one that took its place.",
        )
    change(by, old, expected_version, {"superseded": True})
    row = Capacity(compartment_id=old.compartment_id, marking=old.marking, presence_id=old.presence_id, **values)
    row.site_id = old.site_id
    return insert(row)


@action("missions.log_restriction")
def log_restriction(
    *,
    by: Principal,
    presence: int,
    draft: RestrictionDraft,
    site: int | None = None,
    marking: Marking | None = None,
) -> Restriction:
    """One more line in the log of consent and restrictions."""
    parent = find_for(by, May.DESCRIBE, Presence, presence)
    place = find_site(by, parent, site)
    values = _read_restriction(draft)
    level = marking_for(by, May.DESCRIBE, marking, parent, place)
    row = Restriction(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values)
    row.site_id = place.pk if place else None
    return insert(row)


@action("missions.describe_restriction")
def describe_restriction(
    *, by: Principal, restriction: int, expected_version: int, draft: RestrictionDraft
) -> Restriction:
    """Write a restriction anew."""
    row = find_for(by, May.DESCRIBE, Restriction, restriction)
    return change(by, row, expected_version, _read_restriction(draft))


@action("missions.lift_restriction")
def lift_restriction(*, by: Principal, restriction: int, expected_version: int, until: date) -> Restriction:
    """Its last day, once it is over."""
    row = find_for(by, May.DESCRIBE, Restriction, restriction)
    require_order(row.since, read_day("until", until), "until")
    require_past("until", until)
    return change(by, row, expected_version, {"until": until})


def _read_capacity(draft: CapacityDraft) -> dict[str, Any]:
    values = read_draft(Capacity, draft)
    require_code("component", draft.component, load_doctrine().enumerations["component"])
    require_past("as_of", draft.as_of)
    return values


def _read_restriction(draft: RestrictionDraft) -> dict[str, Any]:
    values = read_draft(Restriction, draft)
    require_past("since", draft.since)
    require_order(draft.since, draft.until, "until")
    if values["by_whom"] == Restriction.Authority.OTHER and not values["authority"]:
        raise invalid("authority", "It is not said who else.", "Write who, or choose that it is not known.")
    return values
