"""Lists of airports and airstrips: OurAirports (CSV) and Natural Earth's airports (GeoJSON).

Such a list says where something was built to land on, once. Whether it can be used today it does not say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tutela.catalogue.countries import find_country
from tutela.data.sources.geojson import open_features
from tutela.data.sources.layouts import lower_header
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.readings import ExcludedRow, Origin, Reading
from tutela.data.sources.verdicts import Verdicts
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats, Table, Text


@dataclass(frozen=True, slots=True)
class Landings(Table):
    """Places to land, a row each.

    landing_id  the list's own id or code;  kind  the list's own word ("small_airport", "heliport", "military mid")
    country     ISO 3166 alpha-3, "" where the list has none;  source_line  line, or number of the feature
    """

    landing_id: Text
    name: Text
    kind: Text
    country: Text
    lon: Floats
    lat: Floats
    source_line: np.ndarray[tuple[int], np.dtype[np.int32]]


@dataclass(frozen=True, slots=True)
class _Layout:
    landing_id: str
    lon: str
    lat: str
    country: str
    origin: Origin


_LAYOUTS: Final = {
    "ourairports": _Layout(
        *("ident", "longitude_deg", "latitude_deg", "iso_country"),
        Origin("OurAirports", "not stated", "public domain", "OurAirports", recorded_harms=()),
    ),
    "natural-earth-airports": _Layout(
        *("abbrev", "longitude", "latitude", ""),
        Origin("Natural Earth airports", "not stated", "public domain", "Natural Earth", recorded_harms=()),
    ),
}
NEEDED: Final = {
    "ourairports": ("ident", "type", "name", "latitude_deg", "longitude_deg", "iso_country"),
    "natural-earth-airports": ("type", "name", "abbrev", "gps_code", "iata_code"),
}
"""Columns or properties, in lower case, by which each list is known."""

_CLOSED: Final = "closed"
_NOTE: Final = "The list says where one could land when it was made; whether one can today it does not say."


def read_landings(path: Path, *, strict: bool = False) -> Reading[Landings]:
    """Read a list of places to land; every row is placed, set aside as closed, or excluded by a named reason.

    Raises Problem as `read_raw` does, and source-unknown, bad-row, too-many-bad-rows.
    """
    table = lower_header(read_raw(path, openers=(open_features,)))
    source = next((name for name, needed in NEEDED.items() if not table.missing(needed)), "")
    if not source:
        raise Problem(
            "source-unknown",
            f"This is no list of airports: it lacks {', '.join(table.missing(NEEDED['ourairports']))}.",
            where=f"{path}, line 1",
            remedy="Bring OurAirports' airports.csv, or Natural Earth's airports as GeoJSON.",
        )
    layout = _LAYOUTS[source]
    is_closed = (table.text("type") == _CLOSED).fill_null(value=False).to_numpy()
    kept = table.take(~is_closed)
    verdicts = _judge(kept, layout)
    verdicts.refuse(kept, strict=strict)
    good = kept.take(verdicts.good)
    closed = [ExcludedRow(int(line), _CLOSED, "type") for line in table.lines[is_closed]]
    excluded = sorted((*verdicts.list_excluded(kept.lines), *closed), key=lambda row: row.line)
    return Reading(
        path=str(path),
        source=source,
        table=_build(good, layout),
        accounting=Accounting(
            "reading airports", len(table), len(good), dict(Counter(row.reason for row in excluded))
        ),
        origin=layout.origin,
        file_digest=table.file_digest,
        excluded=tuple(excluded),
        notes=(_NOTE,),
    )


def _judge(table: RawTable, layout: _Layout) -> Verdicts:
    verdicts = Verdicts(len(table))
    values = {column: table.number(column) for column in (layout.lat, layout.lon)}
    for column, value in values.items():
        verdicts.mark(table.text(column).is_null().to_numpy(), "coordinates-missing", column)
        verdicts.mark(value.is_null().to_numpy(), "coordinates-unreadable", column)
    lat, lon = values[layout.lat].fill_null(0.0).to_numpy(), values[layout.lon].fill_null(0.0).to_numpy()
    verdicts.mark(np.abs(lat) > 90, "latitude-out-of-range", layout.lat)
    verdicts.mark(np.abs(lon) > 180, "longitude-out-of-range", layout.lon)
    verdicts.mark((lat == 0) & (lon == 0), "coordinates-zero", layout.lat)
    return verdicts


def _build(table: RawTable, layout: _Layout) -> Landings:
    # "NA" is Namibia in a column of countries, though statistics programs write it for nothing.
    texts = table.text(layout.country).to_list() if layout.country else [None] * len(table)
    known = {text: found.iso3 if text and (found := find_country(text)) else "" for text in set(texts)}
    return Landings(
        landing_id=_words(table.text(layout.landing_id).to_list()),
        name=_words(table.text("name").to_list()),
        kind=_words(table.text("type").to_list()),
        country=_words([known[text] for text in texts]),
        lon=table.number(layout.lon).to_numpy(),
        lat=table.number(layout.lat).to_numpy(),
        source_line=table.lines,
    )


def _words(cells: Sequence[str | None]) -> Text:
    return np.array([cell or "" for cell in cells], dtype=np.str_)
