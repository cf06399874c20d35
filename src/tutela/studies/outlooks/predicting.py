"""From files of events to a forecast, judged on past windows first: no better than the past year is not shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

import tutela
from tutela.data.store.artifacts import Content, Store
from tutela.engine.outlook import changes, coverage, gathering, histories, levels, scoring
from tutela.engine.outlook.changes import Steps, explain_changes, without_newest
from tutela.engine.outlook.coverage import describe_coverage
from tutela.engine.outlook.forecasting import Forecast, forecast_all
from tutela.engine.outlook.gathering import REPORTS, Gathered, GatherSpec, gather, require_known
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.levels import Level, UnitNames
from tutela.engine.outlook.panels import Panel, name_month, number_month, read_month
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.tables import Events
from tutela.studies.intake import Intake, keep
from tutela.studies.outlooks.forecast_files import KIND, lay_out
from tutela.studies.outlooks.grounds import Ground, restore_ground
from tutela.studies.outlooks.judging import PAST, WINDOWS, ModelSpec, Tell, Verdict, judge_model
from tutela.studies.outlooks.models import find_model
from tutela.studies.outlooks.scoring import BENCHMARK

ALGORITHM: Final = 4
"""Raised when the same events would give another forecast."""

FIRST_MONTH: Final = number_month(1989, 1)
"""Where UCDP's events begin. Earlier months have no zeros, but nothing."""

SHOWN: Final = 20
HISTORY: Final = 24
"""So many months of counts go with a forecast."""

DEFAULT_MODELS: Final = {
    "grid": "mixture-grid",
    "country": "mixture",
    "admin-1": "mixture",
    "vicinity": "mixture",
}
"""What is judged at each level unless something else is asked for."""

NOT_SAID: Final = (
    "Who would do harm, and why: a forecast says where and how many.",
    "That a unit without a warning is safe: no report is not no event.",
)


@dataclass(frozen=True, slots=True)
class PredictSpec:
    """What is to be forecast: the target, from which last month known, by which model.

    until   the last month that the events are complete for, where it is said; otherwise that of the last event
    """

    target: str
    origin: int
    model: ModelSpec
    until: int | None = None

    def parameters(self) -> dict[str, Any]:
        """As the manifest keeps them."""
        return {
            "target": self.target,
            "origin": name_month(self.origin),
            "leads": list(self.model.leads),
            "model": self.model.model,
            "draws": self.model.draws,
            "backend": self.model.backend,
            **({} if self.until is None else {"until": name_month(self.until)}),
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
        said = {name: value for name, value in self.header.items() if name not in ("past", "history")}
        return {**said, **digest, "highest": _highest(self.shown, self.gathered.names, SHOWN)}


Made = tuple[Prediction, Content]
"""A forecast and what the home keeps of it."""


def _quiet(_what: str, _done: int, _of: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class PredictInputs:
    """What a forecast is made from: events with their manifest, and the ground of its level."""

    events: Events
    manifest: Manifest
    ground: Ground

    @property
    def vintage(self) -> str:
        """What the events are called."""
        return ", ".join(self.manifest.parameters["vintages"])

    def gather(self, spec: PredictSpec, level: Level | None = None, origin: int | None = None) -> Gathered:
        """The panel as it was known at the origin, of the ground's level or of one with the same units."""
        asked = GatherSpec(spec.target, FIRST_MONTH, origin or spec.origin, self.vintage, self.ground.begins)
        return gather(self.events, asked, level or self.ground.level)

    def gather_reports(self, spec: PredictSpec, level: Level) -> Panel:
        """Events of any kind by month and unit, as known at the origin."""
        asked = GatherSpec(REPORTS, FIRST_MONTH, spec.origin, self.vintage, self.ground.begins)
        return gather(self.events, asked, level).panel


def _stand_beside(coverage: dict[str, Any], changes: list[dict[str, Any]]) -> dict[str, Any]:
    """Coverage and changes, and their sentences by unit."""
    reasons: dict[str, list[str]] = {}
    for row in (*changes, *coverage["silent"]):
        reasons.setdefault(str(row["unit"]), []).extend(row.get("sentences") or [row["words"]])
    return {"coverage": coverage, "changes": changes, "reasons": reasons}


def _list_history(panel: Panel) -> dict[str, Any]:
    """What was counted in the last two years in units where anybody was killed in them."""
    recent = panel.counts[-HISTORY:]
    months = [name_month(panel.last_month - len(recent) + 1 + i) for i in range(len(recent))]
    rows = [
        [int(panel.units[unit]), month, round(float(killed), 2)]
        for unit in np.flatnonzero(recent.any(axis=0))
        for month, killed in zip(months, recent[:, unit], strict=True)
    ]
    return {"columns": ["unit", "month", "killed"], "rows": rows}


def _step(name: str, spec: PredictSpec, before: Panel, now: tuple[Panel, Forecast]) -> Steps:
    """The same model on what was known a month earlier, and on a newest month in which nobody was killed."""
    panel, shown = now
    asked, model = spec.model.asked(0), find_model(name)
    later = replace(asked, leads=tuple(lead + 1 for lead in asked.leads))
    return Steps(
        forecast_all(model, History.of(before), later),
        forecast_all(model, History.of(without_newest(panel)), asked),
        shown,
    )


def predict(inputs: PredictInputs, spec: PredictSpec, tell: Tell = _quiet) -> tuple[Prediction, Content]:
    """Gather, judge on past windows, forecast; nothing after the origin is looked at."""
    tell("gathering events", 0, WINDOWS + 2)
    require_known(inputs.events, spec.origin, spec.until)
    gathered = inputs.gather(spec)
    level = inputs.ground.level.fixed(gathered.found)
    verdict = judge_model(gathered.panel, lambda month: inputs.gather(spec, level, month).panel, spec.model, tell)
    tell("forecasting", WINDOWS + 1, WINDOWS + 2)
    name = spec.model.model if verdict.is_better else BENCHMARK
    shown = forecast_all(find_model(name), History.of(gathered.panel), spec.model.asked(0))
    before = inputs.gather(spec, level, spec.origin - 1).panel
    steps = _step(name, spec, before, (gathered.panel, shown))
    header = _describe(inputs, spec, gathered, shown) | {
        "verdict": verdict.as_json(),
        **_stand_beside(
            describe_coverage(inputs.gather_reports(spec, level), gathered.names),
            explain_changes(steps, gathered.panel, gathered.names),
        ),
        "past": {"columns": list(PAST), "rows": [list(row) for row in verdict.past]},
        "history": _list_history(gathered.panel),
    }
    content = lay_out(shown, gathered.names, header)
    manifest = _manifest(inputs, spec, gathered, content)
    return Prediction(spec, gathered, shown, verdict, header, manifest), content


def keep_prediction(store: Store, inputs: PredictInputs, events: Intake[Events], made: Made) -> None:
    """Register a forecast with all that it was made from."""
    keep(events, store)
    for manifest, content in inputs.ground.contents:
        store.write(manifest, content)
    prediction, content = made
    store.write(prediction.manifest, content)


def repeat_forecast(store: Store, manifest: Manifest, principal: Principal) -> Manifest:
    """Make the forecast again from what the home holds; the caller compares the digests."""
    inputs, spec = restore_inputs(store, manifest, principal)
    return predict(inputs, spec)[0].manifest


def restore_inputs(store: Store, manifest: Manifest, principal: Principal) -> tuple[PredictInputs, PredictSpec]:
    """What a kept forecast was made from, and how."""
    said = manifest.parameters
    events = store.find(next(item.content for item in manifest.inputs if item.role == "events"), principal)
    table = Events.from_columns(store.load_table(events.content, "events", principal))
    inputs = PredictInputs(table, events, restore_ground(store, manifest, principal))
    model = ModelSpec(said["model"], tuple(said["leads"]), said["draws"], manifest.seed or 0, said["backend"])
    until = read_month(said["until"], "until") if "until" in said else None
    return inputs, PredictSpec(said["target"], read_month(said["origin"], "origin"), model, until)


def _manifest(inputs: PredictInputs, spec: PredictSpec, gathered: Gathered, content: Content) -> Manifest:
    kept = {"events": inputs.manifest, **inputs.ground.kept}
    invented = inputs.manifest.invented
    return Manifest(
        kind=KIND,
        title=f"Outlook from {name_month(spec.origin)}: {spec.target} by {gathered.panel.level}",
        content=content.digest,
        inputs=tuple(Input(role, item.content) for role, item in kept.items()),
        parameters=spec.parameters() | {"ground": dict(inputs.ground.parameters), "level": gathered.panel.level},
        seed=spec.model.seed,
        algorithms=_algorithms(spec.model.model),
        accounting=(gathered.events,),
        marking=_mark(inputs.manifest),
        compartments=frozenset().union(*(item.compartments for item in kept.values())),
        licence="; ".join(dict.fromkeys(item.licence for item in kept.values() if item.licence)),
        attribution="; ".join(dict.fromkeys(item.attribution for item in kept.values() if item.attribution)),
        invented=invented,
        redistributable=invented and inputs.manifest.redistributable,
        about={"version": tutela.__version__},
    )


def _mark(events: Manifest) -> Marking:
    # Where civilians are likely to be harmed next is for those who need it, whatever the files were.
    return Marking.UNCLASSIFIED if events.invented else Marking.CONFIDENTIAL


def _algorithms(model: str) -> dict[str, int]:
    return {
        "outlook": ALGORITHM,
        "gathering": gathering.ALGORITHM,
        "levels": levels.ALGORITHM,
        "coverage": coverage.ALGORITHM,
        "changes": changes.ALGORITHM,
        "features": histories.ALGORITHM,
        "scoring": scoring.ALGORITHM,
        model: find_model(model).algorithm,
    }


def _describe(inputs: PredictInputs, spec: PredictSpec, gathered: Gathered, shown: Forecast) -> dict[str, Any]:
    panel = gathered.panel
    return {
        "target": panel.target,
        "level": panel.level,
        "ground": dict(inputs.ground.parameters),
        "origin": name_month(spec.origin),
        "leads": list(spec.model.leads),
        "months": [name_month(int(month)) for month in shown.months],
        "vintage": " + ".join(item.name for item in panel.vintages),
        "model": spec.model.model,
        "shown": shown.model,
        "units": len(panel.units),
        "active": int(shown.is_active.sum()),
        "events": gathered.events.as_json(),
        "killed": dict(gathered.killed),
        "counted_again": gathered.again,
        "not_said": list(NOT_SAID),
        "marking": _mark(inputs.manifest).label,
        "invented": inputs.manifest.invented,
        "licence": inputs.manifest.licence,
        "attribution": inputs.manifest.attribution,
    }


def _highest(forecast: Forecast, names: UnitNames, most: int) -> list[dict[str, Any]]:
    """The units in which most is expected over all months, with their intervals; for those who need it."""
    expected = forecast.expected().sum(axis=0)
    order = np.argsort(-expected, kind="stable")[:most]
    rows = []
    for unit in order:
        held = forecast.draws[forecast.row[:, unit]]
        chance = 1 - float(np.prod(1 - (held >= 1).mean(axis=1)))
        rows.append(
            {
                "unit": int(forecast.units[unit]),
                "code": str(names.code[unit]),
                "label": str(names.label[unit]),
                "lon": _number(names.lon[unit]),
                "lat": _number(names.lat[unit]),
                "chance_of_any_at_most": chance,
                "next_month": _interval(held[0]),
            }
        )
    return rows


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _interval(held: Any) -> dict[str, float]:
    low, middle, high = np.quantile(held, (0.05, 0.5, 0.95))
    return {"low_90": float(low), "middle": float(middle), "high_90": float(high)}
