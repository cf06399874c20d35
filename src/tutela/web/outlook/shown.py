"""The outlook of the invented country, for whoever looks at the demonstration: nothing in it is real.

The same drawings and words as in the register, over the forecasts that the home keeps; a home without the invented
country shows none of it (`is_shown`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tutela.engine.outlook.warnings import BUDGET, Candidates, Rates, choose_warned, rate_budget
from tutela.kernel.problems import Problem
from tutela.records.outlooks.queries.forecasts import Line
from tutela.records.outlooks.queries.warnings import past_of
from tutela.records.outlooks.taking import UnitDraft, base_rate_of, count_units, units_of
from tutela.studies.outlooks.forecast_files import KeptForecast
from tutela.studies.outlooks.grounds import Standing
from tutela.studies.outlooks.shown import ShownOutlook
from tutela.studies.pages.outlook_charts import CellsSpec, FanSpec, draw_cells, draw_fan
from tutela.web.outlook.drawings import draw_plot, say_fan
from tutela.web.outlook.words import OUTLOOK
from tutela.web.shared.reader import ReadersShelf, shelf_for

Near = Sequence[tuple[Standing, float]]


@dataclass(frozen=True, slots=True)
class Told:
    """What the verdict and the frame say of a forecast; names as on `records.outlooks.models.Forecast`."""

    origin: str
    vintage: str
    target: str
    level: str
    model: str
    is_better: bool
    gain: Mapping[str, Any]
    months: Sequence[str]
    units: int
    active: int
    invented: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A unit near the presence in one month."""

    unit: UnitDraft
    line: Line
    near: Near
    address: str


@dataclass(frozen=True, slots=True)
class Table:
    """The newest forecast of the home at one presence and month, as one page of it looks at it."""

    request: HttpRequest
    shelf: ReadersShelf
    held: ShownOutlook
    told: Told
    mission: str
    month: str

    @property
    def kept(self) -> KeptForecast:
        """The forecast."""
        return self.held.kept

    def address(self, route: str, *, args: Sequence[str] = (), **asked: str) -> str:
        """A page of this presence and month."""
        known = {"presence": self.mission, "month": self.month}
        return f"{reverse(route, args=args)}?{urlencode(known | asked)}"

    def units(self) -> Iterator[tuple[UnitDraft, Near]]:
        """The units that concern the presence."""
        near = self.held.near(self.mission)
        number = dict(zip(self.kept.rows.label.tolist(), self.kept.rows.unit.tolist(), strict=True))
        for draft in units_of(self.kept):
            unit = number[draft.label]
            if unit in near:
                yield draft, near[unit]

    def rows(self) -> list[Row]:
        """The units in this month, the highest chance first."""
        base = base_rate_of(self.kept)
        found = []
        for draft, near in self.units():
            line = next(Line.read(line) for line in draft.lines or base if line[0] == self.month)
            found.append(Row(draft, line, near, self.address("outlook:place", args=(draft.code,))))
        return sorted(found, key=lambda row: (-row.line.chance, -row.line.mean, row.unit.code))

    def rates(self) -> Rates | None:
        """False alarms and misses of the usual budget on past windows."""
        past = past_of(draft.past for draft, _near in self.units())
        lot = np.random.default_rng(int(self.kept.digest[:12], 16))
        return None if past is None else rate_budget(past, BUDGET, lot)

    def show(self, template: str, context: Mapping[str, Any]) -> HttpResponse:
        """A page, marked as invented."""
        presences = [(self.shelf.find_presence(name), name) for name in self.held.missions()]
        frame = {
            "shown": self,
            "forecast": self.told,
            "others": [
                (row.name if row else name, f"{self.request.path}?presence={name}", name == self.mission)
                for row, name in presences
            ],
            "name": next((row.name for row, name in presences if row and name == self.mission), self.mission),
            "tabs": [(word, self.address(f"outlook:{page}")) for page, word in _tabs()],
        }
        return show(self.request, template, {**frame, **context})


def is_shown(request: HttpRequest) -> bool:
    """Whether the pages show the invented country's outlook, to anybody, instead of the register's to members."""
    return shelf_for(request).is_demonstration


def show(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A page of the invented country's outlook."""
    match = request.resolver_match
    page = (match.url_name or "") if match is not None else ""
    frame = {
        "here": OUTLOOK.tab,
        "guide": OUTLOOK.guides.get(page),
        "guide_key": f"{OUTLOOK.folder}-{page}",
        "marking_text": _("Invented: the country, its places and every number on this page"),
        "marking_class": "invented",
    }
    return render(request, f"outlook/{template}", {**frame, **context})


def show_first(request: HttpRequest) -> HttpResponse:
    """The warnings of the month, how often such were wrong before, and whether the model is any good."""
    table = _sit(request)
    if table is None:
        return show(request, "none.html", {"is_shown": True})
    rows = table.rows()
    chosen = choose_warned(
        Candidates(
            np.arange(len(rows)),
            np.array([row.line.chance for row in rows]),
            np.array([row.line.mean for row in rows]),
        ),
        BUDGET,
    )
    context = {
        "warned": [rows[place] for place in chosen],
        "of": len(rows),
        "rates": table.rates(),
        "pooled": [table.told],
    }
    return table.show("shown_first.html", context)


def show_map(request: HttpRequest) -> HttpResponse:
    """The units near the presence's sites on plain ground, and as a list."""
    table = _require(request)
    rows = table.rows()
    near = {site: None for row in rows for site, _km in row.near}
    spec = CellsSpec(
        title=_("Chance that anybody is killed in %(month)s, by place") % {"month": table.month},
        description=_("The list below has the same places, the highest chance first."),
        cells=[(row.unit.lon or 0.0, row.unit.lat or 0.0, row.line.chance) for row in rows],
        people=(),
        sites=[(site.name, site.lon, site.lat) for site in near],
    )
    drawing = mark_safe(draw_cells(spec)) if rows else ""  # noqa: S308  every text in it was escaped there
    return table.show("shown_map.html", {"rows": rows, "drawing": drawing, "months": _months(table, "outlook:map")})


def show_place(request: HttpRequest, code: str) -> HttpResponse:
    """One unit as a fan: what was counted, and what may come."""
    table = _require(request)
    held = next(((unit, near) for unit, near in table.units() if unit.code == code), None)
    if held is None:
        raise _missing()
    unit, near = held
    lines = [Line.read(line) for line in unit.lines or base_rate_of(table.kept)]
    history = [(str(month), float(killed)) for month, killed in unit.history]
    spec: FanSpec = say_fan(lines, history)
    fan = {"lines": lines, "history": history, "reasons": unit.reasons, "label": unit.label}
    drawing = mark_safe(draw_fan(spec))  # noqa: S308  as above
    return table.show("shown_place.html", {"fan": fan, "drawing": drawing, "near": near})


def show_changes(request: HttpRequest) -> HttpResponse:
    """What changed since the month before, in the forecast's own words."""
    table = _require(request)
    rows = [(row, row.unit.reasons) for row in table.rows() if row.unit.reasons]
    return table.show("shown_changes.html", {"rows": rows})


def show_record(request: HttpRequest) -> HttpResponse:
    """Every forecast of the home, what came of it, how good it was by lead, and its calibration."""
    table = _require(request)
    entries = []
    for entry in reversed(table.shelf.outlook_record()):
        looks = entry["outcomes"]
        kept = table.shelf.load_outlook(str(entry["digest"])).kept
        past = table.shelf.load_past(kept, looks[-1]) if looks else None
        entries.append({"told": tell_of(kept), "past": past, "drawing": draw_plot(past.bins) if past else ""})
    return table.show("shown_record.html", {"entries": entries})


def show_method(request: HttpRequest, chances: Sequence[tuple[int, float]]) -> HttpResponse:
    """The method, with the pooled score of the newest forecast."""
    table = _sit(request)
    if table is None:
        return show(request, "method.html", {"pooled": [], "chances": chances})
    frame = {"frame_template": "outlook/shown_frame.html"}
    return table.show("method.html", {**frame, "pooled": [table.told], "chances": chances})


def tell_of(kept: KeptForecast) -> Told:
    """What is said of a forecast."""
    units, active = count_units(kept)
    gain = kept.header["verdict"].get("gain") or {}
    return Told(
        kept.origin, kept.vintage, kept.target, kept.level, kept.judged, kept.is_better, gain,
        list(kept.header["months"]), units, active, kept.is_invented,
    )  # fmt: skip


def _sit(request: HttpRequest) -> Table | None:
    shelf = shelf_for(request)
    found = shelf.outlooks()
    if not found:
        return None
    held = shelf.load_outlook(found[0].content)
    told, missions = tell_of(held.kept), held.missions()
    mission, month = request.GET.get("presence", ""), request.GET.get("month", "")
    if mission not in missions:
        mission = next(iter(missions), "")
    return Table(request, shelf, held, told, mission, month if month in told.months else told.months[0])


def _require(request: HttpRequest) -> Table:
    table = _sit(request)
    if table is None:
        raise _missing()
    return table


def _months(table: Table, route: str) -> list[tuple[str, str, bool]]:
    return [(month, table.address(route, month=month), month == table.month) for month in table.told.months]


def _tabs() -> list[tuple[str, str]]:
    return [
        ("first", _("Outlook")),
        ("map", _("Where")),
        ("changes", _("What changed")),
        ("record", _("The record")),
        ("method", _("Method")),
    ]


def _missing() -> Problem:
    return Problem(
        "page-missing",
        _("No forecast of this place is kept here."),
        remedy=_("Build the demonstration again with tutela demo."),
    )
