"""Distributions out of past cases that were like this one: leaves of a forest, and nearest histories.

What happened in those cases is taken relative to their level and put onto this unit's level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.engine.outlook.boosting import Trees, find_leaves, grow_forest
from tutela.engine.outlook.forecasting import Asked
from tutela.engine.outlook.histories import QUICK, History
from tutela.engine.outlook.learning import Examples, gather_examples, present_rows
from tutela.engine.outlook.own_history import draw_weighted
from tutela.engine.outlook.panels import Counts, Ids

TREES: Final = 100


@dataclass(frozen=True, slots=True)
class ForestWeights:
    """Past cases weigh by how often they share a leaf with this one in a forest of randomised trees."""

    half_life: float = QUICK
    name: str = "forest"
    algorithm: int = 2

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Draws of cases from the leaves, each tree giving equally many."""
        seen = gather_examples(history, asked, self.half_life)
        rows, anchor = present_rows(history, asked, self.half_life)
        trees = Trees(asked.backend, TREES, asked.threads, asked.seed)
        forest = grow_forest(seen.features, seen.relative, seen.weight * np.sqrt(1 + seen.anchor), trees)
        past, present = (find_leaves(forest, part, trees) for part in (seen.features, rows))
        cases = draw_from_leaves(past, present, seen.weight, asked)
        return transfer(seen, cases, anchor).reshape(len(asked.leads), len(asked.units), asked.draws)


@dataclass(frozen=True, slots=True)
class Analogs:
    """The nearest past cases, all features on one scale; each is as likely as the cases that it stands for."""

    half_life: float = QUICK
    cases: int = 150
    name: str = "analogs"
    algorithm: int = 2

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Evenly spaced quantiles of what the cases would have been at this unit's level."""
        seen = gather_examples(history, asked, self.half_life)
        rows, anchor = present_rows(history, asked, self.half_life)
        centre, scale = seen.features.mean(axis=0), seen.features.std(axis=0) + 1e-6
        tree = cKDTree((seen.features - centre) / scale)
        number = min(self.cases, len(seen.outcome))
        nearest = tree.query((rows - centre) / scale, k=number, workers=asked.threads)[1].reshape(len(rows), number)
        drawn = draw_weighted(transfer(seen, nearest, anchor), seen.weight[nearest], asked.draws)
        return drawn.reshape(len(asked.leads), len(asked.units), asked.draws)


def transfer(seen: Examples, cases: Ids, anchor: Counts) -> Counts:
    """What the cases would have been at another level; nobody killed stays nobody killed."""
    moved = np.expm1(seen.relative[cases] + np.log1p(anchor)[:, None])
    counts: Counts = np.where(seen.killed[cases], np.maximum(moved, 1.0), 0.0)
    return counts


def draw_from_leaves(past: Ids, present: Ids, weight: Counts, asked: Asked) -> Ids:
    """For each row, cases from the leaf in which it falls, as likely as their weight; trees take turns.

    past [cases, trees], present [rows, trees]: the leaf of each. Every leaf of `present` must hold a case.
    """
    generator, trees = asked.generator(2), past.shape[1]
    cases = np.empty((len(present), asked.draws), dtype=np.int64)
    for tree in range(min(trees, asked.draws)):
        order = np.argsort(past[:, tree], kind="stable")
        ordered, until = past[order, tree], np.concatenate(([0.0], np.cumsum(weight[order])))
        first = np.searchsorted(ordered, present[:, tree])
        last = np.searchsorted(ordered, present[:, tree], side="right")
        lot = generator.random((len(present), len(range(tree, asked.draws, trees))))
        aim = until[first, None] + lot * (until[last] - until[first])[:, None]
        place = np.searchsorted(until, aim, side="right") - 1
        cases[:, tree::trees] = order[np.clip(place, first[:, None], last[:, None] - 1)]
    return cases
