"""Which forecasts there are, which one stands for a presence, and the units of it that concern the presence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import refused
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Presence
from tutela.records.outlooks.actions.warnings import setting_of
from tutela.records.outlooks.finding import known_compartments, needs_to_know, note_look, note_search, see_presence
from tutela.records.outlooks.models import Forecast, ForecastUnit, PooledScore
from tutela.records.outlooks.nearness import Close, Concern, concerns, places_of

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One month of one unit: the chances, and how many as quantiles."""

    month: str
    mean: float
    q05: float
    q25: float
    q50: float
    q75: float
    q95: float
    chance: float
    chance_many: float

    @classmethod
    def read(cls, line: list[Any]) -> Line:
        """Out of `ForecastUnit.lines`."""
        return cls(str(line[0]), *(float(part) for part in line[1:9]))


@dataclass(frozen=True, slots=True)
class Fan:
    """One unit with what was known before and what may come."""

    forecast: Forecast
    code: str
    label: str
    history: tuple[tuple[str, float], ...]
    lines: tuple[Line, ...]
    reasons: tuple[str, ...]
    near: tuple[Close, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit that concerns the presence in one month, with the places for whose sake."""

    unit: ForecastUnit
    line: Line
    near: tuple[Close, ...]


@action("outlook.list_forecasts")
def list_forecasts(*, by: Principal, presence: int) -> tuple[Forecast, ...]:
    """Every forecast that they need to know, the newest first; of the presence's own compartment before others."""
    home = see_presence(by, presence)
    note_search(by, home.compartment_id)
    rows = Forecast.visible_to(by).filter(compartment_id__in=known_compartments(by))
    own = [
        row for row in rows.order_by("-origin", "-pk")[:MOST] if needs_to_know(by, row.compartment_id, row.marking)
    ]
    return tuple(sorted(own, key=lambda row: row.compartment_id != home.compartment_id))


@action("outlook.choose_forecast")
def choose_forecast(*, by: Principal, presence: int, forecast: int | None = None) -> Forecast | None:
    """The forecast that was asked for, else the newest that stands for the presence; None where there is none."""
    rows = list_forecasts(by=by, presence=presence)
    if forecast is None:
        return next(iter(rows), None)
    found = next((row for row in rows if row.pk == forecast), None)
    if found is None:
        raise refused()
    note_look("view", found)
    return found


@action("outlook.list_pooled_scores")
def list_pooled_scores(*, by: Principal, presence: int) -> tuple[PooledScore, ...]:
    """How good the methods were, the newest first; for everybody who reads the presence."""
    home = see_presence(by, presence)
    rows = PooledScore.visible_to(by).filter(compartment_id__in=_readable(by, home))
    return tuple(rows.order_by("-origin", "-pk")[:MOST])


@action("outlook.list_concerns")
def list_concerns(*, by: Principal, presence: int, forecast: int) -> tuple[Concern, ...]:
    """The units of a forecast that concern a presence, with their places."""
    home = see_presence(by, presence)
    row = choose_forecast(by=by, presence=presence, forecast=forecast)
    assert row is not None
    setting = setting_of(by=by, compartment=row.compartment_id, presence=home.pk)
    units = ForecastUnit.visible_to(by).filter(forecast_id=row.pk).order_by("pk")
    return tuple(concerns(home, places_of(by, home), units, row.level, setting.within_km))


@action("outlook.rank")
def rank(*, by: Principal, presence: int, forecast: int, month: str) -> tuple[Ranked, ...]:
    """The units that concern a presence in one month, the highest chance first; nobody else's are listed."""
    found = []
    for item in list_concerns(by=by, presence=presence, forecast=forecast):
        line = next((Line.read(line) for line in item.unit.lines if line[0] == month), None)
        if line is not None:
            found.append(Ranked(item.unit, line, item.near))
    return tuple(sorted(found, key=lambda row: (-row.line.chance, -row.line.mean, row.unit.code)))


@action("outlook.view_unit")
def view_unit(*, by: Principal, presence: int, forecast: int, code: str) -> Fan:
    """One unit that concerns the presence; one that does not, and one that is not there, are refused alike."""
    row = choose_forecast(by=by, presence=presence, forecast=forecast)
    held = list_concerns(by=by, presence=presence, forecast=forecast)
    item = next((item for item in held if item.unit.code == code), None)
    if item is None or row is None:
        raise refused()
    unit = item.unit
    return Fan(
        row,
        unit.code,
        unit.label,
        tuple((str(month), float(killed)) for month, killed in unit.history),
        tuple(Line.read(line) for line in unit.lines or row.base_rate),
        tuple(unit.reasons),
        item.near,
    )


def _readable(by: Principal, home: Presence) -> list[int]:
    levels = getattr(by, "levels", {})
    return sorted({home.compartment_id, *known_compartments(by)} & set(levels))
