"""Which units concern a presence: those in which, or near which, its people at risk and its sites are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.engine.outlook.cells import number_cells
from tutela.kernel.markings import Principal
from tutela.kernel.places import distances_km
from tutela.records.missions.models import Population, Presence, Site, SiteState
from tutela.records.outlooks.models import ForecastUnit

WORKING: Final = (SiteState.OPEN, SiteState.REDUCED, SiteState.CLOSING)
COUNTRY: Final = "country"
GRID: Final = "grid"


@dataclass(frozen=True, slots=True)
class Close:
    """One place of the presence near a unit, and how far it is from the unit's middle."""

    place: Population | Site
    km: float


@dataclass(frozen=True, slots=True)
class Concern:
    """One unit that concerns the presence, with the places for whose sake, the nearest first."""

    unit: ForecastUnit
    near: tuple[Close, ...]


def places_of(by: Principal, presence: Presence) -> list[Population | Site]:
    """The people at risk that are there and the sites that work, as far as they may be read and have a point."""
    people = Population.visible_to(by).filter(presence_id=presence.pk, lat__isnull=False, lon__isnull=False)
    sites = Site.visible_to(by).filter(presence_id=presence.pk, lat__isnull=False, lon__isnull=False)
    return [
        *people.exclude(status=Population.Status.LEFT).order_by("name", "pk"),
        *sites.filter(status__in=WORKING).order_by("name", "pk"),
    ]


def concerns(
    presence: Presence,
    places: list[Population | Site],
    units: Iterable[ForecastUnit],
    level: str,
    within_km: float,
) -> list[Concern]:
    """The units that concern a presence: its host countries, or where its people and sites are or are near.

    A unit that concerns nobody of this presence is not listed, however high its chance: whoever is there is the
    concern of somebody else, and a list of them would be one of the weakly protected.
    """
    found = []
    lon = np.array([row.lon for row in places], dtype=np.float64)
    lat = np.array([row.lat for row in places], dtype=np.float64)
    cells = number_cells(lon, lat) if len(places) else np.zeros(0, dtype=np.int64)
    for unit in units:
        if level == COUNTRY:
            if unit.code in presence.hosts:
                found.append(Concern(unit, ()))
            continue
        if unit.lat is None or unit.lon is None or not places:
            continue
        km = distances_km(lon, lat, unit.lon, unit.lat)
        inside = km <= within_km
        if level == GRID and unit.code.isdecimal():
            inside |= cells == int(unit.code)
        if inside.any():
            near = sorted((float(km[i]), i) for i in np.flatnonzero(inside))
            found.append(Concern(unit, tuple(Close(places[i], away) for away, i in near)))
    return found
