"""Which sites and populations are near an incident, in which ring, and what their plans say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Principal
from tutela.records.incidents.finding import chunks, see_row
from tutela.records.incidents.models import Incident, Plan
from tutela.records.incidents.places import RADIUS_KM, distance_km
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Access, Population, Site, SiteState


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a population, as the register states it; minutes are None where they are not known.

    access  the row that says so;  start  the name of the site, or whoever else goes
    end     the population's name, where the way is shown at the site it begins at
    """

    access: Access
    start: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """One site or population near an incident.

    km         great-circle distance; None where the incident is said to be there and one has no point
    ring       code of the ring, by distance alone: travel time is another question
    could_be   rings in which it may be, for the place of the incident is only known so exactly
    plan       the valid plan for it, if there is one that one may read
    ways       of a population: who can reach it, how, and in how many minutes in each season; of a site: to the
               population that the incident names
    """

    place: Site | Population
    km: float | None
    ring: str
    could_be: tuple[str, ...]
    plan: Plan | None
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Vicinity:
    """Populations and sites within the widest ring, the nearest first.

    is_placed   False where the incident has no point: then only what it names is known to be near
    basis       how the rings were made
    """

    populations: tuple[Near, ...]
    sites: tuple[Near, ...]
    is_placed: bool
    basis: str


@action("incidents.vicinity_of")
def vicinity_of(*, by: Principal, incident: int, on: date) -> Vicinity:
    """What is near an incident, what the plan for it says: first the people, then the sites."""
    row = see_row(by, Incident, incident)
    people = Population.visible_to(by).filter(presence_id=row.presence_id).exclude(status=Population.Status.LEFT)
    working = (SiteState.OPEN, SiteState.REDUCED, SiteState.CLOSING)
    sites = Site.visible_to(by).filter(presence_id=row.presence_id, status__in=working)
    found: list[list[Near]] = []
    for rows, column, named in ((people, "population_id", row.population_id), (sites, "site_id", row.site_id)):
        near = [item for place in rows if (item := _near(row, place, place.pk == named)) is not None]
        near.sort(key=lambda item: (item.km if item.km is not None else 0.0, item.place.pk))
        plans = _plans(by, column, [item.place.pk for item in near], on)
        keys = [item.place.pk for item in near]
        ways = _ways(by, keys) if column == "population_id" else _ways_to(by, row.population_id, keys)
        found.append([_complete(item, plans, ways) for item in near])
    radius = RADIUS_KM.get(row.precision)
    exact = f"within about {radius:g} km" if radius is not None else "not known how exactly"
    return Vicinity(
        tuple(found[0]),
        tuple(found[1]),
        row.lat is not None,
        f"great-circle distance, analytical, not an area of responsibility; place of the incident {exact}",
    )


def _near(incident: Incident, place: Site | Population, is_named: bool) -> Near | None:
    km = distance_km(incident, place)
    if is_named:
        return Near(place, km, "V0", ("V0",), None)
    if km is None:
        return None
    radius = RADIUS_KM.get(incident.precision, max(RADIUS_KM.values()))
    nearest, farthest = _ring(max(0.0, km - radius)), _ring(km + radius)
    rings = [ring.code for ring in load_doctrine().rings]
    if nearest is None:
        return None
    last = rings.index(farthest) if farthest is not None else len(rings) - 1
    could_be = (*rings[rings.index(nearest) : last + 1], *(("outside",) if farthest is None else ()))
    return Near(place, km, _ring(km) or "outside", could_be, None)


def _ring(km: float) -> str | None:
    return next((ring.code for ring in load_doctrine().rings if km <= ring.km), None)


def _plans(by: Principal, column: str, keys: list[int], on: date) -> dict[int, Plan]:
    held: dict[int, Plan] = {}
    for some in chunks(keys):
        rows = Plan.visible_to(by).filter(**{f"{column}__in": some}, state=Plan.State.SIGNED)
        held |= {getattr(plan, column): plan for plan in rows.order_by("signed_at", "pk") if plan.is_valid(on)}
    return held


def _ways(by: Principal, people: list[int]) -> dict[int, tuple[Way, ...]]:
    """The ways that one may read; one from a site that one may not read is not there."""
    rows: list[Access] = []
    for keys in chunks(people):
        rows += Access.visible_to(by).filter(population_id__in=keys).order_by("mode", "pk")
    names: dict[int, str] = {}
    for keys in chunks(row.site_id for row in rows if row.site_id is not None):
        names |= dict(Site.visible_to(by).filter(pk__in=keys).values_list("pk", "name"))
    held: dict[int, tuple[Way, ...]] = {}
    for row in rows:
        start = row.who if row.site_id is None else names.get(row.site_id, "")
        if start:
            held[row.population_id] = (*held.get(row.population_id, ()), Way(row, start))
    return held


def _ways_to(by: Principal, population: int | None, sites: list[int]) -> dict[int, tuple[Way, ...]]:
    """From each site to the population that an incident names, if they may read it; none where it names none."""
    there = Population.visible_to(by).filter(pk=population).first() if population is not None else None
    held: dict[int, tuple[Way, ...]] = {}
    if there is None:
        return held
    for keys in chunks(sites):
        for row in Access.visible_to(by).filter(population_id=there.pk, site_id__in=keys).order_by("mode", "pk"):
            assert row.site_id is not None
            held[row.site_id] = (*held.get(row.site_id, ()), Way(row, "", there.name))
    return held


def _complete(item: Near, plans: Mapping[int, Plan], ways: Mapping[int, tuple[Way, ...]]) -> Near:
    return replace(item, plan=plans.get(item.place.pk), ways=ways.get(item.place.pk, ()))
