"""Invented events in the 49 columns of UCDP's GED, to measure readers with: nothing in them happened.

The same rows at every run. Shape after the real releases: names of sides repeat and the longest has 240
characters, notes are long, quoted and partly empty, places repeat, one row in 1,000 is bad in a named way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.catalogue.countries import load_countries
from tutela.kernel.tables import Sites

Dice = np.random.Generator
Numbers = NDArray[np.int64]

COUNTRIES: Final = 60
PLACES: Final = 120_000
_SIDE: Final = 4.0
_BATCH: Final = 100_000
_ONE_BAD_IN: Final = 1_000
_FIRST_DAY: Final = np.datetime64("1989-01-01")
_DAYS: Final = 13_000
_HEADER: Final = (
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name "
    "dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b "
    "number_of_sources source_article source_office source_date source_headline source_original where_prec "
    "where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id "
    "region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best "
    "high low gwnoa gwnob"
)
_COLUMNS: Final = tuple(_HEADER.split())
_NUMBERS: Final = (
    "id year active_year type_of_violence conflict_dset_id conflict_new_id dyad_dset_id dyad_new_id "
    "side_a_dset_id side_a_new_id side_b_dset_id side_b_new_id number_of_sources where_prec priogrid_gid "
    "country_id event_clarity date_prec deaths_a deaths_b deaths_civilians deaths_unknown best high low"
)
_WHOLE: Final = frozenset(_NUMBERS.split())


def write_events(path: Path, rows: int) -> None:
    """Write the rows as CSV, and beside it the same as Parquet with numbers as numbers."""
    dice = np.random.default_rng(2)
    world = _World(dice)
    with path.open("wb") as file:
        for first in range(0, rows, _BATCH):
            frame = world.draw(first, min(_BATCH, rows - first))
            frame.write_csv(file, include_header=first == 0)
    kinds: dict[str, Any] = {name: pl.Int64 if name in _WHOLE else pl.String for name in _COLUMNS}
    kinds |= {"latitude": pl.Float64, "longitude": pl.Float64}
    pl.scan_csv(path, schema=kinds).sink_parquet(path.with_suffix(".parquet"))


def write_borders(path: Path) -> None:
    """Write one wavy square for each country, side by side and 2,000 corners each."""
    turn = np.linspace(0, 2 * np.pi, 2_000)
    features = []
    for country, corner in zip(_countries(), _corners(), strict=True):
        reach = _SIDE / 2 / np.maximum(np.abs(np.cos(turn)), np.abs(np.sin(turn))) + 0.02 * np.sin(90 * turn)
        ring = np.column_stack((reach * np.cos(turn), reach * np.sin(turn))) + corner + _SIDE / 2
        ring[-1] = ring[0]
        shape = {"type": "Polygon", "coordinates": [ring.round(5).tolist()]}
        features.append({"type": "Feature", "properties": {"iso3": country.iso3}, "geometry": shape})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def draw_sites(number: int) -> Sites:
    """Invented sites in a fifth of the countries, open for some years each, as Geo-PKO's are."""
    dice = np.random.default_rng(3)
    corners = _corners()[::5]
    points = corners[dice.integers(0, len(corners), number)] + dice.uniform(0, _SIDE, (number, 2))
    opened = np.datetime64("1994-01-01") + dice.integers(0, 8_000, number)
    names = np.array([f"INVENTED/{row}" for row in range(number)])
    unknown = np.full(number, np.nan)
    return Sites(
        site_id=names,
        mission=np.full(number, "INVENTED"),
        name=names,
        country=np.full(number, ""),
        lon=points[:, 0].copy(),
        lat=points[:, 1].copy(),
        opened=opened,
        closed=opened + dice.integers(200, 4_000, number),
        status=np.full(number, "open"),
        military=unknown,
        police=unknown,
        civilian=unknown,
        air=np.full(number, -1, np.int8),
        kind=np.full(number, ""),
        source_file=np.zeros(number, np.int16),
        source_line=np.arange(2, number + 2, dtype=np.int32),
    )


class _World:
    """What the rows are drawn from: countries, places, sides, sentences."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.countries = _countries()
        self.place_country = np.sort(dice.integers(0, COUNTRIES, PLACES))
        # A little more than the square: some points lie across the border, as real ones do.
        spread = dice.uniform(-0.02, _SIDE + 0.02, (PLACES, 2))
        self.points = (_corners()[self.place_country] + spread).round(6)
        self.sides = _name_sides(dice)
        self.sentences = _write_sentences(dice)

    def draw(self, first: int, rows: int) -> pl.DataFrame:
        """One batch of rows, the first of them with this number."""
        dice = self.dice
        place = (PLACES * dice.random(rows) ** 2).astype(np.int64)
        country = self.place_country[place]
        points = self.points[place]
        sides = dice.integers(0, len(self.sides) // COUNTRIES, (2, rows)) * COUNTRIES + country
        columns = self._draw_deaths(rows) | _draw_days(dice, rows) | self._draw_notes(rows)
        columns |= {
            "id": np.arange(first, first + rows) + 100_001,
            "type_of_violence": dice.integers(1, 4, rows),
            "side_a": self.sides[sides[0]],
            "side_b": self.sides[sides[1]],
            "conflict_name": self.sides[sides[0]],
            "dyad_name": _join(self.sides[sides[0]], " - ", self.sides[sides[1]]),
            "where_prec": dice.choice(np.arange(1, 8), rows, p=(0.5, 0.2, 0.12, 0.1, 0.04, 0.03, 0.01)),
            "where_coordinates": _join("Invented town ", place),
            "adm_1": _join("Invented province ", place // 400),
            "adm_2": _join("Invented district ", place // 40),
            "latitude": points[:, 1],
            "longitude": points[:, 0],
            "geom_wkt": _join("POINT (", points[:, 0], " ", points[:, 1], ")"),
            "country": np.array([item.name for item in self.countries])[country],
            "country_id": np.array([item.gw[0] for item in self.countries])[country],
            "priogrid_gid": place + 90_000,
            "code_status": np.full(rows, "Clear"),
            "region": np.full(rows, "Invented"),
        }
        constants = {name: np.full(rows, 1) for name in _COLUMNS if name not in columns}
        frame = pl.DataFrame(columns | constants).select(_COLUMNS)
        return frame.with_columns(gwnob=pl.lit(None, pl.String), relid=pl.format("INV-{}-1", "id"))

    def _draw_deaths(self, rows: int) -> dict[str, Any]:
        parts = self.dice.geometric(0.55, (4, rows)) - 1
        best = parts.sum(axis=0)
        low, high = best - self.dice.integers(0, 2, rows) * (best > 0), best + self.dice.integers(0, 4, rows)
        bad = self.dice.integers(0, _ONE_BAD_IN, rows) == 0
        names = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
        return dict(zip(names, parts, strict=True)) | {
            "best": np.where(bad, high + 1, best),
            "low": low,
            "high": high,
        }

    def _draw_notes(self, rows: int) -> dict[str, Any]:
        dice = self.dice
        notes: dict[str, Any] = {}
        lengths = {
            "source_article": 160,
            "source_headline": 110,
            "source_office": 22,
            "source_original": 18,
            "where_description": 32,
        }
        for name, width in lengths.items():
            size = np.minimum(dice.exponential(width, rows), 3_000).astype(np.int64) * (dice.random(rows) < 0.85)
            start = dice.integers(0, 100, rows)
            pool = pl.Series(self.sentences[dice.integers(0, len(self.sentences), rows)])
            notes[name] = pl.select(
                pl.lit(pool).str.slice(pl.lit(pl.Series(start)), pl.lit(pl.Series(size)))
            ).to_series()
        notes["source_date"] = np.full(rows, "2020-01-01;2020-01-02")
        return notes


def _draw_days(dice: Dice, rows: int) -> dict[str, Any]:
    start = _FIRST_DAY + dice.integers(0, _DAYS, rows)
    end = start + dice.integers(0, 3, rows) * (dice.random(rows) < 0.2)
    return {
        "year": start.astype("datetime64[Y]").astype(np.int64) + 1970,
        "date_start": _join(start.astype(str), " 00:00:00.000"),
        "date_end": _join(end.astype(str), " 00:00:00.000"),
    }


def _countries() -> Sequence[Any]:
    return [country for country in load_countries() if country.gw][:COUNTRIES]


def _corners() -> NDArray[np.float64]:
    across, up = np.divmod(np.arange(COUNTRIES), 10)
    return np.column_stack((-20.0 + _SIDE * across, -25.0 + _SIDE * up))


def _name_sides(dice: Dice) -> NDArray[Any]:
    words = np.array(["Front", "Army", "Council", "Movement", "Forces", "Union", "of", "the", "Invented", "Élan"])
    names = [f"Government of {country.name}" for country in _countries()]
    names += [
        f"Invented {' '.join(dice.choice(words, dice.integers(1, 7)))} {row}" for row in range(COUNTRIES * 15)
    ]
    names[-1] = names[-1].ljust(240, "x")
    return np.array(names, dtype=np.dtypes.StringDType())


def _write_sentences(dice: Dice) -> NDArray[Any]:
    words = np.array(
        [
            '"Invented,',
            'for a measurement;"',
            "report",
            "of",
            "the",
            "agency",
            "près",
            "de",
            "village",
            "12/3",
            "\n",
        ]
    )
    picks = dice.integers(0, len(words), (2_000, 600))
    return np.array([" ".join(words[row]) for row in picks], dtype=np.dtypes.StringDType())


def _join(*parts: Any) -> pl.Series:
    columns = [pl.lit(part) if isinstance(part, str) else pl.lit(pl.Series(part)) for part in parts]
    return pl.select(pl.concat_str(columns)).to_series()
