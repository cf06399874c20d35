"""Counting events in groups: how many, and how many people were killed, by each group's share of each event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.openings import Numbers
from tutela.kernel.tables import COUNTS, Events, Floats, Table, Total


@dataclass(frozen=True, slots=True)
class Shares(Table):
    """How much of an event falls into a group, at most 1; an event stands once in each group."""

    event: Numbers
    group: Numbers
    share: Floats


@dataclass(frozen=True, slots=True)
class Tally:
    """Events and the people killed in them; `is_weighted` where events were spread and are sums of shares."""

    events: float
    best: Total
    low: Total
    high: Total
    civilians: Total
    is_weighted: bool = False

    def as_json(self) -> dict[str, Any]:
        """Whole numbers unless weighted, null where not in the source; `missing` rows had no number."""
        totals: dict[str, Total] = {name: getattr(self, name) for name in COUNTS}
        missing = {name: t.missing for name, t in totals.items() if t.missing and t.value is not None}
        if self.is_weighted:
            weighted = {name: None if t.value is None else _tidy(t.value) for name, t in totals.items()}
            return {"events": _tidy(self.events), **weighted, "missing": missing}
        return {"events": round(self.events), **{n: t.as_json() for n, t in totals.items()}, "missing": missing}


@dataclass(frozen=True)
class Counter:
    """Counts shares of one table of events.

    A column without a single number in the whole table is not in the source: its sum is unknown in every
    group, also in one without events, where it would otherwise be 0.
    """

    events: Events
    is_weighted: bool = False
    recorded: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        columns = self.events.columns()
        found = {name for name in COUNTS if not len(self.events) or not np.isnan(columns[name]).all()}
        object.__setattr__(self, "recorded", frozenset(found))

    def count(self, shares: Shares, n_groups: int) -> list[Tally]:
        """One tally for each group from 0 on."""
        rows = np.bincount(shares.group, minlength=n_groups)
        events = np.bincount(shares.group, weights=shares.share, minlength=n_groups)
        best, low, high, civilians = (self._add_up(name, shares, rows) for name in COUNTS)
        return [
            Tally(float(events[group]), best[group], low[group], high[group], civilians[group], self.is_weighted)
            for group in range(n_groups)
        ]

    def count_all(self, shares: Shares) -> Tally:
        """One tally over all, whatever their group."""
        return self.count(Shares(shares.event, np.zeros_like(shares.event), shares.share), 1)[0]

    def count_whole(self, is_counted: NDArray[np.bool_]) -> Tally:
        """One tally over whole events, given as a mask over the table."""
        event = np.flatnonzero(is_counted)
        return self.count_all(Shares(event, np.zeros_like(event), np.ones(len(event))))

    def _add_up(self, name: str, shares: Shares, rows: Numbers) -> list[Total]:
        values = self.events.columns()[name][shares.event]
        known = ~np.isnan(values)
        weighted = (values * shares.share)[known]
        sums = np.bincount(shares.group[known], weights=weighted, minlength=len(rows))
        missing = rows - np.bincount(shares.group[known], minlength=len(rows))
        is_unknown = (missing == rows) & (rows > 0) if name in self.recorded else np.ones(len(rows), dtype=bool)
        return [
            Total(None if unknown else float(value), int(count))
            for unknown, value, count in zip(is_unknown, sums, missing, strict=True)
        ]


def add_shares(event: NDArray[Any], group: NDArray[Any], weight: Floats) -> Shares:
    """The weight of each event in each group, at most 1: an event near two sites of a group counts once."""
    # One integer for event and group sorts several times faster than two columns.
    n_groups = int(group.max(initial=0)) + 1
    keys, place = np.unique(event.astype(np.int64) * n_groups + group, return_inverse=True)
    share: Floats = np.bincount(place, weights=weight, minlength=len(keys)).astype(np.float64)
    # Weights that add up to almost 1 mean the whole event; what is left of it outside would be rounding.
    share[share > 1 - 1e-9] = 1.0
    return Shares(keys // n_groups, keys % n_groups, share)


def _tidy(value: float) -> float:
    # A weighted sum is good to about 1e-12; six digits are more than anyone can use and the same on every run.
    return round(value, 6)
