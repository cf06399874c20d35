"""What came, for one forecast: counts over its own units and months, from events or from a table of counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from tutela.data.sources.outside_forecasts import CAST_TARGETS, read_outside
from tutela.data.sources.panels import TARGETS, read_panel_file
from tutela.data.store.artifacts import Store
from tutela.data.store.folders import digest_file
from tutela.data.store.homes import Home
from tutela.engine.outlook.gathering import GatherSpec, find_last_month, gather
from tutela.engine.outlook.levels import CountryLevel, GridLevel, Level, ProvinceLevel
from tutela.engine.outlook.panels import Ids, Panel, PanelRows, PanelSpec, Vintage, assemble_panel, name_month
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Text
from tutela.studies.intake import Intake, keep
from tutela.studies.outlooks.forecast_files import KeptForecast
from tutela.studies.outlooks.predicting import FIRST_MONTH, restore_inputs


@dataclass(frozen=True, slots=True)
class Case:
    """One kept forecast, and who looks at it."""

    store: Store
    manifest: Manifest
    kept: KeptForecast
    principal: Principal

    @property
    def is_ours(self) -> bool:
        """Whether it was made here, and can be made again."""
        return "ground" in self.manifest.parameters


class Outcomes(Protocol):
    """Where outcomes come from."""

    @property
    def vintage(self) -> str:
        """What the release is called."""

    @property
    def until(self) -> int:
        """The last month that it is complete for."""

    @property
    def source(self) -> Input:
        """As an artifact names it."""

    @property
    def marking(self) -> Marking:
        """Who may read it."""

    def keep_in(self, home: Home) -> None:
        """Register it."""

    def panels(self, case: Case) -> tuple[Panel, Panel]:
        """What came, over the forecast's units; and what was known at its origin, for the past twelve months."""


@dataclass(frozen=True, slots=True)
class EventOutcomes:
    """Events of a release, complete up to a month."""

    events: Intake[Events]
    until: int

    @classmethod
    def of(cls, events: Intake[Events], until: int | None) -> EventOutcomes:
        """Complete up to `until`; unless it is named, up to the month of the last event."""
        if until is not None:
            return cls(events, until)
        return cls(events, find_last_month(events.table))

    @property
    def vintage(self) -> str:
        """What the release is called."""
        return ", ".join(self.events.manifest.parameters["vintages"])

    @property
    def source(self) -> Input:
        """The events as they are kept."""
        return Input("events", self.events.manifest.content)

    @property
    def marking(self) -> Marking:
        """That of the events."""
        return self.events.marking

    def keep_in(self, home: Home) -> None:
        """Register the events."""
        keep(self.events, home.store)

    def panels(self, case: Case) -> tuple[Panel, Panel]:
        """Ours: the past as our own events had it at the origin. Of others: as these events have it now."""
        if case.is_ours:
            inputs, spec = restore_inputs(case.store, case.manifest, case.principal)
            before = inputs.gather(spec)
            level = inputs.ground.level.fixed(before.found)
            return self._gather(level, spec.target, self.until, inputs.ground.begins), before.panel
        if case.kept.target not in TARGETS:
            raise _unfit("It foretells how many events ACLED will record, and these files count people.")
        level, origin = _level_of(case.kept), case.kept.as_forecast().origin
        return (
            self._gather(level, case.kept.target, self.until, {}),
            self._gather(level, case.kept.target, origin, {}),
        )

    def _gather(self, level: Level, target: str, until: int, begins: Mapping[str, int]) -> Panel:
        spec = GatherSpec(target, FIRST_MONTH, until, self.vintage, begins)
        return gather(self.events.table, spec, level).panel


@dataclass(frozen=True, slots=True)
class TableOutcomes:
    """A table of counts by unit and month (`month_id`, `priogrid_gid` or `country_id`), or CAST's observed events.

    It must reach back to twelve months before the origin, or there is nothing to compare with.
    """

    path: Path
    vintage: str
    until: int

    @classmethod
    def of(cls, path: Path, vintage: str, until: int | None) -> TableOutcomes:
        """Complete up to `until`; unless it is named, as far as each table goes."""
        if not path.is_file():
            raise Problem("file-missing", "There is no such file.", where=str(path), remedy="Name a table.")
        return cls(path, vintage, until if until is not None else int(np.iinfo(np.int32).max))

    @property
    def source(self) -> Input:
        """The file."""
        return Input("file", digest_file(self.path))

    @property
    def marking(self) -> Marking:
        """Whoever brought it decides."""
        return Marking.CONFIDENTIAL

    def keep_in(self, home: Home) -> None:
        """Nothing: what is kept of it is the outcome of each forecast."""

    def panels(self, case: Case) -> tuple[Panel, Panel]:
        """By the units' numbers, or by the codes of countries and provinces."""
        kept = case.kept
        month, key, count, level = self._rows(kept.target)
        if level != kept.level or (case.is_ours and level != "grid"):
            raise _unfit(f"It is by {kept.level}, and the table by {level}.")
        forecast = kept.as_forecast()
        units = _place(key, kept, forecast.units)
        held = (units >= 0) & (month <= self.until)
        lost = np.setdiff1d(forecast.units, units[held])
        if len(lost):
            raise _unfit(f"{len(lost)} of its units are not in the table, first {lost[0]}.")
        spec = PanelSpec(level, kept.target, (Vintage(1, self.vintage),))
        panel = assemble_panel(PanelRows(month[held], units[held], count[held]), spec)
        if panel.first_month > forecast.origin - 11 or panel.last_month < forecast.origin:
            raise _unfit(f"The table does not hold the twelve months up to {name_month(forecast.origin)}.")
        return panel, panel.until(forecast.origin)

    def _rows(self, target: str) -> tuple[Ids, Ids | Text, np.ndarray[tuple[int], np.dtype[np.float64]], str]:
        if target in CAST_TARGETS:
            file = read_outside(self.path, "acled-cast", target)
            if file.observed is None:
                raise _unfit("The file says nothing of what was observed.")
            known = np.isfinite(file.observed)
            return file.month[known], file.code[known], file.observed[known], file.level
        table = read_panel_file(self.path, target)
        return table.month, table.unit, table.count, table.level


def _place(key: Ids | Text, kept: KeptForecast, units: Ids) -> Ids:
    """The unit of each row, -1 where the forecast has none such."""
    if key.dtype.kind != "U":
        return np.where(np.isin(key, units), key, -1).astype(np.int64)
    rows = kept.rows
    number = dict(zip(map(str, rows.code), rows.unit.tolist(), strict=True))
    return np.array([number.get(str(code), -1) for code in key], dtype=np.int64)


def _level_of(kept: KeptForecast) -> Level:
    """A level of exactly the units that a forecast of others has."""
    units, first = np.unique(kept.rows.unit, return_index=True)
    codes = tuple(str(code) for code in kept.rows.code[first])
    if kept.level == "grid":
        return GridLevel(tuple(int(unit) for unit in units))
    if not all(codes):
        raise _unfit("Its countries have numbers and no codes: bring a table of counts with --actuals.")
    return CountryLevel(codes) if kept.level == "country" else ProvinceLevel(codes)


def _unfit(why: str) -> Problem:
    return Problem(
        "not-possible", why, where="outcome", remedy="Bring outcomes of the same kind, by the same units."
    )
