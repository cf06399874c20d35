"""The history of a row: who changed what and when, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import refused
from tutela.records.ledger.queries import Change
from tutela.records.missions import queries
from tutela.records.missions.models.rows import MissionRow
from tutela.web.missions.desks import REGISTER, row_at
from tutela.web.missions.offers import KINDS
from tutela.web.missions.words import label_of, say
from tutela.web.shared.desks import sit_down

_HIDDEN: Final = frozenset(
    {"id", "version", "recorded", "compartment_id", "presence_id", "population_id", "stopped_id", "activity_id"}
)
"""Columns that say nothing to a reader, or only numbers of rows."""


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who wrote, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One column before and after, in words; "" for nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a row."""

    who: str
    at: datetime
    is_first: bool
    erased: bool
    differences: tuple[Difference, ...]


def show_history(request: HttpRequest, presence: int, kind: str, number: int) -> HttpResponse:
    """Who wrote a row, when, and what was there before."""
    desk = sit_down(REGISTER, request, presence)
    model = KINDS.get(kind)
    if model is None:
        raise refused()
    row = row_at(desk, model, number)
    changes = queries.history_of(by=desk.by, row=row)
    names = queries.name_actors(_actors(changes))
    sites = {site.pk: site.name for site in queries.list_sites(by=desk.by, presence=desk.presence.pk)}
    steps = [_step(model, change, names, sites) for change in reversed(changes)]
    return desk.show("history.html", [row], {"steps": steps, "row": row, "kind": model._meta.verbose_name})


def authors_since(by: Principal, row: MissionRow, version: int) -> tuple[Author, ...]:
    """Who wrote after a version of a row was read, the newest first."""
    changes = queries.history_of(by=by, row=row)
    names = queries.name_actors(change.actor for change in changes)
    later = [change for change in changes if change.after.get("version", 0) > version]
    return tuple(Author(_name(names, change.actor), change.at) for change in reversed(later))


def _actors(changes: tuple[Change, ...]) -> set[str | None]:
    """Those who wrote, and those who are named as having confirmed."""
    confirmed = {side.get("mandate_confirmed_by") for change in changes for side in (change.before, change.after)}
    return {*(change.actor for change in changes), *confirmed}


def _step(model: Any, change: Change, names: Mapping[str, str], sites: Mapping[int, str]) -> Step:
    words: dict[Any, str] = {**names, **sites}
    told = [
        Difference(
            label_of(column),
            _value(model, column, change.before.get(column), words),
            _value(model, column, change.after.get(column), words),
        )
        for column in change.columns
        if column not in _HIDDEN
    ]
    shown = tuple(item for item in told if item.before or item.after)
    return Step(_name(names, change.actor), change.at, change.operation == "insert", change.erased, shown)


def _value(model: Any, column: str, value: Any, words: Mapping[Any, str]) -> str:
    """A value as the ledger keeps it, in words; `words` has the names of sites and of people."""
    if value in (None, ""):
        return ""
    if column == "site_id":
        return words.get(value, _("a site that you do not see"))
    if column == "mandate_confirmed_by":
        return _name(words, value)
    kind = model._meta.get_field(column).get_internal_type()
    if kind == "BooleanField":
        return say(model, column, bool(value))
    if kind == "DateField":
        return say(model, column, date.fromisoformat(value))
    return say(model, column, json.loads(value) if kind == "JSONField" and isinstance(value, str) else value)


def _name(names: Mapping[str, str], actor: str | None) -> str:
    if actor is None:
        return _("past the register")
    return names.get(actor, _("the catalogue") if actor == "catalogue" else _("somebody"))
