"""An event of several months, cut at the first of each month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tutela.engine.reach.openings import Numbers, number_days
from tutela.kernel.tables import Events, Floats, Table


@dataclass(frozen=True, slots=True)
class Stretches(Table):
    """The part of an event that lies in one month.

    event  row of the events table;  day  its first day in the month, in days since 1970
    weight  its share of the event's days; the shares of one event add up to 1
    """

    event: Numbers
    day: Numbers
    weight: Floats


def split_by_month(events: Events, rows: Numbers, as_of: int) -> Stretches:
    """Cut these events by month, in proportion to days; days after `as_of` do not count.

    An event whose last day is unknown, or before its first, lasts one day.
    """
    first = number_days(events.day[rows])
    last = np.where(np.isnat(events.day_end[rows]), first, number_days(events.day_end[rows]))
    last = np.maximum(first, np.minimum(last, as_of))
    month = _number_months(first)
    n_months = _number_months(last) - month + 1
    since = np.arange(n_months.sum()) - np.repeat(np.cumsum(n_months) - n_months, n_months)
    first, last, month = np.repeat(first, n_months), np.repeat(last, n_months), np.repeat(month, n_months) + since
    begin = np.maximum(first, number_days(month.astype("datetime64[M]")))
    end = np.minimum(last, number_days((month + 1).astype("datetime64[M]")) - 1)
    return Stretches(np.repeat(rows, n_months), begin, (end - begin + 1) / (last - first + 1))


def _number_months(days: Numbers) -> Numbers:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
