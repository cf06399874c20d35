"""The figures of two releases beside each other: by country and year, and where a difference comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.events.releases import ReleaseComparison
from tutela.engine.events.renumbered import Rows
from tutela.kernel.tables import COUNTS, Events, Floats, Total, add_up

FIGURES: Final = ("events", *COUNTS)

_YEARS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Revised:
    """One figure before and after; None where that release does not cover it, which is not 0."""

    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """After less before; None where either is not known."""
        return None if self.before is None or self.after is None else self.after - self.before

    def as_json(self) -> dict[str, int | None]:
        """Whole people, and null where nothing was counted."""
        parts = {"before": self.before, "after": self.after, "difference": self.difference}
        return {name: None if value is None else round(value) for name, value in parts.items()}


@dataclass(frozen=True, slots=True)
class YearRevised:
    """The figures of one country in one year, by the names in FIGURES; country "" where a row names none."""

    country: str
    year: int
    figures: dict[str, Revised]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one list of rows adds to the difference between the releases' totals of people killed (best)."""

    cause: str
    events: int
    best: float | None


def total_revised(comparison: ReleaseComparison) -> dict[str, Revised]:
    """The figures of all events that were asked for, before and after."""
    sides = (comparison.old, np.flatnonzero(comparison.in_old)), (comparison.new, np.flatnonzero(comparison.in_new))
    before, after = (figures_of(events, rows) for events, rows in sides)
    return {name: Revised(before[name], after[name]) for name in FIGURES}


def list_years(comparison: ReleaseComparison) -> tuple[YearRevised, ...]:
    """Each country and year that either release has events of, in order.

    A year before the first or after the last of a release, and a country without a single event in it, are not
    covered by it: the figure is None, since a release does not say which of its silences mean peace.
    """
    old = _by_year(comparison.old, comparison.in_old)
    new = _by_year(comparison.new, comparison.in_new)
    covers_old, covers_new = Coverage.of(comparison.old), Coverage.of(comparison.new)
    found = []
    for key in sorted(old.keys() | new.keys()):
        before = _at(comparison.old, old.get(key), covers_old.holds(*key))
        after = _at(comparison.new, new.get(key), covers_new.holds(*key))
        found.append(YearRevised(*key, {name: Revised(before[name], after[name]) for name in FIGURES}))
    return tuple(found)


def explain_difference(comparison: ReleaseComparison) -> tuple[Contribution, ...]:
    """Why the total of people killed changed: the parts add up to after less before, if both are known.

    "revised" are matched rows, by what they say now less what they said; ambiguous rows count as one part, since
    it is not known which of them replace each other.
    """
    matches, old, new = comparison.matches, comparison.old.best, comparison.new.best
    in_old, in_new = comparison.in_old, comparison.in_new
    unsure_old, unsure_new = comparison.ambiguous_old, comparison.ambiguous_new
    changed = comparison.is_changed | (in_old[matches.old] != in_new[matches.new])
    later = is_later(comparison)
    parts = (
        ("revised", int(changed.sum()), sum_meant(new, matches.new, in_new) - sum_meant(old, matches.old, in_old)),
        ("added-in-the-old-period", int((~later).sum()), sum_meant(new, comparison.added[~later], in_new)),
        ("added-after-the-old-period", int(later.sum()), sum_meant(new, comparison.added[later], in_new)),
        ("removed", len(comparison.removed), -sum_meant(old, comparison.removed, in_old)),
        (
            "ambiguous",
            len(unsure_old) + len(unsure_new),
            sum_meant(new, unsure_new, in_new) - sum_meant(old, unsure_old, in_old),
        ),
    )
    known = total_revised(comparison)["best"].difference is not None
    return tuple(Contribution(cause, events, best if known else None) for cause, events, best in parts)


def is_later(comparison: ReleaseComparison) -> NDArray[np.bool_]:
    """Which added events began after the last day of the old release."""
    if not len(comparison.old):
        return np.zeros(len(comparison.added), dtype=bool)
    later: NDArray[np.bool_] = comparison.new.day[comparison.added] > comparison.old.day.max()
    return later


def sum_meant(values: Floats, rows: Rows, meant: NDArray[np.bool_]) -> float:
    """The sum over those of the rows that are meant; what has no number adds nothing."""
    return float(np.nansum(values[rows[meant[rows]]]))


def figures_of(events: Events, rows: Rows) -> dict[str, float | None]:
    """The figures of some rows; None where the source has no such column."""
    totals: dict[str, Total] = {name: add_up(getattr(events, name)[rows]) for name in COUNTS}
    return {"events": float(len(rows))} | {name: total.value for name, total in totals.items()}


def _at(events: Events, rows: Rows | None, covered: bool) -> dict[str, float | None]:
    if rows is None and not covered:
        return dict.fromkeys(FIGURES)
    return figures_of(events, np.empty(0, np.intp) if rows is None else rows)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The countries of a release, and its first and last year: what it may be silent about without being blind."""

    countries: frozenset[str]
    first: int
    last: int

    @classmethod
    def of(cls, events: Events) -> Coverage:
        """What a release covers; an empty one covers nothing."""
        years = years_of(events)
        if not len(years):
            return cls(frozenset(), 0, -1)
        return cls(frozenset(events.country.tolist()), int(years.min()), int(years.max()))

    def find_in(self, events: Events) -> NDArray[np.bool_]:
        """A mask: which of these events lie in a country and year that it covers."""
        years, countries = years_of(events), np.array(sorted(self.countries), dtype=np.str_)
        covered: NDArray[np.bool_] = (years >= self.first) & (years <= self.last)
        return covered & np.isin(events.country, countries)

    def holds(self, country: str, year: int) -> bool:
        """Whether it covers this country in this year."""
        return country in self.countries and self.first <= year <= self.last


def years_of(events: Events) -> NDArray[np.int64]:
    """The year in which each event began."""
    return events.day.astype("datetime64[Y]").astype(np.int64) + 1970


def _by_year(events: Events, meant: NDArray[np.bool_]) -> dict[tuple[str, int], Rows]:
    rows = np.flatnonzero(meant)
    if not len(rows):
        return {}
    countries, code = np.unique(events.country[rows], return_inverse=True)
    keys, place = np.unique(code * _YEARS + years_of(events)[rows], return_inverse=True)
    pieces = np.split(rows[np.argsort(place, kind="stable")], np.cumsum(np.bincount(place))[:-1])
    names = [(str(countries[key // _YEARS]), int(key % _YEARS)) for key in keys.tolist()]
    return dict(zip(names, pieces, strict=True))
