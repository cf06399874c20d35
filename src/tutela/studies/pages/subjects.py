"""What a map shows: sites, rings, events, land, and the words around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
class MapSpec:
    """What a map shows.

    land, lakes   closed lines of shape (n, 2), degrees, longitude first; None where no land is at hand
    places        name, longitude, latitude, rank (the lower, the sooner it is written)
    rings_km      around every site;  core_name, other_name  what the two colours of events are
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


def drawn_rings(spec: MapSpec, frame: Frame) -> tuple[float, ...]:
    """The rings that are wide enough on this map to be seen."""
    if not len(spec.sites.lon):
        return ()
    return tuple(km for km in sorted(spec.rings_km) if km * frame.px_per_km >= LEAST_RING_PX)
