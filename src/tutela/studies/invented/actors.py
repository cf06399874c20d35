"""Who does harm: five armed actors and another State's aircraft, each with the ground it moves over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.studies.invented.names import coin_names, write_arabic
from tutela.studies.invented.plane import Points
from tutela.studies.invented.regions import Regions
from tutela.studies.invented.towns import Settlements

YEARS: Final = tuple(range(2018, 2026))
"""The eight years of events, each whole."""

BORDER: Final = ()
"""In place of provinces: areas along the land border."""


@dataclass(frozen=True, slots=True)
class InventedActor:
    """One armed actor; `perpetrator` is one of PERPETRATORS, `rival` the other side of what it fights."""

    actor_id: str
    name: str
    name_ar: str
    perpetrator: str
    rival: str
    note: str


@dataclass(frozen=True, slots=True)
class Conduct:
    """How an actor acts.

    share         of all events
    by_year       how active it is in each year, relative
    reach_km, drift_km   how wide the areas are that it holds, how far they move in a year
    provinces     where its areas begin (0 lies by the second island, 4 at the border, 5 is the second island)
    peak_month, season   the month (1 to 12) when it is most active, and by how much
    offspring     events that each event sets off, on average;  replies   share of them done by the rival
    one_sided     share of its events against civilians alone
    tail          power of the tail of deaths: lower is heavier
    """

    share: float
    by_year: tuple[float, ...]
    reach_km: float
    drift_km: float
    provinces: tuple[int, ...]
    peak_month: float
    season: float
    offspring: float
    replies: float
    one_sided: float
    tail: float


@dataclass(frozen=True, slots=True)
class Territory:
    """Where one actor is, by year: `weights` (years, settlements), each row adding up to how active it is."""

    weights: NDArray[np.float64]


CONDUCTS: Final[dict[str, Conduct]] = {
    "state": Conduct(
        0.20, (0.8, 1.0, 1.3, 1.4, 1.0, 0.7, 0.8, 1.1), 34, 30, (2, 3, 2), 7.5, 0.45, 0.60, 0.30, 0.30, 1.10
    ),
    "watch": Conduct(
        0.11, (0.3, 0.6, 1.0, 1.4, 1.5, 1.2, 1.0, 1.2), 26, 22, (3, 2, 1), 8.0, 0.30, 0.62, 0.10, 0.60, 1.15
    ),
    "front": Conduct(
        0.36, (0.6, 1.0, 1.5, 1.6, 1.1, 0.7, 0.9, 1.5), 32, 42, (2, 3, 2, 3), 7.0, 0.50, 0.68, 0.25, 0.50, 1.08
    ),
    "valleys": Conduct(
        0.19, (0.9, 0.7, 1.0, 0.8, 1.4, 1.0, 1.2, 1.1), 30, 12, (1, 1, 2), 10.5, 0.80, 0.72, 0.20, 0.25, 1.20
    ),
    "ring": Conduct(
        0.09, (0.4, 0.5, 0.6, 0.8, 1.0, 1.4, 1.8, 2.0), 20, 6, (0, 5, 5), 12.0, 0.15, 0.45, 0.05, 0.65, 1.60
    ),
    "neighbour": Conduct(
        0.05, (0.0, 0.0, 0.2, 0.4, 1.0, 1.3, 2.0, 2.2), 22, 8, BORDER, 6.5, 0.30, 0.60, 0.00, 0.45, 1.05
    ),
}
"""Conduct by actor id. The order is the order of the streams of chance."""

_NOTES: Final = {
    "state": "The armed forces of the host State.",
    "watch": "A militia aligned with the State.",
    "front": "An armed group that fights the State.",
    "valleys": "Communal militias of two districts that share pastures and wells.",
    "ring": "A criminal network of the ports and the roads to them.",
    "neighbour": "Another State's aircraft; no ground troops of it are in the country.",
}

_HOT_SPREAD: Final = 2.9
_BORDER_AREAS: Final = 2


def name_actors(
    country: str, neighbour: str, districts: tuple[str, ...], rng: np.random.Generator
) -> tuple[InventedActor, ...]:
    """The actors with their names, in the order of CONDUCTS."""
    watch, front, ring = coin_names(rng, [True, True, False])
    upper, lower = districts
    state, other = f"Government of {country}", f"Government of {neighbour}"
    armed = f"{front.latin} Front"
    rows = (
        (state, f"حكومة {write_arabic(country)}", "host_state", armed),
        (f"{watch.latin} Watch", f"حرس {watch.arabic}", "state_aligned", armed),
        (armed, f"جبهة {front.arabic}", "non_state", state),
        (
            f"Communal militia of {upper}",
            f"ميليشيا {write_arabic(upper)}",
            "communal",
            f"Communal militia of {lower}",
        ),
        (f"{ring.latin} Ring", f"عصابة {ring.arabic}", "criminal", "Unnamed armed men"),
        (other, f"حكومة {write_arabic(neighbour)}", "other_state", armed),
    )
    return tuple(
        InventedActor(actor_id, *row, note) for (actor_id, note), row in zip(_NOTES.items(), rows, strict=True)
    )


def hold_ground(regions: Regions, settlements: Settlements, rng: np.random.Generator) -> dict[str, Territory]:
    """Where each actor is in each year: areas that move, and within them a few places far more than the rest."""
    return {
        actor_id: Territory(_weigh_places(conduct, regions, settlements, rng))
        for actor_id, conduct in CONDUCTS.items()
    }


def _weigh_places(
    conduct: Conduct, regions: Regions, settlements: Settlements, rng: np.random.Generator
) -> NDArray[np.float64]:
    places = settlements.points
    hot = np.exp(rng.normal(0, _HOT_SPREAD, len(places))) * settlements.people**0.35
    centres = _begin(conduct, regions, settlements, rng)
    weights = np.empty((len(YEARS), len(places)))
    for year, activity in enumerate(conduct.by_year):
        strength = np.exp(rng.normal(0, 0.6, len(centres)))
        distance2 = ((places[:, None] - centres) ** 2).sum(axis=2)
        here = (np.exp(-distance2 / (2 * conduct.reach_km**2)) * strength).sum(axis=1)
        here *= hot * np.exp(rng.normal(0, 0.7, len(places)))
        weights[year] = activity * here / here.sum()
        centres = centres + rng.normal(0, conduct.drift_km, centres.shape)
        if conduct.provinces != BORDER:
            # Back to the nearest place: an area that drifts out to sea would hold nothing.
            nearest = np.argmin(((places[:, None] - centres) ** 2).sum(axis=2), axis=0)
            centres = places[nearest]
    return weights


def _begin(conduct: Conduct, regions: Regions, settlements: Settlements, rng: np.random.Generator) -> Points:
    if conduct.provinces == BORDER:
        inner = regions.border[len(regions.border) // 4 : -len(regions.border) // 4]
        return inner[rng.choice(len(inner), _BORDER_AREAS)]
    province = regions.province_of[settlements.district]
    rows = [int(rng.choice(np.flatnonzero(province == number))) for number in conduct.provinces]
    result: Points = settlements.points[rows]
    return result
