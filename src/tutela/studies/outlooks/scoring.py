"""Models scored by a protocol on the windows that the actuals cover, beside the benchmarks, always the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook.comparisons import Gain, compare
from tutela.engine.outlook.forecasting import Asked, Backend, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.own_history import BENCHMARKS
from tutela.engine.outlook.panels import FIRST_YEAR, MONTHS, Panel, number_month
from tutela.engine.outlook.scoring import MEANS, Scored, calibration, score_forecast
from tutela.kernel.problems import Problem
from tutela.studies.executor import Executor
from tutela.studies.outlooks.models import find_backend, find_model

ALGORITHM: Final = 1
"""Raised when the same panel and models would give other scores."""

BENCHMARK: Final = "conflictology-12"
NO_REGION: Final = "no region named"
RULE: Final = "crps_log1p"
"""A model is shown as the outlook where it beats the benchmark in this, its whole interval above none."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How windows are cut and how many draws are counted.

    origin_month  the last month known, of the year before the window;  leads  months from there
    """

    name: str
    leads: tuple[int, ...]
    origin_month: int
    draws: int


PROTOCOLS: Final = {
    "views-2023": Protocol("views-2023", tuple(range(3, 15)), 10, 1000),
}
"""The prediction challenge of VIEWS: calendar years, from data up to October of the year before."""


@dataclass(frozen=True, slots=True)
class ScoreSpec:
    """What is to be scored, by which protocol, with which dice."""

    protocol: Protocol
    models: tuple[str, ...]
    seed: int = 1
    backend: Backend = field(default_factory=find_backend)
    threads: int = 1
    regions: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scores:
    """The scored windows of each model, and each model's gain over each benchmark."""

    spec: ScoreSpec
    vintage: str
    windows: tuple[int, ...]
    scored: dict[str, list[Scored]]
    region: NDArray[np.str_] = field(default_factory=lambda: np.array([], dtype=np.str_))

    def gain(self, model: str, other: str, score: str = "crps", region: str | None = None) -> Gain:
        """By what part the model's loss is smaller than the other's on all windows, everywhere or in one region."""
        lot = np.random.default_rng(np.random.SeedSequence(self.spec.seed, spawn_key=(99,)))
        return compare(self._in(model, region), self._in(other, region), score, lot)

    def _in(self, model: str, region: str | None) -> list[Scored]:
        scored = self.scored[model]
        return scored if region is None else [item.of_units(self.region == region) for item in scored]

    def as_json(self) -> dict[str, Any]:
        """The shape that commands print and others rely on."""
        return {
            "protocol": self.spec.protocol.name,
            "vintage": self.vintage,
            "windows": list(self.windows),
            "backend": self.spec.backend,
            "rule": f"better than {BENCHMARK} in {RULE}, the whole 90 % interval above none",
            "models": {name: self._describe(name) for name in self.scored},
        }

    def _describe(self, name: str) -> dict[str, Any]:
        scored = self.scored[name]
        summaries = [clean(item.summary()) for item in scored]
        versus = {
            other: self.gain(name, other).as_json() | {"by_rule": self.gain(name, other, RULE).as_json()}
            for other in self.scored
            if other in BENCHMARKS and other != name
        }
        return {
            "by_window": {str(year): summary for year, summary in zip(self.windows, summaries, strict=True)},
            "mean": {key: _mean([item[key] for item in summaries]) for key in summaries[0]},
            "by_lead": _by_lead(scored, self.spec.protocol.leads),
            "calibration": calibration(scored),
            "versus": versus,
        } | ({"by_region": self._by_region(name)} if len(self.region) else {})

    def _by_region(self, name: str) -> dict[str, Any]:
        found = {}
        for region in np.unique(self.region):
            summaries = [clean(item.summary()) for item in self._in(name, str(region))]
            means = {key: _mean([item[key] for item in summaries]) for key in summaries[0]}
            gain = None if name == BENCHMARK else self.gain(name, BENCHMARK, RULE, str(region)).as_json()
            found[str(region)] = {**means, "units": int((self.region == region).sum()), "by_rule": gain}
        return found


def find_windows(panel: Panel, first_actual: int, protocol: Protocol) -> tuple[int, ...]:
    """The calendar years whose twelve months the actuals cover, and before which the panel has two years."""
    first = -(-(first_actual - 1) // MONTHS) + FIRST_YEAR
    last = panel.last_month // MONTHS + FIRST_YEAR - 1
    years = tuple(
        year
        for year in range(first, last + 1)
        if number_month(year - 1, protocol.origin_month) - 2 * MONTHS >= panel.first_month
    )
    if not years:
        raise Problem(
            "nothing-to-study",
            "The actuals cover no whole calendar year with two years of history before it.",
            where="--actuals",
            remedy="Bring at least one whole year of actuals, and a longer history.",
        )
    return years


def score_models(
    panel: Panel,
    windows: Sequence[int],
    spec: ScoreSpec,
    executor: Executor,
    tell: Callable[[str, int, int], None] = lambda what, done, of: None,  # noqa: ARG005
) -> Scores:
    """Forecast each window from its own origin with each model, and score all of them on the same months."""
    names = _with_benchmarks(panel, spec.models)
    tasks = [(panel, spec, name, year) for name in names for year in windows]
    scored: dict[str, list[Scored]] = {name: [] for name in names}
    for done, (task, found) in enumerate(zip(tasks, executor.run(score_window, tasks), strict=True)):
        scored[task[2]].append(found)
        tell(f"scoring {task[2]} on {task[3]}", done + 1, len(tasks))
    regions = [spec.regions.get(int(unit), NO_REGION) for unit in panel.units] if spec.regions else []
    vintage = " + ".join(item.name for item in panel.vintages)
    return Scores(spec, vintage, tuple(windows), scored, np.array(regions, dtype=np.str_))


def score_window(task: tuple[Panel, ScoreSpec, str, int]) -> Scored:
    """One model on one window: nothing after its origin is handed to the model."""
    panel, spec, name, year = task
    origin = number_month(year - 1, spec.protocol.origin_month)
    # By name, so that a model's draws do not depend on which others are scored beside it.
    key = (year, *name.encode())
    seed = int(np.random.SeedSequence(spec.seed, spawn_key=key).generate_state(1)[0])
    asked = Asked(spec.protocol.leads, np.arange(0), spec.protocol.draws, seed, spec.backend, spec.threads)
    forecast = forecast_all(find_model(name), History.of(panel.until(origin)), asked)
    return score_forecast(forecast, panel, np.random.default_rng(seed))


def _with_benchmarks(panel: Panel, models: tuple[str, ...]) -> tuple[str, ...]:
    benchmarks = [name for name in BENCHMARKS if name != "neighbours-12" or panel.neighbours]
    return tuple(dict.fromkeys((*benchmarks, *models)))


def _by_lead(scored: list[Scored], leads: tuple[int, ...]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for place, lead in enumerate(leads):
        found[str(lead)] = {
            name: float(np.mean([item.values[name][place][item.exists[place]].mean() for item in scored]))
            for name in MEANS
        }
    return found


def clean(values: Mapping[str, float]) -> dict[str, float | None]:
    """NaN has no place in JSON: what cannot be computed is null."""
    return {name: value if np.isfinite(value) else None for name, value in values.items()}


def _mean(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else None
