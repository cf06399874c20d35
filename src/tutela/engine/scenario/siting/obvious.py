"""The slow, obvious twins: coverage point by point, and the best of all plans by trying every one."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.engine.scenario.siting.cover import Cover
from tutela.engine.scenario.siting.rules import Aim, Rules

Array = NDArray[Any]


def cover_one_by_one(
    demand: list[tuple[float, int, dict[int, float]]], y: Array, kind: str, k: int = 1
) -> list[float]:
    """Covered weight by group, from (weight, group, value by candidate) of each point, by definition."""
    groups = [0.0] * (1 + max((group for _, group, _ in demand), default=-1))
    for weight, group, values in demand:
        served = [value for c, value in values.items() if y[c] > 0.5]
        if kind == "cooperative":
            covered = 1.0 - math.prod(1.0 - value for value in served)
        elif kind == "backup":
            covered = min(float(k), sum(served)) / k
        else:
            covered = min(1.0, sum(served))
        groups[group] += weight * covered
    return groups


def best_of_all(cover: Cover, rules: Rules, aim: Aim) -> tuple[Array | None, float]:
    """The best plan by trying all of them: for at most 15 candidates or so. None where the rules allow no plan."""
    best: tuple[Array | None, float] = (None, -math.inf)
    for bits in itertools.product((0.0, 1.0), repeat=cover.n_candidates):
        y = np.array(bits)
        if not rules.allow(y):
            continue
        groups = cover.values(y)
        if aim.reached(groups) and aim.value(groups) > best[1]:
            best = y, aim.value(groups)
    return best


def served_within(demand: list[tuple[float, int, dict[int, float]]], y: Array, capacity: Array) -> float:
    """The most weight that open candidates serve within capacity, whole values alone: the least of all cuts.

    Whatever set of open candidates is taken as full, no more can be served than what these hold and what the others
    reach; the least of these is reached (Ford and Fulkerson 1956).
    """
    sites = np.flatnonzero(y > 0.5).tolist()
    least = math.inf
    for is_full in itertools.product((True, False), repeat=len(sites)):
        full = {c for c, yes in zip(sites, is_full, strict=True) if yes}
        rest = set(sites) - full
        reached = sum(weight for weight, _, values in demand if rest & values.keys())
        least = min(least, sum(float(capacity[c]) for c in full) + reached)
    return least
