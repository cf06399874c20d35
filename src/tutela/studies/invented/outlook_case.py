"""The invented country's outlook: one forecast a year before its events end, which came true or not, and one after.

Both know nothing after their origin. The first is scored on the year that followed; as it was made in hindsight,
its record says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tutela.data.store.artifacts import Content
from tutela.data.store.homes import Home
from tutela.engine.outlook.panels import number_month
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import OUTSIDER
from tutela.kernel.tables import Events
from tutela.studies.executor import Executor
from tutela.studies.intake import Intake
from tutela.studies.invented.country import InventedCountry
from tutela.studies.outlooks.grounds import GroundSpec, open_ground
from tutela.studies.outlooks.judging import ModelSpec
from tutela.studies.outlooks.outcomes import EventOutcomes
from tutela.studies.outlooks.predicting import DEFAULT_MODELS, PredictInputs, PredictSpec, predict
from tutela.studies.outlooks.record import record_forecast
from tutela.studies.outlooks.tracking import track_forecasts

LEVEL: Final = "grid"
LEADS: Final = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class _Task:
    events: Intake[Events]
    origin: int
    seed: int


def keep_outlook(
    home: Home, country: InventedCountry, events: Intake[Events], executor: Executor
) -> tuple[Manifest, ...]:
    """Forecast from both origins, keep and record the forecasts, and look at what came of the first.

    The events must lie in the home already.
    """
    last = number_month(country.last_day.year, country.last_day.month)
    tasks = [_Task(events, origin, country.seed) for origin in (last - len(LEADS), last)]
    kept = []
    for manifest, content in executor.run(_forecast, tasks):
        home.store.write(manifest, content)
        record_forecast(home, manifest.content)
        kept.append(manifest)
    track_forecasts(home, EventOutcomes.of(events, last), OUTSIDER, lambda _what, _done, _of: None)
    return tuple(kept)


def _forecast(task: _Task) -> tuple[Manifest, Content]:
    inputs = PredictInputs(task.events.table, task.events.manifest, open_ground(GroundSpec(LEVEL), task.origin))
    spec = PredictSpec("civilians", task.origin, ModelSpec(DEFAULT_MODELS[LEVEL], LEADS, seed=task.seed))
    made, content = predict(inputs, spec)
    return made.manifest, content
