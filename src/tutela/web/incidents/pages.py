"""The page of one incident: its clock, its facts, who is near, what the plans say, who answered, who was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tutela.catalogue.doctrine import load_doctrine
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.actions.clocks import HOST_CLASSES
from tutela.records.incidents.models import Merge, Stamp
from tutela.records.incidents.nearness import Near
from tutela.records.incidents.watching import marking_of_places, next_step
from tutela.web.incidents.files import IncidentPage, read_page
from tutela.web.incidents.turns import DEEDS
from tutela.web.shared.deeds import Forms, take
from tutela.web.shared.doors import writing
from tutela.web.shared.forms import Sheet

SHOWN_NEAR: Final = 12
"""Populations and sites that are shown at once; the rest stands folded."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the clock: stamped, or open; `minutes` since detecting."""

    code: str
    stamp: Stamp | None
    minutes: int | None
    sheet: Sheet | None
    is_next: bool


@writing
def show_incident(request: HttpRequest, incident: int) -> HttpResponse:
    """One incident, and everything that can be done with it."""
    page = read_page(request, incident)
    refused = None
    if request.method == "POST":
        answer = take(request, page, tuple(DEEDS.values()), reverse("watch:incident", args=[incident]))
        if not isinstance(answer, Sheet):
            return answer
        refused, page = answer, read_page(request, incident)
    return _show(page, Forms(page, DEEDS, refused))


def _show(page: IncidentPage, forms: Forms[IncidentPage]) -> HttpResponse:
    file = page.file
    rows: list[SealedModel] = [page.incident, *file.reports, *file.commitments]
    near = [*page.near.populations, *page.near.sites]
    rows += [item.plan for item in near if item.plan is not None]
    rows += [way.access for item in near for way in item.ways]
    context: dict[str, Any] = {
        "page": page,
        "incident": page.incident,
        "file": file,
        "clock": page.clock,
        "line": _line(page, forms),
        "near": [("people", *_split(page.near.populations)), ("sites", *_split(page.near.sites))],
        "host_may_be_danger": page.incident.perpetrator in HOST_CLASSES,
        "forms": _offered(page, forms),
        "commitments": [(row, _per_row(page, forms, "settle", row)) for row in file.commitments],
        "merges": [(row, _per_row(page, forms, "undo-merge", row)) for row in file.merges],
        "refused": forms.refused,
        "http_status": forms.status,
    }
    return page.desk.show(
        "incident.html", rows, context, least=marking_of_places(by=page.desk.by, presence=page.desk.presence.pk)
    )


def _split(near: Sequence[Near]) -> tuple[Sequence[Near], Sequence[Near]]:
    return near[:SHOWN_NEAR], near[SHOWN_NEAR:]


def _line(page: IncidentPage, forms: Forms[IncidentPage]) -> list[Step]:
    """The steps of the clock in order, each with its stamp or with the form that stamps it."""
    clock = page.clock
    if clock is None:
        return []
    held = {stamp.step: stamp for stamp in page.file.stamps}
    detected, following = held["detected"].at, next_step(clock.kind, held)
    steps = []
    for number, code in enumerate(load_doctrine().clocks[clock.kind], start=1):
        stamp = held.get(code)
        minutes = round((stamp.at - detected).total_seconds() / 60) if stamp is not None else None
        stampable = stamp is None and code not in ("decided", "event") and page.may(May.RESPOND)
        sheet = forms.sheet("stamp", number) if stampable else None
        is_next = code == following and clock.closed_at is None
        steps.append(Step(code, stamp, minutes, sheet, is_next))
    return steps


def _offered(page: IncidentPage, forms: Forms[IncidentPage]) -> dict[str, Sheet]:
    """The forms that this reader may use on this incident as it stands."""
    clock, stands = page.clock, page.stands
    runs = clock is not None and clock.closed_at is None
    owes_note = clock is not None and clock.note_due is not None and clock.harm_noted_at is None
    wanted = {
        "start": page.may(May.RESPOND) and clock is None and stands,
        "decide": page.may(May.DECIDE) and runs,
        "close": page.may(May.RESPOND) and runs,
        "harm-note": page.may(May.RESPOND) and owes_note,
        "respond": page.may(May.RESPOND) and not page.incident.left,
        "check": page.may(May.RESPOND),
        "tell": page.may(May.REPORT) and not page.incident.left,
        "commit": page.may(May.RESPOND),
        "status": page.may(May.TRIAGE) and stands,
        "people": page.may(May.TRIAGE) and stands,
        "merge": bool(page.proposals),
    }
    return {code.replace("-", "_"): forms.sheet(code) for code, is_wanted in wanted.items() if is_wanted}


def _per_row(page: IncidentPage, forms: Forms[IncidentPage], code: str, row: Any) -> Sheet | None:
    if isinstance(row, Merge):
        return forms.sheet(code, row.pk) if row.undone_at is None and page.may(May.TRIAGE) else None
    return forms.sheet(code, row.pk) if row.state == "open" and page.may(May.RESPOND) else None
