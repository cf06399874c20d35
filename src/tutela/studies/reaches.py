"""How far sites reach, as tables for exchange: minutes by cell, minutes by hexagon, and what each site reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import h3
import numpy as np
import shapely
from numpy.typing import NDArray

import tutela
from tutela.catalogue.travel import find_aircraft
from tutela.data.geoparquet import parquet_bytes, write_points
from tutela.engine.people.travel_areas import row_areas_km2
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach import flights, traveltime
from tutela.engine.reach.flights import Aircraft, compute_air_travel, sort_landings
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.openings import find_runs
from tutela.engine.reach.travel_rings import describe_travel, find_starts
from tutela.engine.reach.traveltime import Travel, compute_travel
from tutela.kernel.digests import content_digest
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites

FINEST: Final = 15
"""The finest resolution of H3 hexagons."""


@dataclass(frozen=True, slots=True)
class ReachSpec:
    """How far to search: minutes, the day on which sites must be open (None for every site ever open), hexagons.

    aircraft   what flies, or its name in the table of speeds, for reach by air; "" for reach over the surface
    """

    max_minutes: float
    as_of: date | None = None
    resolution: int = 6
    aircraft: Aircraft | str = ""
    knights: bool = False


def study_reach(sites: Sites, surface: Surface, spec: ReachSpec) -> tuple[Travel, dict[str, Any]]:
    """The travel table of the sites and its report. Raises "nothing-to-study" where no site can set out."""
    open_sites = open_on(staffed_rows(sites), spec.as_of)
    if spec.aircraft:
        starts, air = sort_landings(open_sites)
        travel = compute_air_travel(surface.grid, starts, air, load_aircraft(spec.aircraft), spec.max_minutes)
    else:
        travel = compute_travel(surface, find_starts(open_sites), spec.max_minutes, knights=spec.knights)
    if not travel.usable.any():
        raise Problem(
            "nothing-to-study",
            f"None of the {len(travel.starts):,} starting points can be used "
            f"({', '.join(f'{reason}: {n:,}' for reason, n in travel.accounting.excluded.items()) or 'no sites'}).",
            where="surface",
            remedy="Build a surface over these sites, or name sites that are open and where somebody is.",
        )
    return travel, _report(travel, spec)


def load_aircraft(name: Aircraft | str) -> Aircraft:
    """An aircraft of the table of speeds. Raises "option-invalid" for one that it does not have."""
    if isinstance(name, Aircraft):
        return name
    values = find_aircraft(name)
    return Aircraft(name, values["ready"], values["cruise"], values["radius"])


def travel_to_h3(travel: Travel, resolution: int) -> dict[str, NDArray[Any]]:
    """The fewest minutes from each site to each hexagon: columns site_id, h3, minutes.

    A cell counts for the hexagon that its middle lies in: hexagons finer than the cells leave gaps. Raises
    "option-invalid" for a resolution that H3 does not have.
    """
    if not 0 <= resolution <= FINEST:
        raise Problem(
            "option-invalid",
            f"H3 has no resolution {resolution}.",
            where="h3",
            remedy=f"Use a resolution from 0 to {FINEST}, for example 6.",
        )
    table = travel.table
    cells = table.row.astype(np.int64) * travel.grid.n_cols + table.col
    used, place = np.unique(cells, return_inverse=True)
    lon, lat = travel.grid.centres(used)
    named = [h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    hexagons, of_cell = np.unique(np.array(named, dtype=np.str_), return_inverse=True)
    site_ids, site = np.unique(travel.starts.site_id, return_inverse=True)
    site, hexagon = site[table.site], of_cell[place]
    order = np.lexsort((table.minutes, hexagon, site))
    first = order[find_runs(site[order], hexagon[order])]
    return {"site_id": site_ids[site[first]], "h3": hexagons[hexagon[first]], "minutes": table.minutes[first]}


def table_files(travel: Travel, hexagons: dict[str, NDArray[Any]]) -> dict[str, bytes]:
    """Minutes by cell and by hexagon as GeoParquet, which a GIS draws as points and as hexagons."""
    cells = travel_columns(travel)
    outlines = {
        name: shapely.to_wkb(shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(name)]))
        for name in np.unique(hexagons["h3"]).tolist()
    }
    return {
        "travel.parquet": parquet_bytes(cells, write_points(cells["lon"], cells["lat"]), ("Point",)),
        "hexagons.parquet": parquet_bytes(
            hexagons, [outlines[name] for name in hexagons["h3"].tolist()], ("Polygon",)
        ),
    }


def travel_columns(travel: Travel) -> dict[str, NDArray[Any]]:
    """The travel table with ids and the middles of cells."""
    table = travel.table
    lon, lat = travel.grid.centres(table.row.astype(np.int64) * travel.grid.n_cols + table.col)
    return {
        "site_id": travel.starts.site_id[table.site],
        "row": table.row,
        "col": table.col,
        "lon": np.round(lon, 6),
        "lat": np.round(lat, 6),
        "minutes": table.minutes,
    }


def open_on(sites: Sites, day: date | None) -> Sites:
    """The rows of sites that were open on a day, None for all."""
    if day is None:
        return sites
    moment = np.datetime64(day)
    return sites.take((sites.opened <= moment) & (np.isnat(sites.closed) | (sites.closed > moment)))


def _report(travel: Travel, spec: ReachSpec) -> dict[str, Any]:
    area = row_areas_km2(travel.grid)
    reasons = dict(travel.unused)
    starts, table = travel.starts, travel.table
    sites = []
    for site_id in np.unique(starts.site_id).tolist():
        rows = np.flatnonzero(starts.site_id == site_id)
        is_near = np.isin(table.site, rows)
        cells = np.unique(table.row[is_near].astype(np.int64) * travel.grid.n_cols + table.col[is_near])
        sites.append(
            {
                "site_id": site_id,
                "points": len(rows),
                "usable_points": int(travel.usable[rows].sum()),
                "reason": reasons.get(site_id),
                "cells": len(cells),
                "km2": round(float(area[cells // travel.grid.n_cols].sum()), 1),
            }
        )
    return {
        "definition": {
            **describe_travel(travel),
            "max_min": travel.max_minutes,
            "as_of": spec.as_of.isoformat() if spec.as_of else None,
            "h3_resolution": spec.resolution,
            "label": "least time by these speeds, no promise that anybody may move",
        },
        "sites": sites,
        "rows": len(table),
        "content": content_digest(travel_columns(travel)),
        "algorithms": {"travel": flights.ALGORITHM if spec.aircraft else traveltime.ALGORITHM},
        "version": tutela.__version__,
    }
