"""The matrix that people look at, the reviews that are overdue, and threats as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.roles import May
from tutela.records.incidents.models import Threat
from tutela.records.incidents.threat_lists import Matrix, list_threats, matrix, overdue_reviews
from tutela.web.shared.desks import Desk, choose_desk, show
from tutela.web.shared.fields import wrong
from tutela.web.shared.references import write_reference
from tutela.web.threats.words import IMPACTS, LEVELS, LIKELIHOODS, STATUSES, THREATS

_MOST: Final = 200
_GRAVE, _SERIOUS = 15, 8
"""Likelihood times impact from which a cell is drawn as grave, and as serious: a reading aid, not a threshold."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: how many stand there, where they are listed, how heavily it is drawn."""

    number: int
    address: str
    weight: str
    impact: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow what is shown."""

    label: Any
    address: str
    is_chosen: bool


def show_matrix(request: HttpRequest) -> HttpResponse:
    """How many threats stand at each likelihood and impact, and whose review is overdue."""
    desk = choose_desk(THREATS, request)
    if desk is None:
        return show(THREATS, request, "none.html", 0, {})
    level = _asked(request, "level", LEVELS)
    every = list_threats(by=desk.by, presence=desk.presence.pk, level=level)
    overdue = overdue_reviews(by=desk.by, presence=desk.presence.pk, today=desk.today)
    held = matrix(by=desk.by, presence=desk.presence.pk, level=level)
    context = {
        "rows": _rows(desk, held, level),
        "impacts": list(IMPACTS.values()),
        "overdue": overdue,
        "total": len(every),
        "levels": _choices(desk, "threats:first", "level", LEVELS, level, _("Every level")),
        "may_assess": desk.may(May.ASSESS),
    }
    return desk.show("first.html", [*every, *overdue], context)


def show_list(request: HttpRequest) -> HttpResponse:
    """Threats at one status, level and cell, the gravest first."""
    desk = choose_desk(THREATS, request)
    if desk is None:
        return show(THREATS, request, "none.html", 0, {})
    status = _asked(request, "status", STATUSES) or str(Threat.Status.ACTIVE)
    level = _asked(request, "level", LEVELS)
    likelihood, impact = _asked(request, "likelihood", LIKELIHOODS), _asked(request, "impact", IMPACTS)
    cell = (int(likelihood), int(impact)) if likelihood and impact else None
    rows = list_threats(by=desk.by, presence=desk.presence.pk, status=status, level=level, cell=cell)
    context = {
        "rows": rows[:_MOST],
        "left": max(0, len(rows) - _MOST),
        "statuses": _choices(desk, "threats:list", "status", STATUSES, status),
        "at": (LIKELIHOODS[likelihood], IMPACTS[impact]) if cell else None,
        "level": LEVELS.get(level, ""),
        "may_assess": desk.may(May.ASSESS),
    }
    return desk.show("list.html", rows, context)


def _rows(desk: Desk, held: Matrix, level: str) -> list[tuple[Any, list[Cell]]]:
    """The likeliest at the top, the gravest at the end of the line."""
    impacts = list(IMPACTS.items())
    rows = []
    for code, word in reversed(list(LIKELIHOODS.items())):
        cells = []
        for impact, label in impacts:
            asked = {"likelihood": code, "impact": impact} | ({"level": level} if level else {})
            number = held.counts[int(code) - 1][int(impact) - 1]
            cells.append(Cell(number, _address(desk, "threats:list", asked), _weigh(code, impact), str(label)))
        rows.append((word, cells))
    return rows


def _weigh(likelihood: str, impact: str) -> str:
    score = int(likelihood) * int(impact)
    return "grave" if score >= _GRAVE else "serious" if score >= _SERIOUS else "slight"


def _choices(desk: Desk, route: str, name: str, words: Any, chosen: str, every: Any = None) -> Sequence[Choice]:
    listed = [] if every is None else [Choice(every, _address(desk, route, {}), not chosen)]
    return listed + [
        Choice(word, _address(desk, route, {name: code}), code == chosen) for code, word in words.items()
    ]


def _address(desk: Desk, route: str, asked: dict[str, str]) -> str:
    return f"{reverse(route)}?{urlencode({'presence': write_reference(desk.presence.pk), **asked})}"


def _asked(request: HttpRequest, name: str, words: Any) -> str:
    """What the address asks for; "" where it asks for nothing."""
    asked = request.GET.get(name, "")
    if asked and asked not in words:
        raise wrong(name, str(_("This is not on the list.")), str(_("Choose from the list.")))
    return asked
