"""Tables that were recognised, each read by its own reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from tutela.data.areas import AreaReading
from tutela.data.pcodes import read_pcodes
from tutela.data.people.settlements import read_places
from tutela.data.people.tables import read_people_table
from tutela.data.sources.events import read_events
from tutela.data.sources.geojson import open_features
from tutela.data.sources.hxl_books import SheetTable
from tutela.data.sources.hxl_events import describe_tagged
from tutela.data.sources.perpetrators import load_actor_list
from tutela.data.sources.presence import read_sites
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.readings import Reading
from tutela.data.sources.tagged import Tagged, read_tagged
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Days, Events, Sites
from tutela.studies.recognised import (
    NOT_STATED,
    Recognised,
    find_first,
    for_reach,
    for_statement,
    quote,
    tell_box,
    tell_count,
    terms_of,
)
from tutela.studies.register_imports import read_register_file

_UCDP = "UCDP, Uppsala Conflict Data Program (Sundberg and Melander 2013; Davies et al. of the version year)"


def recognise_events(path: Path, today: date) -> Recognised:
    """A file of events."""
    reading = read_events(path, today=today)
    is_geojson = reading.table.source_line.min(initial=2) == 1
    return Recognised(
        path=str(path),
        kind="events",
        what=f"events ({reading.source}, {reading.origin.name} {reading.origin.vintage})",
        unit="features" if is_geojson else "rows",
        accounting=reading.accounting,
        first=find_first(path, reading.excluded, "feature" if is_geojson else "line"),
        covers=_tell_events(reading),
        notes=reading.notes,
        command=f"tutela events import {quote(path)} --into HOME",
        **terms_of(reading.origin),
    )


def recognise_sites(path: Path, today: date) -> Recognised:
    """A file of presences and their sites in time."""
    reading = read_sites(path, today=today)
    return Recognised(
        path=str(path),
        kind="sites",
        what=f"sites of presences ({reading.source}, {reading.origin.name} {reading.origin.vintage})",
        unit="rows",
        accounting=reading.accounting,
        first=find_first(path, reading.excluded),
        covers=_tell_sites(reading),
        notes=reading.notes,
        command=f"tutela presence inspect {quote(path)}",
        **terms_of(reading.origin),
    )


def recognise_register(path: Path, _today: date) -> Recognised:
    """Facts about presences: mandates, or strengths."""
    reading = read_register_file(path)
    days = [day for day in reading.facts.as_of.tolist() if day]
    return Recognised(
        path=str(path),
        kind="register",
        what=f"facts about {len(reading.missions):,} missions ({reading.source}, {reading.origin.name})",
        unit="rows",
        accounting=reading.accounting,
        first=find_first(path, reading.excluded),
        covers=f"{min(days)} to {max(days)}" if days else "",
        notes=(f"{len(reading.facts):,} facts.", *reading.notes),
        command=f"tutela presence import {quote(path)} --into HOME",
        **terms_of(reading.origin),
    )


def recognise_actors(path: Path, _today: date) -> Recognised:
    """UCDP's list of actors."""
    actors, rows = load_actor_list(path), len(read_raw(path))
    return Recognised(
        path=str(path),
        kind="actors",
        what="a list of armed actors (UCDP)",
        unit="rows",
        accounting=Accounting("reading actors", rows, rows),
        notes=(f"{len(actors.organisation):,} names have one code of organisation; those with two are not used.",),
        command=f"tutela events inspect EVENTS --actors {quote(path)}",
        licence="CC BY 4.0",
        attribution=_UCDP,
    )


def recognise_pcodes(path: Path, _today: date) -> Recognised:
    """OCHA's list of P-codes."""
    return tell_areas(read_pcodes(path), "P-codes of administrative units, without polygons", "pcodes")


def tell_areas(reading: AreaReading, what: str, kind: str) -> Recognised:
    """Units of a country, with or without their ground."""
    units = reading.units
    is_list = kind == "pcodes"
    levels = ", ".join(str(level) for level in sorted({unit.level for unit in units}))
    countries = tell_count(len({unit.country for unit in units}), "country", "countries")
    shapes = np.array([area.shape for area in reading.areas if area.shape is not None], dtype=object)
    return Recognised(
        path=reading.path,
        kind=kind,
        what=f"{what} (level {levels}; {countries})",
        unit="rows" if is_list else "features",
        accounting=reading.accounting,
        first=find_first(reading.path, reading.excluded, "line" if is_list else "feature"),
        covers=tell_box(*shapely.total_bounds(shapes)) if len(shapes) else "",
        notes=reading.notes,
        command=_take_areas(reading.path, kind),
        **terms_of(reading.origin),
    )


def _take_areas(path: str, kind: str) -> str:
    if kind == "countries":
        return f"tutela events inspect EVENTS --boundaries {quote(path)}"
    return for_reach("--areas AREAS --pcodes" if kind == "pcodes" else "--areas", path)


def recognise_places(path: Path, _today: date) -> Recognised:
    """A list of named places."""
    places = read_places(path)
    table = places.reading.table
    names = sum(map(len, places.other_names))
    return Recognised(
        path=str(path),
        kind="places",
        what=f"named places ({places.reading.source})",
        unit="rows",
        accounting=places.reading.accounting,
        first=find_first(path, places.reading.excluded),
        covers=tell_box(table.lon.min(), table.lat.min(), table.lon.max(), table.lat.max()),
        notes=(f"{names:,} further names.", *places.reading.notes),
        command=for_statement("--places", path),
        **terms_of(places.reading.origin),
    )


def recognise_people(path: Path, _today: date) -> Recognised:
    """A table of people by administrative unit."""
    reading = read_people_table(path)
    years = [int(year) for year in np.unique(reading.table.year) if year]
    return Recognised(
        path=str(path),
        kind="people",
        what=f"people by administrative unit ({reading.source})",
        unit="rows",
        accounting=reading.accounting,
        first=find_first(path, reading.excluded),
        covers=", ".join(map(str, years)),
        notes=reading.notes,
        command=for_statement("--people", path),
        **terms_of(reading.origin),
    )


def recognise_any_table(path: Path, today: date) -> Recognised:
    """A table of nobody's columns: HXL hashtags say what they are; without any it is refused by its columns."""
    tagged = read_tagged(path, encodings=("utf-8", "windows-1252"), openers=(open_features,))
    if not tagged.tags:
        raise Problem(
            "source-unknown",
            f"No reader knows these columns, and there are no HXL hashtags: {_list_names(tagged.table.columns)}.",
            where=f"{path}, {'feature' if tagged.table.form == 'geojson' else 'line'} 1",
            remedy="If it holds incidents, draft a mapping for it with tutela events suggest.",
        )
    try:
        describe_tagged(*_parts(tagged.lowered()))
    except Problem as problem:
        return _tell_tagged(tagged, path, problem)
    return recognise_events(path, today)


def _parts(tagged: Tagged) -> tuple[RawTable, dict[str, str]]:
    return tagged.table, tagged.tags


def _tell_tagged(tagged: Tagged, path: Path, no_events: Problem) -> Recognised:
    """A table with HXL hashtags that is not of events."""
    table, tags = tagged.table, tagged.tags
    notes = [
        f"Hashtags: {_list_names(tuple(tags.values()), 24)}.",
        f"It is not read as events: {no_events.message}",
    ]
    if table.encoding != "utf-8":
        notes.append("The file is not UTF-8; it was read as Windows-1252.")
    if isinstance(table, SheetTable):
        notes.append(f"Read: the sheet {table.grid.sheet}.")
    return Recognised(
        path=str(path),
        kind="hxl",
        what=f"a table with HXL hashtags on {len(tags)} of {len(table.columns)} columns",
        unit="rows",
        accounting=Accounting("reading HXL", len(table), len(table)),
        notes=tuple(notes),
        command=_suggest(table, path),
        **NOT_STATED,
    )


def _suggest(table: RawTable, path: Path) -> str:
    """A mapping can be drafted where the header is on the first line, and of a workbook wherever it is."""
    header_row = int(table.lines[0]) - 2
    if isinstance(table, SheetTable):
        sheet = f"--sheet {quote(table.grid.sheet)} --header-row {max(1, header_row)}"
        return f"tutela events suggest {quote(path)} {sheet} --out MAPPING"
    is_plain = table.form == "csv" and header_row == 1 and table.encoding == "utf-8"
    return f"tutela events suggest {quote(path)} --out MAPPING" if is_plain else ""


def _list_names(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(name[:40] for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def _tell_events(reading: Reading[Events]) -> str:
    countries = {code for code in np.unique(reading.table.country).tolist() if code}
    return f"{_tell_days(reading.table.day)}; {tell_count(len(countries), 'country', 'countries')}"


def _tell_sites(reading: Reading[Sites]) -> str:
    table = reading.table
    sites = tell_count(len(np.unique(table.site_id)), "site", "sites")
    missions = tell_count(len(np.unique(table.mission)), "mission", "missions")
    return f"{_tell_days(table.opened, table.closed)}; {sites} of {missions}"


def _tell_days(first: Days, after: Days | None = None) -> str:
    """First and last day; `after` is the first day on which a row no longer holds, NaT while it lasts."""
    if not len(first):
        return "no day"
    if after is None or np.isnat(after).all():
        return f"{np.nanmin(first)} to {np.nanmax(first)}"
    return f"{np.nanmin(first)} to {max(np.nanmax(after) - np.timedelta64(1, 'D'), np.nanmax(first))}"
