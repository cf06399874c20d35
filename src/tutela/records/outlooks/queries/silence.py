"""Where silence may be a lack of reporting: no report is not no event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.markings import Principal
from tutela.kernel.places import distances_km
from tutela.records.incidents.finding import chunks
from tutela.records.incidents.models import Report
from tutela.records.ledger.acts import action, record_access
from tutela.records.missions.models import Access, Population
from tutela.records.outlooks.finding import see_presence

MONTHS: Final = 6
SILENT_AFTER: Final = timedelta(days=60)
"""A place of which nobody reported for so long is called silent."""

NEAR_KM: Final = 30.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What was reported of one population at risk.

    by_month   reports in each of the last months, the oldest first;  last  the day of the newest, None without any
    is_reached   whether the register knows any way to it
    """

    population: Population
    by_month: tuple[tuple[str, int], ...]
    last: date | None
    is_silent: bool
    is_reached: bool


@action("outlook.reporting")
def reporting_of(*, by: Principal, presence: int, today: date) -> tuple[Heard, ...]:
    """Reports of each population at risk over the last months, the silent and unreached first."""
    home = see_presence(by, presence)
    record_access("search", Report._meta.db_table, compartment=home.compartment_id, marking=home.marking)
    people = list(Population.visible_to(by).filter(presence_id=home.pk).exclude(status=Population.Status.LEFT))
    months = _months(today)
    since = datetime(int(months[0][:4]), int(months[0][5:7]), 1, tzinfo=UTC)
    rows = list(Report.visible_to(by).filter(presence_id=home.pk, said_at__gte=since).order_by("pk"))
    reached: set[int] = set()
    for keys in chunks(row.pk for row in people):
        ways = Access.visible_to(by).filter(population_id__in=keys).exclude(can_reach=Access.Reach.NO)
        reached |= set(ways.values_list("population_id", flat=True))
    seen = _Reports(
        np.array([row.said_at.toordinal() for row in rows], dtype=np.int64),
        np.array([np.nan if row.lon is None else row.lon for row in rows]),
        np.array([np.nan if row.lat is None else row.lat for row in rows]),
        np.array([row.population_id or 0 for row in rows], dtype=np.int64),
    )
    found = [_heard(row, seen, months, today, is_reached=row.pk in reached) for row in people]
    return tuple(sorted(found, key=lambda item: (not item.is_silent, item.is_reached, item.population.name)))


@dataclass(frozen=True, slots=True)
class _Reports:
    day: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    population: NDArray[np.int64]


def _heard(row: Population, seen: _Reports, months: tuple[str, ...], today: date, *, is_reached: bool) -> Heard:
    of = seen.population == row.pk
    if row.lat is not None and row.lon is not None and len(of):
        of |= distances_km(row.lon, row.lat, seen.lon, seen.lat) <= NEAR_KM  # no point is near nothing
    days = [date.fromordinal(int(day)) for day in seen.day[of]]
    last = max(days, default=None)
    counts = tuple((month, sum(day.isoformat()[:7] == month for day in days)) for month in months)
    return Heard(row, counts, last, last is None or today - last > SILENT_AFTER, is_reached)


def _months(today: date) -> tuple[str, ...]:
    number = today.year * 12 + today.month - 1
    return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(number - MONTHS + 1, number + 1))
