"""From events to a panel: each killed person in one month and one unit, or shared out by the stated rule.

An event of several months is shared over them by days; one without an exact place over the places of exact
events of the same area, as they weigh. Totals are kept: placed + excluded = all. What ends after the origin
was not known at the origin, and stays out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tutela.engine.outlook.cells import find_rings, number_cells, with_surroundings
from tutela.engine.outlook.panels import Counts, Ids, Panel, Vintage, number_month
from tutela.engine.reach.areas import Areas, find_areas
from tutela.engine.reach.months import split_by_month
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import VIOLENCE, Events, Floats, Text

ALGORITHM: Final = 1
"""Raised when the same events would give another panel."""

_EXACT: Final = (0, 1, 2)
_NEVER: Final = 7
_UNIX_MONTH: Final = number_month(1970, 1)


@dataclass(frozen=True, slots=True)
class GatherSpec:
    """Of what a panel is made: the target, the first and the last month, what the events are called.

    cells   of a grid, all that it has; () for those with an event and what touches them
    """

    target: str
    first_month: int
    origin: int
    vintage: str
    cells: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """A panel with its accounts: of events, and of the people killed in them."""

    panel: Panel
    events: Accounting
    killed: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Shares:
    """People killed by place and month."""

    lon: Floats
    lat: Floats
    month: Ids
    killed: Counts


def count_target(events: Events, target: str) -> Counts:
    """How many of the target each event counts; a source that does not record civilians is refused for them."""
    if target == "civilians":
        if len(events) and np.isnan(events.civilians).all():
            raise Problem(
                "nothing-to-study",
                "These events do not say how many of the dead were civilians.",
                where="--target",
                remedy="Bring UCDP GED with deaths_civilians, or take --target one_sided.",
            )
        return np.nan_to_num(events.civilians)
    best = np.nan_to_num(events.best)
    if target == "all":
        return best
    return np.where(events.violence == VIOLENCE.index(target), best, 0.0)


def gather_grid(events: Events, spec: GatherSpec) -> Gathered:
    """Counts by PRIO-GRID cell and month, up to the origin, with the rings around each cell."""

    def cell_of(shares: _Shares) -> tuple[Ids, Ids]:
        cell = number_cells(shares.lon, shares.lat)
        cells = np.array(spec.cells, dtype=np.int64) if spec.cells else with_surroundings(np.unique(cell))
        cells = np.unique(cells[cells > 0])
        place = np.minimum(np.searchsorted(cells, cell), len(cells) - 1)
        return cells, np.where(cells[place] == cell, place, -1)

    found = _gather(events, spec, "grid", cell_of)
    return replace(found, panel=replace(found.panel, neighbours=find_rings(found.panel.units)))


def _gather(
    events: Events, spec: GatherSpec, level: str, unit_of: Callable[[_Shares], tuple[Ids, Ids]]
) -> Gathered:
    killed = count_target(events, spec.target)
    state, slots = _sort(events, killed, spec)
    rows = np.flatnonzero(state == "placed")
    shares = _share_out(events, rows, killed, slots)
    units, place = unit_of(shares)
    if not len(units):
        raise Problem("nothing-to-study", "No event could be placed.", remedy="Bring events with places.")
    n_months = spec.origin - spec.first_month + 1
    counts = np.zeros((n_months, len(units)))
    inside = (place >= 0) & (shares.month >= spec.first_month) & (shares.month <= spec.origin)
    np.add.at(counts, (shares.month[inside] - spec.first_month, place[inside]), shares.killed[inside])
    names, sizes = np.unique(state[state != "placed"], return_counts=True)
    left_out = {str(name): int(size) for name, size in zip(names, sizes, strict=True)}
    accounting = Accounting("gathering events", len(events), len(rows), left_out)
    people = {str(name): float(killed[state == name].sum()) for name in np.unique(state)}
    people["placed"] = float(counts.sum())
    people["outside the units or the months"] = float(shares.killed[~inside].sum())
    panel = Panel(
        level,
        spec.target,
        spec.first_month,
        units,
        counts,
        (Vintage(spec.first_month, spec.vintage),),
        np.ones(counts.shape, dtype=bool),
    )
    return Gathered(panel, accounting, people)


def _sort(events: Events, killed: Counts, spec: GatherSpec) -> tuple[Text, Areas]:
    """What becomes of each event, and the areas in which those that count may lie."""
    last_day = np.datetime64(spec.origin - _UNIX_MONTH + 1, "M").astype("datetime64[D]")
    ends = np.where(np.isnat(events.day_end), events.day, events.day_end)
    known = ends < last_day
    exact = np.isin(events.precision, _EXACT) & np.isfinite(events.lon) & np.isfinite(events.lat)
    vague = ~exact & (events.precision != _NEVER)
    areas = find_areas(events, np.flatnonzero(exact & known), np.flatnonzero(vague & known))
    state = np.full(len(events), "placed", dtype="U32")
    state[areas.slot < 0] = "nowhere known to be shared out"
    state[events.precision == _NEVER] = "at sea or in the air"
    state[killed <= 0] = "none of the target killed"
    state[~known] = "ends after the origin"
    return state, areas


def _share_out(events: Events, rows: Ids, killed: Counts, areas: Areas) -> _Shares:
    # All vague events of an area share its points: summed by area and month first, or thousands of vague
    # events times thousands of points would fill the memory.
    far = int(np.iinfo(np.int32).max)
    stretches = split_by_month(events, rows, far)
    month = stretches.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + _UNIX_MONTH
    slot = areas.slot[stretches.event]
    width = int(month.max(initial=0)) + 1
    keys, place = np.unique(slot * width + month, return_inverse=True)
    sums = np.bincount(place, weights=killed[stretches.event] * stretches.weight, minlength=len(keys))
    slot, month = np.divmod(keys, width)
    sizes = areas.start[slot + 1] - areas.start[slot]
    which = np.repeat(np.arange(len(keys)), sizes)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    entry = areas.start[slot[which]] + rank
    point = areas.point[entry]
    return _Shares(areas.lon[point], areas.lat[point], month[which], sums[which] * areas.weight[entry])
