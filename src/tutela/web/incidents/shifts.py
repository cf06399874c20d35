"""The first page of a shift: what waits at one presence."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.threat_lists import overdue_reviews
from tutela.records.incidents.watching import name_places, watch_of
from tutela.web.incidents.words import WATCH
from tutela.web.shared.desks import choose_desk, show

_MOST: Final = 20
"""Rows of a list on the first page; how many more there are is said."""


def show_watch(request: HttpRequest) -> HttpResponse:
    """Populations without a valid plan first, then clocks, notes, alerts and commitments."""
    desk = choose_desk(WATCH, request)
    if desk is None:
        return show(WATCH, request, "none.html", 0, {})
    watch = watch_of(by=desk.by, presence=desk.presence.pk, now=desk.now)
    people, sites = name_places(by=desk.by, presence=desk.presence.pk)
    rows = [row.clock for row in (*watch.running, *watch.overdue)]
    marked: list[SealedModel] = [*rows, *watch.unanswered, *watch.commitments, *watch.plans]
    marked += [row.population for row in watch.uncovered or ()]
    marked += [row.incident for row in watch.running if row.incident is not None]
    threats = overdue_reviews(by=desk.by, presence=desk.presence.pk, today=desk.today)
    marked += threats
    context = {"threats": threats, "watch": watch, "people": people, "sites": sites, "most": _MOST}
    return desk.show("first.html", marked, context)
