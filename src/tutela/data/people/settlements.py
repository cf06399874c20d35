"""Lists of named places with people: GeoNames and Natural Earth's populated places, with their other names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tutela.catalogue.countries import find_country
from tutela.data.sources.layouts import lower_header
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.readings import Origin, Reading
from tutela.data.sources.verdicts import Verdicts
from tutela.kernel.accounting import Accounting
from tutela.kernel.people import Settlements
from tutela.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns of one list of places; `others` hold more names, joined by the sign that goes with each."""

    place_id: str
    name: str
    lon: str
    lat: str
    countries: tuple[str, ...]
    people: str
    others: Mapping[str, str]
    origin: Origin


_LAYOUTS: Final = {
    "geonames": _Layout(
        *("geonameid", "name", "longitude", "latitude"),
        ("countrycode",),
        "population",
        {"alternatenames": "|,"},
        Origin("GeoNames", "not stated", "CC BY 4.0", "GeoNames, www.geonames.org", recorded_harms=()),
    ),
    "natural-earth-places": _Layout(
        *("geonameid", "name", "longitude", "latitude"),
        ("iso_a2", "adm0_a3", "adm0name"),
        "pop_max",
        {"nameascii": "", "namealt": ",|"},
        Origin("Natural Earth populated places", "not stated", "public domain", "Natural Earth", recorded_harms=()),
    ),
    "places": _Layout(
        *("place_id", "name", "lon", "lat"),
        ("country",),
        "people",
        {"also": "|"},
        Origin("a list of places", "not stated", "not stated", "the makers of the file", recorded_harms=()),
    ),
}
_NEEDED: Final = {
    "natural-earth-places": ("name", "nameascii", "latitude", "longitude", "pop_max", "adm0_a3"),
    "geonames": ("geonameid", "name", "latitude", "longitude", "countrycode", "population"),
    "places": ("place_id", "name", "lon", "lat", "country", "people"),
}


@dataclass(frozen=True, slots=True)
class PlaceList:
    """A list of places, read: the numbers, and all names of each place besides its first."""

    reading: Reading[Settlements]
    other_names: tuple[tuple[str, ...], ...]


def is_place_list(columns: frozenset[str]) -> bool:
    """Whether these names of columns, in lower case, are those of a list of places that is known here."""
    return any(columns.issuperset(needed) for needed in _NEEDED.values())


def read_places(path: Path, *, strict: bool = False) -> PlaceList:
    """Read GeoNames, Natural Earth's populated places, or a plain list (place_id, name, lon, lat, country, people).

    0 people, and below, means "not known" in the first two; in a plain list an empty cell does. Every row is
    placed or excluded by a named reason. Raises Problem as `read_raw` does, and source-unknown, id-conflict,
    bad-row, too-many-bad-rows.
    """
    table = lower_header(read_raw(path))
    source = next((name for name, needed in _NEEDED.items() if not table.missing(needed)), "")
    if not source:
        raise Problem(
            "source-unknown",
            "This is no list of places that is known here.",
            where=f"{table.path}, line 1",
            remedy="Bring GeoNames or Natural Earth's populated places, or name the columns place_id, name, lon, "
            "lat, country, people.",
        )
    layout = _LAYOUTS[source]
    ids = _number_places(table, layout)
    verdicts = _judge(table, layout, ids, zero_is_unknown=source != "places")
    verdicts.refuse(table, strict=strict)
    kept = table.take(verdicts.good)
    settlements, countryless = _build(kept, layout, ids.filter(pl.Series(verdicts.good)), source)
    notes = _write_notes(settlements, countryless)
    reading = Reading(
        path=table.path,
        source=source,
        table=settlements,
        accounting=Accounting("reading places", len(table), len(settlements), verdicts.count()),
        origin=layout.origin,
        file_digest=table.file_digest,
        excluded=verdicts.list_excluded(table.lines),
        notes=notes,
    )
    return PlaceList(reading, _collect_names(kept, layout))


def _number_places(table: RawTable, layout: _Layout) -> pl.Series:
    """The id of each row; Natural Earth's places have none of their own, and are told by name and point."""
    if layout is not _LAYOUTS["natural-earth-places"]:
        made = pl.Series([f"line {line}" for line in table.lines.tolist()])
        ids = table.text(layout.place_id)
        return ids.zip_with(ids.is_not_null(), made)
    parts = (table.text(column).fill_null("") for column in ("adm0_a3", "name", "latitude", "longitude"))
    return pl.select(pl.concat_str(*parts, separator="/")).to_series()


def _judge(table: RawTable, layout: _Layout, ids: pl.Series, *, zero_is_unknown: bool) -> Verdicts:
    verdicts = Verdicts(len(table))
    lon, lat = table.number(layout.lon), table.number(layout.lat)

    def mark(bad: pl.Series, reason: str, column: str) -> None:
        verdicts.mark(bad.fill_null(value=False).to_numpy(), reason, column)

    mark(table.text(layout.name).is_null(), "name-missing", layout.name)
    for column, value in ((layout.lat, lat), (layout.lon, lon)):
        mark(table.text(column).is_null(), "coordinates-missing", column)
        mark(value.is_null(), "coordinates-unreadable", column)
    mark(lat.abs() > 90, "latitude-out-of-range", layout.lat)
    mark(lon.abs() > 180, "longitude-out-of-range", layout.lon)
    mark((lon == 0) & (lat == 0), "coordinates-zero", layout.lat)
    people = table.number(layout.people)
    mark(people.is_null() & table.text(layout.people).is_not_null(), "people-unreadable", layout.people)
    if not zero_is_unknown:
        mark(people < 0, "people-out-of-range", layout.people)
    whole = table.frame.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    mark(~whole & ids.is_duplicated(), "duplicate-row", layout.place_id)
    good = np.flatnonzero(verdicts.good)
    repeated = ids.gather(good).is_duplicated().to_numpy()
    if repeated.any():
        row = int(good[np.flatnonzero(repeated)[-1]])
        raise Problem(
            "id-conflict",
            "The id stands on an earlier line too, with another place.",
            where=table.where(row, layout.place_id),
            remedy="Give every place its own id.",
        )
    return verdicts


def _build(table: RawTable, layout: _Layout, ids: pl.Series, source: str) -> tuple[Settlements, int]:
    people = table.number(layout.people).fill_null(float("nan")).to_numpy().copy()
    if source != "places":
        people[people <= 0] = np.nan
    named = [table.text(column).fill_null("").to_list() for column in layout.countries]
    known: dict[str, str] = {}
    countries = [
        next((code for code in (_find_code(text, known) for text in texts) if code), "")
        for texts in zip(*named, strict=True)
    ]
    return (
        Settlements(
            place_id=np.array(ids.to_list(), dtype=np.str_),
            name=np.array(table.text(layout.name).to_list(), dtype=np.str_),
            lon=table.number(layout.lon).to_numpy(),
            lat=table.number(layout.lat).to_numpy(),
            country=np.array(countries, dtype=np.str_),
            people=people,
            source_line=table.lines,
        ),
        countries.count(""),
    )


def _find_code(text: str, known: dict[str, str]) -> str:
    if text not in known:
        country = find_country(text) if text and text != "-99" else None
        known[text] = country.iso3 if country else ""
    return known[text]


def _collect_names(table: RawTable, layout: _Layout) -> tuple[tuple[str, ...], ...]:
    columns = []
    for column, signs in layout.others.items():
        cells = table.text(column).fill_null("").to_list()
        columns.append([_split(cell, signs) for cell in cells])
    first = table.text(layout.name).to_list()
    return tuple(
        tuple(dict.fromkeys(other for names in group for other in names if other != name))
        for name, *group in zip(first, *columns, strict=True)
    )


def _split(cell: str, signs: str) -> list[str]:
    """Names in one cell: joined by the first of the signs that it holds, so that names keep the others."""
    sign = next((sign for sign in signs if sign in cell), "")
    parts = cell.split(sign) if sign else [cell]
    return [part.strip() for part in parts if part.strip()]


def _write_notes(settlements: Settlements, countryless: int) -> tuple[str, ...]:
    notes = []
    unknown = int(np.isnan(settlements.people).sum())
    if unknown:
        notes.append(f"{unknown:,} of {len(settlements):,} places have no number of people.")
    if countryless:
        notes.append(f"{countryless:,} places are of no country that is known here.")
    return tuple(notes)
