"""The map as GeoJSON for the browser: signs, sites, populations and rings, with their words."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.kernel.places import EARTH_RADIUS_KM
from tutela.records.incidents.mapping import Mapped, MapView, Sign
from tutela.records.incidents.words import PRECISIONS, STATUSES, WHATS
from tutela.web.shared.words import name_code

_CORNERS: Final = 128
_NEAR: Final = frozenset({"settlement", "hexagon"})


def describe_view(view: MapView, rings_km: Sequence[float]) -> dict[str, Any]:
    """Everything that stands on the map, by layer."""
    return {
        "signs": describe_signs(view.signs, is_coarse=view.is_coarse),
        "sites": _collect(_place(site, is_working=site.is_working) for site in view.sites),
        "populations": _collect(_place(row) for row in view.populations),
        "rings": _collect(_rings(view.sites, rings_km)),
    }


def describe_signs(signs: Sequence[Sign], *, is_coarse: bool) -> dict[str, Any]:
    """The circles; `edge` is solid, dashed or cloud, as exactly as the place is known."""
    say = functools.cache(functools.partial(_say, is_coarse=is_coarse))  # a few codes in a thousand circles

    def words(sign: Sign) -> str:
        before, after = say(sign.status, sign.precision, sign.what)
        return before if sign.happened_at is None else f"{before}{sign.happened_at:%Y-%m-%d %H:%M} UTC{after}"

    return _collect(
        _point(
            sign.lon,
            sign.lat,
            number=sign.number,
            edge=edge_of(sign.precision, is_coarse=is_coarse),
            look="verified" if sign.status == "verified" else "other",
            title=sign.title or _("%(number)d incidents") % {"number": sign.number},
            words=words(sign),
            href=reverse("watch:incident", args=[sign.incident]) if sign.incident else "",
        )
        for sign in signs
    )


def edge_of(precision: str, *, is_coarse: bool) -> str:
    """How the edge of a circle is drawn."""
    if is_coarse or precision in _NEAR:
        return "dashed"
    return "solid" if precision == "point" else "cloud"


def name_ring(km: float) -> str:
    """A ring as it is written on the map: its distance alone, for minutes were not measured."""
    return _("%(km)s km") % {"km": f"{km:g}"}


def _say(status: str, precision: str, what: str, *, is_coarse: bool) -> tuple[str, str]:
    """The words of a circle, before its moment and after it; a hexagon has none."""
    standing = name_code(STATUSES, status)
    if precision == "hexagon":
        return _("%(status)s; in one hexagon of the map") % {"status": standing}, ""
    place = _("place shown coarsely") if is_coarse else name_code(PRECISIONS, precision)
    return f"{name_code(WHATS, what)}; {standing}; ", f"; {place}"


def _rings(sites: Sequence[Mapped], rings_km: Sequence[float]) -> list[dict[str, Any]]:
    """For each distance the outline of all circles together: overlapping ones would hide the ground."""
    made = []
    for km in rings_km:
        circles = [_circle(site.lon, site.lat, km) for site in sites if site.is_working]
        if circles:
            outline = shapely.boundary(shapely.union_all(circles))
            lines = [part for part in shapely.get_parts(outline) if not part.is_empty]
            drawn = [shapely.geometry.mapping(shapely.transform(line, lambda xy: xy.round(5))) for line in lines]
            made += [_feature(line, label=name_ring(km), km=km) for line in drawn]
    return made


def _circle(lon: float, lat: float, km: float) -> shapely.Polygon:
    """The points at one great-circle distance; longitudes run on beyond 180 where they must."""
    around = np.linspace(0.0, 2 * np.pi, _CORNERS, endpoint=False)
    far, up = km / EARTH_RADIUS_KM, np.radians(lat)
    lats = np.arcsin(np.sin(up) * np.cos(far) + np.cos(up) * np.sin(far) * np.cos(around))
    east = np.arctan2(np.sin(around) * np.sin(far) * np.cos(up), np.cos(far) - np.sin(up) * np.sin(lats))
    return shapely.Polygon(np.column_stack((lon + np.degrees(east), np.degrees(lats))))


def _place(row: Mapped, **properties: Any) -> dict[str, Any]:
    return _point(row.lon, row.lat, title=row.name, words=row.kind.replace("_", " "), href="", **properties)


def _point(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    return _feature({"type": "Point", "coordinates": (round(lon, 5), round(lat, 5))}, **properties)


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collect(features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}
