"""Who was harmed near whom, in time: every event against every site that was open that day.

The rules stand in `compute_vicinity`; `engine.reach.obvious` says the same slowly and is what this is
tested against. A ring is an analytical distance, never an area of responsibility.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Floats, Sites, Table, Text

ALGORITHM: Final = 1
"""Version of the rules: part of every recipe, raised when a result may change."""

EXCLUDED: Final = 0
UNPLACEABLE: Final = 1
PLACEABLE: Final = 2

Spread = Literal["none", "area-months"]
"""Whether an event counts at one place on one day, or is spread over its area and its months."""


@dataclass(frozen=True, slots=True)
class VicinitySpec:
    """What to compute: rings in kilometres, the days that count (both ends in), and the variant.

    Rings are sorted and made distinct. Raises Problem "option-invalid" for a ring that is no distance, and
    for a period that ends before it starts.
    """

    within_km: tuple[float, ...]
    from_day: date | None
    as_of: date
    spread: Spread = "none"

    def __post_init__(self) -> None:
        if not self.within_km or not all(math.isfinite(km) and km >= 0 for km in self.within_km):
            raise Problem(
                "option-invalid",
                f"{', '.join(str(km) for km in self.within_km) or 'Nothing'} is no list of distances.",
                where="within-km",
                remedy="Give one or more distances in kilometres, for example 5,30,50,100.",
            )
        if self.from_day is not None and self.from_day > self.as_of:
            raise Problem(
                "option-invalid",
                f"The period starts on {self.from_day}, after the day it is seen from, {self.as_of}.",
                where="from",
                remedy="Choose a first day that is not after the as-of day.",
            )
        if self.spread not in get_args(Spread):
            raise Problem(
                "option-invalid",
                f"{self.spread!r} is no way to spread events.",
                where="spread",
                remedy=f"Use one of {', '.join(get_args(Spread))}.",
            )
        object.__setattr__(self, "within_km", tuple(sorted({float(km) for km in self.within_km})))

    @property
    def widest_km(self) -> float:
        """The outermost ring."""
        return self.within_km[-1]


@dataclass(frozen=True, slots=True)
class Pairs(Table):
    """An event near a site, at most once per event, site and placement; sorted by these three.

    event        row of the events table, int32;  site  index into `Vicinity.site_ids`, int32
    placement    0; under spread the number of the place and month within its event, int32
    distance_km  to the nearest point of the site that was open that day
    weight       1; under spread the share of the event that lies at this place in this month
    month        datetime64[M]
    """

    event: NDArray[np.int32]
    site: NDArray[np.int32]
    distance_km: Floats
    weight: Floats
    month: NDArray[np.datetime64]
    placement: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Vicinity:
    """The pairs within the widest ring, and an account of every event and every site row.

    site_ids, site_missions   one entry per site, in alphabetical order of the ids
    state          per event: EXCLUDED, UNPLACEABLE or PLACEABLE;  excluded  the first by reason
    is_spread      per event: its place is not one point but several (never without spread)
    nearest_site   per event: index of the nearest site open on its day, at any distance; -1 where none was
                   open, where the event has no place, and where it is spread
    nearest_km     the distance to it, NaN where nearest_site is -1
    site_rows      which rows of the sites table could not be used, and why
    """

    spec: VicinitySpec
    site_ids: Text
    site_missions: Text
    pairs: Pairs
    state: NDArray[np.int8]
    excluded: Mapping[str, int]
    is_spread: NDArray[np.bool_]
    nearest_site: NDArray[np.int32]
    nearest_km: Floats
    site_rows: Accounting


def compute_vicinity(events: Events, sites: Sites, spec: VicinitySpec) -> Vicinity:
    """Being written."""
    raise NotImplementedError
