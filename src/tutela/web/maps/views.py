"""The map of a presence: a drawing and tables for everybody, a map to move for browsers that can."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from tutela.catalogue.doctrine import load_doctrine
from tutela.data.basemap_layers import Basemap, describe_ground, open_basemap
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.incidents.fields import statuses, whats
from tutela.records.incidents.mapping import Sign, map_of, map_signs, reads_coarsely
from tutela.records.incidents.words import PRECISIONS, STATUSES, WHATS
from tutela.web.maps.asking import choose_presence, read_asked, read_box
from tutela.web.maps.drawing import Drawn, describe_days, draw
from tutela.web.maps.features import describe_signs, describe_view, name_ring
from tutela.web.shared.desks import member
from tutela.web.shared.middleware import CONTENT_SECURITY_POLICY
from tutela.web.shared.reader import shelf_for
from tutela.web.shared.references import write_reference
from tutela.web.shared.words import name_code

MAP_POLICY: Final = f"{CONTENT_SECURITY_POLICY}; script-src 'self'; worker-src 'self'; connect-src 'self'"
"""Of this page alone: every other page runs no script."""

LISTED: Final = 100
"""Incidents in the table under the map; the list of incidents has all of them."""


def show_map(request: HttpRequest) -> HttpResponse:
    """The map of one presence as a page."""
    by = member(request)
    presence, every = choose_presence(request, by)
    if presence is None:
        return render(request, "maps/none.html", {"here": "map", "marking_text": Marking(0).label})
    today = datetime.now(UTC).date()
    asked = read_asked(request, today)
    view = map_of(by=by, presence=presence.pk, wanted=asked.wanted())
    basemap = _basemap(request)
    drawn = draw(view, asked, basemap, today)
    own = [sign for sign in view.signs if sign.incident is not None]
    context: dict[str, Any] = {
        "here": "map",
        "marking_text": Marking(view.marking).label,
        "marking_class": f"level-{view.marking}",
        "presence": presence,
        "reference": write_reference(presence.pk),
        "others": [(write_reference(row.pk), row.name) for row in every],
        "view": view,
        "asked": asked,
        "signs": [_line(sign, is_coarse=view.is_coarse) for sign in own[:LISTED]],
        "hidden_signs": len(own) - LISTED if len(own) > LISTED else 0,
        "excluded": sorted(view.accounting.excluded.items()),
        "drawing": mark_safe(drawn.svg),  # noqa: S308  every text in it was escaped where it was drawn
        "notes": basemap.notes,
        "sources": basemap.attributions,
        "days": describe_days(asked, today),
        "island": _address(request, drawn),
        "whats": [(code, name_code(WHATS, code)) for code in whats()],
        "statuses": [(code, name_code(STATUSES, code)) for code in statuses()],
        "rings": [
            (f"{r.km:g}", name_ring(r.km), r.km in asked.rings_km) for r in load_doctrine().rings if r.km > 0
        ],
    }
    response = render(request, "maps/map.html", context)
    response["Content-Security-Policy"] = MAP_POLICY
    return response


def send_points(request: HttpRequest) -> HttpResponse:
    """What stands on the map as GeoJSON; with a box, the circles of that part alone, in finer hexagons."""
    by = member(request)
    presence, _every = choose_presence(request, by)
    if presence is None:
        raise Problem("page-missing", "There is no presence here that you read.", remedy="Ask a custodian.")
    asked, box = read_asked(request, datetime.now(UTC).date()), read_box(request)
    if box is not None:
        signs, _resolution = map_signs(by=by, presence=presence.pk, wanted=asked.wanted(box))
        return JsonResponse({"signs": describe_signs(signs, is_coarse=reads_coarsely(by, presence))})
    view = map_of(by=by, presence=presence.pk, wanted=asked.wanted())
    return JsonResponse(describe_view(view, asked.rings_km))


def send_ground(request: HttpRequest) -> HttpResponse:
    """Coast, lakes, rivers, places and the deployment's boundaries in a part of the Earth."""
    member(request)
    box = read_box(request)
    if box is None:
        raise Problem("field-invalid", "No part of the Earth was named.", where="box", remedy="Give box=w,s,e,n.")
    return JsonResponse(describe_ground(_basemap(request), box))


def _basemap(request: HttpRequest) -> Basemap:
    home = getattr(shelf_for(request).shelf, "home", None)
    root = getattr(home, "root", None)
    return open_basemap(Path(root) / "basemap" if root is not None else None)


def _line(sign: Sign, *, is_coarse: bool) -> dict[str, Any]:
    """One incident of the table, its point no more exact than on the map."""
    precision = gettext("middle of a hexagon") if is_coarse else name_code(PRECISIONS, sign.precision)
    return {
        "sign": sign,
        "what": name_code(WHATS, sign.what),
        "status": name_code(STATUSES, sign.status),
        "point": f"{sign.lat:.3f}, {sign.lon:.3f}",
        "precision": precision,
    }


def _address(request: HttpRequest, drawn: Drawn) -> dict[str, str]:
    """What the script reads: the filters as they are in the address, and the part that the drawing shows."""
    given = request.GET.copy()
    given.pop("presence", None)
    return {"query": given.urlencode(), "box": ",".join(f"{value:.4f}" for value in drawn.box)}
