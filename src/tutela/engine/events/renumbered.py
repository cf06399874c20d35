"""Events that stand in two releases under different ids, found by what they say.

Two rows may be one event where country and both sides are the same, their days overlap, and they lie near each
other. They are taken as one only where neither has another partner; everything else is listed, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.places import distances_km
from tutela.kernel.tables import Events, Floats, Table

Rows = NDArray[np.intp]

EXACT: Final = 1
"""The same days, place and number of deaths."""

NEAR: Final = 2
"""Days that overlap, and places at most the given distance apart."""

_BLOCK: Final = 256


@dataclass(frozen=True, slots=True)
class Likely(Table):
    """Pairs of rows that may be one event, with their distance and the rule (EXACT or NEAR) that fits."""

    old: Rows
    new: Rows
    distance_km: Floats
    rule: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near is near: places at most `within_km` apart; the same place is one moved by at most `moved_km`."""

    within_km: float = 25.0
    moved_km: float = 0.1


def find_renumbered(old: Events, new: Events, near: Nearness) -> tuple[Likely, Likely]:
    """Pairs without any other partner, and the pairs that are left ambiguous; both sorted by row.

    The exact rule goes first: what it pairs leaves the field. No row is in two pairs of the first answer, nor in
    both answers.
    """
    edges = _find_edges(old, new, near)
    exact = edges.take(edges.rule == EXACT)
    first = exact.take(_has_no_rival(exact, len(old), len(new)))
    left = edges.take(~np.isin(edges.old, first.old) & ~np.isin(edges.new, first.new))
    lone = _has_no_rival(left, len(old), len(new))
    paired = Likely.concatenate([first, left.take(lone)])
    return paired.take(np.lexsort((paired.new, paired.old))), left.take(~lone)


def _has_no_rival(edges: Likely, old_rows: int, new_rows: int) -> NDArray[np.bool_]:
    of_old = np.bincount(edges.old, minlength=old_rows)
    of_new = np.bincount(edges.new, minlength=new_rows)
    lone: NDArray[np.bool_] = (of_old[edges.old] == 1) & (of_new[edges.new] == 1)
    return lone


def _find_edges(old: Events, new: Events, near: Nearness) -> Likely:
    codes: dict[tuple[str, str, str], int] = {}
    groups_old, groups_new = _group(old, codes), _group(new, codes)
    nothing = Likely(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0), np.empty(0, np.int8))
    found = [nothing]
    for code in sorted(groups_old.keys() & groups_new.keys()):
        found += _edges_of_group(old, new, (groups_old[code], groups_new[code]), near)
    edges = Likely.concatenate(found)
    return edges.take(np.lexsort((edges.new, edges.old)))


def _group(events: Events, codes: dict[tuple[str, str, str], int]) -> dict[int, Rows]:
    """Rows by country and sides, whichever side is named first; rows without a place or a country are in none."""
    placed = np.flatnonzero((events.country != "") & ~np.isnan(events.lon) & ~np.isnan(events.lat))
    columns = (events.country[placed].tolist(), events.side_a[placed].tolist(), events.side_b[placed].tolist())
    groups: dict[int, list[int]] = {}
    for row, country, side_a, side_b in zip(placed.tolist(), *columns, strict=True):
        first, second = sorted((_fold(side_a), _fold(side_b)))
        if second:
            groups.setdefault(codes.setdefault((country, first, second), len(codes)), []).append(row)
    return {code: np.array(rows, dtype=np.intp) for code, rows in groups.items()}


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()


def _edges_of_group(old: Events, new: Events, rows: tuple[Rows, Rows], near: Nearness) -> Iterator[Likely]:
    ours, theirs = rows
    theirs = theirs[np.argsort(new.day[theirs], kind="stable")]
    start, end = new.day[theirs], _last_days(new)[theirs]
    latest = np.maximum.accumulate(end)
    for i in range(0, len(ours), _BLOCK):
        block = ours[i : i + _BLOCK]
        first = np.searchsorted(latest, old.day[block], "left")
        last = np.searchsorted(start, _last_days(old)[block], "right")
        sizes = np.maximum(last - first, 0)
        a = np.repeat(block, sizes)
        # each run counts up from its own first row
        b = theirs[np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes - first, sizes)]
        yield _judge(old, new, (a, b), near)


def _judge(old: Events, new: Events, rows: tuple[Rows, Rows], near: Nearness) -> Likely:
    a, b = rows
    end_a, end_b = _last_days(old)[a], _last_days(new)[b]
    km = distances_km(old.lon[a], old.lat[a], new.lon[b], new.lat[b])
    fits = (old.day[a] <= end_b) & (new.day[b] <= end_a) & (km <= near.within_km)
    same = (old.day[a] == new.day[b]) & (end_a == end_b) & (km <= near.moved_km)
    same &= (old.best[a] == new.best[b]) | (np.isnan(old.best[a]) & np.isnan(new.best[b]))
    return Likely(a, b, km, np.where(same, EXACT, NEAR).astype(np.int8)).take(fits)


def _last_days(events: Events) -> NDArray[Any]:
    return np.where(np.isnat(events.day_end), events.day, events.day_end)
