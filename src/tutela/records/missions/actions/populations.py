"""Populations at risk, and who can reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.missions.inputs import invalid, read_draft, require_place
from tutela.records.missions.lookups import change, find_for, find_row, find_site, insert, marking_for, taken
from tutela.records.missions.models import Access, Population, Presence


@dataclass(frozen=True, slots=True)
class PopulationDraft:
    """Who is at risk and where; fields named as on `Population`."""

    name: str
    kind: str
    lat: float | None = None
    lon: float | None = None
    people_low: int | None = None
    people_high: int | None = None
    basis: str = ""
    status: str = "present"
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccessDraft:
    """How somebody reaches a population; fields named as on `Access`. `who` where it is not one of our sites."""

    mode: str
    can_reach: str
    minutes_dry: int | None = None
    minutes_wet: int | None = None
    basis: str = ""
    who: str = ""


@action("missions.add_population")
def add_population(
    *, by: Principal, presence: int, draft: PopulationDraft, marking: Marking | None = None
) -> Population:
    """A population at risk that this presence is there for."""
    parent = find_for(by, May.DESCRIBE, Presence, presence)
    values = _read_population(draft)
    level = marking_for(by, May.DESCRIBE, marking, parent)
    held = Population.visible_to(by).filter(presence_id=parent.pk, kind=values["kind"], name=values["name"])
    if held.exists():
        raise taken("name")
    return insert(Population(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values))


@action("missions.describe_population")
def describe_population(
    *, by: Principal, population: int, expected_version: int, draft: PopulationDraft
) -> Population:
    """Write a population at risk anew."""
    row = find_for(by, May.DESCRIBE, Population, population)
    values = _read_population(draft)
    held = Population.visible_to(by).filter(presence_id=row.presence_id, kind=values["kind"], name=values["name"])
    if held.exclude(pk=row.pk).exists():
        raise taken("name")
    return change(by, row, expected_version, values)


@action("missions.add_access")
def add_access(*, by: Principal, population: int, draft: AccessDraft, site: int | None = None) -> Access:
    """Whether and how a population is reached, from a site or by somebody else; marked as the higher of the two."""
    parent = find_for(by, May.DESCRIBE, Population, population)
    place = find_site(by, find_row(by, Presence, parent.presence_id), site)
    values = _read_access(draft, has_site=place is not None)
    level = marking_for(by, May.DESCRIBE, None, parent, place)
    row = Access(compartment_id=parent.compartment_id, marking=level, population_id=parent.pk, **values)
    row.site_id = place.pk if place else None
    return insert(row)


@action("missions.describe_access")
def describe_access(*, by: Principal, access: int, expected_version: int, draft: AccessDraft) -> Access:
    """Write anew how a population is reached; from where stays."""
    row = find_for(by, May.DESCRIBE, Access, access)
    values = _read_access(draft, has_site=row.site_id is not None)
    return change(by, row, expected_version, values)


def _read_population(draft: PopulationDraft) -> dict[str, Any]:
    values = read_draft(Population, draft)
    require_place(values)
    low, high = values["people_low"], values["people_high"]
    if low is not None and high is not None and high < low:
        raise invalid("people_high", "The high number is below the low one.", "Exchange them, or correct one.")
    if (low is not None or high is not None) and not values["basis"]:
        raise invalid("basis", "The numbers have no basis.", "Write who counted or estimated them, and when.")
    return values


def _read_access(draft: AccessDraft, *, has_site: bool) -> dict[str, Any]:
    values = read_draft(Access, draft)
    if has_site == bool(values["who"]):
        raise invalid("who", "Either a site reaches them or somebody else.", "Choose a site, or write who.")
    closed = {"yes": (), "season": ("minutes_wet",), "no": ("minutes_dry", "minutes_wet")}[values["can_reach"]]
    for name in closed:
        if values[name] is not None:
            raise invalid(
                name, "There are minutes where nobody arrives.", "Leave them empty, or say that they arrive."
            )
    return values
