"""Reads files of events: finds the layout, leaves out bad rows by name, refuses what is not what it claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.boundaries import Boundaries, load_boundaries
from tutela.data.sources import acled, plain, ucdp, ushahidi
from tutela.data.sources.event_rows import JudgedRows, judge_rows, pack_ids, pack_texts
from tutela.data.sources.geojson import open_features
from tutela.data.sources.hxl_events import SOURCE as HXL
from tutela.data.sources.hxl_events import describe_tagged, mark_spoilt
from tutela.data.sources.large import read_large
from tutela.data.sources.layouts import Layout, find_layout
from tutela.data.sources.perpetrators import EMPTY, ActorList, classify_perpetrators
from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import Reading, Snapped
from tutela.data.sources.tagged import Tagged, read_tagged
from tutela.data.sources.verdicts import Mask, Verdicts
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, Events

RECOGNISERS: Final = (*ucdp.RECOGNISERS, *plain.RECOGNISERS, *acled.RECOGNISERS, *ushahidi.RECOGNISERS)
"""The layouts that come with Tutela, tried in this order."""

SOURCES: Final = (*dict.fromkeys(item.source for item in RECOGNISERS), HXL)
"""Their public names."""

OPENERS: Final = (open_features, acled.open_semicolons)
"""The forms of files beside plain CSV, Parquet, and those of HXL."""

_CLASSES: Final = {"": -1} | {name: code for code, name in enumerate(PERPETRATORS)}

_MOST_PAIRS: Final = 3
FAR_DEGREES: Final = 2.0
"""This far from its own country a point is suspected of being swapped, if swapping brings it home."""


@dataclass(frozen=True, slots=True)
class EventSpec:
    """How a file of events is to be read.

    today        events after it are bad
    boundaries   GeoJSON of countries: an event without a country gets that of its point; one whose point lies in
                 another country keeps its own and is listed as snapped
    actors       tells communal groups from organised ones
    crosswalk    a CSV of the deployment's own lines, which go before those of the catalogue
    """

    today: date
    source: str = "auto"
    strict: bool = False
    boundaries: Path | None = None
    actors: ActorList = EMPTY
    crosswalk: Path | None = None


def read_events(
    path: Path,
    *,
    source: str = "auto",
    strict: bool = False,
    today: date,
    boundaries: Path | None = None,
    actors: ActorList = EMPTY,
) -> Reading[Events]:
    """`read_events_as` with the shipped crosswalks."""
    return read_events_as(path, EventSpec(today, source, strict, boundaries, actors))


def read_events_as(path: Path, spec: EventSpec) -> Reading[Events]:
    """Read one file of events: CSV, Parquet or GeoJSON, also packed; CSV, JSON or XLSX with HXL hashtags.

    A layout is found by the names of the columns, or else by the hashtags alone. Duplicate rows count as bad:
    the later one is left out.
    Raises Problem as architecture section 9 has it: refused as a whole, or excluded by name.
    """
    tagged = _open(path, spec.source).lowered()
    table = tagged.table
    layout = _find_layout(tagged, spec.source)
    layout = layout if layout.complete is None else layout.complete(table, spec.crosswalk)
    return judge_events(table, layout, spec, mark_spoilt(table, layout))


def _open(path: Path, source: str) -> Tagged:
    large = read_large(path, ucdp.WIDE) if source == "auto" or source.startswith("ucdp") else None
    return read_tagged(path, openers=OPENERS) if large is None else Tagged(large, {})


def _find_layout(tagged: Tagged, source: str) -> Layout:
    def describe(table: RawTable) -> Layout | None:
        return describe_tagged(table, tagged.tags) if tagged.tags else None

    if source == HXL:
        return describe_tagged(tagged.table, tagged.tags)
    return find_layout(tagged.table, source, RECOGNISERS, describe)


def judge_events(
    table: RawTable, layout: Layout, spec: EventSpec, verdicts: Verdicts | None = None
) -> Reading[Events]:
    """The events of a table whose layout is known; rows that `verdicts` holds as bad already stay so."""
    rows = judge_rows(table, layout, spec.today, verdicts)
    _mark_duplicates(table, layout, rows)
    borders = load_boundaries(spec.boundaries) if spec.boundaries is not None else None
    located = _locate(rows, layout, borders)
    rows.verdicts.refuse(table, strict=spec.strict)
    events, snapped = _build(table, rows, located, spec.actors)
    counts = rows.verdicts.count()
    return Reading(
        path=table.path,
        source=layout.source,
        table=events,
        accounting=Accounting("reading events", len(table), len(events), counts),
        origin=layout.origin,
        file_digest=table.file_digest,
        excluded=rows.verdicts.list_excluded(table.lines),
        snapped=snapped,
        notes=(*layout.notes, *_write_notes(layout, rows, events), *_note_borders(events, snapped, borders)),
    )


def _mark_duplicates(table: RawTable, layout: Layout, rows: JudgedRows) -> None:
    """Leave out later rows that say the same under one id; refuse the file where they say something else."""
    good = np.flatnonzero(rows.verdicts.good)
    ids = rows.texts["event_id"].gather(good)
    if not ids.is_duplicated().any():
        return
    first = good[
        ids.to_frame("id").with_row_index().select(pl.col("index").first().over("id")).to_series().to_numpy()
    ]
    later, first = good[first != good], first[first != good]
    for field, differs in _compare(rows, later, first):
        if differs.any():
            row, earlier = int(later[np.argmax(differs)]), int(first[np.argmax(differs)])
            raise Problem(
                "id-conflict",
                f"The id stands already on line {table.lines[earlier]}, "
                f"with another {layout.columns.get(field, field)}.",
                where=table.where(row, layout.columns["event_id"]),
                remedy="Give every event its own id, or remove the row that is out of date.",
            )
    again = np.zeros(len(table), dtype=bool)
    again[later] = True
    rows.verdicts.mark(again, "duplicate-row", layout.columns["event_id"])


def _compare(rows: JudgedRows, left: NDArray[Any], right: NDArray[Any]) -> Iterator[tuple[str, Mask]]:
    for field, series in (*rows.texts.items(), ("perpetrator", rows.perpetrator)):
        yield field, series.gather(left).ne_missing(series.gather(right)).to_numpy().astype(bool)
    for field, column in rows.columns.items():
        ours, theirs = column[left], column[right]
        # NaN and NaT equal themselves here.
        yield field, (ours != theirs) & ((ours == ours) | (theirs == theirs))


def _locate(rows: JudgedRows, layout: Layout, borders: Boundaries | None) -> NDArray[np.str_]:
    """The country in which each point lies; points that only make sense swapped are marked bad."""
    country, lon, lat = (rows.columns[name] for name in ("country", "lon", "lat"))
    located = np.full(len(country), "", dtype="<U3")
    if borders is None:
        return located
    good = rows.verdicts.good
    located[good] = borders.locate(lon[good], lat[good], own=country[good])
    # A place just over a border or off a coast is no swap; one far from home that lies at home the other way is.
    astray = np.flatnonzero(good & (country != "") & (located != country) & (np.abs(lon) <= 90))
    home = country[astray]
    astray = astray[borders.locate(lat[astray], lon[astray], own=home) == home]
    astray = astray[borders.degrees_from(country[astray], lon[astray], lat[astray]) > FAR_DEGREES]
    swapped = np.zeros(len(country), dtype=bool)
    swapped[astray] = True
    rows.verdicts.mark(swapped, "coordinates-swapped-suspected", layout.columns["lat"])
    return located


def _build(
    table: RawTable, rows: JudgedRows, located: NDArray[np.str_], actors: ActorList
) -> tuple[Events, tuple[Snapped, ...]]:
    good = rows.verdicts.good
    # Each column is handed over as it is taken: two sets of them side by side are what fills the memory.
    columns = {name: rows.columns.pop(name)[good] for name in list(rows.columns)}
    texts = {name: rows.texts.pop(name).filter(pl.Series(good)) for name in list(rows.texts)}
    own, point_in = columns["country"], located[good]
    columns["country"] = np.where(own == "", point_in, own)
    derived = classify_perpetrators(
        columns["violence"], columns["country"], (texts["side_a"], texts["side_b"]), actors
    )
    named = rows.perpetrator.replace_strict(_CLASSES, default=-1, return_dtype=pl.Int8).to_numpy()[good]
    lines = table.lines[good]
    arrays: dict[str, NDArray[Any]] = {"event_id": pack_ids(texts.pop("event_id"))}
    arrays |= {name: pack_texts(texts.pop(name)) for name in list(texts)}
    events = Events.from_columns(
        {
            **arrays,
            **columns,
            "perpetrator": np.where(named >= 0, named, derived).astype(np.int8),
            "source_file": np.zeros(len(lines), dtype=np.int16),
            "source_line": lines,
        }
    )
    moved = np.flatnonzero((own != "") & (point_in != "") & (own != point_in))
    snapped = tuple(Snapped(str(events.event_id[i]), int(lines[i]), str(own[i]), str(point_in[i])) for i in moved)
    return events, snapped


def _write_notes(layout: Layout, rows: JudgedRows, events: Events) -> Sequence[str]:
    notes = []
    if rows.widened:
        notes.append(
            f"In {rows.widened} rows low and high are no interval around best; deaths by side add up to best, so "
            "the rows are kept and their interval widened to hold all three numbers."
        )
    outside = rows.verdicts.count().get("best-outside-low-high", 0)
    if outside and not layout.parts:
        notes.append(
            f"{outside} rows were left out because best lies outside low and high. UCDP's releases have such rows; "
            "this file lacks the deaths by side that would vouch for them."
            if layout.source.startswith("ucdp")
            else f"{outside} rows were left out because best lies outside low and high."
        )
    nowhere = int(np.isnan(events.lon).sum())
    if nowhere:
        notes.append(f"{nowhere} events have no coordinates: they are counted, and nobody can place them.")
    homeless = int((events.country == "").sum())
    if homeless:
        notes.append(f"{homeless} events have no country, or an area that several countries claim.")
    return notes


def _note_borders(events: Events, snapped: Sequence[Snapped], borders: Boundaries | None) -> Sequence[str]:
    """Where the borders and the events seem to be of different times: a country may have split between them."""
    if borders is None:
        return ()
    notes = []
    lacking = events.country[(events.country != "") & ~np.isin(events.country, borders.codes)]
    for code, count in zip(*np.unique(lacking, return_counts=True), strict=True):
        notes.append(
            f"The borders have no {code}, of which there are {count:,} events: they may be of another time. "
            "Its own country stays with every event."
        )
    pairs = Counter((item.own, item.point_in) for item in snapped)
    for (own, point_in), count in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:_MOST_PAIRS]:
        notes.append(f"{count:,} events of {own} lie in {point_in} by these borders; they stay with {own}.")
    return notes
