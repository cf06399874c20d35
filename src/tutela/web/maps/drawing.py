"""The map as the server draws it: for pages without script, for print and for Word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from django.utils.translation import gettext as _

from tutela.data.basemap import ClippedLayer, clip_land, clip_layer
from tutela.data.basemap_layers import Basemap
from tutela.records.incidents.mapping import MapView, Sign
from tutela.studies.pages.maps import MapEvents, MapGround, MapSites, MapSpec, draw_map, frame_of
from tutela.web.maps.asking import Asked

_EXACTNESS: Final = {"point": 1, "settlement": 2, "hexagon": 2, "unknown": 0}
_VAGUE: Final = 4
"""The district at best: drawn on paper nowhere, and counted under the map."""

VERIFIED: Final = "verified"

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawing, and the part of the Earth that it shows: west, south, east (perhaps beyond 180), north."""

    svg: str
    box: Bounds


def draw(view: MapView, asked: Asked, basemap: Basemap, today: date) -> Drawn:
    """One drawing of a view on the ground that there is."""
    working = [site for site in view.sites if site.is_working]
    spec = MapSpec(
        title=_("%(name)s: incidents, sites and populations at risk") % {"name": view.presence.name},
        description=describe_days(asked, today),
        sites=MapSites(
            tuple(site.name for site in working),
            np.array([site.lon for site in working], dtype=np.float64),
            np.array([site.lat for site in working], dtype=np.float64),
        ),
        rings_km=asked.rings_km if working else (),
        events=_events(view.signs, is_coarse=view.is_coarse),
        places=[(row.name, row.lon, row.lat, 1) for row in view.populations],
        beside=[(row.lon, row.lat) for row in view.populations] if working else (),
        core_name=_("verified"),
        other_name=_("not verified, whatever its status"),
        scope=describe_days(asked, today),
        attribution=" · ".join(basemap.attributions),
        notes=tuple(basemap.notes),
    )
    if not working and not view.populations and not view.signs:
        return Drawn("", frame_of(spec).box())
    frame = frame_of(spec)
    box = frame.box()
    layers = {name: clip_layer(layer, box) for name, layer in basemap.layers.items()}
    land = None if basemap.land.is_missing else clip_land(basemap.land, box)
    spec = replace(
        spec,
        land=land,
        lakes=layers["lakes"].rings if "lakes" in layers else (),
        places=[*spec.places, *_places(layers)],
        ground=MapGround(rivers=layers["rivers"].lines if "rivers" in layers else ()),
    )
    return Drawn(draw_map(spec), box)


def describe_days(asked: Asked, today: date) -> str:
    """Which days, as a sentence."""
    until = asked.until or today
    if asked.since is None:
        return _("Incidents until %(until)s, as of %(today)s.") % {"until": until, "today": today}
    return _("Incidents from %(since)s to %(until)s, as of %(today)s.") % {
        "since": asked.since,
        "until": until,
        "today": today,
    }


def _events(signs: Sequence[Sign], *, is_coarse: bool) -> MapEvents:
    exactness = [2 if is_coarse else _EXACTNESS.get(sign.precision, _VAGUE) for sign in signs]
    return MapEvents(
        np.array([sign.lon for sign in signs], dtype=np.float64),
        np.array([sign.lat for sign in signs], dtype=np.float64),
        np.array([sign.number for sign in signs], dtype=np.float64),
        np.array(exactness, dtype=np.int8),
        np.array([sign.status == VERIFIED for sign in signs], dtype=np.bool_),
    )


def _places(layers: Mapping[str, ClippedLayer]) -> list[tuple[str, float, float, int]]:
    held = layers["places"].points if "places" in layers else ()
    return [(point.name, point.lon, point.lat, point.rank + 2) for point in held if point.name]
