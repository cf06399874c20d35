"""People who are at risk together: in camps, schools, hospitals and markets, and on the routes between them.

Numbers of people are estimates with a low and a high figure and how they were come by; nobody counts a market.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.studies.invented.names import Name
from tutela.studies.invented.plane import Points, find_inside, to_degrees
from tutela.studies.invented.regions import Regions, locate_districts
from tutela.studies.invented.roads import PAVED_TOWNS
from tutela.studies.invented.towns import Settlements

KINDS: Final = ("camp", "idp_site", "hospital", "school", "market", "route")

_CAMPS: Final = 16
_IDP_SITES: Final = 26
_SCHOOLS: Final = 110
_MARKETS: Final = 64
_ROUTES: Final = 44
_APART_KM: Final = 14.0
_ARABIC: Final = {
    "camp": "مخيم",
    "idp_site": "موقع نازحين",
    "hospital": "مستشفى",
    "school": "مدرسة",
    "market": "سوق",
    "route": "طريق",
}
_ENGLISH: Final = {"camp": "camp", "idp_site": "displacement site"}
_BASIS: Final = {
    "camp": ("registration", 0.08),
    "idp_site": ("headcount by a visiting team", 0.30),
    "hospital": ("admissions of one month", 0.20),
    "school": ("enrolment list", 0.15),
    "market": ("stalls counted, times people a stall", 0.45),
    "route": ("people counted on one morning", 0.60),
}
"""How the number was come by, and how far it may be off."""

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class PopulationAtRisk:
    """One place or route with its people.

    people_low, people, people_high   of a usual day, or of the market's day
    to_lon, to_lat   the end of a route, None for a place;  since "" where it was always there
    when   on which days people are there
    """

    population_id: str
    kind: str
    name: str
    name_ar: str
    lon: float
    lat: float
    to_lon: float | None
    to_lat: float | None
    district: int
    people_low: int
    people: int
    people_high: int
    basis: str
    counted: str
    since: str
    when: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something stands: its town, and its own point on the plane if it is not in the town."""

    kind: str
    town: int
    people: float
    point: Points | None = None
    to: int | None = None
    since: str = ""
    when: str = "every day"


def list_populations(
    regions: Regions, settlements: Settlements, danger: NDArray[np.float64], rng: np.random.Generator
) -> tuple[PopulationAtRisk, ...]:
    """All of them, camps first; where there is more harm there are more displaced people."""
    seats = [int(np.flatnonzero(settlements.district == k)[0]) for k in range(len(regions.districts))]
    places = _choose_shelters(regions, settlements, danger, rng)
    places += [_Place("hospital", town, 40 + settlements.people[town] ** 0.55) for town in seats]
    places += [
        _Place("school", town, rng.uniform(180, 900), when="school days")
        for town in sorted(rng.choice(260, _SCHOOLS, replace=False).tolist())
    ]
    markets = sorted({*range(PAVED_TOWNS), *rng.choice(200, _MARKETS - PAVED_TOWNS, replace=False).tolist()})
    days = {town: "every day" if town < 8 else _DAYS[int(rng.integers(len(_DAYS)))] for town in markets}
    places += [
        _Place("market", town, min(9_000, 0.06 * settlements.people[town] + rng.uniform(150, 700)), when=days[town])
        for town in markets
    ]
    places += _choose_routes(settlements, markets, days, rng)
    return tuple(_describe(number, place, settlements, regions, rng) for number, place in enumerate(places))


def _choose_shelters(
    regions: Regions, settlements: Settlements, danger: NDArray[np.float64], rng: np.random.Generator
) -> list[_Place]:
    """Camps and smaller sites of displaced people near towns around which much harm is done."""
    larger = settlements.points[:260]
    near = ((larger[:, None] - settlements.points) ** 2).sum(axis=2)
    around = (np.exp(-near / (2 * 25.0**2)) * danger).sum(axis=1)
    liking = np.log(around + 1e-9) + 0.5 * np.log(settlements.people[:260]) + rng.normal(0, 0.6, len(larger))
    territory = [to_degrees(ring) for ring in regions.territory]
    chosen: list[int] = []
    places = []
    for town in np.argsort(-liking, kind="stable").tolist():
        if len(chosen) == _CAMPS + _IDP_SITES:
            break
        if chosen and ((larger[chosen] - larger[town]) ** 2).sum(axis=1).min() < _APART_KM**2:
            continue
        angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(1.2, 4.5)
        point = larger[town] + away * np.array((np.cos(angle), np.sin(angle)))
        if not find_inside(to_degrees(point)[None], territory)[0]:
            continue
        kind = "camp" if len(chosen) < _CAMPS else "idp_site"
        people = rng.lognormal(9.6, 0.5) if kind == "camp" else rng.lognormal(7.4, 0.6)
        since = str(np.datetime64("2018-02-01") + int(rng.integers(0, 2_500)))
        chosen.append(town)
        places.append(_Place(kind, town, people, point, since=since))
    return places


def _choose_routes(
    settlements: Settlements, markets: list[int], days: dict[int, str], rng: np.random.Generator
) -> list[_Place]:
    """Ways that people walk from a village to the nearest market on its day."""
    villages = rng.choice(np.arange(200, len(settlements.points)), _ROUTES, replace=False)
    places = []
    for village in sorted(villages.tolist()):
        away = ((settlements.points[markets] - settlements.points[village]) ** 2).sum(axis=1)
        market = markets[int(np.argmin(away))]
        people = 20 + 0.08 * settlements.people[village]
        places.append(_Place("route", village, people, to=market, when=days[market]))
    return places


def _describe(
    number: int, place: _Place, settlements: Settlements, regions: Regions, rng: np.random.Generator
) -> PopulationAtRisk:
    basis, spread = _BASIS[place.kind]
    point = settlements.points[place.town] if place.point is None else place.point
    degrees = to_degrees(point)
    to = None if place.to is None else settlements.degrees[place.to]
    low, high = 1 - spread * rng.uniform(0.4, 1), 1 + spread * rng.uniform(0.4, 1.2)
    counted = max(place.since, str(np.datetime64("2023-01-15") + int(rng.integers(0, 1_000))))
    names = [settlements.names[town] for town in (place.town, place.to) if town is not None]
    return PopulationAtRisk(
        population_id=f"P{number + 1:03d}",
        kind=place.kind,
        name=_name(place.kind, names),
        name_ar=f"{_ARABIC[place.kind]} {' - '.join(name.arabic for name in names)}",
        lon=float(degrees[0]),
        lat=float(degrees[1]),
        to_lon=None if to is None else float(to[0]),
        to_lat=None if to is None else float(to[1]),
        district=int(locate_districts(regions, point[None])[0]),
        people_low=_round_off(place.people * low),
        people=_round_off(place.people),
        people_high=_round_off(place.people * high),
        basis=basis,
        counted=counted,
        since=place.since,
        when=place.when,
    )


def _round_off(people: float) -> int:
    """To tens: nobody knows better."""
    return 10 * max(1, round(people / 10))


def _name(kind: str, names: list[Name]) -> str:
    if kind == "route":
        return f"Road from {names[0].latin} to {names[1].latin}"
    return f"{names[0].latin} {_ENGLISH.get(kind, kind)}"
