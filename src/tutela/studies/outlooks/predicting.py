"""From files of events to a forecast, judged on past windows first: no better than the past year is not shown."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

import tutela
from tutela.data.store.artifacts import Content
from tutela.engine.outlook import gathering, histories, scoring
from tutela.engine.outlook.cells import centres_of
from tutela.engine.outlook.comparisons import Gain, compare
from tutela.engine.outlook.forecasting import Asked, Backend, Forecast, forecast_all
from tutela.engine.outlook.gathering import Gathered, GatherSpec, gather_grid
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import MONTHS, Panel, name_month, number_month
from tutela.engine.outlook.scoring import Scored, score_forecast
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.studies.intake import Intake
from tutela.studies.outlooks.models import find_backend, find_model
from tutela.studies.outlooks.scoring import BENCHMARK, RULE

KIND: Final = "outlook"
ALGORITHM: Final = 1
"""Raised when the same events would give another forecast."""

FIRST_MONTH: Final = number_month(1989, 1)
WINDOWS: Final = 5
"""Past windows on which the model must beat the benchmark before it is shown."""

NO_BETTER: Final = "no better than the past twelve months"
SHOWN: Final = 20

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class PredictSpec:
    """What is to be forecast: the target, from which last month known, how far ahead, by which model."""

    target: str
    origin: int
    leads: tuple[int, ...] = tuple(range(1, 15))
    model: str = "mixture-grid"
    draws: int = 200
    seed: int = 1
    backend: Backend = field(default_factory=find_backend)
    threads: int = 1

    def parameters(self) -> dict[str, Any]:
        """As the manifest keeps them."""
        return {
            "target": self.target,
            "origin": name_month(self.origin),
            "leads": list(self.leads),
            "model": self.model,
            "draws": self.draws,
            "backend": self.backend,
        }


@dataclass(frozen=True, slots=True)
class Prediction:
    """A forecast with the verdict of its past windows; `shown` is the benchmark where the model was no better."""

    spec: PredictSpec
    gathered: Gathered
    shown: Forecast
    verdict: Mapping[str, Any]
    manifest: Manifest

    def as_json(self) -> dict[str, Any]:
        """The shape that commands print: everything but the draws."""
        panel = self.gathered.panel
        return {
            "origin": name_month(self.spec.origin),
            "level": panel.level,
            "target": panel.target,
            "vintage": " + ".join(item.name for item in panel.vintages),
            "model": self.spec.model,
            "shown": self.shown.model,
            "verdict": dict(self.verdict),
            "months": [name_month(int(month)) for month in self.shown.months],
            "units": len(panel.units),
            "active": int(self.shown.is_active.sum()),
            "events": self.gathered.events.as_json(),
            "killed": dict(self.gathered.killed),
            "highest": _highest(self.shown, SHOWN),
            "not_said": [
                "Who would do harm, and why: a forecast says where and how many.",
                "That a unit without a warning is safe: no report is not no event.",
            ],
            "marking": self.manifest.marking.label,
            "artifact": self.manifest.content,
        }


def predict_grid(
    events: Intake[Events],
    spec: PredictSpec,
    tell: Tell = lambda what, done, of: None,  # noqa: ARG005
) -> tuple[Prediction, Content]:
    """Gather, judge on past windows, forecast; nothing after the origin is looked at."""
    vintage = ", ".join(sorted({origin.vintage for origin in events.origins}))
    tell("gathering events", 0, WINDOWS + 2)
    gathered = gather_grid(events.table, GatherSpec(spec.target, FIRST_MONTH, spec.origin, vintage))
    _require_history(gathered.panel, spec)
    verdict = _judge(gathered.panel, spec, tell)
    tell("forecasting", WINDOWS + 1, WINDOWS + 2)
    name = spec.model if verdict["shown"] else BENCHMARK
    shown = forecast_all(find_model(name), History.of(gathered.panel), _asked(spec, 0))
    content = Content(_tables(shown), {"outlook.json": _document(verdict, gathered)})
    manifest = Manifest(
        kind=KIND,
        title=f"Outlook from {name_month(spec.origin)}: {spec.target} by cell",
        content=content.digest,
        inputs=(Input("events", events.manifest.content),),
        parameters=spec.parameters() | {"shown": name, "level": "grid"},
        seed=spec.seed,
        algorithms={
            "outlook": ALGORITHM,
            "gathering": gathering.ALGORITHM,
            "features": histories.ALGORITHM,
            "scoring": scoring.ALGORITHM,
            spec.model: find_model(spec.model).algorithm,
        },
        accounting=(gathered.events,),
        # Where civilians are likely to be harmed next is for those who need it, whatever the files were.
        marking=Marking.UNCLASSIFIED if events.is_invented else Marking.CONFIDENTIAL,
        licence=events.manifest.licence,
        attribution=events.manifest.attribution,
        invented=events.is_invented,
        redistributable=False if not events.is_invented else events.manifest.redistributable,
        about={"version": tutela.__version__},
    )
    return Prediction(spec, gathered, shown, verdict, manifest), content


def out_files(prediction: Prediction) -> dict[str, bytes]:
    """What goes into --out: the summary, the manifest, a table for a spreadsheet and the same as Parquet."""
    frame = pl.DataFrame(_quantiles(prediction.shown))
    return {
        "outlook.json": _pretty(prediction.as_json()),
        "manifest.json": _pretty(prediction.manifest.as_json()),
        "forecast.csv": frame.write_csv(float_precision=4).encode("utf-8-sig"),
        "forecast.parquet": _parquet(frame),
    }


def _judge(panel: Panel, spec: PredictSpec, tell: Tell) -> dict[str, Any]:
    """The model beside the benchmark on windows that ended before the origin, a year apart."""
    if spec.model == BENCHMARK:
        return {"shown": True, "words": "the past twelve months themselves", "windows": []}
    ours: list[Scored] = []
    theirs: list[Scored] = []
    origins = _past_origins(panel, spec)
    for number, origin in enumerate(origins):
        tell("judging on past windows", number + 1, len(origins) + 2)
        history, asked = History.of(panel.until(origin)), _asked(spec, number + 1)
        for name, kept in ((spec.model, ours), (BENCHMARK, theirs)):
            lot = np.random.default_rng(asked.seed)
            kept.append(score_forecast(forecast_all(find_model(name), history, asked), panel, lot))
    gain = compare(ours, theirs, RULE, np.random.default_rng(np.random.SeedSequence(spec.seed, spawn_key=(98,))))
    return {
        "shown": gain.is_better,
        "words": _words(spec.model, gain),
        "rule": f"better than {BENCHMARK} in {RULE}, the whole 90 % interval above none",
        "gain": gain.as_json(),
        "windows": [
            {
                "origin": name_month(mine.origin),
                spec.model: _clean(mine.summary()),
                BENCHMARK: _clean(other.summary()),
            }
            for mine, other in zip(ours, theirs, strict=True)
        ],
    }


def _words(model: str, gain: Gain) -> str:
    if gain.is_better:
        return f"{model} was better than the past twelve months on {gain.windows} past windows"
    return f"{model} was {NO_BETTER} on {gain.windows} past windows: these are shown instead"


def _past_origins(panel: Panel, spec: PredictSpec) -> list[int]:
    last = panel.last_month - max(spec.leads)
    return [
        last - MONTHS * back for back in range(WINDOWS) if last - MONTHS * back - 5 * MONTHS >= panel.first_month
    ]


def _require_history(panel: Panel, spec: PredictSpec) -> None:
    if not _past_origins(panel, spec):
        raise Problem(
            "panel-unusable",
            f"Before {name_month(spec.origin)} there is too little to judge a model on.",
            where="--origin",
            remedy="Bring more years of events, or a later origin.",
        )


def _asked(spec: PredictSpec, task: int) -> Asked:
    seed = int(np.random.SeedSequence(spec.seed, spawn_key=(task,)).generate_state(1)[0])
    return Asked(spec.leads, np.arange(0), spec.draws, seed, spec.backend, spec.threads)


def _tables(forecast: Forecast) -> dict[str, dict[str, Any]]:
    """The draws by row, and which row each month and unit has."""
    lead, unit = np.indices(forecast.row.shape)
    return {
        "draws": {f"draw_{i:04d}": column for i, column in enumerate(forecast.draws.T)},
        "rows": {
            "month": forecast.months[lead.ravel()],
            "unit": forecast.units[unit.ravel()],
            "row": forecast.row.ravel(),
            "active": forecast.is_active[unit.ravel()],
        },
    }


def _quantiles(forecast: Forecast) -> dict[str, Any]:
    """One line for each month and active cell: chances and quantiles; quiet cells share the base rate."""
    lead, unit = np.nonzero(np.broadcast_to(forecast.is_active, forecast.row.shape))
    held = forecast.draws[forecast.row[lead, unit]]
    low, quarter, middle, three, high = np.quantile(held, (0.05, 0.25, 0.5, 0.75, 0.95), axis=1)
    lon, lat = centres_of(forecast.units[unit])
    return {
        "month": [name_month(int(month)) for month in forecast.months[lead]],
        "cell": forecast.units[unit],
        "lon": lon,
        "lat": lat,
        "chance_of_any": (held >= 1).mean(axis=1),
        "chance_of_25": (held >= scoring.MANY).mean(axis=1),
        "low_90": low,
        "low_50": quarter,
        "middle": middle,
        "high_50": three,
        "high_90": high,
    }


def _highest(forecast: Forecast, most: int) -> list[dict[str, Any]]:
    """The cells most likely to see anybody killed over all months, with their intervals; for those who need it."""
    expected = forecast.expected().sum(axis=0)
    order = np.argsort(-expected, kind="stable")[:most]
    lon, lat = centres_of(forecast.units[order])
    rows = []
    for place, unit in enumerate(order):
        held = forecast.draws[forecast.row[:, unit]]
        chance = 1 - float(np.prod(1 - (held >= 1).mean(axis=1)))
        rows.append(
            {
                "cell": int(forecast.units[unit]),
                "lon": float(lon[place]),
                "lat": float(lat[place]),
                "chance_of_any_at_most": chance,
                "next_month": _interval(held[0]),
            }
        )
    return rows


def _interval(held: Any) -> dict[str, float]:
    low, middle, high = np.quantile(held, (0.05, 0.5, 0.95))
    return {"low_90": float(low), "middle": float(middle), "high_90": float(high)}


def _document(verdict: Mapping[str, Any], gathered: Gathered) -> bytes:
    return _pretty({"verdict": verdict, "killed": dict(gathered.killed), "events": gathered.events.as_json()})


def _clean(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in values.items()}


def _pretty(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def _parquet(frame: pl.DataFrame) -> bytes:
    held = io.BytesIO()
    frame.write_parquet(held)
    return held.getvalue()
