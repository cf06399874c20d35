"""How long it takes by air: getting ready, and a straight line from where aircraft can land.

Nothing is said of weather, daylight, fuel, clearance or whether an aircraft is there: it is the least time that
distance allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.engine.reach.searching import DECIMALS
from tutela.engine.reach.travel_rings import find_starts
from tutela.engine.reach.traveltime import (
    Starts,
    Travel,
    TravelTable,
    account_for_starts,
    name_unused,
    refuse_long,
)
from tutela.kernel.grids import Grid
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Codes, Floats, Sites, Text

ALGORITHM: Final = 1
"""Raised when the same flights would give other minutes."""


@dataclass(frozen=True, slots=True)
class Aircraft:
    """A kind of aircraft: minutes from the order to the start, cruise speed, and how far it goes out and back.

    Raises Problem "option-invalid" for values that are no such numbers.
    """

    name: str
    ready_minutes: float
    cruise_kmh: float
    radius_km: float

    def __post_init__(self) -> None:
        numbers = (self.ready_minutes, self.cruise_kmh, self.radius_km)
        if not (all(np.isfinite(numbers)) and self.ready_minutes >= 0 and min(numbers[1:]) > 0):
            raise Problem(
                "option-invalid",
                f"The aircraft {self.name} has a time, speed or radius that cannot be.",
                where="aircraft",
                remedy="Give minutes of 0 or more, and a speed and a radius above 0.",
            )


def fly_minutes(distance_km: Floats, aircraft: Aircraft) -> Floats:
    """Getting ready, and that far at cruise speed, in minutes."""
    minutes: Floats = np.round(aircraft.ready_minutes + 60 * distance_km / aircraft.cruise_kmh, DECIMALS)
    return minutes


def sort_landings(sites: Sites) -> tuple[Starts, Codes]:
    """Every point once for each site, and the best that is known of landing there on any day."""
    starts = find_starts(sites)
    known: dict[tuple[str, float, float], int] = {}
    for key, code in zip(_list_points(sites.site_id, sites.lon, sites.lat), sites.air.tolist(), strict=True):
        known[key] = max(code, known.get(key, -1))
    air = [known[key] for key in _list_points(starts.site_id, starts.lon, starts.lat)]
    return starts, np.array(air, dtype=np.int8)


def _list_points(site_id: Text, lon: Floats, lat: Floats) -> list[tuple[str, float, float]]:
    return list(zip(site_id.tolist(), lon.tolist(), lat.tolist(), strict=True))


def compute_air_travel(grid: Grid, starts: Starts, air: Codes, aircraft: Aircraft, max_minutes: float) -> Travel:
    """Minutes from each start where aircraft can land (air is 1) to the middle of each cell.

    Other starts are accounted for as "no-landing-site"; those with unknown air (-1) as "landing-unknown". A
    start need not lie on the grid.
    """
    unused = {"no-landing-site": air == 0, "landing-unknown": air < 0}
    cells = np.arange(grid.n_rows * grid.n_cols)
    lon, lat = grid.centres(cells)
    none = np.empty(0, np.int32)
    parts = [TravelTable(none, none, none, np.empty(0))]
    rows = 0
    for start in np.flatnonzero(air == 1).tolist():
        distance = distances_km(starts.lon[start], starts.lat[start], lon, lat)
        minutes = fly_minutes(distance, aircraft)
        reached = np.flatnonzero((minutes <= max_minutes) & (distance <= aircraft.radius_km))
        row, col = np.divmod(reached.astype(np.int32), np.int32(grid.n_cols))
        rows += len(reached)
        refuse_long(rows, len(starts))
        parts.append(TravelTable(np.full(len(reached), start, np.int32), row, col, minutes[reached]))
    return Travel(
        grid=grid,
        mode=f"air: {aircraft.name}",
        season="not modelled",
        max_minutes=float(max_minutes),
        starts=starts,
        table=TravelTable.concatenate(parts),
        passable=np.ones(len(cells), dtype=bool),
        usable=air == 1,
        accounting=account_for_starts(len(starts), unused),
        unused=name_unused(starts, unused),
    )
