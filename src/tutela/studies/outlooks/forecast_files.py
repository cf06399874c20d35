"""A forecast as files: what `tutela outlook predict --out` writes, what a home keeps, and how both are read.

    forecast.json      what it is: target, level, origin, vintage, model, verdict, what it does not say, digest
    forecast.parquet   a row for each unit and month (`ForecastRows`)
    draws.parquet      a row for each distribution: `row` and its draws, sorted, whole people
    forecast.csv       forecast.parquet for a spreadsheet, to four digits
    manifest.json      what it was made from, and how: the artifact's manifest

The digest is that of the artifact in the home: over the columns of both tables and over forecast.json without its
own `digest`. Fields may be added to forecast.json and columns to the tables; those named here stay.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.store.artifacts import Content, Store
from tutela.engine.outlook.forecasting import Draws, Forecast
from tutela.engine.outlook.levels import UnitNames
from tutela.engine.outlook.panels import Ids, Vintage, name_month, read_month
from tutela.engine.outlook.scoring import MANY
from tutela.kernel.digests import bytes_digest, content_digest, recipe_digest
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats, Table, Text

KIND: Final = "outlook"
"""The kind of the artifact."""

LAYOUT: Final = 1
"""Raised when a reader of today could not read the files any more."""

HEADER: Final = "forecast.json"
ROWS: Final = "forecast"
DRAWS: Final = "draws"

QUANTILES: Final = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
OWN: Final = "own"
BASE_RATE: Final = "base-rate"
BASES: Final = {
    OWN: "the model's own draws for this unit",
    BASE_RATE: "what became of units as quiet as this one; all such units share one distribution a month",
}

_MOST_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class ForecastRows(Table):
    """The forecast, a row for each unit and month, by month and then by unit.

    unit     the unit's number (a PRIO-GRID cell, a country's number in its source, or a number of this file)
    code     ISO 3166 alpha-3 of a country, the id of a vicinity, "" on the grid;  label  what people call it
    lat, lon the middle of a cell or the site of a vicinity, in degrees; NaN where a unit has no one place
    month    YYYY-MM;  lead  months from the origin
    mean     of the draws, for ranking: never shown without its interval;  q05 ... q95  quantiles of the draws
    chance_any, chance_25  of at least one, and of at least 25 people killed in the unit in that month
    active   whether anybody was killed there within five years, or around it within one
    basis    a key of BASES;  row  of the distribution in draws.parquet
    """

    unit: Ids
    code: Text
    label: Text
    lat: Floats
    lon: Floats
    month: Text
    lead: Ids
    mean: Floats
    q05: Floats
    q25: Floats
    q50: Floats
    q75: Floats
    q95: Floats
    chance_any: Floats
    chance_25: Floats
    active: NDArray[np.bool_]
    basis: Text
    row: Ids


@dataclass(frozen=True, slots=True)
class KeptForecast:
    """A forecast that was read back whole: its digest fits what it holds.

    header   all of forecast.json;  draws  `draws[rows.row[i]]` belongs to row `i`
    judged   the model that was asked for and judged;  model  the one whose draws these are: the same where it beat
    the past twelve months by the rule (`is_better`), otherwise these themselves, and `words` say so
    """

    digest: str
    target: str
    level: str
    origin: str
    vintage: str
    judged: str
    model: str
    words: str
    is_better: bool
    not_said: tuple[str, ...]
    marking: str
    is_invented: bool
    rows: ForecastRows
    draws: Draws
    header: Mapping[str, Any]

    def as_forecast(self) -> Forecast:
        """As the engine has it: by lead and unit."""
        leads, lead = np.unique(self.rows.lead, return_inverse=True)
        units, unit = np.unique(self.rows.unit, return_inverse=True)
        row = np.full((len(leads), len(units)), -1, dtype=np.int32)
        row[lead, unit] = self.rows.row
        active = np.zeros(len(units), dtype=bool)
        active[unit] = self.rows.active
        if (row < 0).any():
            raise Problem(
                "forecast-unusable",
                f"{int((row < 0).sum())} unit-months of the forecast are missing.",
                where=self.digest[:12],
                remedy="A forecast says something of each unit in each month; make it again.",
            )
        made = (Vintage(1, self.vintage),)
        return Forecast(
            self.model, self.level, self.target, read_month(self.origin, "origin"), leads, units, made,
            self.draws, row, active, {},
        )  # fmt: skip

    @classmethod
    def read(cls, digest: str, header: Mapping[str, Any], rows: ForecastRows, draws: Draws) -> Self:
        """Out of the header's plain values."""
        verdict = header["verdict"]
        return cls(
            digest,
            header["target"],
            header["level"],
            header["origin"],
            header["vintage"],
            header["model"],
            header["shown"],
            verdict["words"],
            verdict["shown"],
            tuple(header["not_said"]),
            header["marking"],
            header["invented"],
            rows,
            draws,
            header,
        )


def lay_out(forecast: Forecast, names: UnitNames, header: Mapping[str, Any]) -> Content:
    """The artifact's content: both tables and the header."""
    tables = {ROWS: _rows_of(forecast, names).columns(), DRAWS: _columns_of(forecast.draws)}
    return Content(tables, {HEADER: _spell({"layout": LAYOUT, "bases": BASES, **header})})


def out_files(content: Content, manifest: Manifest) -> dict[str, bytes]:
    """What goes into --out."""
    header = json.loads(content.documents[HEADER]) | {"digest": manifest.content}
    frames = {name: pl.DataFrame(dict(columns)) for name, columns in content.tables.items()}
    return {
        HEADER: _spell(header),
        f"{ROWS}.parquet": _parquet(frames[ROWS]),
        f"{DRAWS}.parquet": _parquet(frames[DRAWS]),
        f"{ROWS}.csv": frames[ROWS].write_csv(float_precision=_MOST_DIGITS).encode("utf-8-sig"),
        "manifest.json": _spell(replace(manifest, parts=content.parts).as_json()),
    }


def open_forecast(folder: Path, digest: str | None = None) -> KeptForecast:
    """The forecast in a folder that `tutela outlook predict --out` wrote.

    Refused ("forecast-unusable") where a file is missing, of another layout, or not what the digest says; with
    `digest`, also where the folder holds another forecast than that one.
    """
    header = _read_header(folder / HEADER)
    said = str(header.pop("digest", ""))
    tables = {name: _read_table(folder / f"{name}.parquet") for name in (DRAWS, ROWS)}
    parts = {f"{name}.parquet": content_digest(columns) for name, columns in tables.items()}
    if recipe_digest(parts | {HEADER: bytes_digest(_spell(header))}) != said:
        raise _refuse(folder, "The files are not what their digest says: one of them was changed.")
    if digest is not None and digest != said:
        raise _refuse(folder, "This is another forecast than the one that was asked for.")
    return _restore(said, header, tables)


def load_forecast(store: Store, digest: str, principal: Principal) -> KeptForecast:
    """The forecast with this digest in a home; refused where it is none, damaged, or not for this principal."""
    manifest = store.find(digest, principal)
    if manifest.kind != KIND:
        raise Problem(
            "artifact-unknown",
            "What has this digest is no forecast.",
            where=manifest.content[:12],
            remedy="List the forecasts of this home with tutela outlook track.",
        )
    header = json.loads(store.load_document(manifest.content, HEADER, principal))
    tables = {name: store.load_table(manifest.content, name, principal) for name in (DRAWS, ROWS)}
    return _restore(manifest.content, header, tables)


def _rows_of(forecast: Forecast, names: UnitNames) -> ForecastRows:
    lead, unit = (part.ravel() for part in np.indices(forecast.row.shape))
    row = forecast.row.ravel().astype(np.int64)
    draws = forecast.draws
    quantiles = np.quantile(draws, tuple(QUANTILES.values()), axis=1).astype(np.float64)
    months = np.array([name_month(int(month)) for month in forecast.months])
    active = forecast.is_active[unit]
    return ForecastRows(
        unit=forecast.units[unit],
        code=names.code[unit],
        label=names.label[unit],
        lat=names.lat[unit],
        lon=names.lon[unit],
        month=months[lead],
        lead=forecast.leads[lead].astype(np.int64),
        mean=draws.mean(axis=1, dtype=np.float64)[row],
        **{name: held[row] for name, held in zip(QUANTILES, quantiles, strict=True)},
        chance_any=(draws >= 1).mean(axis=1)[row],
        chance_25=(draws >= MANY).mean(axis=1)[row],
        active=active,
        basis=np.where(active, OWN, BASE_RATE),
        row=row,
    )


def _columns_of(draws: Draws) -> dict[str, NDArray[Any]]:
    return {"row": np.arange(len(draws)), **{f"draw_{i:04d}": column for i, column in enumerate(draws.T)}}


def _restore(digest: str, header: Mapping[str, Any], tables: Mapping[str, dict[str, NDArray[Any]]]) -> KeptForecast:
    draws = tables[DRAWS]
    names = sorted(name for name in draws if name.startswith("draw_"))
    held = np.stack([draws[name] for name in names], axis=1).astype(np.float32)
    return KeptForecast.read(
        digest, header, ForecastRows.from_columns(tables[ROWS]), held[np.argsort(draws["row"], kind="stable")]
    )


def _read_header(path: Path) -> dict[str, Any]:
    try:
        header = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise _refuse(path, "There is no forecast here.") from None
    except (OSError, ValueError):
        raise _refuse(path, "The description of the forecast cannot be read.") from None
    if not isinstance(header, dict) or header.get("layout") != LAYOUT:
        raise _refuse(path, f"This is no forecast of layout {LAYOUT}.")
    return header


def _read_table(path: Path) -> dict[str, NDArray[Any]]:
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        raise _refuse(path, "A table of the forecast is missing or cannot be read.") from None
    return {column.name: _column(column) for column in frame.get_columns()}


def _column(series: pl.Series) -> NDArray[Any]:
    return series.to_numpy().astype(np.str_) if series.dtype == pl.String else np.array(series.to_numpy())


def _refuse(path: Path, why: str) -> Problem:
    return Problem(
        "forecast-unusable",
        why,
        where=str(path),
        remedy="Name a folder that tutela outlook predict wrote, unchanged; or make the forecast again.",
    )


def _spell(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _parquet(frame: pl.DataFrame) -> bytes:
    held = io.BytesIO()
    frame.write_parquet(held)
    return held.getvalue()
