"""The verdict on a model before it is shown: past windows, a year apart, each from what was known at its origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from tutela.engine.outlook.comparisons import Gain, compare
from tutela.engine.outlook.forecasting import Asked, Backend, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import MONTHS, Panel, name_month
from tutela.engine.outlook.scoring import Scored, score_forecast
from tutela.kernel.problems import Problem
from tutela.studies.outlooks.models import find_backend, find_model
from tutela.studies.outlooks.scoring import BENCHMARK, RULE, clean

WINDOWS: Final = 5
"""Past windows on which the model must beat the benchmark before it is shown."""

LEAST_YEARS: Final = 5
"""So many years must lie before the first of them."""

NO_BETTER: Final = "no better than the past twelve months"

PAST: Final = ("unit", "origin", "month", "chance_any", "mean", "killed")
NEAR: Final = 3
"""Leads up to this are listed: warnings are given for the months just ahead."""

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model is judged and shown, on which leads, with how many draws and which dice."""

    model: str
    leads: tuple[int, ...]
    draws: int = 200
    seed: int = 1
    backend: Backend = field(default_factory=find_backend)
    threads: int = 1

    def asked(self, task: int) -> Asked:
        """What one forecast is asked; 0 is the forecast itself, the others are its past windows."""
        seed = int(np.random.SeedSequence(self.seed, spawn_key=(task,)).generate_state(1)[0])
        return Asked(self.leads, np.arange(0), self.draws, seed, self.backend, self.threads)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the model is shown, in plain words, with the windows that it rests on.

    past   what the model that is shown gave active units on these windows, in the columns of PAST
    """

    is_better: bool
    words: str
    gain: Gain | None = None
    windows: tuple[Mapping[str, Any], ...] = ()
    past: tuple[tuple[Any, ...], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "shown": self.is_better,
            "words": self.words,
            "rule": f"better than {BENCHMARK} in {RULE}, the whole 90 % interval above none",
            "gain": None if self.gain is None else self.gain.as_json(),
            "windows": list(self.windows),
        }


def judge_model(panel: Panel, known_at: Callable[[int], Panel], spec: ModelSpec, tell: Tell) -> Verdict:
    """The model beside the benchmark on windows whose outcomes are known.

    `known_at` gives the panel as it was at the end of a month, over the same units: what an event of later tells
    of earlier ones (where one without an exact place may have been) must not reach the model.
    """
    if spec.model == BENCHMARK:
        return Verdict(is_better=True, words="the past twelve months themselves")
    scored: dict[str, list[Scored]] = {spec.model: [], BENCHMARK: []}
    origins = _require_origins(panel, spec)
    for number, origin in enumerate(origins):
        tell("judging on past windows", number + 1, len(origins) + 2)
        history, asked = History.of(known_at(origin)), spec.asked(number + 1)
        for name, kept in scored.items():
            lot = np.random.default_rng(asked.seed)
            kept.append(score_forecast(forecast_all(find_model(name), history, asked), panel, lot))
    ours, theirs = scored[spec.model], scored[BENCHMARK]
    lot = np.random.default_rng(np.random.SeedSequence(spec.seed, spawn_key=(98,)))
    gain = compare(ours, theirs, RULE, lot)
    shown = ours if gain.is_better else theirs
    past = tuple(row for item in shown for row in _list_past(item, panel))
    return Verdict(gain.is_better, _words(spec.model, gain), gain, tuple(_windows(spec.model, ours, theirs)), past)


def _list_past(item: Scored, panel: Panel) -> Iterator[tuple[Any, ...]]:
    near = item.is_active & item.exists & (item.leads <= NEAR)[:, None]
    for lead, unit in np.argwhere(near):
        yield (
            int(panel.units[unit]),
            name_month(item.origin),
            name_month(item.origin + int(item.leads[lead])),
            round(float(item.chance[lead, unit]), 4),
            round(float(item.expected[lead, unit]), 4),
            round(float(item.outcome[lead, unit]), 2),
        )


def _windows(model: str, ours: list[Scored], theirs: list[Scored]) -> Iterator[dict[str, Any]]:
    for mine, other in zip(ours, theirs, strict=True):
        yield {
            "origin": name_month(mine.origin),
            model: clean(mine.summary()),
            BENCHMARK: clean(other.summary()),
        }


def _words(model: str, gain: Gain) -> str:
    if gain.is_better:
        return f"{model} was better than the past twelve months on {gain.windows} past windows"
    return f"{model} was {NO_BETTER} on {gain.windows} past windows: these are shown instead"


def _require_origins(panel: Panel, spec: ModelSpec) -> list[int]:
    last = panel.last_month - max(spec.leads)
    tried = [last - MONTHS * back for back in range(WINDOWS)]
    origins = [origin for origin in tried if origin - LEAST_YEARS * MONTHS >= panel.first_month]
    if not origins:
        raise Problem(
            "panel-unusable",
            f"Before {name_month(panel.last_month)} there is too little to judge a model on.",
            where="--origin",
            remedy="Bring more years of events, or a later origin.",
        )
    return origins
