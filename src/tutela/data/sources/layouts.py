"""What a reader of events must know of a file: which column holds what, and whose work it is.

A layout is found by the names of columns, never by their order. Other packages bring layouts by the entry
point group `tutela.sources`: a name for `--source`, and a `Recogniser`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, TypeAlias

import polars as pl

from tutela.data.sources import aggregates
from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import Origin
from tutela.kernel.problems import Problem

ENTRY_POINTS: Final = "tutela.sources"


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file's columns are to be read.

    source    the public name, as in `--source`
    columns   fields of Events by column of the file; beside them `iso3`, `gw_number` (the country by code),
              `point_text` (the point as WKT), `perpetrator` (a class by name)
    parts     columns that add up to `best`, where the file has them: they vouch for it
    needs     fields that may not be empty in any row
    derived   fields of Events that no column holds as it stands: text by field, a value for each row (null for
              nothing); `columns` names for them the column that they are made from, for messages
    complete  called with the table and the deployment's own crosswalk (or None), gives this layout with what is
              derived by a crosswalk
    """

    source: str
    columns: Mapping[str, str]
    origin: Origin
    parts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ("event_id", "day")
    notes: tuple[str, ...] = field(default=())
    derived: Mapping[str, pl.Series] = field(default_factory=dict)
    complete: Callable[[RawTable, Path | None], Layout] | None = None


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One kind of file: its columns without which it is not that, and how such a file is read.

    `describe` is called with a table that has all the columns; it gives None where the table turns out to be
    another kind. Column names come in lower case.
    """

    source: str
    required: tuple[str, ...]
    describe: Callable[[RawTable], Layout | None]


Recognisers: TypeAlias = Sequence[Recogniser]


def lower_header(table: RawTable) -> RawTable:
    """The table with its column names in lower case, where that makes no two alike."""
    names = {name: name.lower() for name in table.columns}
    if len(set(names.values())) < len(names):
        return table
    return replace(table, frame=table.frame.rename(names))


def find_layout(
    table: RawTable,
    source: str,
    known: Recognisers,
    otherwise: Callable[[RawTable], Layout | None] = lambda _: None,
) -> Layout:
    """The layout of a table: the one asked for, or with "auto" the first that fits; else source-unknown.

    `otherwise` is asked with "auto" about a table that has no known columns and is no other known table.
    """
    if source == "auto":
        for recogniser in (*known, *load_recognisers()):
            layout = _describe(recogniser, table)
            if layout is not None:
                return layout
        refuse_known(table)
        found = otherwise(table)
        if found is None:
            raise _unknown_layout(table, known)
        return found
    recogniser = _named(source, known, table)
    missing = table.missing(recogniser.required)
    if missing:
        raise Problem(
            "file-header",
            f"For {source} the header lacks {_quote(missing)}.",
            where=f"{table.path}, line 1",
            remedy="Check the file, or leave --source out to have its layout found.",
        )
    layout = recogniser.describe(table)
    if layout is None:
        raise Problem(
            "source-unknown",
            f"This is no file of {source}.",
            where=table.path,
            remedy="Leave --source out to have its layout found.",
        )
    return layout


def load_recognisers() -> tuple[Recogniser, ...]:
    """Those that other installed packages bring, in the order of their names."""
    found = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        recogniser = point.load()
        if not isinstance(recogniser, Recogniser):
            raise Problem(
                "source-unknown",
                f"The plug-in {point.name} ({point.value}) is no Recogniser.",
                remedy="Repair or remove the package that brings it.",
            )
        found.append(recogniser)
    return tuple(found)


def _describe(recogniser: Recogniser, table: RawTable) -> Layout | None:
    return None if table.missing(recogniser.required) else recogniser.describe(table)


def _named(source: str, known: Recognisers, table: RawTable) -> Recogniser:
    if source == aggregates.HAPI:
        raise aggregates.refuse_hapi(table.path)
    # The others are looked up only where no layout of ours has the name; a source may have several layouts.
    brought: Recognisers = ()
    named = [item for item in known if item.source == source]
    if not named:
        brought = load_recognisers()
        named = [item for item in brought if item.source == source]
    if named:
        return min(named, key=lambda item: len(table.missing(item.required)))
    names = ", ".join([*dict.fromkeys(item.source for item in (*known, *brought)), "auto"])
    raise Problem(
        "source-unknown", f"There is no source {source[:40]!r}.", where="--source", remedy=f"Use one of: {names}."
    )


def refuse_known(table: RawTable) -> None:
    """Raise where the columns are those of a table that is known and holds no events."""
    columns = frozenset(table.columns)
    for signature, what in (*aggregates.SIGNATURES, *_NOT_EVENTS):
        if signature <= columns:
            raise aggregates.refuse_as_events(what, table.path)


def _unknown_layout(table: RawTable, known: Recognisers) -> Problem:
    missing = {item.source: table.missing(item.required) for item in known}
    nearest = min(missing, key=lambda source: len(missing[source]))
    return Problem(
        "source-unknown",
        f"No reader knows these columns; for the nearest layout, {nearest}, it lacks {_quote(missing[nearest])}.",
        where=f"{table.path}, line 1",
        remedy="Rename the columns, or bring a plain CSV with event_id, date, lon, lat and what else there is.",
    )


def _quote(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


_NOT_EVENTS: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (frozenset({"country_id_cy", "year_cy"}), "it is UCDP's table of countries and years"),
    (frozenset({"actorid", "namedata"}), "it is UCDP's list of actors; it helps to tell perpetrators apart"),
    (frozenset({"week", "n_events"}), "it is a panel of weeks, with counts of events"),
    (
        frozenset({"year", "longitude", "latitude", "where_coordinates", "best", "deaths_civilians"}),
        "it has one row for each place and year, with means that may not be added up, and no ids or dates",
    ),
    (frozenset({"site_id", "opened"}), "it is a table of sites, which goes with --sites"),
    (frozenset({"mission", "location", "year"}), "it is a table of mission sites, which goes with --sites"),
)
