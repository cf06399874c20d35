"""Where it may happen: the map with its ranking, one place as a fan, and what changed since the month before."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tutela.data.basemap import clip_land
from tutela.data.basemap_layers import Basemap, open_basemap
from tutela.records.missions.models import Population, Site
from tutela.records.outlooks.models import ForecastUnit
from tutela.records.outlooks.nearness import COUNTRY
from tutela.records.outlooks.queries.changes import changes
from tutela.records.outlooks.queries.forecasts import Fan, Ranked, rank, view_unit
from tutela.studies.pages.outlook_charts import CellsSpec, FanSpec, draw_cells, draw_fan, frame_cells
from tutela.web.outlook import shown
from tutela.web.outlook.drawings import COUNTED, say_fan
from tutela.web.outlook.seats import Seat, sit_at_forecast
from tutela.web.shared.reader import shelf_for


def show_map(request: HttpRequest) -> HttpResponse:
    """The units that concern the presence in one month, on plain ground and as a list."""
    if shown.is_shown(request):
        return shown.show_map(request)
    seat = sit_at_forecast(request)
    rows = rank(by=seat.desk.by, presence=seat.desk.presence.pk, forecast=seat.key, month=seat.month)
    basemap = _basemap(request)
    drawing, notes = _draw(seat, rows, basemap)
    context = {
        "rows": rows,
        "months": seat.months("outlook:map"),
        "drawing": mark_safe(drawing),  # noqa: S308  every text in it was escaped where it was drawn
        "notes": notes,
        "sources": basemap.attributions if drawing else (),
    }
    return seat.show("map.html", [close.place for row in rows for close in row.near], context)


def show_place(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: what was counted, and how many may be killed in each month to come."""
    if shown.is_shown(request):
        return shown.show_place(request, unslugged(code))
    seat = sit_at_forecast(request)
    fan = view_unit(by=seat.desk.by, presence=seat.desk.presence.pk, forecast=seat.key, code=unslugged(code))
    context = {
        "fan": fan,
        "drawing": mark_safe(draw_fan(describe_fan(fan))),  # noqa: S308  as above
        "counted": fan.history[-COUNTED:],
    }
    return seat.show("place.html", [close.place for close in fan.near], context)


def show_changes(request: HttpRequest) -> HttpResponse:
    """What changed since the forecast before."""
    if shown.is_shown(request):
        return shown.show_changes(request)
    seat = sit_at_forecast(request)
    held = changes(by=seat.desk.by, presence=seat.desk.presence.pk, forecast=seat.key, month=seat.month)
    context = {"earlier": held.earlier, "months": seat.months("outlook:changes"), "rows": held.rows}
    return seat.show("changes.html", [close.place for row in held.rows for close in row.now.near], context)


def unslugged(text: str) -> str:
    """A unit's own name out of an address."""
    return text.replace("_d_", ".").replace("_s_", "/")


def describe_fan(fan: Fan) -> FanSpec:
    """The fan as a drawing."""
    return say_fan(fan.lines, fan.history)


def _draw(seat: Seat, rows: tuple[Ranked, ...], basemap: Basemap) -> tuple[str, tuple[str, ...]]:
    if seat.forecast is None or seat.forecast.level == COUNTRY or not rows:
        return "", ()
    near = {(type(close.place), close.place.pk): close.place for row in rows for close in row.near}
    people = [place for place in near.values() if isinstance(place, Population)]
    sites = [place for place in near.values() if isinstance(place, Site)]
    spec = CellsSpec(
        title=_("Chance that anybody is killed in %(month)s, by place") % {"month": seat.month},
        description=_("The list below has the same places, the highest chance first."),
        cells=[(*_point(row.unit), row.line.chance) for row in rows],
        people=[(place.name, *_point(place)) for place in people],
        sites=[(place.name, *_point(place)) for place in sites],
    )
    land = () if basemap.land.is_missing else clip_land(basemap.land, frame_cells(spec).box())
    spec = CellsSpec(spec.title, spec.description, spec.cells, spec.people, spec.sites, land)
    return draw_cells(spec), tuple(str(note) for note in basemap.notes)


def _point(row: ForecastUnit | Population | Site) -> tuple[float, float]:
    """Longitude and latitude of what concerns a presence by nearness, so that it has both."""
    assert row.lon is not None
    assert row.lat is not None
    return row.lon, row.lat


def _basemap(request: HttpRequest) -> Basemap:
    root = getattr(getattr(shelf_for(request).shelf, "home", None), "root", None)
    return open_basemap(Path(root) / "basemap" if root is not None else None)
