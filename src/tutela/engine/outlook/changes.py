"""What changed since last month and why, in words and numbers that an analyst can check by hand.

Two steps lead from last month's forecast to this one's, over the same months to come. First the month passes as
if nobody had been killed in it anywhere; then what was recorded in it is put in, here and around. Their two effects
add up to the whole change. Beside them stand the counts that anybody can add up from the events.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from tutela.engine.outlook.forecasting import Forecast
from tutela.engine.outlook.levels import UnitNames
from tutela.engine.outlook.panels import MONTHS, Panel, name_month

ALGORITHM: Final = 1
"""Raised when the same forecasts would be explained otherwise."""

SHOWN: Final = 20
LEAST: Final = 0.05
"""Expected deaths over all months by which a unit must have changed to be listed."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Three forecasts over the same months and units by one model.

    before   from what was known a month earlier;  quiet  as if nobody had been killed in the newest month;  now
    """

    before: Forecast
    quiet: Forecast
    now: Forecast


def without_newest(panel: Panel) -> Panel:
    """The panel as if nobody had been killed in its last month."""
    counts = panel.counts.copy()
    counts[-1] = 0.0
    return replace(panel, counts=counts)


def explain_changes(steps: Steps, panel: Panel, names: UnitNames, most: int = SHOWN) -> list[dict[str, Any]]:
    """The units whose expected deaths changed most, with both effects, the counts behind them, and the sentence."""
    months = np.intersect1d(steps.now.months, steps.before.months)
    before, quiet, now = (
        item.of_leads(np.isin(item.months, months)).expected().sum(axis=0)
        for item in (steps.before, steps.quiet, steps.now)
    )
    order = np.argsort(-np.abs(now - before), kind="stable")[:most]
    return [
        _describe(int(unit), (float(before[unit]), float(quiet[unit]), float(now[unit])), panel, names, len(months))
        for unit in order
        if abs(now[unit] - before[unit]) >= LEAST
    ]


def _describe(
    unit: int, expected: tuple[float, float, float], panel: Panel, names: UnitNames, n_months: int
) -> dict[str, Any]:
    before, quiet, now = expected
    newest = name_month(panel.last_month)
    year, earlier = panel.counts[-MONTHS:, unit], panel.counts[-2 * MONTHS : -MONTHS, unit]
    around = [float(ring.sum_over(panel.counts[-1:])[0, unit]) for ring in panel.neighbours[:1]]
    near = f", {around[0]:.0f} in the cells around it" if around else ""
    label = str(names.label[unit])
    months, months_before = int((year > 0).sum()), int((earlier > 0).sum())
    effects = f"What was recorded in {newest}, here and around: {now - quiet:+.1f}"
    counted = f"Killed here in {newest}: {panel.counts[-1, unit]:.0f}{near}"
    years = f"in the past twelve months {year.sum():.0f} in {months} of them"
    sentences = [
        f"{now:.1f} expected over {n_months} months, {before:.1f} a month ago.",
        f"{effects}; a month gone by: {quiet - before:+.1f}.",
        f"{counted}; {years}; in the twelve before {earlier.sum():.0f} in {months_before}.",
    ]
    return {
        "unit": int(panel.units[unit]),
        "code": str(names.code[unit]),
        "label": label,
        "expected_before": before,
        "expected_now": now,
        "by_newest_month": now - quiet,
        "by_time": quiet - before,
        "killed_newest": float(panel.counts[-1, unit]),
        "killed_around_newest": around[0] if around else None,
        "killed_past_year": float(year.sum()),
        "months_past_year": months,
        "killed_year_before": float(earlier.sum()),
        "months_year_before": months_before,
        "sentences": sentences,
        "words": f"{label}: {' '.join(sentences)}",
    }
