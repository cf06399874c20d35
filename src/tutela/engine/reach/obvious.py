"""The vicinity as one would explain it: every event, every site, one after the other.

Slow on purpose, and kept to judge `compute_vicinity`, which must give exactly the same. It reads like the
definition and shares nothing with the fast one but the distance between two points and the result's types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tutela.engine.reach.spread import Parts
from tutela.engine.reach.vicinity import (
    EXCLUDED,
    PLACEABLE,
    UNPLACEABLE,
    Pairs,
    Vicinity,
    VicinitySpec,
)
from tutela.kernel.accounting import Accounting
from tutela.kernel.places import distances_km
from tutela.kernel.tables import Events, Sites

AREA_NAMES = {
    3: ("country", "adm_1", "adm_2"),
    4: ("country", "adm_1"),
    5: ("country",),
    6: ("country",),
}


@dataclass(frozen=True)
class Opening:
    """A row of the sites table that can be near something."""

    site: int
    lon: float
    lat: float
    opened: date
    closed: date | None

    def is_open_on(self, day: date) -> bool:
        """The first day is in, the closing day is not."""
        return self.opened <= day and (self.closed is None or day < self.closed)


@dataclass(frozen=True)
class Placement:
    """Where and when a part of an event counts."""

    day: date
    lon: float
    lat: float
    weight: float


def compute_vicinity_obviously(events: Events, sites: Sites, spec: VicinitySpec) -> Vicinity:
    """The same as `compute_vicinity`, in the time that it takes to compare everything with everything."""
    site_ids = sorted(set(sites.site_id.tolist()))
    missions = dict(zip(sites.site_id.tolist(), sites.mission.tolist(), strict=True))
    openings, site_rows = _list_openings(sites, site_ids)
    reasons = [_find_reason(events, row, spec) for row in range(len(events))]
    placed = [[] if reasons[row] else _place(events, row, spec, reasons) for row in range(len(events))]
    is_spread = [bool(parts) and not _has_place(events, row) for row, parts in enumerate(placed)]
    nearest = [
        _find_nearest(parts[0], openings) if parts and not is_spread[row] else (-1, np.nan)
        for row, parts in enumerate(placed)
    ]
    near = _list_parts(placed, openings, list(range(len(site_ids))), spec)
    presences = sorted(set(missions.values()))
    presence_of_site = [presences.index(missions[site_id]) for site_id in site_ids]
    once = {
        "presence": _list_parts(placed, openings, presence_of_site, spec),
        "any": _list_parts(placed, openings, [0] * len(site_ids), spec),
    }
    return Vicinity(
        spec=spec,
        site_ids=np.array(site_ids, dtype=np.str_),
        site_missions=np.array([missions[site_id] for site_id in site_ids], dtype=np.str_),
        pairs=Pairs(near.event, near.group, near.distance_km, near.weight, near.month),
        state=np.array(
            [
                EXCLUDED if reason else PLACEABLE if parts else UNPLACEABLE
                for reason, parts in zip(reasons, placed, strict=True)
            ],
            dtype=np.int8,
        ),
        excluded=Counter(reason for reason in reasons if reason),
        is_spread=np.array(is_spread, dtype=bool),
        is_site_open=np.array([_was_open(site, openings, spec) for site in range(len(site_ids))], dtype=bool),
        nearest_site=np.array([site for site, _ in nearest], dtype=np.int32),
        nearest_km=np.array([distance for _, distance in nearest], dtype=np.float64),
        site_rows=site_rows,
        once=once if spec.spread == "area-months" else {},
    )


def _list_openings(sites: Sites, site_ids: list[str]) -> tuple[list[Opening], Accounting]:
    openings, excluded = [], Counter[str]()
    for row in range(len(sites)):
        opened, closed = sites.opened[row].item(), sites.closed[row].item()
        if not (np.isfinite(sites.lon[row]) and np.isfinite(sites.lat[row])):
            excluded["no-point"] += 1
        elif opened is None:
            excluded["no-first-day"] += 1
        elif closed is not None and closed <= opened:
            excluded["no-open-day"] += 1
        else:
            site = site_ids.index(str(sites.site_id[row]))
            openings.append(Opening(site, float(sites.lon[row]), float(sites.lat[row]), opened, closed))
    return openings, Accounting("site periods", len(sites), len(openings), excluded)


def _find_reason(events: Events, row: int, spec: VicinitySpec) -> str:
    day = events.day[row].item()
    if day is None:
        return "no-day"
    if day > spec.as_of:
        return "after-as-of"
    if spec.from_day is not None and day < spec.from_day:
        return "before-period"
    return ""


def _has_place(events: Events, row: int) -> bool:
    return bool(np.isfinite(events.lon[row]) and np.isfinite(events.lat[row]) and events.precision[row] < 3)


def _place(events: Events, row: int, spec: VicinitySpec, reasons: list[str]) -> list[Placement]:
    own_place = {(float(events.lon[row]), float(events.lat[row])): 1.0} if _has_place(events, row) else {}
    if spec.spread == "none":
        return [Placement(events.day[row].item(), *point, 1.0) for point in own_place]
    points = own_place or _share_area(events, row, reasons)
    return [
        Placement(day, *point, day_share * point_share)
        for day, day_share in _share_months(events, row, spec.as_of)
        for point, point_share in points.items()
    ]


def _share_area(events: Events, row: int, reasons: list[str]) -> dict[tuple[float, float], float]:
    """The points of precise events in the same area, with the share of those events that lie at each."""
    names = AREA_NAMES.get(int(events.precision[row]), ())
    own = [getattr(events, name)[row] for name in names]
    if not own or "" in own:
        return {}
    found = Counter(
        (float(events.lon[other]), float(events.lat[other]))
        for other in range(len(events))
        if not reasons[other] and _has_place(events, other) and events.precision[other] > 0
        if [getattr(events, name)[other] for name in names] == own
    )
    return {point: count / found.total() for point, count in found.items()}


def _share_months(events: Events, row: int, as_of: date) -> Iterator[tuple[date, float]]:
    """The first day of the event in each month, with the share of its days that lie in that month."""
    first, last = events.day[row].item(), events.day_end[row].item()
    last = first if last is None else max(first, min(last, as_of))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for year, month in sorted({(day.year, day.month) for day in days}):
        own = [day for day in days if (day.year, day.month) == (year, month)]
        yield own[0], len(own) / len(days)


def _list_parts(
    placed: list[list[Placement]], openings: list[Opening], group_of_site: list[int], spec: VicinitySpec
) -> Parts:
    """How much of each event lies in each month in each ring of each group of sites, each point once."""
    weights: dict[tuple[int, date, int, float], float] = {}
    lowest: dict[tuple[int, date, int, float], float] = {}
    for event, parts in enumerate(placed):
        for part in parts:
            for group, distance in _measure_groups(part, openings, group_of_site).items():
                ring = min((km for km in spec.within_km if distance <= km), default=None)
                if ring is not None:
                    key = (event, part.day.replace(day=1), group, ring)
                    weights[key] = weights.get(key, 0.0) + part.weight
                    lowest[key] = min(lowest.get(key, distance), distance)
    keys = sorted(weights)
    return Parts(
        event=np.array([key[0] for key in keys], dtype=np.int32),
        group=np.array([key[2] for key in keys], dtype=np.int32),
        distance_km=np.array([lowest[key] for key in keys], dtype=np.float64),
        weight=np.array([weights[key] for key in keys], dtype=np.float64),
        month=np.array([key[1] for key in keys], dtype="datetime64[D]").astype("datetime64[M]"),
    )


def _measure_groups(part: Placement, openings: list[Opening], group_of_site: list[int]) -> dict[int, float]:
    nearest: dict[int, float] = {}
    for opening in openings:
        if opening.is_open_on(part.day):
            group, distance = group_of_site[opening.site], _measure_km(part, opening)
            nearest[group] = min(nearest.get(group, distance), distance)
    return nearest


def _find_nearest(part: Placement, openings: list[Opening]) -> tuple[int, float]:
    found = [(_measure_km(part, opening), opening.site) for opening in openings if opening.is_open_on(part.day)]
    distance, site = min(found, default=(np.nan, -1))
    return site, distance


def _was_open(site: int, openings: list[Opening], spec: VicinitySpec) -> bool:
    return any(
        opening.site == site
        and opening.opened <= spec.as_of
        and (opening.closed is None or spec.from_day is None or opening.closed > spec.from_day)
        for opening in openings
    )


def _measure_km(part: Placement, opening: Opening) -> float:
    # Arrays of one and not bare numbers: numpy squares a bare number by another road, a last bit off at times.
    return float(distances_km([part.lon], [part.lat], [opening.lon], [opening.lat])[0])
