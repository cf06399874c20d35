"""The record: every forecast with what happened, scored as it stood, by the vintage that counted it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tutela.engine.outlook.leads import LeadScore
from tutela.engine.outlook.warnings import Bin, Share, calibrate, score_chances, wilson
from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import action
from tutela.records.outlooks.finding import find_known, known_compartments
from tutela.records.outlooks.models import Forecast, ForecastUnit, Outcome
from tutela.records.outlooks.queries.forecasts import list_forecasts
from tutela.records.outlooks.queries.scores import scores_of
from tutela.studies.outlooks.scoring import RULE

MANY: Final = 25


@dataclass(frozen=True, slots=True)
class Score:
    """A forecast against one vintage of what happened, over the unit-months that had draws of their own.

    brier, brier_many   of the chances of any and of 25;  covered  inside the 90 % interval, of those with killed
    elsewhere   killed in units without draws of their own: nobody was warned there
    leads   CRPS and the others by lead, beside the past twelve months; empty where draws did not come with it
    """

    vintage: str
    months: tuple[str, ...]
    unit_months: int
    brier: Share
    brier_many: Share
    covered: Share
    killed: int
    elsewhere: int
    bins: tuple[Bin, ...]
    leads: tuple[LeadScore, ...]

    @property
    def overall(self) -> LeadScore | None:
        """CRPS of log(1 + x) over all leads, by which a model is judged."""
        return next((item for item in self.leads if item.lead == 0 and item.score == RULE), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One forecast of the record; `scores` by vintage, the newest written down first."""

    forecast: Forecast
    scores: tuple[Score, ...]
    months_open: int


@action("outlook.record")
def record_of(*, by: Principal, presence: int) -> tuple[Entry, ...]:
    """Every forecast ever taken in that they need to know, the newest first, each as it was made."""
    return tuple(_entry(by, row, is_whole=False) for row in list_forecasts(by=by, presence=presence))


@action("outlook.view_record")
def view_record(*, by: Principal, forecast: int) -> Entry:
    """One forecast with its scores and its calibration."""
    return _entry(by, find_known(by, Forecast, forecast), is_whole=True)


def outcomes_of(by: Principal, row: Forecast) -> dict[str, dict[str, Mapping[str, int]]]:
    """What happened in a forecast's months, by vintage and month; the vintage written down last comes first."""
    rows = Outcome.visible_to(by).filter(
        compartment_id__in=known_compartments(by), level=row.level, target=row.target, month__in=list(row.months)
    )
    found: dict[str, dict[str, Mapping[str, int]]] = {}
    for item in rows.order_by("-pk"):
        found.setdefault(item.vintage, {})[item.month] = item.killed
    return found


def _entry(by: Principal, row: Forecast, *, is_whole: bool) -> Entry:
    happened = outcomes_of(by, row)
    units: Iterable[ForecastUnit] = ()
    if happened:
        units = list(ForecastUnit.visible_to(by).filter(forecast_id=row.pk).order_by("pk"))
    scores = tuple(_score(row, list(units), vintage, held, is_whole) for vintage, held in happened.items())
    known = {month for held in happened.values() for month in held}
    return Entry(row, scores, len(set(row.months) - known))


def _score(
    row: Forecast,
    units: list[ForecastUnit],
    vintage: str,
    happened: Mapping[str, Mapping[str, int]],
    is_whole: bool,
) -> Score:
    lines = [
        (unit, line, happened[line[0]].get(unit.code, 0))
        for unit in units
        for line in unit.lines
        if line[0] in happened
    ]
    killed = np.array([count for _, _, count in lines], dtype=np.float64)
    chance, many, low, high = (_column(lines, place) for place in (7, 8, 2, 6))
    block = np.unique([unit.pk for unit, _, _ in lines], return_inverse=True)[1] if lines else np.zeros(0, int)
    lot = np.random.default_rng(int(row.digest[:12] or "0", 16))
    inside = (killed >= low) & (killed <= high)
    active = {unit.code for unit in units if unit.lines}
    return Score(
        vintage,
        tuple(sorted(happened)),
        len(lines),
        score_chances(chance, killed > 0, block, lot),
        score_chances(many, killed >= MANY, block, lot),
        wilson(int(inside[killed > 0].sum()), int((killed > 0).sum())),
        int(killed.sum()),
        sum(count for held in happened.values() for code, count in held.items() if code not in active),
        tuple(calibrate(chance, killed > 0)) if is_whole and len(lines) else (),
        scores_of(row, units, happened, vintage),
    )


def _column(lines: list[tuple[ForecastUnit, list[Any], int]], place: int) -> Any:
    return np.array([float(line[place]) for _, line, _ in lines], dtype=np.float64)
