"""By air and then over the ground: to every place to land within the radius, with one stop for fuel at most.

The first leg to a stop for fuel may be twice the radius (nobody has to come back from there before there is
fuel); from the last fuel on, the aircraft must get out and back. What is reached then goes on over the ground
from the cell of each landing place, at the minute of landing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.conditions import Span
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.searching import Reached, lay_ground, search_together
from tutela.engine.reach.spreading import Seeds
from tutela.kernel.estimates import Estimate
from tutela.kernel.places import distances_km
from tutela.kernel.tables import Floats

ALGORITHM: Final = 1
"""Raised when the same flights would give other minutes."""


@dataclass(frozen=True, slots=True)
class Pads:
    """Places to land, in degrees, and whether there is fuel."""

    lon: Floats
    lat: Floats
    has_fuel: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Flight:
    """What flies, and how long it takes to get fuel on the way."""

    aircraft: Aircraft
    turnaround_minutes: float


def fly_to_pads(lon: float, lat: float, pads: Pads, flight: Flight) -> Floats:
    """Minutes from a site to the ground at each pad: straight, or by the one stop for fuel that is quickest."""
    aircraft = flight.aircraft
    minutes_per_km = 60 / aircraft.cruise_kmh
    first_km = distances_km(lon, lat, pads.lon, pads.lat)
    minutes = np.where(first_km <= aircraft.radius_km, first_km * minutes_per_km, np.inf)
    for stop in np.flatnonzero(pads.has_fuel & (first_km > 0) & (first_km <= 2 * aircraft.radius_km)).tolist():
        second_km = distances_km(pads.lon[stop], pads.lat[stop], pads.lon, pads.lat)
        by_stop = (first_km[stop] + second_km) * minutes_per_km + flight.turnaround_minutes * (second_km > 0)
        minutes = np.minimum(minutes, np.where(second_km <= aircraft.radius_km, by_stop, np.inf))
    total: Floats = aircraft.ready_minutes + minutes
    return total


def go_on_from_pads(surface: Surface, pads: Pads, landed: Floats, max_minutes: float) -> Reached:
    """The cells that are reached over the ground from all pads, and the least minutes from the order on."""
    cells = surface.grid.find_cells(pads.lon, pads.lat)
    friction = surface.friction.ravel()
    usable = (cells >= 0) & (landed <= max_minutes)
    usable[usable] = ~np.isnan(friction[cells[usable]])
    seeds = Seeds(cells[usable].astype(np.int64), landed[usable])
    return search_together(lay_ground(surface), seeds, max_minutes)


def chance_to_fly(daylight: Span, weather: Span) -> Estimate:
    """The chance that there is light and weather when the order comes: at least, usually, at most.

    Light and weather are taken as independent; the order may come at any hour.
    """
    return Estimate(
        daylight.low * weather.low,
        daylight.value * weather.value,
        daylight.high * weather.high,
        "share of all hours with daylight and weather to fly, taken as independent",
    )
