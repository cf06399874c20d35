"""A daily situation report filled in from the register: the nine blocks for one day and one presence.

Never in it: the host State's intent, reach by influence, restricted intake, contact codes, and who is said to have
done something: a paper travels further than it was meant to. What is alleged and what is verified stand apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Principal
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.fields import statuses
from tutela.records.incidents.finding import chunks
from tutela.records.incidents.models import (
    Clock,
    Decision,
    Feedback,
    GroupDecision,
    Incident,
    Paper,
    Report,
    Responder,
    ShiftEntry,
    Stamp,
)
from tutela.records.incidents.places import say_where
from tutela.records.incidents.shares import wilson
from tutela.records.incidents.words import RESPONDERS, RUNGS, STATUSES, STEPS, WHATS
from tutela.records.ledger.closed import ClosedQuerySet
from tutela.records.missions.models import Activity, Capacity, Presence, Restriction, Site, SiteState

BLOCKS: Final = (
    "unit_location", "places_visited", "significant_incidents", "action_taken", "special_reports_24h",
    "special_tasks", "national_resources", "gender_observations", "assessment",
)  # fmt: skip
"""The blocks of a daily situation report in their order: the catalogue's sitrep_block."""

_LINES: Final = {
    "places_visited": "movement", "action_taken": "action", "special_tasks": "task",
    "national_resources": "resource", "gender_observations": "gender", "assessment": "assessment",
    "significant_incidents": "event",
}  # fmt: skip
"""Which lines of the shift log go into which block."""


@dataclass
class Filling:
    """Lines by block, counts by status, and the highest marking of any row that they speak of."""

    lines: dict[str, list[str]]
    figures: list[dict[str, Any]]
    marking: int


@dataclass(frozen=True, slots=True)
class _Scope:
    """Rows of one presence up to a marking, over one day in UTC."""

    by: Principal
    presence: int
    since: datetime
    until: datetime
    ceiling: int
    filling: Filling

    def rows(self, model: type[SealedModel], **where: Any) -> ClosedQuerySet[Any]:
        return model.visible_to(self.by).filter(marking__lte=self.ceiling, **where)

    def add(self, block: str, row: SealedModel, line: str) -> None:
        self.filling.lines[block].append(line)
        self.filling.marking = max(self.filling.marking, row.marking)

    def during(self, column: str) -> dict[str, Any]:
        return {f"{column}__gte": self.since, f"{column}__lt": self.until}


def fill_daily(*, by: Principal, home: Presence, day: date, ceiling: int) -> Filling:
    """Everything that the register knows of this day up to that marking; called within an action."""
    since = datetime.combine(day, time(0), UTC)
    scope = _Scope(
        by,
        home.pk,
        since,
        since + timedelta(days=1),
        ceiling,
        Filling({block: [] for block in BLOCKS}, [], home.marking),
    )
    incidents = list(
        scope.rows(
            Incident, presence_id=home.pk, merged_into__isnull=True, left=False, **scope.during("happened_at")
        ).order_by("happened_at", "pk")
    )
    for fill in (_sites, _movements, _actions, _special, _strengths, _log):
        fill(scope)
    _incidents(scope, incidents)
    return scope.filling


def _sites(scope: _Scope) -> None:
    working = (SiteState.OPEN, SiteState.REDUCED, SiteState.CLOSING)
    for row in scope.rows(Site, presence_id=scope.presence, status__in=working).order_by("name", "pk"):
        since = f", {_('since')} {row.status_since}" if row.status_since else ""
        scope.add("unit_location", row, f"{row.name}: {row.get_status_display().lower()}{since}")


def _movements(scope: _Scope) -> None:
    stamps = scope.rows(Stamp, step__in=("moved", "arrived"), **scope.during("at"))
    clocks = _by_key(scope, Clock, (row.clock_id for row in stamps), presence_id=scope.presence)
    incidents = _by_key(scope, Incident, (row.incident_id for row in clocks.values()), left=False)
    for row in stamps.order_by("at", "pk"):
        clock = clocks.get(row.clock_id)
        about = incidents.get(clock.incident_id) if clock else None
        if about is not None:
            scope.filling.marking = max(scope.filling.marking, about.marking)
            scope.add("places_visited", row, f"{row.at:%H:%M} {STEPS[row.step]}: {about.place or about.title}")
    names = {item.code: item.name for item in load_doctrine().activities}
    day = scope.since.date()
    for row in scope.rows(Activity, presence_id=scope.presence, day=day).order_by("code", "pk"):
        at = _by_key(scope, Site, [row.site_id] if row.site_id else [])
        place = f", {at[row.site_id].name}" if row.site_id in at else ""
        scope.add("places_visited", row, f"{names.get(row.code, row.code)}{place} ({_('time not written down')})")


def _actions(scope: _Scope) -> None:
    decisions = scope.rows(Decision, **scope.during("at")).order_by("at", "pk")
    clocks = _by_key(scope, Clock, (row.clock_id for row in decisions), presence_id=scope.presence)
    for row in decisions:
        if row.clock_id in clocks:
            what = ", ".join(str(RUNGS.get(step, step)) for step in row.steps) or str(_("no action"))
            scope.add("action_taken", row, f"{row.at:%H:%M} {_('Decided')}: {what} ({row.held_by})")
    rows = scope.rows(Responder, presence_id=scope.presence, **scope.during("at")).order_by("at", "pk")
    for row in rows:
        how = f": {row.how}" if row.how else ""
        scope.add("action_taken", row, f"{row.at:%H:%M} {RESPONDERS.get(row.who, row.who)}{how}")
    told = scope.rows(Feedback, presence_id=scope.presence, **scope.during("told_at")).order_by("told_at", "pk")
    for row in told:
        scope.add("action_taken", row, f"{row.told_at:%H:%M} {_('Told')} {row.to_whom}: {row.what}")


def _special(scope: _Scope) -> None:
    issued = ("issued", "replaced")
    papers = scope.rows(Paper, presence_id=scope.presence, kind="flash_sincrep", state__in=issued)
    for row in papers.filter(**scope.during("issued_at")).order_by("issued_at", "pk"):
        edition = f", {_('edition')} {row.edition}" if row.edition > 1 else ""
        scope.add("special_reports_24h", row, f"{row.issued_at:%H:%M} {row.title}{edition}")
    decisions = scope.rows(GroupDecision, presence_id=scope.presence)
    for row in decisions.filter(due_on=scope.since.date()).order_by("pk"):
        state = row.get_state_display().lower()
        scope.add("special_tasks", row, f"{row.what} ({row.owner}): {_('due today')}, {state}")


def _strengths(scope: _Scope) -> None:
    day = scope.since.date()
    rows = scope.rows(Capacity, presence_id=scope.presence, site__isnull=True, superseded=False, as_of__lte=day)
    kept = rows.filter(measure__in=("deployed", "effective"), profile="").order_by("as_of", "pk")
    for row in {(row.component, row.measure): row for row in kept}.values():
        exact = "" if row.exactness == "exactly" else f"{row.get_exactness_display().lower()} "
        words = f"{row.component}, {row.get_measure_display().lower()}: {exact}{row.number:,}"
        scope.add("national_resources", row, f"{words} ({_('as of')} {row.as_of}, {row.source})")
    held = scope.rows(Restriction, presence_id=scope.presence, since__lte=day)
    for row in held.order_by("since", "pk"):
        if row.until is None or row.until >= day:
            words = f"{_('Consent withheld')}: {row.get_kind_display().lower()}, {_('since')} {row.since}"
            scope.add("national_resources", row, f"{words}; {row.stops}")


def _log(scope: _Scope) -> None:
    blocks = {category: block for block, category in _LINES.items()}
    rows = list(scope.rows(ShiftEntry, presence_id=scope.presence, **scope.during("at")).order_by("at", "pk"))
    corrected: set[int] = set()
    for keys in chunks(row.pk for row in rows):
        # A correction that may not be read still takes back what it corrects.
        corrected.update(
            ShiftEntry.visible_to(scope.by).filter(corrects_id__in=keys).values_list("corrects_id", flat=True)
        )
    for row in rows:
        if row.category in blocks and row.pk not in corrected:
            timed = "" if row.category == "assessment" else f"{row.at:%H:%M} "
            scope.add(blocks[row.category], row, f"{timed}{row.what}")


def _incidents(scope: _Scope, rows: Sequence[Incident]) -> None:
    known = _answered(scope, rows)
    places = say_where(scope.by, rows)
    for status in statuses():
        own = [row for row in rows if row.status == status]
        for row in own:
            scope.add("significant_incidents", row, describe_incident(row, places[row.pk]))
        answered = [known[row.pk] for row in own]
        counted = answered.count(True) + answered.count(False)
        share = wilson(answered.count(True), counted, str(_("incidents of which it is written down")))
        scope.filling.figures.append(
            {
                "status": status,
                "incidents": len(own),
                "answered": answered.count(True),
                "unanswered": answered.count(False),
                "not_known": answered.count(None),
                "share": None if share is None else [share.low, share.mid, share.high],
            }
        )
    waiting = scope.rows(Report, presence_id=scope.presence, triaged_at__isnull=True, **scope.during("said_at"))
    scope.filling.figures.append({"status": "untriaged", "incidents": waiting.count()})


def describe_incident(row: Incident, place: str) -> str:
    """One incident on one line, its status first; how many people is one range that somebody chose."""
    people = f"; {describe_people(row)}" if row.people_low is not None else ""
    what = WHATS.get(row.what, row.what)
    return f"[{STATUSES.get(row.status, row.status)}] {row.happened_at:%H:%M} {what}, {place}{people}"


def describe_people(row: Incident) -> str:
    """How many people, as one range from what was reported."""
    if row.people_low is None:
        return _("how many people is not known")
    number = (
        f"{row.people_low:,}" if row.people_low == row.people_high else f"{row.people_low:,}-{row.people_high:,}"
    )
    return _("{number} people, as reported").format(number=number)


def _answered(scope: _Scope, rows: Iterable[Incident]) -> Mapping[int, bool | None]:
    """Whether somebody responded, nobody did, or nothing of it is written down."""
    known: dict[int, bool | None] = {row.pk: None for row in rows}
    for keys in chunks(known):
        ended = scope.rows(Clock, incident_id__in=keys).exclude(outcome="")
        for key, outcome in ended.values_list("incident_id", "outcome"):
            answered = outcome in (Clock.Outcome.ANSWERED, Clock.Outcome.PARTLY_ANSWERED)
            known[key] = True if answered else False if outcome == Clock.Outcome.NO_ACTION else None
        for key, who in scope.rows(Responder, incident_id__in=keys).values_list("incident_id", "who"):
            known[key] = who != "none" or bool(known[key])
    return known


def _by_key(scope: _Scope, model: type[Any], keys: Iterable[int], **where: Any) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in chunks(keys):
        found |= {row.pk: row for row in scope.rows(model, pk__in=some, **where)}
    return found
