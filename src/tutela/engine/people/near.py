"""People near the sites of a presence: within each ring, everybody once, by every source that was brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from tutela.engine.people.circles import draw_ring
from tutela.engine.people.ranges import reconcile
from tutela.engine.people.within import Count, people_in_places, people_on_grid
from tutela.engine.reach.openings import merge_openings, number_days
from tutela.kernel.accounting import Accounting
from tutela.kernel.estimates import Estimate
from tutela.kernel.people import PeopleRaster, Settlements
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats, Sites


@dataclass(frozen=True, slots=True)
class PeopleSources:
    """What may be asked about people, by name: a source with its year ("WorldPop 2020")."""

    rasters: tuple[PeopleRaster, ...] = ()
    places: Mapping[str, Settlements] = field(default_factory=dict)
    others: Mapping[str, Count] = field(default_factory=dict)

    def counts(self) -> dict[str, Count]:
        """One question for each source. Raises Problem id-conflict where two have one name."""
        pairs: list[tuple[str, Count]] = [
            *((raster.source, partial(people_on_grid, raster)) for raster in self.rasters),
            *((name, partial(people_in_places, places)) for name, places in self.places.items()),
            *self.others.items(),
        ]
        named = dict(pairs)
        if len(named) < len(pairs):
            raise Problem(
                "id-conflict",
                "Two sources of people have one name.",
                remedy="Give each its own name, with the year that it speaks for.",
            )
        return named


@dataclass(frozen=True, slots=True)
class RingPeople:
    """People within one distance of any open site.

    estimate    the range over all sources, None where none has a number there
    by_source   what each source says, None where it has no number there
    """

    within_km: float
    estimate: Estimate | None
    by_source: Mapping[str, Estimate | None]

    def as_json(self) -> dict[str, Any]:
        """Plain values; a source without a number there is null, never 0."""
        return {
            "within_km": self.within_km,
            "people": self.estimate.as_json() if self.estimate else None,
            "by_source": {
                name: estimate.as_json() if estimate else None for name, estimate in sorted(self.by_source.items())
            },
        }


@dataclass(frozen=True, slots=True)
class PeopleNear:
    """People near the sites that were open on a day; `accounting` tells of the rows of sites."""

    as_of: date
    sites: int
    rings: tuple[RingPeople, ...]
    accounting: Accounting


def people_near(sites: Sites, rings_km: tuple[float, ...], sources: PeopleSources, as_of: date) -> PeopleNear:
    """People within each distance of the sites open on a day: a union, so that nobody is counted twice.

    With the sites of one presence it is that presence's; with several, everybody near any of them. A ring holds
    those within it too ("within 50 km" holds "within 30 km").
    """
    _check_rings(rings_km)
    open_sites = merge_openings(sites)
    day = int(number_days(np.array([as_of], dtype="datetime64[D]"))[0])
    openings = open_sites.openings
    openings = openings.take((openings.opened <= day) & (openings.closed > day))
    points = np.unique(np.column_stack((openings.lon, openings.lat)), axis=0)
    counts = sources.counts()
    rings = tuple(_count_ring(points, km, counts) for km in sorted(set(rings_km)))
    return PeopleNear(as_of, len(np.unique(openings.site)), rings, open_sites.accounting)


def _count_ring(points: Floats, within_km: float, counts: Mapping[str, Count]) -> RingPeople:
    if not len(points):
        return RingPeople(within_km, None, dict.fromkeys(counts))
    shape = draw_ring(points[:, 0], points[:, 1], within_km)
    by_source = {name: count(shape) for name, count in counts.items()}
    known = {name: estimate for name, estimate in by_source.items() if estimate is not None}
    return RingPeople(within_km, reconcile(known) if known else None, by_source)


def _check_rings(rings_km: tuple[float, ...]) -> None:
    if not rings_km or not all(np.isfinite(km) and km > 0 for km in rings_km):
        raise Problem(
            "option-invalid",
            "People are counted within distances above 0 kilometres.",
            remedy="Give one distance or several, for example 5, 30, 50 and 100.",
        )
