"""From the text of a file to columns of Events, with a verdict on every row.

A row is bad by one named reason, the first that applies in the order of `REASONS`. Not bad is: a row without
any place (it stays, and nobody can place it), a row without numbers (they are not in this source).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.catalogue.countries import find_by_gw, find_countries, find_country, is_left_to_users
from tutela.data.sources.geojson import GEOMETRY
from tutela.data.sources.kinds import judge_kinds
from tutela.data.sources.layouts import Layout
from tutela.data.sources.raw import RawTable
from tutela.data.sources.verdicts import Mask, Verdicts
from tutela.kernel.tables import COUNTS, PERPETRATORS, VIOLENCE, Floats

FIRST_DAY: Final = np.datetime64("1900-01-01", "D")
"""No source that is read here goes so far back: an earlier year is a slip of the pen (0202 for 2020)."""

REASONS: Final = (
    "id-missing",
    "text-too-long",
    "date-missing",
    "date-unreadable",
    "date-too-early",
    "date-in-future",
    "date-order",
    "coordinates-unreadable",
    "coordinates-incomplete",
    "coordinates-disagree",
    "coordinates-swapped-suspected",
    "latitude-out-of-range",
    "longitude-out-of-range",
    "coordinates-zero",
    "deaths-unreadable",
    "deaths-negative",
    "best-outside-low-high",
    "violence-unknown",
    "perpetrator-unknown",
    "country-unknown",
    "precision-unreadable",
    "duplicate-row",
)
"""Why a row is left out; of several, the first in this order is named."""

MAX_TEXT: Final = 300
"""Names longer than this are damage: UCDP's longest has 243 characters."""

_MAX_DEATHS: Final = 1e8
_PIECE: Final = 100_000
_DAY: Final = r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
_POINT: Final = r"^POINT ?\((-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)\)$"
_NOTHING: Final = ("na", "n/a", "nan", "null", "none", "nat", "-")
_VIOLENCE_WORDS: Final = {name: code for code, name in enumerate(VIOLENCE)} | {
    "1": 1,
    "2": 2,
    "3": 3,
    "state-based": 1,
    "non-state": 2,
    "one-sided": 3,
}


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Columns of Events (without perpetrators and source), a verdict on each row, and what was put right.

    `texts` are null where the field is empty. `perpetrator` is the class that the file itself names, or "".
    `widened` rows have a low and high that are no interval around a `best` that its parts vouch for.
    """

    texts: dict[str, pl.Series]
    columns: dict[str, NDArray[Any]]
    perpetrator: pl.Series
    verdicts: Verdicts
    widened: int


def judge_rows(table: RawTable, layout: Layout, today: date, verdicts: Verdicts | None = None) -> JudgedRows:
    """Parse and check all rows of a file; rows that `verdicts` holds as bad already stay so."""
    sheet = _Sheet(table, layout, verdicts or Verdicts(len(table)))
    texts = _read_texts(sheet)
    days = _read_days(sheet, np.datetime64(today, "D"))
    points = _read_points(sheet)
    counts, widened = _read_counts(sheet)
    violence = _read_codes(sheet, "violence", _VIOLENCE_WORDS, "violence-unknown")
    perpetrator = _read_perpetrators(sheet)
    country = _read_countries(sheet)
    precision = _read_precision(sheet)
    columns: dict[str, NDArray[Any]] = {
        **days,
        **points,
        **counts,
        "precision": precision,
        "country": country,
        "violence": violence,
    }
    return JudgedRows(texts, columns, perpetrator, sheet.verdicts, widened)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table seen by the names of fields."""

    table: RawTable
    layout: Layout
    verdicts: Verdicts

    def column(self, field: str) -> str:
        return self.layout.columns.get(field, "")

    def text(self, field: str) -> pl.Series:
        derived = self.layout.derived.get(field)
        return self.table.text(self.column(field)) if derived is None else derived

    def value(self, field: str) -> pl.Series:
        """Text in which what programs write for nothing is nothing."""
        series = self.text(field)
        nothing = series.str.to_lowercase().is_in(_NOTHING).fill_null(value=False)
        return series.set(nothing, None) if nothing.any() else series

    def numbers(self, field: str) -> tuple[Floats, Mask]:
        """Values with NaN for nothing, and which of them cannot be read."""
        column = self.column(field)
        if not column:
            return np.full(len(self.table), np.nan), np.zeros(len(self.table), dtype=bool)
        numbers = self.table.number(column)
        if field in self.layout.derived:
            numbers = self.layout.derived[field].cast(pl.Float64, strict=False)
            numbers = numbers.set(~numbers.is_finite(), None)
        unreadable = self.value(field).is_not_null() & numbers.is_null()
        return numbers.fill_null(float("nan")).to_numpy().astype(np.float64), _as_mask(unreadable)

    def mark(self, bad: Mask, reason: str, field: str) -> None:
        self.verdicts.mark(bad, reason, self.column(field) or field)


def _read_texts(sheet: _Sheet) -> dict[str, pl.Series]:
    identity = sheet.text("event_id")
    texts = {"event_id": identity} | {name: sheet.value(name) for name in ("adm_1", "adm_2", "side_a", "side_b")}
    sheet.mark(_as_mask(identity.is_null()), "id-missing", "event_id")
    for name, series in texts.items():
        too_long = series.str.len_chars() > MAX_TEXT
        sheet.mark(_as_mask(too_long), "text-too-long", name)
        # numpy gives every row the width of the longest: one endless name would fill the memory.
        texts[name] = series.str.slice(0, MAX_TEXT) if too_long.any() else series
    return texts


def _read_days(sheet: _Sheet, today: np.datetime64) -> dict[str, NDArray[Any]]:
    days = {}
    for name in ("day", "day_end"):
        texts, parsed = _parse_days(sheet, name)
        days[name] = parsed
        if name in sheet.layout.needs:
            sheet.mark(_as_mask(texts.is_null()), "date-missing", name)
        sheet.mark(_as_mask(texts.is_not_null()) & np.isnat(parsed), "date-unreadable", name)
        sheet.mark(parsed < FIRST_DAY, "date-too-early", name)
        sheet.mark(parsed > today, "date-in-future", name)
    sheet.mark(days["day_end"] < days["day"], "date-order", "day_end")
    return days


def _parse_days(sheet: _Sheet, field: str) -> tuple[pl.Series, NDArray[Any]]:
    column = "" if field in sheet.layout.derived else sheet.column(field)
    if column and sheet.table.frame[column].dtype in (pl.Date, pl.Datetime):
        native = sheet.table.frame[column]
        return native.cast(pl.String), native.cast(pl.Date).to_numpy().astype("datetime64[D]")
    texts = sheet.value(field)
    days = texts.str.extract(_DAY, 1).str.to_date("%Y-%m-%d", strict=False)
    return texts, days.to_numpy().astype("datetime64[D]")


def _read_points(sheet: _Sheet) -> dict[str, NDArray[Any]]:
    lon, lon_bad = sheet.numbers("lon")
    lat, lat_bad = sheet.numbers("lat")
    sheet.mark(lat_bad, "coordinates-unreadable", "lat")
    sheet.mark(lon_bad, "coordinates-unreadable", "lon")
    sheet.mark(np.isnan(lat) & ~np.isnan(lon), "coordinates-incomplete", "lat")
    sheet.mark(np.isnan(lon) & ~np.isnan(lat), "coordinates-incomplete", "lon")
    sheet.mark(_contradicts_geometry(sheet.table, lon, lat), "coordinates-disagree", "lat")
    far = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    sheet.mark(far | _contradicts_point_text(sheet, lon, lat), "coordinates-swapped-suspected", "lat")
    sheet.mark(np.abs(lat) > 90, "latitude-out-of-range", "lat")
    sheet.mark(np.abs(lon) > 180, "longitude-out-of-range", "lon")
    # 0, 0 is open sea, and what software writes for an unknown place.
    sheet.mark((lat == 0) & (lon == 0), "coordinates-zero", "lat")
    return {"lon": lon, "lat": lat}


def _contradicts_point_text(sheet: _Sheet, lon: Floats, lat: Floats) -> Mask:
    """Whether the row's own point, written a second time as WKT, has the two numbers the other way round."""
    point = sheet.text("point_text")
    x = point.str.extract(_POINT, 1).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    y = point.str.extract(_POINT, 2).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    near = 1e-4
    swapped = (np.abs(x - lat) < near) & (np.abs(y - lon) < near)
    result: Mask = swapped & (np.abs(lat - lon) > near)
    return result


def _contradicts_geometry(table: RawTable, lon: Floats, lat: Floats) -> Mask:
    """Whether a GeoJSON feature's geometry lies elsewhere than its properties say."""
    if table.missing(GEOMETRY):
        return np.zeros(len(table), dtype=bool)
    x, y = (table.number(name).fill_null(float("nan")).to_numpy() for name in GEOMETRY)
    # A thousandth of a degree, some 100 m: properties are often rounded.
    result: Mask = (np.abs(x - lon) > 1e-3) | (np.abs(y - lat) > 1e-3)
    return result


def _read_counts(sheet: _Sheet) -> tuple[dict[str, NDArray[Any]], int]:
    counts: dict[str, Floats] = {}
    for name in COUNTS:
        counts[name], unreadable = sheet.numbers(name)
        odd = (counts[name] != np.floor(counts[name])) & ~np.isnan(counts[name])
        sheet.mark(unreadable | odd | (counts[name] > _MAX_DEATHS), "deaths-unreadable", name)
    for name in COUNTS:
        sheet.mark(counts[name] < 0, "deaths-negative", name)
    best, low, high = counts["best"], counts["low"], counts["high"]
    outside = (best < low) | (best > high) | (low > high)
    slip = outside & ~(low < high) & _is_vouched(sheet, best)
    sheet.mark(outside & ~slip, "best-outside-low-high", "best")
    slip &= sheet.verdicts.good
    counts["low"] = np.where(slip, np.minimum(np.minimum(low, best), high), low)
    counts["high"] = np.where(slip, np.maximum(np.maximum(low, best), high), high)
    return dict(counts), int(np.count_nonzero(slip))


def _is_vouched(sheet: _Sheet, best: Floats) -> Mask:
    """Whether the row's own deaths by side add up to `best`: then the low and high are the slip, not `best`."""
    if not sheet.layout.parts:
        return np.zeros(len(best), dtype=bool)
    parts = [sheet.table.number(name).fill_null(float("nan")).to_numpy() for name in sheet.layout.parts]
    result: Mask = np.sum(parts, axis=0) == best
    return result


def _read_codes(sheet: _Sheet, field: str, words: dict[str, int], reason: str) -> NDArray[np.int8]:
    texts = sheet.value(field).str.to_lowercase().str.strip_suffix(".0").str.replace_all(" ", "_", literal=True)
    codes = texts.replace_strict(words, default=None, return_dtype=pl.Int8)
    bad = codes.is_null() if field in sheet.layout.needs else texts.is_not_null() & codes.is_null()
    sheet.mark(_as_mask(bad), reason, field)
    return codes.fill_null(0).to_numpy().astype(np.int8)


def _read_perpetrators(sheet: _Sheet) -> pl.Series:
    named = sheet.value("perpetrator").str.to_lowercase().str.replace_all("[ -]", "_")
    sheet.mark(_as_mask(named.is_not_null() & ~named.is_in(PERPETRATORS)), "perpetrator-unknown", "perpetrator")
    return named.fill_null("")


def _read_countries(sheet: _Sheet) -> NDArray[np.str_]:
    names, codes, numbers = (sheet.text(field) for field in ("country", "iso3", "gw_number"))
    invented = sheet.layout.origin.invented
    columns = {"name": names, "code": codes, "number": numbers}
    found = judge_kinds(columns, lambda row: _resolve_country(*row, invented=invented), pl.String)
    sheet.mark(_as_mask(found.is_null()), "country-unknown", "country")
    iso3, rows = _number_names(found)
    packed: NDArray[np.str_] = np.array(iso3, dtype="<U3")[rows]
    return packed


def _resolve_country(name: str | None, code: str | None, number: str | None, *, invented: bool) -> str | None:
    """ISO 3166 alpha-3; "" where the row names none, or an area of several; None where it names an unknown one.

    Invented countries have codes that the standard leaves to users.
    """
    if invented and name is not None and is_left_to_users(name):
        return name
    if name is not None:
        country = find_country(name)
        if country is not None:
            return country.iso3
        return "" if find_countries(name) else None
    if code is not None:
        country = find_country(code)
        return country.iso3 if country is not None else None
    if number is not None:
        country = find_by_gw(int(number)) if number.isdecimal() else None
        return country.iso3 if country is not None else None
    return ""


def _read_precision(sheet: _Sheet) -> NDArray[np.int8]:
    values, unreadable = sheet.numbers("precision")
    known = ~np.isnan(values)
    inside = np.isin(values, (0, 1, 2, 3, 4, 5, 6, 7))
    sheet.mark(unreadable | (known & ~inside), "precision-unreadable", "precision")
    return np.where(inside, np.nan_to_num(values), 0).astype(np.int8)


def pack_texts(series: pl.Series) -> NDArray[Any]:
    """A column of names for Events, nothing as ""; of no fixed width.

    UCDP's longest name has 243 characters: with four bytes for each of them in every row, a single column of
    2 million rows took 1.9 GB. Every name is converted once, which is quick too.
    """
    names, codes = _number_names(series)
    packed: NDArray[Any] = np.array(names, dtype=np.dtypes.StringDType())[codes]
    return packed


def pack_ids(series: pl.Series) -> NDArray[np.str_]:
    """A column of ids for Events: of fixed width, for ids are short and much sorted."""
    width = max(1, int(series.str.len_chars().fill_null(0).to_numpy().max(initial=0)))
    packed = np.empty(len(series), dtype=f"<U{width}")
    # In pieces: all ids at once as Python's own strings take more than all else about them.
    for start in range(0, len(series), _PIECE):
        packed[start : start + _PIECE] = series.slice(start, _PIECE).fill_null("").to_list()
    return packed


def _number_names(series: pl.Series) -> tuple[list[str], NDArray[Any]]:
    """The distinct names of a column, nothing as "", and each row's place among them."""
    texts = series.fill_null("")
    names = texts.unique(maintain_order=True)
    return names.to_list(), texts.cast(pl.Enum(names)).to_physical().to_numpy()


def _as_mask(series: pl.Series) -> Mask:
    return series.fill_null(value=False).to_numpy().astype(bool)
