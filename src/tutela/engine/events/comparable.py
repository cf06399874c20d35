"""What both releases cover, and the figures of it: a difference of coverage is no revision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.events.releases import ReleaseComparison
from tutela.engine.events.renumbered import Rows
from tutela.engine.events.revisions import (
    FIGURES,
    Contribution,
    Coverage,
    Revised,
    figures_of,
    is_later,
    sum_meant,
    total_revised,
    years_of,
)
from tutela.kernel.tables import Events

CAUSES: Final = (
    "added-in-the-old-period",
    "added-after-the-old-period",
    "raised",
    "lowered",
    "moved",
    "removed",
    "ambiguous",
)
"""Why the figures of what both cover differ; "moved" events entered or left the countries and days in question."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GroupRevised:
    """The figures of one year or one country, before and after."""

    key: str
    figures: dict[str, Revised]


@dataclass(frozen=True, slots=True)
class OnlyInOne:
    """What one release has in countries and years that the other does not cover at all."""

    events: int
    best: float | None
    countries: tuple[str, ...]
    years: tuple[int, ...]


def restrict_to_shared(comparison: ReleaseComparison) -> ReleaseComparison:
    """The same comparison over the countries and years that both releases cover.

    Coverage is as in `list_years`: a release covers the countries that it has an event of, from its first to its
    last year.
    """
    in_old, in_new = _find_shared(comparison)
    return replace(
        comparison,
        in_old=in_old,
        in_new=in_new,
        removed=comparison.removed[in_old[comparison.removed]],
        added=comparison.added[in_new[comparison.added]],
        ambiguous_old=comparison.ambiguous_old[in_old[comparison.ambiguous_old]],
        ambiguous_new=comparison.ambiguous_new[in_new[comparison.ambiguous_new]],
    )


def find_only_in_one(comparison: ReleaseComparison) -> dict[str, OnlyInOne]:
    """By release ("old", "new"): what it alone covers of what was asked for."""
    in_old, in_new = _find_shared(comparison)
    return {
        "old": _describe(comparison.old, np.flatnonzero(comparison.in_old & ~in_old)),
        "new": _describe(comparison.new, np.flatnonzero(comparison.in_new & ~in_new)),
    }


def explain_shared(shared: ReleaseComparison) -> tuple[Contribution, ...]:
    """Where the difference in people killed (best) comes from, by CAUSES; the parts add up to it, if it is known.

    `shared` comes from `restrict_to_shared`. An event without a number adds nothing.
    """
    matches, old, new = shared.matches, shared.old.best, shared.new.best
    in_old, in_new = shared.in_old[matches.old], shared.in_new[matches.new]
    change = np.where(in_new, np.nan_to_num(new[matches.new]), 0.0)
    change -= np.where(in_old, np.nan_to_num(old[matches.old]), 0.0)
    both, later = in_old & in_new, is_later(shared)
    unsure = sum_meant(new, shared.ambiguous_new, shared.in_new) - sum_meant(
        old, shared.ambiguous_old, shared.in_old
    )
    parts = (
        (int((~later).sum()), sum_meant(new, shared.added[~later], shared.in_new)),
        (int(later.sum()), sum_meant(new, shared.added[later], shared.in_new)),
        _add_up(change, both & (change > 0)),
        _add_up(change, both & (change < 0)),
        _add_up(change, in_old != in_new),
        (len(shared.removed), -sum_meant(old, shared.removed, shared.in_old)),
        (len(shared.ambiguous_old) + len(shared.ambiguous_new), unsure),
    )
    known = total_revised(shared)["best"].difference is not None
    return tuple(
        Contribution(cause, events, best if known else None)
        for cause, (events, best) in zip(CAUSES, parts, strict=True)
    )


def group_by_year(shared: ReleaseComparison) -> tuple[GroupRevised, ...]:
    """The figures of each year from the first to the last in which either release has an event."""
    years = [years_of(shared.old)[shared.in_old], years_of(shared.new)[shared.in_new]]
    found = np.concatenate(years)
    keys = [str(year) for year in range(int(found.min()), int(found.max()) + 1)] if len(found) else []
    return _group(shared, lambda events: years_of(events).astype(np.str_), keys)


def group_by_country(shared: ReleaseComparison) -> tuple[GroupRevised, ...]:
    """The figures of each country."""
    keys = set(shared.old.country[shared.in_old].tolist()) | set(shared.new.country[shared.in_new].tolist())
    return _group(shared, lambda events: events.country, sorted(keys))


def rank_revisions(shared: ReleaseComparison) -> NDArray[np.intp]:
    """Matches of which best, low or high changed, the largest change of best first, then by id."""
    matches, old, new = shared.matches, shared.old, shared.new
    change = np.nan_to_num(new.best[matches.new]) - np.nan_to_num(old.best[matches.old])
    differs = np.zeros(len(matches), dtype=bool)
    for name in ("best", "low", "high"):
        differs |= shared.changed.get(name, False)
    differs &= shared.in_old[matches.old] | shared.in_new[matches.new]
    rows = np.flatnonzero(differs)
    return rows[np.argsort(-np.abs(change[rows]), kind="stable")]


def _find_shared(comparison: ReleaseComparison) -> tuple[Mask, Mask]:
    covers_old, covers_new = Coverage.of(comparison.old), Coverage.of(comparison.new)
    return (
        comparison.in_old & covers_new.find_in(comparison.old),
        comparison.in_new & covers_old.find_in(comparison.new),
    )


def _describe(events: Events, rows: Rows) -> OnlyInOne:
    years = np.unique(years_of(events)[rows])
    return OnlyInOne(
        len(rows),
        figures_of(events, rows)["best"] if len(rows) else None,
        tuple(np.unique(events.country[rows]).tolist()),
        tuple(years.tolist()),
    )


def _add_up(change: NDArray[np.float64], rows: Mask) -> tuple[int, float]:
    return int(rows.sum()), float(change[rows].sum())


def _group(
    shared: ReleaseComparison, key_of: Callable[[Events], NDArray[Any]], keys: Sequence[str]
) -> tuple[GroupRevised, ...]:
    old_keys, new_keys = key_of(shared.old), key_of(shared.new)
    groups = []
    for key in keys:
        before = figures_of(shared.old, np.flatnonzero(shared.in_old & (old_keys == key)))
        after = figures_of(shared.new, np.flatnonzero(shared.in_new & (new_keys == key)))
        groups.append(GroupRevised(key, {name: Revised(before[name], after[name]) for name in FIGURES}))
    return tuple(groups)
