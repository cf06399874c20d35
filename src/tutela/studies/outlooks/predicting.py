"""From files of events to a forecast, judged on past windows first: no better than the past year is not shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

import tutela
from tutela.data.store.artifacts import Content
from tutela.engine.outlook import gathering, histories, scoring
from tutela.engine.outlook.cells import centres_of
from tutela.engine.outlook.forecasting import Forecast, forecast_all
from tutela.engine.outlook.gathering import Gathered, GatherSpec, gather_grid
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import Panel, name_month, number_month
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.tables import Events
from tutela.studies.intake import Intake
from tutela.studies.outlooks.forecast_files import KIND, lay_out, name_cells
from tutela.studies.outlooks.judging import WINDOWS, ModelSpec, Tell, Verdict, judge_model
from tutela.studies.outlooks.models import find_model
from tutela.studies.outlooks.scoring import BENCHMARK

ALGORITHM: Final = 2
"""Raised when the same events would give another forecast."""

FIRST_MONTH: Final = number_month(1989, 1)
"""Where UCDP's events begin. Earlier months have no zeros, but nothing."""

SHOWN: Final = 20

NOT_SAID: Final = (
    "Who would do harm, and why: a forecast says where and how many.",
    "That a unit without a warning is safe: no report is not no event.",
)


@dataclass(frozen=True, slots=True)
class PredictSpec:
    """What is to be forecast: the target, from which last month known, by which model."""

    target: str
    origin: int
    model: ModelSpec

    def parameters(self) -> dict[str, Any]:
        """As the manifest keeps them."""
        return {
            "target": self.target,
            "origin": name_month(self.origin),
            "leads": list(self.model.leads),
            "model": self.model.model,
            "draws": self.model.draws,
            "backend": self.model.backend,
        }


@dataclass(frozen=True, slots=True)
class Prediction:
    """A forecast with the verdict of its past windows; `shown` is the benchmark where the model was no better."""

    spec: PredictSpec
    gathered: Gathered
    shown: Forecast
    verdict: Verdict
    header: Mapping[str, Any]
    manifest: Manifest

    def as_json(self) -> dict[str, Any]:
        """The shape that commands print: what forecast.json holds, and where most is expected."""
        digest = {"artifact": self.manifest.content, "digest": self.manifest.content}
        return {**self.header, **digest, "highest": _highest(self.shown, SHOWN)}


def _quiet(_what: str, _done: int, _of: int) -> None:
    pass


def predict_grid(events: Intake[Events], spec: PredictSpec, tell: Tell = _quiet) -> tuple[Prediction, Content]:
    """Gather, judge on past windows, forecast; nothing after the origin is looked at."""
    vintage = ", ".join(sorted({origin.vintage for origin in events.origins}))
    tell("gathering events", 0, WINDOWS + 2)
    gathering_spec = GatherSpec(spec.target, FIRST_MONTH, spec.origin, vintage)
    gathered = gather_grid(events.table, gathering_spec)
    cells = tuple(int(cell) for cell in gathered.panel.units)

    def known_at(month: int) -> Panel:
        return gather_grid(events.table, replace(gathering_spec, origin=month, cells=cells)).panel

    verdict = judge_model(gathered.panel, known_at, spec.model, tell)
    tell("forecasting", WINDOWS + 1, WINDOWS + 2)
    name = spec.model.model if verdict.is_better else BENCHMARK
    shown = forecast_all(find_model(name), History.of(gathered.panel), spec.model.asked(0))
    # Where civilians are likely to be harmed next is for those who need it, whatever the files were.
    marking = Marking.UNCLASSIFIED if events.is_invented else Marking.CONFIDENTIAL
    header = _describe(spec, gathered, shown, verdict) | {
        "marking": marking.label,
        "invented": events.is_invented,
        "licence": events.manifest.licence,
        "attribution": events.manifest.attribution,
    }
    content = lay_out(shown, name_cells(shown.units), header)
    manifest = Manifest(
        kind=KIND,
        title=f"Outlook from {name_month(spec.origin)}: {spec.target} by cell",
        content=content.digest,
        inputs=(Input("events", events.manifest.content),),
        parameters=spec.parameters() | {"shown": name, "level": "grid"},
        seed=spec.model.seed,
        algorithms=_algorithms(spec.model.model),
        accounting=(gathered.events,),
        marking=marking,
        licence=events.manifest.licence,
        attribution=events.manifest.attribution,
        invented=events.is_invented,
        redistributable=False if not events.is_invented else events.manifest.redistributable,
        about={"version": tutela.__version__},
    )
    return Prediction(spec, gathered, shown, verdict, header, manifest), content


def _algorithms(model: str) -> dict[str, int]:
    return {
        "outlook": ALGORITHM,
        "gathering": gathering.ALGORITHM,
        "features": histories.ALGORITHM,
        "scoring": scoring.ALGORITHM,
        model: find_model(model).algorithm,
    }


def _describe(spec: PredictSpec, gathered: Gathered, shown: Forecast, verdict: Verdict) -> dict[str, Any]:
    panel = gathered.panel
    return {
        "target": panel.target,
        "level": panel.level,
        "origin": name_month(spec.origin),
        "leads": list(spec.model.leads),
        "months": [name_month(int(month)) for month in shown.months],
        "vintage": " + ".join(item.name for item in panel.vintages),
        "model": spec.model.model,
        "shown": shown.model,
        "verdict": verdict.as_json(),
        "units": len(panel.units),
        "active": int(shown.is_active.sum()),
        "events": gathered.events.as_json(),
        "killed": dict(gathered.killed),
        "not_said": list(NOT_SAID),
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
