"""Boosted trees by whichever library is there: LightGBM, or scikit-learn's histogram boosting in its place.

LightGBM needs libgomp, which bare Debian lacks. The two give different trees, so the backend is part of every
recipe. Deterministic, with a fixed number of threads: on busy cores OpenMP's spinning made one fit fifteen
times slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tutela.engine.outlook.forecasting import Backend
from tutela.engine.outlook.histories import Features
from tutela.engine.outlook.panels import Counts, Ids

ALGORITHM: Final = 1
"""Raised when the same rows would give other trees."""

_LEAVES: Final = 15
_FEWEST: Final = 100
_FEWEST_IN_FOREST: Final = 20
_FOREST_PART: Final = 0.4


@dataclass(frozen=True, slots=True)
class Trees:
    """How trees are grown: by what, how many, with how many threads, from which seed; how much each corrects."""

    backend: Backend
    rounds: int
    threads: int
    seed: int
    rate: float = 0.08


def boost_quantiles(rows: Features, target: Counts, weight: Counts, levels: Sequence[float], trees: Trees) -> Any:
    """One model for each level; `predict_all` gives their values."""
    if trees.backend == "sklearn":
        with threadpool_limits(trees.threads):
            return [_sklearn("quantile", at, trees).fit(rows, target, sample_weight=weight) for at in levels]
    import lightgbm

    settings = _lightgbm_settings(trees)
    # Binning once serves all levels: it is a third of the time of a fit this small.
    held = lightgbm.Dataset(rows, target, weight=weight, params=settings, free_raw_data=False).construct()
    return [
        lightgbm.train({**settings, "objective": "quantile", "alpha": level}, held, trees.rounds)
        for level in levels
    ]


def boost_chance(rows: Features, happened: NDArray[np.bool_], weight: Counts, trees: Trees) -> Any:
    """A model of the chance that something happens; `predict_chance` gives it."""
    if trees.backend == "sklearn":
        with threadpool_limits(trees.threads):
            return _sklearn_chance(trees).fit(rows, happened, sample_weight=weight)
    import lightgbm

    settings = _lightgbm_settings(trees)
    held = lightgbm.Dataset(rows, happened.astype(np.float64), weight=weight, params=settings)
    return lightgbm.train({**settings, "objective": "binary"}, held, trees.rounds)


def predict_all(models: Sequence[Any], rows: Features, trees: Trees) -> Counts:
    """The value of each model for each row, ascending along the row: crossed quantiles are put in order."""
    return np.sort(np.stack([_predict(model, rows, trees) for model in models], axis=1), axis=1)


def predict_chance(model: Any, rows: Features, trees: Trees) -> Counts:
    """The chance for each row."""
    if trees.backend == "sklearn":
        chance: Counts = model.predict_proba(rows)[:, 1]
        return chance
    return _predict(model, rows, trees)


def grow_forest(rows: Features, target: Counts, weight: Counts, trees: Trees) -> Any:
    """A forest of randomised trees, each on its own part of the rows; `find_leaves` says where a row falls."""
    if trees.backend == "sklearn":
        from sklearn.ensemble import ExtraTreesRegressor

        forest = ExtraTreesRegressor(
            trees.rounds,
            min_samples_leaf=_FEWEST_IN_FOREST,
            max_features=_FOREST_PART,
            bootstrap=True,
            max_samples=_FOREST_PART,
            n_jobs=trees.threads,
            random_state=trees.seed % 2**31,
        )
        return forest.fit(rows, target, sample_weight=weight)
    import lightgbm

    settings = {
        **_lightgbm_settings(trees),
        "boosting": "rf",
        "objective": "regression",
        "extra_trees": True,
        "num_leaves": 255,
        "min_data_in_leaf": _FEWEST_IN_FOREST,
        "bagging_fraction": _FOREST_PART,
        "feature_fraction": _FOREST_PART,
    }
    return lightgbm.train(settings, lightgbm.Dataset(rows, target, weight=weight, params=settings), trees.rounds)


def find_leaves(forest: Any, rows: Features, trees: Trees) -> Ids:
    """The leaf in which each row falls, tree by tree."""
    if trees.backend == "sklearn":
        leaves: Ids = forest.apply(rows)
    else:
        leaves = forest.predict(rows, pred_leaf=True, num_threads=trees.threads)
    # In 16 bits numpy sorts by radix, three times faster.
    return leaves.astype(np.int16 if leaves.max(initial=0) < 2**15 else np.int64)


def _predict(model: Any, rows: Features, trees: Trees) -> Counts:
    threads = {"num_threads": trees.threads} if trees.backend == "lightgbm" else {}
    predicted: Counts = np.asarray(model.predict(rows, **threads), dtype=np.float64)
    return predicted


def _lightgbm_settings(trees: Trees) -> dict[str, Any]:
    return {
        "num_threads": trees.threads,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
        "max_bin": 63,
        "learning_rate": trees.rate,
        "num_leaves": _LEAVES,
        "min_data_in_leaf": _FEWEST,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "seed": trees.seed % 2**31,
    }


def _sklearn(loss: str, level: float, trees: Trees) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(loss=loss, quantile=level, **_sklearn_settings(trees))


def _sklearn_chance(trees: Trees) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**_sklearn_settings(trees))


def _sklearn_settings(trees: Trees) -> dict[str, Any]:
    return {
        "learning_rate": trees.rate,
        "max_iter": trees.rounds,
        "max_leaf_nodes": _LEAVES,
        "min_samples_leaf": _FEWEST,
        "max_bins": 63,
        "early_stopping": False,
        "random_state": trees.seed % 2**31,
    }
