"""From events to a panel: each killed person in one month and one unit, or shared out by the stated rule.

An event of several months is shared over them by days; one without an exact place over the places of exact
events of the same area, as they weigh. Totals are kept: placed + excluded = all. What ends after the origin
was not known at the origin, and stays out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from tutela.engine.outlook.levels import Found, GridLevel, Level, Places, UnitNames
from tutela.engine.outlook.panels import Counts, Ids, Mask, Panel, Vintage, name_month, number_month
from tutela.engine.reach.months import split_by_month
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import VIOLENCE, Events, Text

ALGORITHM: Final = 2
"""Raised when the same events would give another panel."""

REPORTS: Final = "reports"
"""Not people but events of any kind: whether anything is heard from a place."""

_NEVER: Final = 7
_UNIX_MONTH: Final = number_month(1970, 1)


@dataclass(frozen=True, slots=True)
class GatherSpec:
    """Of what a panel is made: the target, the first and the last month, what the events are called.

    begins   units that begin later, by code and month: a country that split, and its provinces. Events that
    their source gives to such a unit before it was there are left out, and counted
    """

    target: str
    first_month: int
    origin: int
    vintage: str
    begins: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A panel with what its units are called and its accounts: of events, and of the people killed in them.

    killed   by what became of them: "placed" in months and units, or left out and why; the parts add up to all.
    again    of those placed, how often more than once: vicinities overlap
    """

    panel: Panel
    found: Found
    events: Accounting
    killed: Mapping[str, float]
    again: float = 0.0

    @property
    def names(self) -> UnitNames:
        """What the panel's units are called."""
        return self.found.names


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
    if target == REPORTS:
        return np.ones(len(events))
    best = np.nan_to_num(events.best)
    if target == "all":
        return best
    return np.where(events.violence == VIOLENCE.index(target), best, 0.0)


def find_last_month(events: Events) -> int:
    """The month in which the last event ended; refused where there is none."""
    if not len(events):
        raise Problem("nothing-to-study", "There is no event.", where="--events", remedy="Bring events.")
    return int(_ends(events).max().astype("datetime64[M]").astype(np.int64)) + _UNIX_MONTH


def require_known(events: Events, origin: int, until: int | None) -> None:
    """Refuse an origin that the events do not reach: months not told of yet would count as months of peace."""
    last = find_last_month(events) if until is None else until
    if origin > last:
        raise Problem(
            "panel-unusable",
            f"The events end in {name_month(last)}, before the origin {name_month(origin)}.",
            where="--origin",
            remedy=f"Take {name_month(last)}; if nothing happened since, say so with --until {name_month(origin)}.",
        )


def gather_grid(events: Events, spec: GatherSpec, cells: tuple[int, ...] = ()) -> Gathered:
    """Counts by PRIO-GRID cell and month: of these cells, or of those with an event and all that touch them."""
    return gather(events, spec, GridLevel(cells))


def gather(events: Events, spec: GatherSpec, level: Level) -> Gathered:
    """Counts by unit and month, up to the origin; nothing that ended later is looked at."""
    killed = count_target(events, spec.target)
    known = _known_at(events, spec.origin)
    places = level.find_places(events, known)
    state = _sort(events, killed, known, places)
    found = level.find_units(places)
    if not len(found.units):
        raise Problem("nothing-to-study", "No event could be placed.", remedy="Bring events with places.")
    shares = _share_out(events, np.flatnonzero(state == "placed"), killed, places, spec)
    exists = _existing(found.names, spec)
    counts = np.asarray((shares @ _membership(found, places)).todense(), dtype=np.float64)
    too_early = float(counts[~exists].sum())
    counts = np.where(exists, counts, 0.0)
    names, sizes = np.unique(state[state != "placed"], return_counts=True)
    left_out = {str(name): int(size) for name, size in zip(names, sizes, strict=True)}
    rows = int((state == "placed").sum())
    accounting = Accounting("gathering events", len(events), rows, left_out)
    people = {str(name): float(killed[state == name].sum()) for name in np.unique(state)}
    inside = np.isin(np.arange(len(places.lon)), found.point)
    within = float(shares.sum(axis=0)[inside].sum())
    people["outside the units or the months"] = max(0.0, people.get("placed", 0.0) - within)
    people["before the unit was there"] = too_early
    people["placed"] = within - too_early
    panel = Panel(
        level.name,
        spec.target,
        spec.first_month,
        found.units,
        counts,
        (Vintage(spec.first_month, spec.vintage),),
        exists,
        found.neighbours,
        tuple(map(str, found.names.label)),
    )
    return Gathered(panel, found, accounting, people, max(0.0, float(counts.sum()) - people["placed"]))


def _known_at(events: Events, origin: int) -> Mask:
    last_day = np.datetime64(origin - _UNIX_MONTH + 1, "M").astype("datetime64[D]")
    known: Mask = _ends(events) < last_day
    return known


def _ends(events: Events) -> NDArray[np.datetime64]:
    return np.where(np.isnat(events.day_end), events.day, events.day_end)


def _sort(events: Events, killed: Counts, known: Mask, places: Places) -> Text:
    """What becomes of each event."""
    nowhere = places.areas.slot < 0
    state = np.full(len(events), "placed", dtype="U32")
    state[nowhere] = "nowhere known to be shared out"
    state[nowhere & (events.precision == _NEVER)] = "at sea or in the air"
    state[killed <= 0] = "none of the target killed"
    state[~known] = "ends after the origin"
    return state


def _existing(names: UnitNames, spec: GatherSpec) -> Mask:
    exists = np.ones((spec.origin - spec.first_month + 1, len(names)), dtype=bool)
    for code, month in spec.begins.items():
        of_it = (names.code == code) | np.char.startswith(names.code.astype(np.str_), f"{code}/")
        exists[: max(0, month - spec.first_month), of_it] = False
    return exists


def _membership(found: Found, places: Places) -> coo_array:
    ones = np.ones(len(found.point))
    return coo_array((ones, (found.point, found.unit)), shape=(len(places.lon), len(found.units))).tocsr()


def _share_out(events: Events, rows: Ids, killed: Counts, places: Places, spec: GatherSpec) -> coo_array:
    """People killed by month and point."""
    # All vague events of an area share its points: summed by area and month first, or thousands of vague
    # events times thousands of points would fill the memory.
    areas = places.areas
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
    inside = (month[which] >= spec.first_month) & (month[which] <= spec.origin)
    line = (month[which] - spec.first_month)[inside]
    shared = (sums[which] * areas.weight[entry])[inside]
    shape = (spec.origin - spec.first_month + 1, len(places.lon))
    return coo_array((shared, (line, areas.point[entry][inside])), shape=shape).tocsr()
