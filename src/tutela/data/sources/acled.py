"""ACLED exports that a user brings: the API's columns as CSV, and the export tool's of earlier years.

The rows are licensed: they stay with whoever brought them. ACLED gives one number of deaths and no interval, and
says of civilians only that they were the target: then, and only then, its deaths count as civilians. Precision:
ACLED's 1 (the town) and 2 (near the town) are UCDP's 1 and 2; its 3, where a chief town stands for a larger
region, is UCDP's 4, the province, and so nobody can place it.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from tutela.catalogue.countries import find_by_m49, find_country
from tutela.catalogue.crosswalks import load_crosswalk
from tutela.data.sources.acled_classes import FIELDS, classify
from tutela.data.sources.crosswalked import list_unmapped, match_values
from tutela.data.sources.delimited import parse_delimited
from tutela.data.sources.layouts import Layout, Recogniser
from tutela.data.sources.raw import Opened, RawTable
from tutela.data.sources.readings import Origin
from tutela.data.sources.respelling import respell, split_rows
from tutela.kernel.tables import HARMS

LICENCE: Final = "ACLED terms: no redistribution"
ATTRIBUTION: Final = (
    "Armed Conflict Location & Event Data (ACLED), acleddata.com; Raleigh, C., Kishi, R. and Linke, A. (2023) "
    "Political instability patterns are obscured by conflict dataset scope conditions, sources, and coding "
    "choices, Humanities and Social Sciences Communications 10"
)

_COLUMNS: Final = {
    "event_id": "event_id_cnty",
    "day": "event_date",
    "lon": "longitude",
    "lat": "latitude",
    "precision": "geo_precision",
    "country": "country",
    "adm_1": "admin1",
    "adm_2": "admin2",
    "violence": "event_type",
    "perpetrator": "inter1",
    "side_a": "actor1",
    "side_b": "actor2",
    "best": "fatalities",
    "civilians": "fatalities",
}
_REQUIRED: Final = ("event_id_cnty", "event_date", "event_type", "latitude", "longitude", "fatalities")
_PRECISION: Final = {"1": "1", "2": "2", "3": "4"}
_WRITTEN: Final = ("%d %B %Y", "%d-%B-%Y", "%d %b %Y", "%d-%b-%Y")
_DECIMAL_COMMA: Final = r"^(-?\d+),(\d+)$"
_ONE_NUMBER: Final = (
    "ACLED gives one number of deaths: low and high are not in this source. Deaths count as civilians where "
    "civilians were the target, although others may be among them; elsewhere the source says nothing of them."
)
_NO_DEATHS: Final = (
    "ACLED also records events in which nobody died; UCDP does not. Their counts of events are not to be added up."
)
_SECONDS: Final = (1e9, 4e9)


def open_semicolons(content: bytes, where: str) -> Opened | None:
    """Open an ACLED export with semicolons, as spreadsheets too write it; None for anything else."""
    text = content.removeprefix(b"\xef\xbb\xbf")
    mark, _, rest = text.partition(b"\n")
    marked = mark.strip().strip(b'"').lower() == b"sep=;"
    header = (rest if marked else text).partition(b"\n")[0].lower()
    if b"event_id_cnty" not in header or header.count(b";") <= header.count(b","):
        return None
    try:
        rows = split_rows((b"\n" + rest if marked else text).decode(), ";")
        return Opened("csv", *parse_delimited(respell(rows), where))
    except (UnicodeDecodeError, csv.Error):
        return None  # the parser of plain tables names what is wrong


def _describe(table: RawTable) -> Layout:
    origin = Origin(
        "Armed Conflict Location & Event Data",
        _vintage(table),
        LICENCE,
        ATTRIBUTION,
        recorded_harms=("killed",),
        redistributable=False,
    )
    columns = {field: column for field, column in _COLUMNS.items() if column in table.columns}
    return Layout("acled", {**columns, "perpetrator": "inter1"}, origin, complete=_complete)


def _complete(table: RawTable, own: Path | None) -> Layout:
    """The layout with everything that ACLED's words are turned into."""
    crosswalk = load_crosswalk("acled", own)
    layout = _describe(table)
    home = _home(table)
    fields = {
        "sub_event_type": table.text("sub_event_type"),
        "event_type": table.text("event_type"),
        "civilian_targeting": table.text("civilian_targeting"),
        "inter1": _code(table.text("inter1")),
        "inter2": _code(table.text("inter2")),
    }
    unmapped: list[str] = []
    matches = {}
    for column, values in fields.items():
        matches[column] = match_values(crosswalk, FIELDS[column], values)
        unmapped += list_unmapped(values, tuple(matches[column]), column)
    actors = (table.text("actor1"), table.text("actor2"))
    classes = classify(pl.DataFrame({**fields, "actor1": actors[0], "actor2": actors[1], "home": home}), matches)
    targeted = classes["targeted"] if "civilian_targeting" in table.columns else classes["violence"] == "one_sided"
    deaths = table.text("fatalities")
    recorded = {"killed", *crosswalk.harms}
    return replace(
        layout,
        origin=replace(layout.origin, recorded_harms=tuple(harm for harm in HARMS if harm in recorded)),
        derived={
            "day": _days(table.text("event_date")),
            "lon": table.text("longitude").str.replace(_DECIMAL_COMMA, "${1}.${2}"),
            "lat": table.text("latitude").str.replace(_DECIMAL_COMMA, "${1}.${2}"),
            "precision": _precision(table),
            "country": _either(home, table.text("country")),
            "violence": classes["violence"],
            "perpetrator": classes["perpetrator"],
            "civilians": pl.select(pl.when(targeted.fill_null(value=False)).then(deaths)).to_series(),
        },
        notes=(*_notes(table), *unmapped),
    )


def _precision(table: RawTable) -> pl.Series:
    codes = _code(table.text("geo_precision"))
    mapped = codes.replace_strict(_PRECISION, default=None, return_dtype=pl.String)
    # What is no level of ACLED's stays as it is spelt, with a mark, so that it is found to be unreadable.
    return _either(
        mapped, pl.Series([None if code is None else f"level {code}" for code in codes], dtype=pl.String)
    )


def _notes(table: RawTable) -> tuple[str, ...]:
    notes = [_ONE_NUMBER, _NO_DEATHS]
    vague = int(_code(table.text("time_precision")).is_in(["2", "3"]).fill_null(value=False).sum())
    if vague:
        notes.append(f"{vague:,} events are dated to a week or a month only; their day stands for it.")
    return tuple(notes)


def _code(values: pl.Series) -> pl.Series:
    """Codes as text: 1.0 of a spreadsheet is 1, and 0 is ACLED's sign for nobody."""
    codes = values.str.strip_suffix(".0")
    return codes.set(codes == "0", None)


def _days(texts: pl.Series) -> pl.Series:
    """Dates in ISO's spelling; '05 March 2021' is turned into it, what is neither stays for the check to name."""
    days = pl.Series([None] * len(texts), dtype=pl.Date)
    for spelling in _WRITTEN:
        days = _either(days, texts.str.to_date(spelling, strict=False))
    return _either(days.dt.to_string("%Y-%m-%d"), texts)


def _home(table: RawTable) -> pl.Series:
    """The event's country by ISO 3166 alpha-3, from its name or else its number; null where neither is known."""
    frame = pl.DataFrame({"name": table.text("country"), "number": table.text("iso").str.strip_suffix(".0")})
    kinds = frame.unique(maintain_order=True)
    found = [_find_home(name, number) for name, number in kinds.iter_rows()]
    kinds = kinds.with_columns(iso3=pl.Series(found, dtype=pl.String))
    return frame.join(kinds, on=frame.columns, how="left", nulls_equal=True, maintain_order="left")["iso3"]


def _find_home(name: str | None, number: str | None) -> str | None:
    by_number = find_by_m49(int(number)) if number is not None and number.isdecimal() else None
    country = (find_country(name) if name is not None else None) or by_number
    return None if country is None else country.iso3


def _either(first: pl.Series, second: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(first, second)).to_series()


def _vintage(table: RawTable) -> str:
    latest = table.number("timestamp").max()
    if not isinstance(latest, float) or not _SECONDS[0] <= latest <= _SECONDS[1]:
        return "not stated"
    return f"last changed {datetime.fromtimestamp(latest, UTC).date().isoformat()}"


RECOGNISERS: Final = (Recogniser("acled", _REQUIRED, _describe),)
