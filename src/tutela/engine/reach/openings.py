"""When and where each site was open: its rows of the table, with touching periods merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats, Sites, Table, Text

STILL_OPEN: Final = 2**31 - 1
"""The closing day of what has not closed: later than every day that a file can name."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Openings(Table):
    """One row for each unbroken stretch of days that a site was open at one point.

    site            index into `OpenSites.site_ids`;  rows are sorted by it, then lon, lat and opened
    opened, closed  days since 1970; open from the first day, not on the last; STILL_OPEN while it lasts
    """

    site: NDArray[np.int32]
    lon: Floats
    lat: Floats
    opened: Numbers
    closed: Numbers


@dataclass(frozen=True, slots=True)
class OpenSites:
    """Every site of the table, in alphabetical order, when it was open, and which rows were of no use."""

    site_ids: Text
    missions: Text
    openings: Openings
    accounting: Accounting

    def find_open(self, from_day: date | None, as_of: date) -> NDArray[np.bool_]:
        """Per site: whether it was open on some day of the period, both ends in; no first day means all before."""
        last = int(np.datetime64(as_of, "D").astype(np.int64))
        in_time = self.openings.opened <= last
        if from_day is not None:
            in_time &= self.openings.closed > int(np.datetime64(from_day, "D").astype(np.int64))
        is_open = np.zeros(len(self.site_ids), dtype=bool)
        is_open[self.openings.site[in_time]] = True
        return is_open


def number_days(days: NDArray[np.datetime64]) -> Numbers:
    """Days since 1970; NaT becomes the lowest number of all."""
    return days.astype("datetime64[D]").astype(np.int64)


def merge_openings(sites: Sites) -> OpenSites:
    """Join each site's rows at one point that overlap or meet; rows in any order give the same.

    A row without a point, without a first day or without a single open day gives no opening and is counted.
    Raises Problem "id-conflict" where one site id belongs to two presences.
    """
    site_ids, first, site = np.unique(sites.site_id, return_index=True, return_inverse=True)
    missions = sites.mission[first]
    _require_one_mission(sites, missions[site])
    opened = number_days(sites.opened)
    closed = np.where(np.isnat(sites.closed), STILL_OPEN, number_days(sites.closed))
    faults = {
        "no-point": ~(np.isfinite(sites.lon) & np.isfinite(sites.lat)),
        "no-first-day": np.isnat(sites.opened),
        "no-open-day": closed <= opened,
    }
    usable = np.ones(len(sites), dtype=bool)
    excluded = {}
    for reason, is_at_fault in faults.items():
        excluded[reason] = int((usable & is_at_fault).sum())
        usable &= ~is_at_fault
    rows = Openings(site.astype(np.int32), sites.lon, sites.lat, opened, closed).take(usable)
    accounting = Accounting("site periods", len(sites), len(rows), {k: n for k, n in excluded.items() if n})
    return OpenSites(site_ids, missions, _merge_touching(rows), accounting)


def find_runs(*keys: NDArray[Any]) -> NDArray[np.bool_]:
    """True where a run of equal keys begins; the keys are sorted together."""
    begins = np.ones(len(keys[0]), dtype=bool)
    if len(begins):
        begins[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return begins


def _merge_touching(rows: Openings) -> Openings:
    order = np.lexsort((rows.opened, rows.lat, rows.lon, rows.site))
    rows = rows.take(order)
    if not len(rows):
        return rows
    # The furthest closing day so far at each point: lifting every point above the one before it lets one
    # running maximum over all rows start anew wherever a point begins.
    point = np.cumsum(find_runs(rows.site, rows.lon, rows.lat)) - 1
    lift = point * 2**33
    reach = np.maximum.accumulate(rows.closed + lift)
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = rows.opened[1:] + lift[1:] > reach[:-1]
    ends = np.append(np.flatnonzero(begins)[1:], len(rows)) - 1
    merged = rows.take(begins)
    return Openings(merged.site, merged.lon, merged.lat, merged.opened, reach[ends] - lift[ends])


def _require_one_mission(sites: Sites, expected: Text) -> None:
    differing = np.flatnonzero(sites.mission != expected)
    if len(differing):
        row = int(differing[0])
        raise Problem(
            "id-conflict",
            f"The site {sites.site_id[row]} belongs to both {expected[row]} and {sites.mission[row]}.",
            where=f"line {sites.source_line[row]}, column site_id",
            remedy="Give the site an id of its own for each presence.",
        )
