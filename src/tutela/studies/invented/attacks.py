"""When and where harm is done: most of it soon after and near to earlier harm.

A branching process (Hawkes): first attacks by season, campaign and ground; each sets off a few more, days later
and kilometres away, some of them by the other side. Nothing here is fitted to any country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.tables import Table
from tutela.studies.invented.actors import CONDUCTS, YEARS, Conduct, Territory
from tutela.studies.invented.plane import Points, find_inside, to_degrees
from tutela.studies.invented.regions import Regions
from tutela.studies.invented.towns import Settlements

Numbers = NDArray[np.int64]

FIRST_DAY: Final = date(YEARS[0], 1, 1)
LAST_DAY: Final = date(YEARS[-1], 12, 31)
DAYS: Final = (LAST_DAY - FIRST_DAY).days + 1

_LAG_DAYS: Final = 7.0
_NEAR_KM: Final = 4.0
_AT_ONCE: Final = 0.55
"""Share of what is set off that happens at the very same place."""

_RIVALS: Final = {"state": "front", "watch": "front", "front": "state", "valleys": "valleys", "ring": "ring"}


@dataclass(frozen=True, slots=True)
class Attacks(Table):
    """One row for each attack: actor (index into CONDUCTS), day since the first, place on the plane."""

    actor: Numbers
    day: Numbers
    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ground:
    """What attacks need to know of the country."""

    regions: Regions
    settlements: Settlements
    territories: dict[str, Territory]


def roll_attacks(ground: Ground, wanted: int, rng: np.random.Generator) -> Attacks:
    """About as many attacks as wanted, in order of day; each on the country's own land."""
    generations = [_begin_attacks(ground, wanted, rng)]
    while len(generations[-1]):
        generations.append(_set_off(ground, generations[-1], rng))
    attacks = Attacks.concatenate(generations)
    return attacks.take(np.lexsort((attacks.y, attacks.x, attacks.actor, attacks.day)))


def _begin_attacks(ground: Ground, wanted: int, rng: np.random.Generator) -> Attacks:
    parts = []
    for number, (actor_id, conduct) in enumerate(CONDUCTS.items()):
        weights = ground.territories[actor_id].weights
        first = wanted * conduct.share * (1 - conduct.offspring)
        for year, activity in enumerate(weights.sum(axis=1)):
            count = rng.poisson(first * activity / weights.sum())
            if count:
                rows = rng.choice(weights.shape[1], count, p=weights[year] / activity)
                days = _roll_days(conduct, YEARS[year], count, rng)
                parts.append(_place(ground, np.full(count, number), days, ground.settlements.points[rows], rng))
    return Attacks.concatenate(parts)


def _roll_days(conduct: Conduct, year: int, count: int, rng: np.random.Generator) -> Numbers:
    """Days since the first day: by season, and two campaigns of some weeks in which a third of it happens."""
    begin = (date(year, 1, 1) - FIRST_DAY).days
    length = (date(year, 12, 31) - date(year, 1, 1)).days + 1
    days = np.arange(length)
    season = 1 + conduct.season * np.cos(2 * np.pi * (days / length - (conduct.peak_month - 0.5) / 12))
    campaigns = sum(np.exp(-(((days - middle) / 12.0) ** 2)) for middle in rng.uniform(20, length - 20, 2))
    chance = 0.67 * season / season.sum() + 0.33 * campaigns / np.sum(campaigns)
    return begin + rng.choice(length, count, p=chance / chance.sum())


def _set_off(ground: Ground, earlier: Attacks, rng: np.random.Generator) -> Attacks:
    conducts = list(CONDUCTS.values())
    mean = np.array([conduct.offspring for conduct in conducts])[earlier.actor]
    parent = earlier.take(np.repeat(np.arange(len(earlier)), rng.poisson(mean)))
    replies = rng.random(len(parent)) < np.array([conduct.replies for conduct in conducts])[parent.actor]
    names = list(CONDUCTS)
    rival = np.array([names.index(_RIVALS.get(name, name)) for name in names])
    actor = np.where(replies, rival[parent.actor], parent.actor)
    # A long tail of weeks on top of days, so that quiet months are quiet and bad ones very bad.
    days = parent.day + rng.gamma(0.8, _LAG_DAYS / 0.8, len(parent)).astype(np.int64)
    moved = _place(ground, actor, days, np.column_stack((parent.x, parent.y)), rng)
    return moved.take(moved.day < DAYS)


def _place(ground: Ground, actor: Numbers, days: Numbers, near: Points, rng: np.random.Generator) -> Attacks:
    """Move each attack some way from where it would be, unless that is off the country's land."""
    angle = rng.uniform(0, 2 * np.pi, len(near))
    away = rng.exponential(_NEAR_KM, len(near)) * (rng.random(len(near)) >= _AT_ONCE)
    moved = near + away[:, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    territory = [to_degrees(ring) for ring in ground.regions.territory]
    points = np.where(find_inside(to_degrees(moved), territory)[:, None], moved, near)
    return Attacks(actor, days, points[:, 0], points[:, 1])
