"""Where a telephone works: masts in towns, some of them put out by violence, some for weeks only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.studies.invented.actors import Territory
from tutela.studies.invented.attacks import FIRST_DAY, LAST_DAY
from tutela.studies.invented.plane import Points
from tutela.studies.invented.towns import Settlements

_MOST_RANK: Final = 420
_CHANCES: Final = ((40, 0.97), (130, 0.62), (_MOST_RANK, 0.2))
_DANGEROUS: Final = 0.35
"""What is left of a town's chance of a mast in the most dangerous tenth of places."""

_LOST: Final = 0.14
_OUTAGES: Final = 0.45
_DAYS: Final = (LAST_DAY - FIRST_DAY).days


@dataclass(frozen=True, slots=True)
class Mast:
    """One mast: how far it reaches, from when to when it works ("" without end), and one outage if it had one."""

    mast_id: str
    place: str
    lon: float
    lat: float
    reach_km: float
    since: str
    until: str
    out_from: str
    out_until: str


@dataclass(frozen=True, slots=True)
class Network:
    """All masts, with their places on the plane."""

    masts: tuple[Mast, ...]
    points: Points

    def covers(self, points: Points, days: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Whether a telephone works at each point on its day."""
        reach = np.array([mast.reach_km for mast in self.masts])
        near = ((points[:, None] - self.points) ** 2).sum(axis=2) <= reach**2

        def column(name: str, empty: str) -> NDArray[np.datetime64]:
            return np.array([getattr(mast, name) or empty for mast in self.masts], dtype="datetime64[D]")

        day = days[:, None]
        works = (day >= column("since", "1900-01-01")) & (day < column("until", "2999-01-01"))
        is_out = (day >= column("out_from", "2999-01-01")) & (day < column("out_until", "2999-01-01"))
        result: NDArray[np.bool_] = (near & works & ~is_out).any(axis=1)
        return result


def weigh_danger(territories: dict[str, Territory]) -> NDArray[np.float64]:
    """How much harm armed actors on the ground do at each settlement, over all years."""
    held = [territory.weights.sum(axis=0) for name, territory in territories.items() if name != "neighbour"]
    result: NDArray[np.float64] = np.sum(held, axis=0)
    return result


def raise_masts(settlements: Settlements, danger: NDArray[np.float64], rng: np.random.Generator) -> Network:
    """Put masts on larger settlements, fewer where it is dangerous."""
    count = min(_MOST_RANK, len(settlements.points))
    rank = np.arange(count)
    chance = np.select([rank < most for most, _ in _CHANCES], [share for _, share in _CHANCES])
    hot = danger[:count] > np.quantile(danger, 0.9)
    chosen = np.flatnonzero(rng.random(count) < chance * np.where(hot & (rank >= 40), _DANGEROUS, 1.0))
    masts = []
    for number, town in enumerate(chosen.tolist()):
        reach = 6.0 + 2.6 * np.log10(settlements.people[town] / 1_000) + rng.uniform(0, 4)
        since = date(2012, 1, 1) + timedelta(days=int(rng.integers(0, 3_600 if town >= 40 else 900)))
        lost = town >= 40 and rng.random() < _LOST * (2 if hot[town] else 1)
        until = FIRST_DAY + timedelta(days=int(rng.integers(200, _DAYS))) if lost else None
        out = FIRST_DAY + timedelta(days=int(rng.integers(30, _DAYS - 150)))
        has_outage = rng.random() < _OUTAGES
        back = out + timedelta(days=int(rng.integers(6, 110)))
        masts.append(
            Mast(
                mast_id=f"N{number + 1:03d}",
                place=settlements.names[town].latin,
                lon=float(settlements.degrees[town, 0]),
                lat=float(settlements.degrees[town, 1]),
                reach_km=round(float(reach), 1),
                since=since.isoformat(),
                until=until.isoformat() if until and until > since else "",
                out_from=out.isoformat() if has_outage else "",
                out_until=back.isoformat() if has_outage else "",
            )
        )
    return Network(tuple(masts), settlements.points[chosen])
