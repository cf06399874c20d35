"""What a map shows: sites, rings, events, land, and the words around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.people.travel_areas import find_fewest
from tutela.engine.reach.traveltime import Travel
from tutela.kernel.grids import Grid
from tutela.kernel.tables import Codes, Floats
from tutela.studies.pages.frames import Frame, Line

LEAST_RING_PX: Final = 5.0
"""A ring that would be drawn smaller than this is left out, and the legend says so."""


@dataclass(frozen=True, slots=True)
class MapSites:
    """Sites to draw, one entry each."""

    name: tuple[str, ...] = ()
    lon: Floats = field(default_factory=lambda: np.empty(0))
    lat: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, slots=True)
class MapEvents:
    """Events to draw: `precision` as in the events table, `is_core` those that the statement is about first."""

    lon: Floats = field(default_factory=lambda: np.empty(0))
    lat: Floats = field(default_factory=lambda: np.empty(0))
    count: Floats = field(default_factory=lambda: np.empty(0))
    precision: Codes = field(default_factory=lambda: np.empty(0, np.int8))
    is_core: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))


@dataclass(frozen=True, slots=True)
class MapGround:
    """What else lies on the ground: lines of shape (n, 2) in degrees, and names in the script of the place.

    names   by the name of a place as the map has it, the same in another script: written under it
    """

    rivers: Sequence[Line] = ()
    roads: Sequence[Line] = ()
    tracks: Sequence[Line] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class MapMinutes:
    """How far ground is from the nearest site: minutes by flat number of the grid's cells, NaN for none.

    within_min   upper ends of the classes that are drawn, rising;  words  how people travel, as the legend says it
    """

    grid: Grid
    minutes: Floats
    within_min: tuple[float, ...]
    words: str

    @classmethod
    def of(cls, travel: Travel, within_min: Sequence[float]) -> MapMinutes:
        """From a travel table; classes beyond what was searched are left out."""
        if travel.mode.startswith("air"):
            words = f"Minutes by {travel.mode.replace(': ', ', ')}, with time to get ready, to above the ground"
        else:
            words = f"Minutes over ground, {travel.mode}, {travel.season} season"
        words += ", from the nearest site. Least times, and no promise that anybody may move."
        classes = tuple(sorted(minutes for minutes in within_min if minutes <= travel.max_minutes))
        return cls(travel.grid, find_fewest(travel), classes, words)


@dataclass(frozen=True, slots=True)
class MapSpec:
    """What a map shows.

    land, lakes   closed lines of shape (n, 2), degrees, longitude first; None where no land is at hand
    places        name, longitude, latitude, rank (the lower, the sooner it is written)
    rings_km      around every site;  core_name, other_name  what the two colours of events are
    ground        rivers, roads and names in other scripts;  minutes  how far ground is from the sites, if drawn
    beside        longitude and latitude of what else the map must show
    scope         first and last day of the events, in words;  notes  sentences under the legend
    """

    title: str
    description: str = ""
    land: Sequence[Line] | None = None
    lakes: Sequence[Line] = ()
    places: Sequence[tuple[str, float, float, int]] = ()
    sites: MapSites = field(default_factory=MapSites)
    rings_km: tuple[float, ...] = ()
    events: MapEvents = field(default_factory=MapEvents)
    core_name: str = "violence against civilians"
    other_name: str = "other organised violence"
    scope: str = ""
    attribution: str = ""
    notes: tuple[str, ...] = ()
    rtl: bool = False
    ground: MapGround = field(default_factory=MapGround)
    minutes: MapMinutes | None = None
    beside: Sequence[tuple[float, float]] = ()


def drawn_rings(spec: MapSpec, frame: Frame) -> tuple[float, ...]:
    """The rings that are wide enough on this map to be seen."""
    if not len(spec.sites.lon):
        return ()
    return tuple(km for km in sorted(spec.rings_km) if km * frame.px_per_km >= LEAST_RING_PX)
