"""What is kept of a presence, page by page: sites, strengths, consent, people at risk, influence, calendar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import acting
from tutela.records.missions import queries
from tutela.records.missions.models import (
    Access,
    CalendarEntry,
    Capacity,
    CutReview,
    Interlocutor,
    Population,
    Restriction,
    Site,
    StoppedTask,
)
from tutela.web.missions.desks import REGISTER, may_keep_influence, row_at
from tutela.web.missions.words import STANDINGS, say
from tutela.web.shared.desks import sit_down


def show_sites(request: HttpRequest, presence: int) -> HttpResponse:
    """Where the presence is and was."""
    desk = sit_down(REGISTER, request, presence)
    sites = queries.list_sites(by=desk.by, presence=desk.presence.pk)
    rows = [(site, say(Site, "kind", site.kind), say(Site, "status", site.status)) for site in sites]
    return desk.show("sites.html", sites, {"rows": rows})


def show_site(request: HttpRequest, presence: int, number: int) -> HttpResponse:
    """One site with what became of it."""
    desk = sit_down(REGISTER, request, presence)
    with acting(desk.by, "missions.show_site"):
        site = row_at(desk, Site, number)
        statuses = queries.list_statuses(by=desk.by, site=site.pk)
        strengths = queries.list_capacities(by=desk.by, presence=desk.presence.pk, site=site.pk)
    context = {
        "site": site,
        "kind": say(Site, "kind", site.kind),
        "statuses": [(row, say(Site, "status", row.status)) for row in reversed(statuses)],
        "numbers": [_capacity(row, {}) for row in strengths],
    }
    return desk.show("site.html", [site, *statuses, *strengths], context)


def show_strengths(request: HttpRequest, presence: int) -> HttpResponse:
    """Every number ever written, with its day and source."""
    desk = sit_down(REGISTER, request, presence)
    with acting(desk.by, "missions.show_strengths"):
        found = queries.list_capacities(by=desk.by, presence=desk.presence.pk)
        sites = queries.list_sites(by=desk.by, presence=desk.presence.pk)
    names = _names(sites)
    return desk.show("strengths.html", [*found, *sites], {"numbers": [_capacity(row, names) for row in found]})


def show_consent(request: HttpRequest, presence: int) -> HttpResponse:
    """What was denied or demanded, by whom, and what it stops."""
    desk = sit_down(REGISTER, request, presence)
    with acting(desk.by, "missions.show_consent"):
        found = queries.list_restrictions(by=desk.by, presence=desk.presence.pk)
        sites = queries.list_sites(by=desk.by, presence=desk.presence.pk)
    names = _names(sites)
    rows = [
        {
            "row": row,
            "kind": say(Restriction, "kind", row.kind),
            "by_whom": row.authority or say(Restriction, "by_whom", row.by_whom),
            "site": names.get(row.site_id, "") if row.site_id else "",
            "stands": row.until is None or row.until >= desk.today,
        }
        for row in found
    ]
    return desk.show("consent.html", [*found, *sites], {"rows": rows})


def show_people(request: HttpRequest, presence: int) -> HttpResponse:
    """The populations at risk and who can reach them."""
    desk = sit_down(REGISTER, request, presence)
    with acting(desk.by, "missions.show_people"):
        found = queries.list_populations(by=desk.by, presence=desk.presence.pk)
        reached = queries.list_access_to_all(by=desk.by, presence=desk.presence.pk)
        sites = queries.list_sites(by=desk.by, presence=desk.presence.pk)
    names = _names(sites)
    rows = [
        {**_population(row), "access": [_access(way, names) for way in reached.get(row.pk, [])]} for row in found
    ]
    ways = [way for held in reached.values() for way in held]
    return desk.show("people.html", [*found, *ways, *sites], {"rows": rows})


def show_population(request: HttpRequest, presence: int, number: int) -> HttpResponse:
    """One population at risk, with every way to it."""
    desk = sit_down(REGISTER, request, presence)
    with acting(desk.by, "missions.show_population"):
        row = row_at(desk, Population, number)
        ways = queries.list_access(by=desk.by, population=row.pk)
        sites = queries.list_sites(by=desk.by, presence=desk.presence.pk)
    names = _names(sites)
    context = {**_population(row), "access": [_access(way, names) for way in ways]}
    return desk.show("population.html", [row, *ways, *sites], context)


def show_influence(request: HttpRequest, presence: int) -> HttpResponse:
    """How many can be called, for everybody; who they are, for those in their compartment."""
    desk = sit_down(REGISTER, request, presence)
    with acting(desk.by, "missions.show_influence"):
        found = queries.list_interlocutors(by=desk.by, presence=desk.presence.pk, with_retired=True)
        number = queries.count_interlocutors(by=desk.by, presence=desk.presence.pk)
    rows = [
        {
            "row": row,
            "channel": say(Interlocutor, "channel", row.channel),
            "may": desk.by.may(May.INFLUENCE, row.compartment_id, row.marking),
        }
        for row in sorted(found, key=lambda row: row.retired_on is not None)
    ]
    context = {"rows": rows, "number": number, "may_keep_influence": may_keep_influence(desk)}
    return desk.show("influence.html", found, context)


def show_calendar(request: HttpRequest, presence: int) -> HttpResponse:
    """What is due, then everything that is meant to be prevented."""
    desk = sit_down(REGISTER, request, presence)
    with acting(desk.by, "missions.show_calendar"):
        due = queries.due(by=desk.by, presence=desk.presence.pk, today=desk.today)
        found = queries.list_calendar(by=desk.by, presence=desk.presence.pk)
        sites = queries.list_sites(by=desk.by, presence=desk.presence.pk)
    names = _names(sites)
    context = {
        "due": [
            {**_entry(item.entry, names), "standing": STANDINGS[item.standing], "days": item.begins_in_days}
            for item in due
        ],
        "rows": [_entry(row, names) for row in found],
    }
    return desk.show("calendar.html", [*found, *sites], context)


def show_stopped(request: HttpRequest, presence: int) -> HttpResponse:
    """What had to stop, who took it or nobody, and what was found afterwards."""
    desk = sit_down(REGISTER, request, presence)
    at: dict[str, Any] = {"by": desk.by, "presence": desk.presence.pk}
    with acting(desk.by, "missions.show_stopped"):
        found = queries.list_stopped_tasks(**at)
        due = queries.reviews_due(**at, today=desk.today)
        reviews = queries.list_reviews_of_all(**at)
        sites = queries.list_sites(**at)
    names = _names(sites)
    rows = [
        {
            "row": row,
            "reason": say(StoppedTask, "reason", row.reason),
            "nobody": row.taken_by == StoppedTask.NOBODY,
            "site": names.get(row.site_id, "") if row.site_id else "",
            "reviews": [
                (held, say(CutReview, "as_predicted", held.as_predicted)) for held in reviews.get(row.pk, [])
            ],
        }
        for row in found
    ]
    held = [row for part in reviews.values() for row in part]
    return desk.show("stopped.html", [*found, *held, *sites], {"rows": rows, "due": due})


def _names(sites: list[Site]) -> dict[int, str]:
    return {site.pk: site.name for site in sites}


def _capacity(row: Capacity, sites: dict[int, str]) -> dict[str, Any]:
    said = {
        name: say(Capacity, name, getattr(row, name)) for name in ("component", "measure", "exactness", "status")
    }
    return {"row": row, "site": sites.get(row.site_id, "") if row.site_id else "", **said}


def _population(row: Population) -> dict[str, Any]:
    return {
        "row": row,
        "kind": say(Population, "kind", row.kind),
        "status": say(Population, "status", row.status),
        "has_left": row.status == Population.Status.LEFT,
    }


def _access(row: Access, sites: dict[int, str]) -> dict[str, Any]:
    """One way to a population; `name` is the site's, or whoever else it is."""
    return {
        "row": row,
        "name": sites.get(row.site_id, "") if row.site_id else row.who,
        "mode": say(Access, "mode", row.mode),
        "reach": say(Access, "can_reach", row.can_reach),
        "never": row.can_reach == Access.Reach.NO,
    }


def _entry(row: CalendarEntry, sites: dict[int, str]) -> dict[str, Any]:
    site = sites.get(row.site_id, "") if row.site_id else ""
    return {"row": row, "kind": say(CalendarEntry, "kind", row.kind), "site": site}
