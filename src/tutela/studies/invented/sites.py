"""The sites of the invented presences on the ground: where people are harmed, along the line, in the capital."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from tutela.kernel.tables import Sites
from tutela.studies.invented.attacks import Ground
from tutela.studies.invented.plane import Mask, Points
from tutela.studies.invented.plans import LARGE_PLANS, MODULAR_PLANS, OFFICE, POLITICAL_PLANS, SMALL_PLANS, SitePlan
from tutela.studies.invented.towns import Settlements

_APART_KM: Final = 26.0
_LARGER_PLACES: Final = 220


def place_sites(country: str, ground: Ground, rng: np.random.Generator) -> Sites:
    """Put the sites of all presences on settlements and write their table, sorted by site and day."""
    regions, settlements, territories = ground.regions, ground.settlements, ground.territories
    province = regions.province_of[settlements.district]
    on_second = province == regions.province_of.max()
    larger = np.arange(len(settlements.points)) < _LARGER_PLACES
    from_border = _measure_to(regions.border, settlements.points)
    danger = np.sum([held.weights.sum(axis=0) for name, held in territories.items() if name != "neighbour"], axis=0)
    liking = np.log(danger + 1e-12) + 1.2 * np.log(settlements.people) + rng.normal(0, 1.0, len(danger))
    chosen: list[tuple[SitePlan, int]] = []
    free = larger & ~on_second & (from_border > 45)
    large = _choose_apart(settlements.points, liking, free, len(LARGE_PLANS), first=0)
    chosen += zip(LARGE_PLANS, large, strict=True)
    line = _choose_along(regions.border, settlements.points, len(SMALL_PLANS))
    chosen += zip(SMALL_PLANS, line, strict=True)
    not_capital = np.arange(len(province)) > 0
    seats = [int(np.flatnonzero((province == number) & not_capital)[0]) for number in (0, 3)]
    chosen += zip(POLITICAL_PLANS, [0, *seats], strict=True)
    left = free & ~np.isin(np.arange(len(free)), large)
    chosen += zip(MODULAR_PLANS, _choose_apart(settlements.points, liking, left, 2), strict=True)
    chosen.append((OFFICE, int(np.flatnonzero(on_second)[0])))
    return _write_table(country, chosen, settlements)


def _measure_to(line: Points, points: Points) -> Points:
    result: Points = np.sqrt(((points[:, None] - line) ** 2).sum(axis=2).min(axis=1))
    return result


def _choose_apart(points: Points, liking: Points, free: Mask, count: int, first: int | None = None) -> list[int]:
    """The most liked free places, none near another; `first` is taken whatever is liked."""
    order = np.argsort(-liking, kind="stable")
    chosen = [] if first is None else [first]
    for place in order[free[order]].tolist():
        if len(chosen) == count:
            break
        if not chosen or ((points[chosen] - points[place]) ** 2).sum(axis=1).min() >= _APART_KM**2:
            chosen.append(place)
    return chosen


def _choose_along(line: Points, points: Points, count: int) -> list[int]:
    """Different places near points spread evenly along a line."""
    chosen: list[int] = []
    for share in np.linspace(0.12, 0.88, count):
        distance = ((points - line[int(share * (len(line) - 1))]) ** 2).sum(axis=1)
        distance[chosen] = np.inf
        chosen.append(int(np.argmin(distance)))
    return chosen


def _write_table(country: str, chosen: list[tuple[SitePlan, int]], settlements: Settlements) -> Sites:
    rows = [(plan, place, stretch) for plan, place in chosen for stretch in plan.stretches]
    names = [settlements.names[place].latin for _, place, _ in rows]
    places = np.array([place for _, place, _ in rows])
    count = len(rows)

    def days(texts: list[str]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        return np.array([text or "NaT" for text in texts], dtype="datetime64[D]")

    sites = Sites(
        site_id=np.array(
            [f"{plan.mission}/{name.lower()}" for (plan, _, _), name in zip(rows, names, strict=True)]
        ),
        mission=np.array([plan.mission for plan, _, _ in rows]),
        name=np.array(names),
        country=np.full(count, country),
        lon=settlements.degrees[places, 0],
        lat=settlements.degrees[places, 1],
        opened=days([stretch.opened for _, _, stretch in rows]),
        closed=days([stretch.closed for _, _, stretch in rows]),
        status=np.array([stretch.status for _, _, stretch in rows]),
        military=np.array([stretch.military for _, _, stretch in rows], dtype=np.float64),
        police=np.array([stretch.police for _, _, stretch in rows], dtype=np.float64),
        civilian=np.array([stretch.civilian for _, _, stretch in rows], dtype=np.float64),
        air=np.array([plan.air for plan, _, _ in rows], dtype=np.int8),
        kind=np.array([plan.kind for plan, _, _ in rows]),
        source_file=np.zeros(count, dtype=np.int16),
        source_line=np.zeros(count, dtype=np.int32),
    )
    ordered = sites.take(np.lexsort((sites.opened, sites.site_id)))
    return replace(ordered, source_line=np.arange(2, count + 2, dtype=np.int32))
