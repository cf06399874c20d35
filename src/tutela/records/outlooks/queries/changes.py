"""What changed since the forecast before, unit by unit, and the facts that an analyst can check it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import action
from tutela.records.outlooks.models import Forecast, ForecastUnit
from tutela.records.outlooks.queries.forecasts import Line, Ranked, list_forecasts, rank

STEADY: Final = 0.02
"""A chance that moved by less is called steady: draws are a few hundred."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was known of a unit at the origin: killed in its last month, in three and in twelve; None without it."""

    last: float
    three: float
    twelve: float
    since: str


@dataclass(frozen=True, slots=True)
class Change:
    """One unit and month then and now; `before` is None where the earlier forecast had no line of its own."""

    now: Ranked
    before: Line | None
    facts: Facts | None
    facts_before: Facts | None

    @property
    def step(self) -> float | None:
        """By how much the chance moved."""
        return None if self.before is None else self.now.line.chance - self.before.chance

    @property
    def way(self) -> str:
        """up, down, steady or new."""
        if self.step is None:
            return "new"
        return "steady" if abs(self.step) < STEADY else ("up" if self.step > 0 else "down")


@dataclass(frozen=True, slots=True)
class Changes:
    """`earlier` is None where there is no forecast of the same kind before."""

    earlier: Forecast | None
    rows: tuple[Change, ...]


@action("outlook.changes")
def changes(*, by: Principal, presence: int, forecast: int, month: str) -> Changes:
    """The units that concern a presence now and in the forecast before, the largest step first."""
    every = list_forecasts(by=by, presence=presence)
    chosen = next(row for row in every if row.pk == forecast)
    same = [
        row
        for row in every
        if (row.level, row.target, row.compartment_id) == (chosen.level, chosen.target, chosen.compartment_id)
        and row.origin < chosen.origin
        and month in row.months
    ]
    earlier = max(same, key=lambda row: (row.origin, row.pk), default=None)
    before = _units(by, earlier) if earlier is not None else {}
    found = []
    for item in rank(by=by, presence=presence, forecast=forecast, month=month):
        old = before.get(item.unit.code)
        line = next((Line.read(line) for line in old.lines if line[0] == month), None) if old else None
        found.append(Change(item, line, facts_of(item.unit), facts_of(old) if old else None))
    found.sort(key=lambda change: -abs(change.step) if change.step is not None else 0.0)
    return Changes(earlier, tuple(found))


def facts_of(unit: ForecastUnit) -> Facts | None:
    """Sums over the last months that were known."""
    counts = [float(killed) for _, killed in unit.history]
    if not counts:
        return None
    return Facts(counts[-1], sum(counts[-3:]), sum(counts[-12:]), str(unit.history[-1][0]))


def _units(by: Principal, row: Forecast) -> dict[str, ForecastUnit]:
    return {unit.code: unit for unit in ForecastUnit.visible_to(by).filter(forecast_id=row.pk)}
