"""Distributions out of past cases that were like this one: leaves of a forest, and nearest histories.

What happened in those cases is taken relative to their level and put onto this unit's level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.engine.outlook.forecasting import Asked
from tutela.engine.outlook.histories import QUICK, History
from tutela.engine.outlook.learning import Examples, gather_examples, present_rows
from tutela.engine.outlook.panels import Counts, Ids

TREES: Final = 100


@dataclass(frozen=True, slots=True)
class ForestWeights:
    """Past cases weigh by how often they share a leaf with this one in a forest of randomised trees."""

    half_life: float = QUICK
    fewest: int = 20
    name: str = "forest"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Draws of cases from the leaves, each tree giving equally many."""
        from sklearn.ensemble import ExtraTreesRegressor

        seen = gather_examples(history, asked, self.half_life)
        rows, anchor = present_rows(history, asked, self.half_life)
        forest = ExtraTreesRegressor(
            TREES,
            min_samples_leaf=self.fewest,
            max_features=0.5,
            bootstrap=True,
            max_samples=0.5,
            n_jobs=asked.threads,
            random_state=asked.seed % 2**31,
        ).fit(seen.features, seen.relative, sample_weight=seen.weight)
        cases = _draw_from_leaves(forest.apply(seen.features), forest.apply(rows), asked)
        return transfer(seen, cases, anchor).reshape(len(asked.leads), len(asked.units), asked.draws)


@dataclass(frozen=True, slots=True)
class Analogs:
    """The nearest past cases, all features on one scale, each as likely as the other."""

    half_life: float = QUICK
    cases: int = 150
    name: str = "analogs"
    algorithm: int = 1

    def forecast(self, history: History, asked: Asked) -> NDArray[Any]:
        """Draws of cases, each equally often."""
        seen = gather_examples(history, asked, self.half_life)
        rows, anchor = present_rows(history, asked, self.half_life)
        centre, scale = seen.features.mean(axis=0), seen.features.std(axis=0) + 1e-6
        tree = cKDTree((seen.features - centre) / scale)
        number = min(self.cases, len(seen.outcome))
        nearest = tree.query((rows - centre) / scale, k=number, workers=asked.threads)[1].reshape(len(rows), number)
        place = ((np.arange(asked.draws) + 0.5) * number / asked.draws).astype(np.int64)
        return transfer(seen, nearest[:, place], anchor).reshape(len(asked.leads), len(asked.units), asked.draws)


def transfer(seen: Examples, cases: Ids, anchor: Counts) -> Counts:
    """What the cases would have been at another level; nobody killed stays nobody killed."""
    moved = np.expm1(seen.relative[cases] + np.log1p(anchor)[:, None])
    counts: Counts = np.where(seen.outcome[cases] > 0, np.maximum(moved, 1.0), 0.0)
    return counts


def _draw_from_leaves(past: Ids, present: Ids, asked: Asked) -> Ids:
    """For each row, cases from the leaf in which it falls, tree by tree in turn."""
    generator = asked.generator(2)
    cases = np.empty((len(present), asked.draws), dtype=np.int64)
    order = np.argsort(past, axis=0, kind="stable")
    for draw in range(asked.draws):
        tree = draw % past.shape[1]
        ordered = past[order[:, tree], tree]
        begin = np.searchsorted(ordered, present[:, tree])
        end = np.searchsorted(ordered, present[:, tree], side="right")
        place = begin + (generator.random(len(present)) * (end - begin)).astype(np.int64)
        cases[:, draw] = order[place, tree]
    return cases
