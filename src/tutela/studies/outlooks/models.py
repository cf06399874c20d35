"""Every model by its name: those that are built in, and those of the entry points `tutela.forecasters`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Final

from tutela.engine.outlook.boosted import Hurdle, Quantiles
from tutela.engine.outlook.forecasting import Backend, Forecaster
from tutela.engine.outlook.forests import Analogs, ForestWeights
from tutela.engine.outlook.mixtures import default_mixture, grid_mixture
from tutela.engine.outlook.own_history import (
    Conflictology,
    Last,
    NegativeBinomial,
    Recent,
    RecentAround,
    WithNeighbours,
    Zero,
)
from tutela.engine.outlook.rates import Rates
from tutela.kernel.problems import Problem

GROUP: Final = "tutela.forecasters"

BUILT_IN: Final[Mapping[str, Callable[[], Forecaster]]] = {
    "zero": Zero,
    "last": Last,
    "conflictology-12": Conflictology,
    "own-6": lambda: Conflictology(6, cleaned=True),
    "recent": Recent,
    "recent-around": RecentAround,
    "neighbours-12": WithNeighbours,
    "negative-binomial": NegativeBinomial,
    "quantiles": Quantiles,
    "hurdle": Hurdle,
    "forest": ForestWeights,
    "analogs": Analogs,
    "rates": Rates,
    "mixture": default_mixture,
    "mixture-grid": grid_mixture,
}


def find_model(name: str) -> Forecaster:
    """The model of this name; one that is not there is refused with the names that are."""
    if name in BUILT_IN:
        return BUILT_IN[name]()
    for point in entry_points(group=GROUP):
        if point.name == name:
            model = point.load()()
            if isinstance(model, Forecaster):
                return model
            raise Problem(
                "forecast-unusable",
                f"What is installed under the name {name} is no forecaster.",
                where=name,
                remedy="It needs a name, an algorithm number and forecast(history, asked).",
            )
    raise Problem(
        "option-invalid",
        f"There is no model called {name[:40]!r}.",
        where="--model",
        remedy=f"Models: {', '.join(list_models())}.",
    )


def list_models() -> tuple[str, ...]:
    """The names of all models, those that are built in first."""
    return (*BUILT_IN, *sorted(point.name for point in entry_points(group=GROUP) if point.name not in BUILT_IN))


@cache
def find_backend() -> Backend:
    """What boosts trees here: LightGBM where its system library loads, otherwise scikit-learn."""
    try:
        importlib.import_module("lightgbm")
    except (ImportError, OSError):
        return "sklearn"
    return "lightgbm"
