"""How attacks come to be recorded: with places more or less exact, with numbers more or less certain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Events
from tutela.studies.invented.actors import CONDUCTS, InventedActor
from tutela.studies.invented.attacks import DAYS, FIRST_DAY, Attacks, Ground
from tutela.studies.invented.plane import Points, to_degrees
from tutela.studies.invented.regions import locate_districts

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

PRECISION_SHARES: Final = (0.575, 0.205, 0.13, 0.05, 0.015, 0.02, 0.005)
"""Shares of the place precisions 1 to 7, about as in the events of the Uppsala Conflict Data Program."""

_AT_A_PLACE: Final = 0.6
"""Share of exactly placed events that stand on the point of a settlement, as sources write them."""

_LARGER_PLACES: Final = 300
_MOST: Final = 400
_SUMMARIES: Final = 0.004


@dataclass(frozen=True, slots=True)
class RegionNames:
    """Names by number: `province_of` gives the province of each district."""

    country: str
    provinces: tuple[str, ...]
    districts: tuple[str, ...]
    province_of: Numbers


@dataclass(frozen=True, slots=True)
class _Deaths:
    best: Floats
    low: Floats
    high: Floats
    civilians: Floats


def record_attacks(
    attacks: Attacks,
    ground: Ground,
    names: RegionNames,
    actors: tuple[InventedActor, ...],
    rng: np.random.Generator,
) -> Events:
    """The attacks as a table of events, in order of day."""
    count = len(attacks)
    summary = np.zeros(count, dtype=bool)
    summary[rng.choice(count, max(6, int(count * _SUMMARIES)), replace=False)] = True
    precision = rng.choice(np.arange(1, 8), count, p=PRECISION_SHARES)
    precision = np.where(summary & (precision < 3), rng.choice((3, 4, 6), count, p=(0.4, 0.4, 0.2)), precision)
    violence = _roll_violence(attacks, rng)
    deaths = _roll_deaths(attacks, violence, summary, rng)
    points, district = _write_places(attacks, ground, precision, rng)
    first = np.datetime64(FIRST_DAY, "D") + attacks.day
    longer = np.where(summary, rng.integers(30, 240, count), rng.integers(1, 6, count) * (rng.random(count) < 0.12))
    last = np.datetime64(FIRST_DAY, "D") + np.minimum(attacks.day + longer, DAYS - 1)
    unknown = rng.random(count) < np.where(violence == 3, 0.08, 0.02)
    sides = _name_sides(attacks, violence, actors, unknown, rng)
    perpetrator = np.array([PERPETRATORS.index(actor.perpetrator) for actor in actors])[attacks.actor]
    provinces, districts = np.array(names.provinces), np.array(names.districts)
    degrees = to_degrees(points)
    return Events(
        event_id=np.array([f"INV-{number:06d}" for number in range(1, count + 1)]),
        day=first,
        day_end=last,
        lon=degrees[:, 0],
        lat=degrees[:, 1],
        precision=precision.astype(np.int8),
        country=np.full(count, names.country),
        adm_1=np.where(precision < 6, provinces[names.province_of[district]], ""),
        adm_2=np.where(precision < 4, districts[district], ""),
        violence=violence.astype(np.int8),
        perpetrator=np.where(unknown, 0, perpetrator).astype(np.int8),
        side_a=sides[0],
        side_b=sides[1],
        best=deaths.best,
        low=deaths.low,
        high=deaths.high,
        civilians=deaths.civilians,
        source_file=np.zeros(count, dtype=np.int16),
        source_line=np.arange(2, count + 2, dtype=np.int32),
    )


def _roll_violence(attacks: Attacks, rng: np.random.Generator) -> Numbers:
    """Codes into VIOLENCE: alone against civilians, or against the rival, with the State or without."""
    conducts = list(CONDUCTS.items())
    one_sided = np.array([conduct.one_sided for _, conduct in conducts])[attacks.actor]
    with_state = np.array([name in ("state", "front", "neighbour") for name, _ in conducts])[attacks.actor]
    fight = np.where(with_state, VIOLENCE.index("state_based"), VIOLENCE.index("non_state"))
    return np.where(rng.random(len(attacks)) < one_sided, VIOLENCE.index("one_sided"), fight)


def _roll_deaths(
    attacks: Attacks, violence: Numbers, summary: NDArray[np.bool_], rng: np.random.Generator
) -> _Deaths:
    """Most events kill one or two; a few kill very many; some are only possible."""
    count = len(attacks)
    tail = np.array([conduct.tail for conduct in CONDUCTS.values()])[attacks.actor]
    best = np.minimum(np.floor((1 - rng.random(count)) ** (-1 / tail)), _MOST)
    best = np.where(rng.random(count) < 0.07, 0, best)
    best = np.where(summary, np.minimum(12 + best * rng.integers(2, 14, count), 3 * _MOST), best)
    unsure = rng.random(count) < 0.3
    low = np.where(unsure, np.floor(best * rng.uniform(0.3, 1, count)), best)
    more = np.ceil(best * rng.exponential(0.5, count)) + rng.integers(0, 3, count)
    high = np.where(unsure | (best == 0), best + np.maximum(more, best == 0), best)
    exposed = np.choose(violence, (0.5, 0.12, 0.25, 1.0))
    exposed = np.where(attacks.actor == list(CONDUCTS).index("neighbour"), np.maximum(exposed, 0.55), exposed)
    fought = rng.binomial(best.astype(np.int64), np.clip(exposed * rng.uniform(0.2, 1.8, count), 0, 1))
    civilians = np.where(violence == VIOLENCE.index("one_sided"), best, fought)
    return _Deaths(best, low, high, civilians.astype(np.float64))


def _write_places(
    attacks: Attacks, ground: Ground, precision: Numbers, rng: np.random.Generator
) -> tuple[Points, Numbers]:
    """The points as sources would give them, and the districts that the sources would name."""
    regions, places = ground.regions, ground.settlements.points
    true = np.column_stack((attacks.x, attacks.y))
    nearest = cKDTree(places).query(true)[1]
    larger = cKDTree(places[:_LARGER_PLACES]).query(true)
    district = locate_districts(regions, true)
    at_place = (precision == 1) & (rng.random(len(true)) < _AT_A_PLACE)
    near = (precision == 2) | (precision == 5)
    province = regions.province_of[district]
    seats = np.array([np.flatnonzero(regions.province_of == p)[0] for p in range(len(regions.provinces))])
    points = np.where(at_place[:, None], places[nearest], true)
    points = np.where(near[:, None], places[np.where(larger[0] <= 25, larger[1], nearest)], points)
    points = np.where((precision == 3)[:, None], regions.centres[district], points)
    points = np.where((precision == 4)[:, None], regions.centres[seats[province]], points)
    points = np.where((precision == 6)[:, None], _find_middle_of_country(regions.centres), points)
    off_shore = regions.border[0] + (regions.border[0] - regions.border[-1]) * 0.15
    points = np.where((precision == 7)[:, None], off_shore, points)
    return points, np.where(at_place | near, locate_districts(regions, points), district)


def _find_middle_of_country(centres: Points) -> Points:
    result: Points = centres[np.argmin(((centres - centres.mean(axis=0)) ** 2).sum(axis=1))]
    return result


def _name_sides(
    attacks: Attacks,
    violence: Numbers,
    actors: tuple[InventedActor, ...],
    unknown: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Both sides as sources write them: in fights with the State the State comes first."""
    own = np.array([actor.name for actor in actors])[attacks.actor]
    rival = np.array([actor.rival for actor in actors])[attacks.actor]
    number = {actor.actor_id: i for i, actor in enumerate(actors)}
    turned = (attacks.actor == number["front"]) | (
        (attacks.actor == number["valleys"]) & (rng.random(len(own)) < 0.5)
    )
    one_sided = violence == VIOLENCE.index("one_sided")
    # Either of the two communal militias attacks; the Front stands second in a fight with the State.
    attacker = np.where(turned & (attacks.actor == number["valleys"]), rival, own)
    side_a = np.where(one_sided, attacker, np.where(turned, rival, own))
    side_b = np.where(one_sided, "Civilians", np.where(turned, own, rival))
    return np.where(unknown, "Unknown armed men", side_a), side_b
