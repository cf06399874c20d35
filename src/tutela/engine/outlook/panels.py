"""A panel: how many were killed in each unit in each month, of which vintage, without a gap.

Months are numbered as in the field: 1 is January 1980. A unit is a country, a cell, a province or the vicinity
of a presence; its number is a name, and never tells a model anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.kernel.problems import Problem

FIRST_YEAR: Final = 1980
MONTHS: Final = 12

_NO_MONTH: Final = 2400
"""January 2180: months written as 202110 or as days lie far beyond."""

Counts = NDArray[np.float64]
Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


def number_month(year: int, month: int) -> int:
    """The number of a month: 1 is January 1980."""
    return (year - FIRST_YEAR) * MONTHS + month


def name_month(number: int) -> str:
    """A month as YYYY-MM."""
    year, month = divmod(number - 1, MONTHS)
    return f"{FIRST_YEAR + year:04d}-{month + 1:02d}"


def read_month(text: str, option: str) -> int:
    """The number of a month written YYYY-MM; refused by the option's name."""
    year, _, month = text.partition("-")
    if len(year) == len("2021") and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= MONTHS:
        return number_month(int(year), int(month))
    raise Problem("date-invalid", f"{text!r} is not a month.", where=option, remedy="Write it as 2021-10.")


@dataclass(frozen=True, slots=True, order=True)
class Vintage:
    """Which release of a source the counts are of, from this month on."""

    since: int
    name: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which units lie around each unit: those of unit `i` are `near[start[i]:start[i + 1]]`."""

    start: Ids
    near: Ids

    def sum_over(self, counts: Counts) -> Counts:
        """For each month and unit, the sum of its neighbours' counts."""
        # Nearly all counts are 0: as sparse matrices this is thirty times faster than adding up rows of cells.
        size = len(self.start) - 1
        around = csr_array((np.ones(len(self.near)), self.near, self.start), shape=(size, size))
        sums: Counts = (around @ csr_array(counts.T)).toarray().T
        return sums


@dataclass(frozen=True, slots=True)
class PanelRows:
    """A panel as a file holds it: one row for each unit and month, in any order."""

    month: Ids
    unit: Ids
    count: Counts


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts by month (rows) and unit (columns), `first_month` being the first row.

    `exists` is False where a unit is not there yet: a State before its independence has no zeros.
    `vintages` in order of time: more than one is a declared splice. `neighbours` are rings around each unit, the
    nearest first. `names` of the units, where their numbers are ours.
    """

    level: str
    target: str
    first_month: int
    units: Ids
    counts: Counts
    vintages: tuple[Vintage, ...]
    exists: Mask = field(repr=False)
    neighbours: tuple[Neighbours, ...] = field(default=(), repr=False)
    names: tuple[str, ...] = ()

    @property
    def last_month(self) -> int:
        """The last month in it."""
        return self.first_month + len(self.counts) - 1

    def until(self, month: int) -> Self:
        """What was known at the end of this month; refused where the panel does not reach so far."""
        if not self.first_month <= month <= self.last_month:
            raise Problem(
                "panel-unusable",
                f"The panel runs from {name_month(self.first_month)} to {name_month(self.last_month)},"
                f" and {name_month(month)} is not in it.",
                where="origin",
                remedy="Name an origin inside the panel, or bring a longer one.",
            )
        stop = month - self.first_month + 1
        return replace(self, counts=self.counts[:stop], exists=self.exists[:stop], vintages=self._vintages(month))

    def at(self, months: Ids) -> tuple[Counts, Mask]:
        """Counts and existence in these months; refused where one is not in the panel."""
        if len(months) and (months.min() < self.first_month or months.max() > self.last_month):
            raise Problem(
                "panel-unusable",
                f"The panel ends in {name_month(self.last_month)}, before what was forecast.",
                where="actuals",
                remedy="Bring actuals for the whole window.",
            )
        rows = months - self.first_month
        return self.counts[rows], self.exists[rows]

    def _vintages(self, month: int) -> tuple[Vintage, ...]:
        return tuple(item for item in self.vintages if item.since <= month)


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """What a panel is said to be.

    begins  units that begin later than the panel, by the month in which they do: a country that split
    """

    level: str
    target: str
    vintages: tuple[Vintage, ...]
    begins: Mapping[int, int] = field(default_factory=dict)


def assemble_panel(rows: PanelRows, spec: PanelSpec) -> Panel:
    """A panel out of rows; a gap, a repeated row or a count that is none refuses the whole, naming the first."""
    _refuse_bad_rows(rows)
    units, column = np.unique(rows.unit, return_inverse=True)
    first = int(rows.month.min())
    line = rows.month - first
    held = np.zeros((int(line.max()) + 1, len(units)), np.int64)
    np.add.at(held, (line, column), 1)
    _refuse_repeated(held, units, first)
    exists = np.ones(held.shape, dtype=bool)
    for unit, month in spec.begins.items():
        exists[: max(0, month - first), units == unit] = False
    _refuse_gaps((held == 0) & exists, units, first)
    counts = np.zeros(held.shape)
    counts[line, column] = rows.count
    return Panel(spec.level, spec.target, first, units, np.where(exists, counts, 0.0), spec.vintages, exists)


def splice(history: Panel, actuals: Panel) -> Panel:
    """The history up to where the actuals begin, the actuals from there on; both vintages stand in the panel."""
    if not np.array_equal(history.units, actuals.units):
        odd = np.setxor1d(history.units, actuals.units)
        raise Problem(
            "panel-unusable",
            f"History and actuals are not of the same units: {len(odd)} are in one alone, first {odd[0]}.",
            where="actuals",
            remedy="Bring both over the same units.",
        )
    if not history.first_month <= actuals.first_month <= history.last_month + 1:
        raise Problem(
            "panel-unusable",
            f"The history ends in {name_month(history.last_month)}, the actuals begin in"
            f" {name_month(actuals.first_month)}: between them is a gap.",
            where="history",
            remedy="Bring a history that reaches the actuals.",
        )
    stop = actuals.first_month - history.first_month
    kept = tuple(item for item in history.vintages if item.since < actuals.first_month)
    return replace(
        history,
        counts=np.concatenate((history.counts[:stop], actuals.counts)),
        exists=np.concatenate((history.exists[:stop], actuals.exists)),
        vintages=(*kept, *(replace(item, since=max(item.since, actuals.first_month)) for item in actuals.vintages)),
    )


def _refuse_bad_rows(rows: PanelRows) -> None:
    if not len(rows.count):
        raise Problem("panel-unusable", "The panel has no rows.", remedy="Bring months, units and counts.")
    odd = (rows.month < 1) | (rows.month > _NO_MONTH)
    if odd.any():
        raise Problem(
            "panel-unusable",
            f"{int(odd.sum())} months are not numbered as they must be, first {rows.month[odd][0]}.",
            remedy="Number the months from 1 for January 1980: October 2021 is 502.",
        )
    bad = ~np.isfinite(rows.count) | (rows.count < 0)
    if bad.any():
        line = int(np.flatnonzero(bad)[0])
        raise Problem(
            "panel-unusable",
            f"{int(bad.sum())} counts are negative or no numbers, first unit {rows.unit[line]} in"
            f" {name_month(int(rows.month[line]))}.",
            remedy="A month in which nothing was recorded is 0; what is not known may not stand in a panel.",
        )


def _refuse_repeated(held: Ids, units: Ids, first: int) -> None:
    if (held > 1).any():
        line, column = np.argwhere(held > 1)[0]
        raise Problem(
            "panel-unusable",
            f"{int((held > 1).sum())} unit-months stand more than once, first unit {units[column]} in"
            f" {name_month(first + int(line))}.",
            remedy="Keep one row for each unit and month.",
        )


def _refuse_gaps(gaps: Mask, units: Ids, first: int) -> None:
    if not gaps.any():
        return
    line, column = np.argwhere(gaps)[0]
    split = gaps[:, column]
    leading = split[: int(np.argmin(split))].all() and not split[int(np.argmin(split)) :].any()
    remedy = (
        f"If it did not exist yet (a country that split), declare it: --begins {units[column]}="
        f"{name_month(first + int(np.argmin(split)))}."
        if leading
        else "Fill the months in, with 0 where nothing was recorded."
    )
    where = name_month(first + int(line))
    raise Problem(
        "panel-unusable",
        f"{int(gaps.sum())} unit-months are missing, first unit {units[column]} in {where}.",
        remedy=remedy,
    )
