"""What a duty officer's pages ask for in one look: the watch of a presence, one report, plans as a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Max

from tutela.catalogue.doctrine import Rung, load_doctrine
from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.principals import Member, refused
from tutela.records.incidents.actions.clocks import HOST_CLASSES, possible_steps
from tutela.records.incidents.actions.intake import find_setting
from tutela.records.incidents.coverage import Uncovered, is_unexercised, plans_to_renew, populations_without_plan
from tutela.records.incidents.fields import statuses
from tutela.records.incidents.finding import chunks, see_presence, see_row, within_terms
from tutela.records.incidents.models import Clock, Commitment, Incident, Plan, Rehearsal, Report, Stamp
from tutela.records.incidents.queries import (
    StatusCounts,
    due_commitments,
    list_running,
    overdue_notes,
    unanswered_alerts,
)
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Presence, Site

LOOKS_AHEAD: Final = timedelta(days=7)
"""How far ahead commitments are shown as due."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs: its incident where one may read it, when it was detected, the step that comes next."""

    clock: Clock
    incident: Incident | None
    detected_at: datetime | None
    next_step: str


@dataclass(frozen=True, slots=True)
class Watch:
    """What waits at one presence. `uncovered` is None for those to whom plans that exist would seem missing."""

    presence: Presence
    uncovered: tuple[Uncovered, ...] | None
    running: tuple[Running, ...]
    overdue: tuple[Running, ...]
    unanswered: tuple[Report, ...]
    commitments: tuple[Commitment, ...]
    plans: tuple[Plan, ...]
    untriaged: int


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan in a list: whom it is for, whether it holds, whether it was tried out."""

    plan: Plan
    name: str
    is_valid: bool
    is_unexercised: bool


@dataclass(frozen=True, slots=True)
class Help:
    """Whom else to turn to, in a presence's own words; "" where it has not said."""

    pathway: str
    channel: str


@action("incidents.help")
def help_of(*, by: Principal, presence: int) -> Help:
    """The referral pathway and the channel outside the software, for everybody who may report."""
    see_presence(by, presence)
    setting = find_setting(by, presence)
    return Help("", "") if setting is None else Help(setting.pathway, setting.channel)


@action("incidents.watch")
def watch_of(*, by: Principal, presence: int, now: datetime) -> Watch:
    """Everything that the first page of a shift shows of one presence."""
    home = see_presence(by, presence)
    today = now.date()
    reads = isinstance(by, Member) and by.reads(home.compartment_id, Marking.CONFIDENTIAL)
    running = list_running(by=by, presence=presence)
    overdue = overdue_notes(by=by, presence=presence, now=now)
    told = _describe(by, {row.pk: row for row in (*running, *overdue)})
    waiting = Report.visible_to(by).filter(presence_id=presence, triaged_at__isnull=True)
    return Watch(
        home,
        populations_without_plan(by=by, presence=presence, today=today) if reads else None,
        tuple(told[row.pk] for row in running),
        tuple(told[row.pk] for row in overdue),
        unanswered_alerts(by=by, presence=presence),
        due_commitments(by=by, presence=presence, until=today + LOOKS_AHEAD),
        plans_to_renew(by=by, presence=presence, today=today),
        waiting.count(),
    )


@action("incidents.view_report")
def view_report(*, by: Principal, report: int) -> Report:
    """One report; for a program, only where its source lets it go further."""
    if not within_terms(by, Report.visible_to(by).filter(pk=report)).exists():
        raise refused()
    return see_row(by, Report, report)


@action("incidents.count_reports")
def count_reports(*, by: Principal, presence: int) -> tuple[int, StatusCounts]:
    """How many reports wait for triage, and how many stand at each status, apart; there is no total."""
    see_presence(by, presence, Report)
    rows = Report.visible_to(by).filter(presence_id=presence)
    held = dict(rows.order_by().values_list("status").annotate(number=Count("pk")))
    counts = StatusCounts(**{status: held.get(status, 0) for status in statuses()})
    return rows.filter(triaged_at__isnull=True).count(), counts


@action("incidents.list_plans")
def list_plans(*, by: Principal, presence: int, today: date) -> tuple[PlanLine, ...]:
    """The plans of a presence that were not replaced: for people first, then for sites, by name."""
    see_presence(by, presence, Plan)
    plans = list(Plan.visible_to(by).filter(presence_id=presence).exclude(state=Plan.State.RETIRED))
    people = names_of(by, Population, (plan.population_id for plan in plans))
    sites = names_of(by, Site, (plan.site_id for plan in plans))
    last: dict[int, date] = {}
    for keys in chunks(plan.pk for plan in plans):
        rows = Rehearsal.visible_to(by).filter(plan_id__in=keys, held_on__lte=today)
        for key, day in rows.values_list("plan_id", "held_on"):
            last[key] = max(day, last.get(key, day))
    lines = [
        PlanLine(
            plan,
            people.get(plan.population_id or 0, "") or sites.get(plan.site_id or 0, ""),
            plan.is_valid(today),
            is_unexercised(plan, last.get(plan.pk), today),
        )
        for plan in plans
    ]
    return tuple(sorted(lines, key=lambda line: (line.plan.site_id is not None, line.name, line.plan.pk)))


@action("incidents.name_places")
def name_places(*, by: Principal, presence: int) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """The names of a presence's populations and of its sites, by number, as far as they may be read."""
    see_presence(by, presence, Population)
    people = Population.visible_to(by).filter(presence_id=presence).order_by("name", "pk")
    sites = Site.visible_to(by).filter(presence_id=presence).order_by("name", "pk")
    return dict(people.values_list("pk", "name")), dict(sites.values_list("pk", "name"))


@action("incidents.mark_places")
def marking_of_places(*, by: Principal, presence: int) -> int:
    """The highest marking among the places that `name_places` names; for the page that lists them."""
    home = see_presence(by, presence)
    held = [
        model.visible_to(by).filter(presence_id=presence).aggregate(most=Max("marking"))["most"]
        for model in (Population, Site)
    ]
    return max(home.marking, *(most or 0 for most in held))


def names_of(by: Principal, model: type[Population] | type[Site], numbers: Iterable[int | None]) -> dict[int, str]:
    """The names of these rows, of those that may be read."""
    names: dict[int, str] = {}
    for keys in chunks(key for key in numbers if key is not None):
        names.update(model.visible_to(by).filter(pk__in=keys).values_list("pk", "name"))
    return names


def steps_for(presence: Presence, incident: Incident) -> tuple[Rung, ...]:
    """The steps that a presence can take on an incident; the host is not alerted where it may be the danger."""
    steps = possible_steps(presence)
    if incident.perpetrator in HOST_CLASSES:
        return tuple(rung for rung in steps if rung.code != "R2")
    return steps


def next_step(kind: str, stamped: Iterable[str]) -> str:
    """The first step of this kind of clock, after detecting, that nobody stamped; "" where none is left."""
    held = {"event", "detected", *stamped}
    return next((step for step in load_doctrine().clocks[kind] if step not in held), "")


def _describe(by: Principal, clocks: Mapping[int, Clock]) -> dict[int, Running]:
    stamps: dict[int, dict[str, datetime]] = {}
    for keys in chunks(clocks):
        rows = Stamp.visible_to(by).filter(clock_id__in=keys)
        for clock, step, at in rows.values_list("clock_id", "step", "at"):
            stamps.setdefault(clock, {})[step] = at
    incidents: dict[int, Incident] = {}
    for keys in chunks(row.incident_id for row in clocks.values()):
        incidents |= {row.pk: row for row in Incident.visible_to(by).filter(pk__in=keys)}
    return {
        key: Running(
            row,
            incidents.get(row.incident_id),
            stamps.get(key, {}).get("detected"),
            next_step(row.kind, stamps.get(key, {})),
        )
        for key, row in clocks.items()
    }
