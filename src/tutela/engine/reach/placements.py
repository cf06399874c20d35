"""Where and when each event counts: whole at its own point on its first day, or shared out over its months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutela.engine.reach.openings import Numbers, number_days
from tutela.kernel.tables import Events, Floats, Table


@dataclass(frozen=True, slots=True)
class Placements(Table):
    """One event at one point on one day, with the share of it that lies there.

    event   row of the events table;  number  of the placement within its event, the same in any order of rows
    day     days since 1970;  weight  the shares of one event add up to 1
    """

    event: Numbers
    number: Numbers
    day: Numbers
    lon: Floats
    lat: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Stretches(Table):
    """The part of an event that lies in one month: its number, its first day there, its share of the days."""

    event: Numbers
    number: Numbers
    day: Numbers
    weight: Floats


def place_events(events: Events, rows: Numbers) -> Placements:
    """Each of these events whole, at its own point, on its first day."""
    day = number_days(events.day[rows])
    return Placements(rows, np.zeros_like(rows), day, events.lon[rows], events.lat[rows], np.ones(len(rows)))


def place_in_months(events: Events, stretches: Stretches) -> Placements:
    """Each stretch at its event's own point."""
    lon, lat = events.lon[stretches.event], events.lat[stretches.event]
    return Placements(stretches.event, stretches.number, stretches.day, lon, lat, stretches.weight)


def split_by_month(events: Events, rows: Numbers, as_of: int) -> Stretches:
    """Cut these events at the first of each month, in proportion to days; days after `as_of` do not count.

    An event whose last day is unknown, or before its first, lasts one day.
    """
    first = number_days(events.day[rows])
    last = np.where(np.isnat(events.day_end[rows]), first, number_days(events.day_end[rows]))
    last = np.maximum(first, np.minimum(last, as_of))
    month = first.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    n_months = last.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - month + 1
    number = np.arange(n_months.sum()) - np.repeat(np.cumsum(n_months) - n_months, n_months)
    first, last, month = np.repeat(first, n_months), np.repeat(last, n_months), np.repeat(month, n_months) + number
    begin = np.maximum(first, number_days(month.astype("datetime64[M]")))
    end = np.minimum(last, number_days((month + 1).astype("datetime64[M]")) - 1)
    return Stretches(np.repeat(rows, n_months), number, begin, (end - begin + 1) / (last - first + 1))
