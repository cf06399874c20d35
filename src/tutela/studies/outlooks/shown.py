"""A forecast of a home as pages show it to whoever reads there: what concerns a presence, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tutela.data.store.artifacts import Store
from tutela.engine.outlook.cells import number_cells
from tutela.engine.outlook.forecasting import Forecast
from tutela.engine.outlook.leads import LeadScore, past_twelve, score_by_lead
from tutela.engine.outlook.panels import MONTHS, Counts, Ids, Panel, Vintage, name_month
from tutela.engine.outlook.scores import SOMEBODY
from tutela.engine.outlook.scoring import score_forecast
from tutela.engine.outlook.warnings import Bin, calibrate
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.places import distances_km
from tutela.kernel.tables import Sites
from tutela.studies.outlooks.forecast_files import KIND, KeptForecast, load_forecast
from tutela.studies.outlooks.grounds import Standing, list_standing

NEAR_KM: Final = 50.0


@dataclass(frozen=True, slots=True)
class ShownOutlook:
    """One forecast with the sites that stand on the first day after its origin."""

    kept: KeptForecast
    sites: tuple[Standing, ...]

    def missions(self) -> tuple[str, ...]:
        """The presences with a standing site, those with most sites first."""
        names, sizes = np.unique([site.mission for site in self.sites], return_counts=True)
        return tuple(str(names[place]) for place in np.lexsort((names, -sizes)))

    def near(self, mission: str) -> dict[int, tuple[tuple[Standing, float], ...]]:
        """Each unit in which, or near which, a site of the presence stands, with these sites, the nearest first."""
        rows = self.kept.rows
        units, first = np.unique(rows.unit, return_index=True)
        held = [site for site in self.sites if site.mission == mission]
        lon, lat = np.array([site.lon for site in held]), np.array([site.lat for site in held])
        cells = number_cells(lon, lat) if held else np.zeros(0, dtype=np.int64)
        found = {}
        for unit, at in zip(units.tolist(), first, strict=True):
            km = distances_km(lon, lat, rows.lon[at], rows.lat[at])
            inside = np.flatnonzero((km <= NEAR_KM) | (cells == unit))
            if len(inside):
                found[unit] = tuple((held[i], float(km[i])) for i in inside[np.argsort(km[inside])])
        return found


@dataclass(frozen=True, slots=True)
class Past:
    """What came of a forecast, and how good it was; `bins` are of the chances of anybody being killed."""

    until: str
    vintage: str
    is_late: bool
    words: str
    scores: tuple[LeadScore, ...]
    bins: tuple[Bin, ...]


def list_outlooks(store: Store, principal: Principal) -> tuple[Manifest, ...]:
    """The forecasts that this principal may read, from the latest origin on."""
    held = store.manifests(principal, KIND)
    return tuple(sorted(held, key=lambda item: str(item.parameters["origin"]), reverse=True))


def load_outlook(store: Store, digest: str, principal: Principal) -> ShownOutlook:
    """One forecast, with the newest sites of the home that this principal may read."""
    kept = load_forecast(store, digest, principal)
    manifests = tuple(store.manifests(principal, "sites"))
    if not manifests:
        return ShownOutlook(kept, ())
    table = Sites.from_columns(store.load_table(manifests[-1].content, "sites", principal))
    return ShownOutlook(kept, list_standing(table, kept.as_forecast().origin))


def load_past(store: Store, kept: KeptForecast, look: Mapping[str, Any], principal: Principal) -> Past:
    """What came, as the record's look at it had it, and the scores of it by lead."""
    table = store.load_table(str(look["outcome"]), "outcome", principal)
    months, row = np.unique(table["month"], return_inverse=True)
    forecast = kept.as_forecast()
    forecast = forecast.of_leads(np.isin(forecast.months, months))
    counts = np.zeros((len(months), len(forecast.units)))
    counts[row, np.searchsorted(forecast.units, table["unit"])] = table["count"]
    panel = panel_of(forecast, months, counts, str(look["vintage"]))
    lot = np.random.default_rng(int(kept.digest[:8], 16))
    last = _last_twelve(kept.header["history"], forecast)
    ours, theirs = (score_forecast(item, panel, lot) for item in (forecast, past_twelve(forecast, last)))
    bins = calibrate(ours.chance.ravel(), ours.outcome.ravel() >= SOMEBODY)
    said = look["late"] or look["foretold"]
    return Past(
        str(look["until"]), str(look["vintage"]), look["foretold"] is None, str(said["words"]),
        score_by_lead(ours, theirs, lot), tuple(bins),
    )  # fmt: skip


def panel_of(forecast: Forecast, months: Ids, counts: Counts, vintage: str) -> Panel:
    """What came in these months, over the units of a forecast; months between that were not counted are empty."""
    whole = np.zeros((int(months[-1] - months[0]) + 1, len(forecast.units)))
    whole[months - months[0]] = counts
    return Panel(
        forecast.level, forecast.target, int(months[0]), forecast.units, whole,
        (Vintage(int(months[0]), vintage),), np.ones(whole.shape, dtype=bool),
    )  # fmt: skip


def _last_twelve(history: Mapping[str, Any], forecast: Forecast) -> Counts:
    """Counts of each unit in the twelve months up to the origin; a unit that is not listed had none."""
    column = {name: place for place, name in enumerate(history["columns"])}
    unit = {int(number): place for place, number in enumerate(forecast.units)}
    month = {name_month(forecast.origin - MONTHS + 1 + place): place for place in range(MONTHS)}
    last = np.zeros((len(unit), MONTHS))
    for row in history["rows"]:
        if row[column["month"]] in month and row[column["unit"]] in unit:
            last[unit[row[column["unit"]]], month[row[column["month"]]]] = row[column["killed"]]
    return last
