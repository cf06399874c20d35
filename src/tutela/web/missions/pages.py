"""All presences on one page, one presence, and what it did: reading alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import acting
from tutela.records.missions import queries
from tutela.records.missions.models import Activity, Capacity, Presence, PresenceFact, SiteState
from tutela.web.missions.desks import REGISTER
from tutela.web.missions.words import BASES, MEASURES, PHASES, STANDINGS, choices_of, label_of, say
from tutela.web.shared.desks import Desk, member, show, sit_down
from tutela.web.shared.fields import wrong
from tutela.web.shared.reader import shelf_for
from tutela.web.shared.references import read_reference, write_reference
from tutela.web.shared.words import COMPONENTS, FACTS, TIERS, name_code, name_country, name_kind

_SHOWN_DAYS: Final = 365
_MOST: Final = 500
"""Activities in one log: the newest; the days above it ask for others."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One component in a cell of the grid."""

    name: str
    letter: str
    number: int | None
    warned: int


@dataclass(frozen=True, slots=True)
class Span:
    """The days and the site that the activities are asked of."""

    since: date
    until: date
    site: int | None
    typed: dict[str, str]
    problem: Problem | None = None


def list_presences(request: HttpRequest) -> HttpResponse:
    """Every presence that this reader may see, of every kind."""
    by = member(request)
    today = shelf_for(request).today
    with acting(by, "missions.show_list"):
        found = queries.list_overviews(by=by, day=today)
    order = list(load_doctrine().presence_kinds)
    rows = sorted((_row(item, today) for item in found), key=lambda row: order.index(row["presence"].kind))
    groups = [(kind, list(held)) for kind, held in groupby(rows, key=lambda row: row["kind"])]
    marking = max((item.marking for item in found), default=Marking.UNCLASSIFIED)
    context = {"groups": groups, "total": len(found), "may_add": bool(by.where(May.DESCRIBE))}
    return show(REGISTER, request, "list.html", marking, context)


def show_presence(request: HttpRequest, presence: int) -> HttpResponse:
    """One presence: its mandate, what it has, and what awaits somebody."""
    desk = sit_down(REGISTER, request, presence)
    at: dict[str, Any] = {"by": desk.by, "presence": desk.presence.pk}
    with acting(desk.by, "missions.show_presence"):
        tasks = queries.list_mandate_tasks(**at)
        facts = queries.list_facts(**at)
        strengths = queries.capacity_on(**at, day=desk.today)
        restrictions = queries.list_restrictions(**at, on=desk.today)
        sites = queries.list_sites(**at)
        people = queries.list_populations(**at)
        due = queries.due(**at, today=desk.today)
        reviews = queries.reviews_due(**at, today=desk.today)
        asked = queries.list_basis_requests(**at)
        context = {"interlocutors": queries.count_interlocutors(**at), **_mandate(desk.presence, desk.today)}
    rows = [*tasks, *facts, *restrictions, *sites, *people, *strengths, *(item.entry for item in due)]
    rows += [*asked, *(item.stopped for item in reviews)]
    said = {site: sum(row.status == site for row in sites) for site in SiteState.values}
    context |= {
        "tasks": [(row, say(type(row), "clause", row.clause)) for row in tasks],
        "facts": [(_name_fact(row), row) for row in facts],
        "strengths": _strengths({(row.component, row.measure): row for row in strengths if not row.profile}),
        "restrictions": restrictions,
        "sites": [(SiteState(name).label, number) for name, number in said.items() if number],
        "people": sum(row.status != "left" for row in people),
        "due": due,
        "reviews": reviews,
        "asked": asked,
        "map": write_reference(desk.presence.pk),
        "describe": [(label_of(name), say(Presence, name, getattr(desk.presence, name))) for name in _DESCRIBED],
    }
    return desk.show("presence.html", rows, context)  # type: ignore[arg-type]


def show_activities(request: HttpRequest, presence: int) -> HttpResponse:
    """What was done, in the grid of tier, phase and component with its blanks, and in the log."""
    desk = sit_down(REGISTER, request, presence)
    span = days_asked(desk)
    given: dict[str, Any] = {"by": desk.by, "presence": desk.presence.pk}
    within: dict[str, Any] = {"since": span.since, "until": span.until, "site": span.site}
    with acting(desk.by, "missions.show_activities"):
        grid = queries.coverage_grid(**given, **within)
        log = queries.list_activities(**given, **within, most=_MOST)
        asked = queries.list_basis_requests(**given)
        sites = queries.list_sites(**given)
    names = {site.pk: site.name for site in sites}
    codes = dict(choices_of(Activity, "code"))
    context = {
        "grid": _grid(grid),
        "phases": list(PHASES.values()),
        "blanks": sum(cell.is_blank for cell in grid.cells),
        "cells": sum(cell.number is not None for cell in grid.cells),
        "log": [_logged(row, names, codes) for row in log],
        "is_cut": len(log) == _MOST,
        "asked": [_logged(row, names, codes) for row in asked],
        "span": span,
        "sites": [(write_reference(site.pk), site.name) for site in sites],
        "chosen": write_reference(span.site) if span.site else "",
    }
    return desk.show("activities.html", [*log, *asked, *sites], context)


_DESCRIBED: Final = (
    "hosts", "status", "force_authority", "protection_mandate", "funding", "started", "ended", "note",
)  # fmt: skip


def _row(item: queries.Overview, today: date) -> dict[str, Any]:
    presence = item.presence
    return {
        "presence": presence,
        "kind": name_kind(presence.kind),
        "hosts": [name_country(code) for code in presence.hosts],
        "force": say(Presence, "force_authority", presence.force_authority),
        "sites": [(SiteState(name).label, item.sites[name]) for name in SiteState.values if item.sites.get(name)],
        "strengths": _strengths(item.strengths),
        "populations": item.populations,
        **_mandate(presence, today),
    }


def _mandate(presence: Presence, today: date) -> dict[str, Any]:
    standing = presence.mandate_state(today)
    by = presence.mandate_confirmed_by
    return {
        "standing": STANDINGS[standing],
        "is_settled": standing in ("in force", "ended"),
        "has_mandate": bool(presence.mandate_text or presence.mandate_until or presence.mandate_open_ended),
        "confirmed_by": _("the catalogue")
        if by == "catalogue"
        else queries.name_actors([by]).get(by)
        if by
        else "",
    }


def _strengths(held: Any) -> list[tuple[str, list[tuple[str, str, Any]]]]:
    """Components down, the four measures across; no row where no number is known."""
    return [
        (str(COMPONENTS[name]), [_number(measure, held.get((name, measure))) for measure in MEASURES])
        for name in COMPONENTS
        if any((name, measure) in held for measure in MEASURES)
    ]


def _number(measure: str, strength: Any) -> tuple[str, str, Any]:
    """The measure's word, the number in words, and what it is of; None where it is not known."""
    label = say(Capacity, "measure", measure)
    if strength is None:
        return label, "", None
    inexact = strength.exactness != Capacity.Exactness.EXACTLY
    words = say(Capacity, "exactness", strength.exactness).lower() + " " if inexact else ""
    return label, words + f"{strength.number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"), strength


def _name_fact(row: PresenceFact) -> str:
    return name_code(FACTS, row.field)


def _grid(grid: queries.CoverageGrid) -> list[tuple[str, list[tuple[str, list[Mark]]]]]:
    held = {(cell.tier, cell.phase, cell.component): cell for cell in grid.cells}

    def mark(tier: str, phase: str, component: str) -> Mark:
        cell, name = held[tier, phase, component], str(COMPONENTS[component])
        return Mark(name, name[:1].upper(), cell.number, cell.warned)

    return [
        (
            str(TIERS[tier]),
            [
                (str(word), [mark(tier, phase, component) for component in COMPONENTS])
                for phase, word in PHASES.items()
            ],
        )
        for tier in load_doctrine().enumerations["poc_tier"]
    ]


def _logged(row: Activity, sites: dict[int, str], codes: dict[str, Any]) -> dict[str, Any]:
    return {
        "row": row,
        "what": codes.get(row.code, row.code),
        "tier": name_code(TIERS, row.tier),
        "phase": name_code(PHASES, row.phase),
        "component": name_code(COMPONENTS, row.component),
        "basis": name_code(BASES, row.basis) if row.basis else "",
        "warning": say(Activity, "warning", row.warning),
        "policies": say(Activity, "policies", row.policies),
        "site": sites.get(row.site_id, "") if row.site_id else "",
    }


def days_asked(desk: Desk) -> Span:
    """The days that were asked for; the last year where nothing was, or nothing that can be read."""
    asked = {name: desk.request.GET.get(name, "")[:40] for name in ("since", "until", "site")}
    usual = (desk.today - timedelta(days=_SHOWN_DAYS), desk.today)
    try:
        since = date.fromisoformat(asked["since"]) if asked["since"] else usual[0]
        until = date.fromisoformat(asked["until"]) if asked["until"] else usual[1]
    except ValueError:
        problem = wrong("since", _("This is no day."), _("Write it as YYYY-MM-DD."))
        return Span(*usual, None, asked, problem)
    if until < since:
        message, remedy = _("The end is before the beginning."), _("Exchange the two days, or correct one.")
        return Span(*usual, None, asked, wrong("until", message, remedy))
    site = read_reference(asked["site"]) if asked["site"] else None
    return Span(since, until, site, {**asked, "since": since.isoformat(), "until": until.isoformat()})
