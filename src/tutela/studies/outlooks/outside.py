"""Forecasts of others in the home and in its record: kept as they came, scored by the same code beside ours."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy import stats

import tutela
from tutela.data.sources.outside_forecasts import OutsideFile
from tutela.data.store.artifacts import Content
from tutela.data.store.homes import Home
from tutela.data.store.journals import Entry
from tutela.engine.outlook.forecasting import FEWEST_DRAWS, Draws, Forecast
from tutela.engine.outlook.levels import UnitNames, name_cells
from tutela.engine.outlook.panels import Vintage, name_month
from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.studies.outlooks.forecast_files import KIND, lay_out
from tutela.studies.outlooks.predicting import NOT_SAID
from tutela.studies.outlooks.record import record_forecast

ALGORITHM: Final = 1
"""Raised when the same file would be kept as another forecast."""

POISSON_DRAWS: Final = 200

OBSERVED: Final = "observed"
SAID: Final = "said"


def import_forecast(home: Home, file: OutsideFile, name: str, origin: int, published: str = "") -> Entry:
    """Keep a forecast of others and record it; `origin` is the last month that it knew, by its makers' word."""
    first = int(file.month.min())
    if origin >= first:
        raise Problem(
            "forecast-unusable",
            f"It speaks of {name_month(first)}, which its origin {name_month(origin)} knew already.",
            where="--origin",
            remedy="Name the last month of the data that it was made from.",
        )
    forecast, names = _lay_rows(file, name, origin)
    header = _describe(file, name, forecast)
    rows = {"month": file.month, "unit": file.unit}
    extra = {SAID: {**rows, **file.said}} if file.said else {}
    if file.observed is not None:
        extra[OBSERVED] = {**rows, "count": file.observed}
    laid = lay_out(forecast, names, header)
    content = Content({**laid.tables, **extra}, laid.documents)
    home.store.write(_manifest(file, header, content), content)
    return record_forecast(home, content.digest, name, published)


def _lay_rows(file: OutsideFile, name: str, origin: int) -> tuple[Forecast, UnitNames]:
    """As the engine has it: draws by row, a row for each month and unit."""
    draws = _draw(file)
    months, lead = np.unique(file.month, return_inverse=True)
    units, first, unit = np.unique(file.unit, return_index=True, return_inverse=True)
    row = np.empty((len(months), len(units)), dtype=np.int32)
    row[lead, unit] = np.arange(len(draws))
    active = np.zeros(len(units), dtype=bool)
    np.logical_or.at(active, unit, draws[:, -1] > 0)
    if file.level == "grid":
        names = name_cells(units)
    else:
        nowhere = np.full(len(units), np.nan)
        names = UnitNames(file.code[first], file.label[first], nowhere, nowhere)
    made = (Vintage(1, f"{name}, as published"),)
    forecast = Forecast(name, file.level, file.target, origin, months - origin, units, made, draws, row, active, {})
    return forecast, names


def _draw(file: OutsideFile) -> Draws:
    if file.draws is not None:
        if file.draws.shape[1] < FEWEST_DRAWS:
            raise Problem(
                "forecast-unusable",
                f"It has {file.draws.shape[1]} draws for each unit and month; {FEWEST_DRAWS} are the fewest.",
                where=file.path,
                remedy="Fewer are no distribution: bring the whole submission.",
            )
        return np.rint(file.draws).astype(np.float32)
    assert file.mean is not None
    levels = (np.arange(POISSON_DRAWS) + 0.5) / POISSON_DRAWS
    drawn: Draws = stats.poisson.ppf(levels[None, :], file.mean[:, None]).astype(np.float32)
    return drawn


def _describe(file: OutsideFile, name: str, forecast: Forecast) -> dict[str, Any]:
    taken = "its own" if file.draws is not None else "a Poisson count around its point forecast"
    return {
        "outside": name,
        "layout_of_file": file.layout,
        "draws_are": taken,
        "target": file.target,
        "level": file.level,
        "origin": name_month(forecast.origin),
        "leads": [int(lead) for lead in forecast.leads],
        "months": [name_month(int(month)) for month in forecast.months],
        "vintage": f"{name}, as published",
        "model": name,
        "shown": name,
        "verdict": {
            "shown": False,
            "words": f"a forecast of others ({name}), not judged here before its outcomes",
            "rule": "none",
            "gain": None,
            "windows": [],
        },
        "units": len(forecast.units),
        "active": int(forecast.is_active.sum()),
        "events": None,
        "killed": None,
        "not_said": list(NOT_SAID),
        "marking": Marking.CONFIDENTIAL.label,
        "invented": False,
        "licence": "as its makers say",
        "attribution": name,
    }


def _manifest(file: OutsideFile, header: dict[str, Any], content: Content) -> Manifest:
    return Manifest(
        kind=KIND,
        title=f"{header['outside']} from {header['origin']}: {file.target} by {file.level}",
        content=content.digest,
        inputs=(Input("file", file.digest),),
        parameters={
            "outside": header["outside"],
            "layout": file.layout,
            "target": file.target,
            "level": file.level,
            "origin": header["origin"],
            "leads": header["leads"],
        },
        algorithms={"outside": ALGORITHM},
        accounting=(Accounting("reading the forecast", len(file.month), len(file.month)),),
        marking=Marking.CONFIDENTIAL,
        licence=header["licence"],
        attribution=header["attribution"],
        redistributable=False,
        about={"version": tutela.__version__, "files": {file.digest: file.path}},
    )
