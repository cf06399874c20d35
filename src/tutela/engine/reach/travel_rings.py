"""Who was harmed within how many minutes: events joined by their cell to the ways from sites open that day.

Counting, rings and tallies are those of a vicinity by distance: only what lies between site and event differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.openings import Openings, find_runs, merge_openings, number_days
from tutela.engine.reach.traveltime import Starts, Travel
from tutela.engine.reach.vicinity import (
    EXCLUDED,
    PLACEABLE,
    Pairs,
    Rows,
    Vicinity,
    VicinitySpec,
    sort_events,
)
from tutela.kernel.grids import Cells, Grid
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Floats, Sites, Table

ALGORITHM: Final = 1
"""Raised when the same events, sites and travel table would give other pairs."""

MOST_CANDIDATES: Final = 2**22
"""Pairs of an event and an opening that may lie in memory at a time, before days are compared."""


@dataclass(frozen=True, slots=True)
class Arrivals(Table):
    """When each opening of a site reaches each cell, sorted by cell, opening and minutes."""

    cell: Cells
    opening: Cells
    minutes: Floats


def find_starts(sites: Sites) -> Starts:
    """Every point at which a site was ever open, once for each site."""
    open_sites = merge_openings(sites)
    openings = open_sites.openings
    begins = find_runs(openings.site, openings.lon, openings.lat)
    return Starts(open_sites.site_ids[openings.site[begins]], openings.lon[begins], openings.lat[begins])


def find_wanted(events: Events, spec: VicinitySpec, grid: Grid) -> NDArray[np.bool_]:
    """Mask of the cells with an event that counts: nothing else of a travel table need be kept."""
    placed = sort_events(events, spec)[0] == PLACEABLE
    cells = grid.find_cells(events.lon[placed], events.lat[placed])
    wanted = np.zeros(grid.n_rows * grid.n_cols, dtype=bool)
    wanted[cells[cells >= 0]] = True
    return wanted


def compute_travel_vicinity(events: Events, sites: Sites, spec: VicinitySpec, travel: Travel) -> Vicinity:
    """As `compute_vicinity`, with minutes over a surface in place of kilometres.

    `travel` has a start for every point of the sites (see `find_starts`) and reaches at least the widest ring.
    Events outside the surface, and those on a cell that nobody passes, are excluded by these names. A site is
    counted where at least one of its points lies on a passable cell.
    Raises Problem "option-invalid" for a spread or rings beyond what was searched, and "nothing-to-study" where
    not a single event that has a place lies on the surface.
    """
    _require_minutes(spec, travel)
    open_sites = merge_openings(sites)
    state, excluded = sort_events(events, spec)
    cells = travel.grid.find_cells(events.lon, events.lat)
    _leave_out(state, excluded, cells, travel)
    placed = np.flatnonzero(state == PLACEABLE)
    arrivals = _find_arrivals(open_sites.openings, spec.widest_km, travel)
    pairs = _pair(events, placed, cells[placed], (open_sites.openings, arrivals))
    able = travel.starts.site_id[travel.usable]
    nearest_site, nearest_minutes = find_quickest(pairs, len(events))
    return Vicinity(
        spec=spec,
        site_ids=open_sites.site_ids,
        site_missions=open_sites.missions,
        pairs=pairs,
        state=state,
        excluded=excluded,
        is_spread=np.zeros(len(events), dtype=bool),
        is_site_open=open_sites.find_open(spec.from_day, spec.as_of) & np.isin(open_sites.site_ids, able),
        nearest_site=nearest_site,
        nearest_km=nearest_minutes,
        site_rows=open_sites.accounting,
        travel={"travel": describe_travel(travel)},
    )


def describe_travel(travel: Travel) -> dict[str, Any]:
    """What stands beside minutes: mode, season, box and cells, and the sites that could not be used."""
    return {
        "mode": travel.mode,
        "season": travel.season,
        "bbox": list(travel.grid.bbox),
        "cell_deg": [travel.grid.step_lon, travel.grid.step_lat],
        "starting_points": travel.accounting.as_json(),
        "sites_on_impassable_cells": [site for site, reason in travel.unused if reason == "on-impassable-cell"],
    }


def refuse_spread(spec: VicinitySpec) -> None:
    """Refuse to spread imprecise events where rings are minutes. Raises Problem "option-invalid"."""
    if spec.spread != "none":
        raise Problem(
            "option-invalid",
            "Events are not spread over their areas when rings are minutes.",
            where="spread",
            remedy="Leave out the spread, or give rings in kilometres.",
        )


def _require_minutes(spec: VicinitySpec, travel: Travel) -> None:
    if spec.unit != "min":
        msg = "a vicinity by travel time needs a spec with the unit min"
        raise ValueError(msg)
    refuse_spread(spec)
    if spec.widest_km > travel.max_minutes:
        raise Problem(
            "option-invalid",
            f"Ways were searched for {travel.max_minutes:g} minutes, not for {spec.widest_km:g}.",
            where="within-min",
            remedy="Compute the travel times again, as far as the widest ring.",
        )


def _leave_out(state: NDArray[np.int8], excluded: dict[str, int], cells: Cells, travel: Travel) -> None:
    """Mark the events that the surface says nothing about, and count them."""
    placed = state == PLACEABLE
    is_outside = placed & (cells < 0)
    if placed.any() and is_outside.sum() == placed.sum():
        box = ", ".join(f"{degrees:g}" for degrees in travel.grid.bbox)
        raise Problem(
            "nothing-to-study",
            f"The surface (west, south, east, north: {box}) covers none of the {int(placed.sum()):,} events.",
            where="surface",
            remedy="Build a surface over the country of the events with `tutela surface build --bbox`.",
        )
    if travel.wanted is not None and not travel.wanted[cells[placed & ~is_outside]].all():
        msg = "the travel table leaves out cells with events"
        raise ValueError(msg)
    left_out = {"outside-surface": is_outside, "on-impassable-cell": placed & ~is_outside & ~travel.passable[cells]}
    for reason, rows in left_out.items():
        state[rows] = EXCLUDED
        if rows.any():
            excluded[reason] = int(rows.sum())


def _find_arrivals(openings: Openings, max_minutes: float, travel: Travel) -> Arrivals:
    near = travel.table.take(travel.table.minutes <= max_minutes)
    start = _match_starts(openings, travel.starts)
    opening, rows = _expand(np.searchsorted(near.site, start), np.searchsorted(near.site, start, side="right"))
    cell = near.row[rows].astype(np.int64) * travel.grid.n_cols + near.col[rows]
    order = np.argsort(cell, kind="stable")
    return Arrivals(cell[order], opening[order], near.minutes[rows][order])


def _match_starts(openings: Openings, starts: Starts) -> Cells:
    """For each opening the first start at its point; several sites may share it."""
    points, first = np.unique(starts.lon + 1j * starts.lat, return_index=True)
    wanted = openings.lon + 1j * openings.lat
    if not np.isin(wanted, points).all():
        msg = "the travel table has no start for some site: make the starts with find_starts"
        raise ValueError(msg)
    return first[np.searchsorted(points, wanted)].astype(np.int64)


def _expand(begin: Cells, end: Cells) -> tuple[Cells, Cells]:
    """Each range of rows written out, with the number of the range beside each row."""
    sizes = end - begin
    which = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return which, begin[which] + offset


def _pair(events: Events, placed: Rows, cells: Cells, ways: tuple[Openings, Arrivals]) -> Pairs:
    openings, arrivals = ways
    begin, end = np.searchsorted(arrivals.cell, cells), np.searchsorted(arrivals.cell, cells, side="right")
    # Events are cut where their candidates would no longer fit; one event's candidates always do.
    batch = np.cumsum(end - begin) // MOST_CANDIDATES
    parts = [_pair_rows(events, placed[:0], (begin[:0], end[:0]), ways)]
    for number in np.unique(batch):
        rows = np.flatnonzero(batch == number)
        parts.append(_pair_rows(events, placed[rows], (begin[rows], end[rows]), (openings, arrivals)))
    return Pairs.concatenate(parts)


def _pair_rows(events: Events, placed: Rows, ranges: tuple[Cells, Cells], ways: tuple[Openings, Arrivals]) -> Pairs:
    openings, arrivals = ways
    point, row = _expand(*ranges)
    event, opening, minutes = placed[point], arrivals.opening[row], arrivals.minutes[row]
    day = number_days(events.day[event])
    is_open = (openings.opened[opening] <= day) & (day < openings.closed[opening])
    event, site, minutes = event[is_open], openings.site[opening[is_open]], minutes[is_open]
    # The quickest of several points and stretches of one site: first after sorting.
    order = np.lexsort((minutes, site, event))
    event, site, minutes = event[order], site[order], minutes[order]
    begins = find_runs(event, site)
    event = event[begins]
    return Pairs(
        event=event.astype(np.int32),
        site=site[begins].astype(np.int32),
        distance_km=minutes[begins],
        weight=np.ones(len(event)),
        month=events.day[event].astype("datetime64[M]"),
    )


def find_quickest(pairs: Pairs, n_events: int) -> tuple[NDArray[np.int32], Floats]:
    """Per event the site that gets there first and its minutes; -1 and NaN where none does."""
    site, minutes = np.full(n_events, -1, dtype=np.int32), np.full(n_events, np.nan)
    order = np.lexsort((pairs.site, pairs.distance_km, pairs.event))
    first = order[find_runs(pairs.event[order])]
    site[pairs.event[first]], minutes[pairs.event[first]] = pairs.site[first], pairs.distance_km[first]
    return site, minutes
