"""What all readers of sites share: rows marked bad by a named reason, points, codes, the finished table."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tutela.catalogue.countries import find_country, is_left_to_users
from tutela.data.sources.readings import ExcludedRow, Origin
from tutela.kernel.places import distances_km
from tutela.kernel.tables import Sites

LINE: Final = "_line"
REASON: Final = "_reason"
COLUMN: Final = "_column"
MOVED_KM: Final = 5.0
"""Two points of one name that are further apart than this are told to the reader."""

MAX_TEXT: Final = 200
"""A name or an id with more characters is none."""

_SWAP_ROWS: Final = 4
_SWAP_FAR_KM: Final = 1500.0
_SWAP_NEAR_KM: Final = 500.0
_UNKNOWN_WORDS: Final = ("", "na", "n/a", "nan", "null", "none", "unknown")
_TEXTS: Final = ("site_id", "mission", "name", "country", "status", "kind")
_NUMBERS: Final = ("lon", "lat", "military", "police", "civilian")
_EMPTY: Final = {name: pl.lit(None, dtype=pl.Float64) for name in ("military", "police", "civilian")}


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What one layout's reader made of a file; `notes` are sentences for the readers of the figures."""

    sites: Sites
    excluded: tuple[ExcludedRow, ...]
    origin: Origin
    notes: tuple[str, ...]


def prepare_rows(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The wanted columns as text without spaces around it, empty where a cell has nothing; none marked bad yet.

    `frame` has the line numbers in `LINE`; a wanted column that it lacks is empty throughout.
    """
    texts = [
        (pl.col(name).fill_null("").str.strip_chars() if name in frame.columns else pl.lit("")).alias(name)
        for name in columns
    ]
    none = pl.lit(None, dtype=pl.String)
    return frame.select(pl.col(LINE), *texts, none.alias(REASON), none.alias(COLUMN))


def mark_bad(frame: pl.DataFrame, bad: pl.Expr, reason: str, column: str) -> pl.DataFrame:
    """Name a reason for the rows where `bad` holds; a row keeps the first reason that it was given."""
    hit = pl.col(REASON).is_null() & bad.fill_null(value=False)
    return frame.with_columns(
        pl.when(hit).then(pl.lit(reason)).otherwise(pl.col(REASON)).alias(REASON),
        pl.when(hit).then(pl.lit(column)).otherwise(pl.col(COLUMN)).alias(COLUMN),
    )


def mark_lines(frame: pl.DataFrame, lines: list[int], reason: str, column: str) -> pl.DataFrame:
    """Name a reason for the rows on these lines."""
    return mark_bad(frame, pl.col(LINE).is_in(lines), reason, column)


def mark_long(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Mark rows with an endless text, and cut it: numpy gives every row the width of the longest."""
    for name in names:
        frame = mark_bad(frame, pl.col(name).str.len_chars() > MAX_TEXT, "text-too-long", name)
    return frame.with_columns(pl.col(*names).str.slice(0, MAX_TEXT))


def good_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that nothing was found against."""
    return frame.filter(pl.col(REASON).is_null())


def list_excluded(frame: pl.DataFrame) -> tuple[ExcludedRow, ...]:
    """The marked rows in order of their lines."""
    bad = frame.filter(pl.col(REASON).is_not_null()).sort(LINE)
    return tuple(ExcludedRow(*row) for row in bad.select(LINE, REASON, COLUMN).iter_rows())


def is_unknown(name: str) -> pl.Expr:
    """Whether a cell is empty or says in a word that it knows nothing."""
    return pl.col(name).str.to_lowercase().is_in(_UNKNOWN_WORDS)


def number_of(name: str) -> pl.Expr:
    """A cell's finite number, null where it is unknown or no number."""
    value = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def mark_points(frame: pl.DataFrame, lon: str, lat: str) -> pl.DataFrame:
    """Read both coordinates into columns `lon` and `lat` of degrees, marking rows without a point on Earth."""
    frame = frame.with_columns(_x=number_of(lon), _y=number_of(lat))
    x, y = pl.col("_x"), pl.col("_y")
    for name, value in ((lat, y), (lon, x)):
        frame = mark_bad(frame, is_unknown(name), "coordinates-missing", name)
        frame = mark_bad(frame, value.is_null(), "coordinates-unreadable", name)
    frame = mark_bad(
        frame, (y.abs() > 90) & (y.abs() <= 180) & (x.abs() <= 90), "coordinates-swapped-suspected", lat
    )
    frame = mark_bad(frame, y.abs() > 90, "latitude-out-of-range", lat)
    frame = mark_bad(frame, x.abs() > 180, "longitude-out-of-range", lon)
    # Nobody keeps a site in the Gulf of Guinea at exactly 0, 0: it is what a form leaves for "not filled in".
    frame = mark_bad(frame, (x == 0) & (y == 0), "coordinates-zero", lat)
    return frame.drop("lon", "lat", strict=False).rename({"_x": "lon", "_y": "lat"})


def mark_swapped(frame: pl.DataFrame) -> pl.DataFrame:
    """Mark points whose latitude and longitude are in each other's place though both are possible.

    That is so where a point lies far from its mission's others and its mirror image lies among them.
    """
    good = good_rows(frame)
    middle = (
        good.group_by("mission")
        .agg(_rows=pl.len(), _lon=pl.col("lon").median(), _lat=pl.col("lat").median())
        .filter(pl.col("_rows") >= _SWAP_ROWS)
    )
    near = good.join(middle, on="mission").filter(pl.col("lon").abs() <= 90)
    lon, lat = near["lon"].to_numpy(), near["lat"].to_numpy()
    center = near["_lon"].to_numpy(), near["_lat"].to_numpy()
    swapped = (distances_km(lon, lat, *center) > _SWAP_FAR_KM) & (distances_km(lat, lon, *center) < _SWAP_NEAR_KM)
    return mark_lines(
        frame, near.filter(pl.Series(swapped))[LINE].to_list(), "coordinates-swapped-suspected", "lat"
    )


def mark_people(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Read a count of people into a column of the same name, null where unknown."""
    value = number_of(name)
    frame = mark_bad(frame, value.is_null() & ~is_unknown(name), "people-unreadable", name)
    frame = mark_bad(frame, value < 0, "people-negative", name)
    return frame.with_columns(value.alias(name))


def choose_word(*choices: tuple[pl.Expr, str]) -> pl.Expr:
    """The word of the first choice that holds, "" where none does; an unknown condition does not hold."""
    return pl.coalesce(*(pl.when(holds).then(pl.lit(word)) for holds, word in choices), pl.lit(""))


def slug_of(text: str) -> str:
    """A name as part of an id: ASCII letters and digits in lower case, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    ascii_only = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    # A name in another script has no ASCII letters: keep its own rather than an empty id.
    return ascii_only or re.sub(r"[\W_]+", "-", plain).strip("-")


def map_text(frame: pl.DataFrame, name: str, mapping: dict[str, str]) -> pl.Series:
    """A text column through a mapping that holds every value in it."""
    return frame[name].replace_strict(mapping, return_dtype=pl.String) if len(frame) else frame[name]


def code_countries(frame: pl.DataFrame, name: str, *, invented: bool = False) -> pl.DataFrame:
    """Replace names of countries by ISO 3166 alpha-3 codes, "" where the list knows none of that name.

    Invented countries have codes that the standard leaves to users.
    """
    found = {text: find_country(text) if text else None for text in frame[name].unique()}
    codes = {text: country.iso3 if country else "" for text, country in found.items()}
    if invented:
        codes |= {text: text for text in codes if is_left_to_users(text)}
    return frame.with_columns(map_text(frame, name, codes).alias(name))


def build_sites(frame: pl.DataFrame) -> Sites:
    """The table from a frame with its columns (`opened`, `closed` as dates), sorted by site and day.

    A column of people that the frame lacks is unknown throughout.
    """
    absent = [value.alias(name) for name, value in _EMPTY.items() if name not in frame.columns]
    frame = frame.with_columns(*absent).sort("site_id", "opened", "lat", "lon", LINE)
    columns = {name: np.array(frame[name].to_list(), dtype=np.str_) for name in _TEXTS}
    columns |= {name: frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in _NUMBERS}
    columns |= {name: frame[name].cast(pl.Date).to_numpy().astype("datetime64[D]") for name in ("opened", "closed")}
    columns["air"] = frame["air"].cast(pl.Int8).to_numpy()
    columns["source_file"] = np.zeros(len(frame), dtype=np.int16)
    columns["source_line"] = frame[LINE].cast(pl.Int32).to_numpy()
    return Sites.from_columns(columns)
