"""Who is served by whom: demand in rows, candidates in columns, and exact aggregation of rows that are alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting import kernels

ALGORITHM: Final = 3
"""Raise it when the same input would give another result."""

Kind = Literal["classical", "backup", "cooperative"]
Array = NDArray[Any]
Pairs = tuple[Array, Array, Array]

_AT_ONCE: Final = 4_000_000
"""Pairs that are signed at once."""

SURE: Final = 36.0
"""The strength of a certain cover in the cooperative kernel: 1 - exp(-36) is 1 in double precision."""

_NO_PAIRS: Final[Pairs] = (np.zeros(1, np.int64), np.empty(0, np.int32), np.ones(1))


@dataclass(frozen=True, slots=True)
class Cover:
    """Demand rows, candidates, and the pairs between them in both orders (see `kernels`).

    weight    of each row; a row is a point in one scenario
    group     of each row: region and scenario together, from 0; rows stand in the order of their group
    smooth    False: phi(x) = min(1, x); True: phi(x) = 1 - exp(-x)
    beyond    weight by group of demand that no candidate reaches: it counts in totals and floors
    """

    weight: Array
    group: Array
    n_groups: int
    n_candidates: int
    smooth: bool
    by_row: Pairs
    by_column: Pairs
    beyond: Array

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def n_pairs(self) -> int:
        """How many pairs there are."""
        return len(self.by_row[1])

    def group_weights(self) -> Array:
        """All demand by group, reached or not."""
        return np.bincount(self.group, weights=self.weight, minlength=self.n_groups) + self.beyond

    def serve(self, y: Array) -> Array:
        """What each row gets, before phi."""
        x = np.zeros(len(self))
        kernels.serve(*self.by_column, y, x)
        return x

    def covered(self, x: Array) -> Array:
        """The share of each row that counts as covered."""
        return -np.expm1(-x) if self.smooth else np.minimum(1.0, x)

    def values(self, y: Array) -> Array:
        """Covered weight by group."""
        return np.bincount(self.group, weights=self.weight * self.covered(self.serve(y)), minlength=self.n_groups)

    def keep(self, columns: Array) -> tuple[Cover, Array]:
        """The same cover with these candidates alone, aggregated again, and where each row went (-1: beyond)."""
        # Taken by column: the work grows with the pairs that stay, not with those that go.
        own = kernels.take_rows(*self.by_column, columns, np.arange(len(self), dtype=np.int32))
        rows = Demand(self.weight, self.group, kernels.turn(*own, len(self)))
        rows, beyond, went = _aggregate(rows, (self.n_groups, len(columns)))
        turned = kernels.turn(*rows.pairs, len(columns))
        kept = replace(
            self, weight=rows.weight, group=rows.group, n_candidates=len(columns), by_row=rows.pairs,
            by_column=turned, beyond=self.beyond + beyond,
        )  # fmt: skip
        return kept, went


@dataclass(frozen=True, slots=True)
class Demand:
    """A stretch of demand with its pairs by row; `value` is in (0, 1], or one entry for all."""

    weight: Array
    group: Array
    pairs: Pairs


def build_cover(parts: Iterable[Demand], shape: tuple[int, int], kind: Kind, k: int = 1) -> Cover:
    """Aggregate demand stretch by stretch, so that it never lies in memory as a whole.

    shape   number of groups, number of candidates
    kind    classical: any open candidate covers (partial values add up to at most 1); backup: k of them are
            needed for full cover, fewer count in proportion; cooperative: 1 - product of (1 - value)
    """
    whole: list[Demand] = []
    beyond = np.zeros(shape[0])
    for part in parts:
        start, index, value = part.pairs
        strength = _strength(np.asarray(value if len(value) else [1.0], np.float64), kind, k)
        pairs = (np.asarray(start, np.int64), np.asarray(index, np.int32), strength)
        group = np.asarray(part.group, np.int32)
        rows, left, _ = _aggregate(Demand(np.asarray(part.weight, np.float64), group, pairs), shape)
        beyond += left
        whole.append(rows)
        # Join as in a binary counter: each pair is copied a logarithm of times, whatever the number of stretches.
        while len(whole) > 1 and len(whole[-1].pairs[1]) * 2 >= len(whole[-2].pairs[1]):
            second, first = whole.pop(), whole.pop()
            whole.append(_aggregate(_join(first, second), shape)[0])
    while len(whole) > 1:
        second, first = whole.pop(), whole.pop()
        whole.append(_aggregate(_join(first, second), shape)[0])
    rows = whole[0] if whole else Demand(np.empty(0), np.empty(0, np.int32), _NO_PAIRS)
    by_column = kernels.turn(*rows.pairs, shape[1])
    smooth = kind == "cooperative"
    return Cover(rows.weight, rows.group, *shape, smooth, rows.pairs, by_column, beyond)


def _strength(value: Array, kind: Kind, k: int) -> Array:
    if kind == "cooperative":
        with np.errstate(divide="ignore"):
            return np.minimum(SURE, -np.log1p(-value))
    return value / k if kind == "backup" else value


def _join(first: Demand, second: Demand) -> Demand:
    start, index, value = first.pairs
    more_start, more_index, more_value = second.pairs
    same = len(value) == len(more_value) == 1 and value[0] == more_value[0]
    values = value if same else np.concatenate([_spread(value, len(index)), _spread(more_value, len(more_index))])
    pairs = (np.concatenate([start, start[-1] + more_start[1:]]), np.concatenate([index, more_index]), values)
    weight, group = np.concatenate([first.weight, second.weight]), np.concatenate([first.group, second.group])
    return Demand(weight, group, pairs)


def _spread(value: Array, n: int) -> Array:
    return np.full(n, value[0]) if len(value) == 1 else value


def _aggregate(rows: Demand, shape: tuple[int, int]) -> tuple[Demand, Array, Array]:
    """Add up rows of one group with the very same pairs; also by group what nobody reaches, and who went where.

    Signatures are checked, not trusted: a row that is not the one its signature was first seen at stays itself.
    """
    start, index, value = rows.pairs
    dice = np.random.default_rng(20)
    mark = dice.integers(1, 2**63, shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    of_group = dice.integers(1, 2**63, shape[0], np.uint64)
    signature = sign_rows(rows.pairs, mark) + of_group[rows.group]
    _, first, place = np.unique(signature, return_index=True, return_inverse=True)
    wrong = kernels.differ_from_first(start, index, value, first[place])
    odd = np.flatnonzero(wrong | (rows.group != rows.group[first[place]]))
    place[odd] = len(first) + np.arange(len(odd))
    first = np.concatenate([first, odd])
    total = np.bincount(place, weights=rows.weight, minlength=len(first))
    reached = start[first + 1] > start[first]
    beyond = np.bincount(rows.group[first[~reached]], weights=total[~reached], minlength=shape[0])
    kept = np.flatnonzero(reached & (total > 0))
    # By group, then by first appearance: the order does not depend on the signatures.
    kept = kept[np.lexsort((first[kept], rows.group[first[kept]]))]
    taken = kernels.take_rows(start, index, value, first[kept], np.arange(shape[1], dtype=np.int32))
    new = np.full(len(first), -1, np.int64)
    new[kept] = np.arange(len(kept))
    return Demand(total[kept], rows.group[first[kept]], taken), beyond, new[place]


def sign_rows(pairs: Pairs, mark: Array) -> Array:
    """A 64-bit signature of each row: a sum over its pairs, so that order does not matter; wraps around."""
    start, index, value = pairs
    signature = np.zeros(len(start) - 1, np.uint64)
    stops = np.searchsorted(start, np.arange(0, start[-1] + _AT_ONCE, _AT_ONCE), side="left")
    bounds = np.unique(np.append(np.minimum(stops, len(start) - 1), len(start) - 1))
    for first, last in itertools.pairwise(bounds.tolist()):
        part = slice(int(start[first]), int(start[last]))
        marks = mark[index[part]]
        if len(value) > 1:
            marks = (marks ^ value[part].view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            marks ^= marks >> np.uint64(29)
        filled = np.flatnonzero(start[first + 1 : last + 1] > start[first:last])
        if len(filled):
            signature[first + filled] = np.add.reduceat(marks, start[first + filled] - start[first])
    return signature
