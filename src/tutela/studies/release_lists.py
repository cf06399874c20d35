"""The rows behind a comparison of releases, as tables for a spreadsheet and as plain values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tutela.engine.events.comparable import rank_revisions
from tutela.engine.events.releases import BY_ID, ReleaseComparison
from tutela.engine.events.renumbered import EXACT, NEAR
from tutela.engine.events.revisions import FIGURES
from tutela.kernel.tables import VIOLENCE, Events

HOW: Final = {BY_ID: "id", EXACT: "same days, place and deaths", NEAR: "near in days and place"}
"""How two rows were found to be one event."""

COLUMN_NAMES: Final = {
    "day": "first day",
    "day_end": "last day",
    "place": "place",
    "precision": "precision of the place",
    "country": "country",
    "violence": "kind of violence",
    "side_a": "first side",
    "side_b": "second side",
    "best": "people killed, best",
    "low": "people killed, low",
    "high": "people killed, high",
    "civilians": "civilians killed",
}
"""What may be revised about an event."""

_ONE: Final = (
    "event_id",
    "day",
    "day_end",
    "country",
    "place",
    "precision",
    "violence",
    "side_a",
    "side_b",
    "best",
    "low",
    "high",
    "civilians",
)

_COUNTED: Final = ("low", "best", "high")
_STANDS: Final = ("source_file", "source_line")

Cell: TypeAlias = str | int | float | None


Names = Mapping[str, Sequence[str]]
"""The names of each side's files, by "old" and "new"."""


@dataclass(frozen=True, slots=True)
class RowList:
    """A table that writes its rows only when they are asked for: `write` is called with each row's number.

    `file_columns` hold the number of a file on a side; where names are given, the name stands there instead.
    """

    header: tuple[str, ...]
    length: int
    write: Callable[[int], Sequence[Cell]]
    file_columns: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, rows: int, names: Names | None = None) -> list[dict[str, Cell]]:
        """The first rows, by the names of the columns."""
        return [dict(zip(self.header, self._row(i, names), strict=True)) for i in range(min(rows, self.length))]

    def as_csv(self, names: Names) -> bytes:
        """All rows, with the mark that tells spreadsheets of UTF-8."""
        return _write_csv(self.header, [self._row(i, names) for i in range(self.length)])

    def _row(self, i: int, names: Names | None) -> Sequence[Cell]:
        row = list(self.write(i))
        for column, side in self.file_columns.items() if names else ():
            place = self.header.index(column)
            row[place] = names[side][int(str(row[place]))] if names else None
        return row


def list_all(comparison: ReleaseComparison) -> dict[str, RowList]:
    """Every list of a comparison by name: changed (a row for each value), replaced, added, removed, ambiguous."""
    return {
        "changed": _list_changes(comparison),
        "replaced": _list_replaced(comparison),
        "added": _list_rows(comparison.new, comparison.added, "new"),
        "removed": _list_rows(comparison.old, comparison.removed, "old"),
        "ambiguous": _list_ambiguous(comparison),
    }


def list_revised(shared: ReleaseComparison) -> RowList:
    """Events whose number of people killed was revised, the largest change first, with the lines of both files."""
    rows, matches, old, new = rank_revisions(shared), shared.matches, shared.old, shared.new
    header = ("old_id", "new_id", "matched_by", "country", "day", "side_a", "side_b", "difference")
    counts = tuple(f"{side}_{name}" for side in ("old", "new") for name in (*_COUNTED, "file", "line"))

    def write(i: int) -> Sequence[Cell]:
        a, b, how = int(matches.old[rows[i]]), int(matches.new[rows[i]]), HOW[int(matches.how[rows[i]])]
        change = new.best[b] - old.best[a]
        same = (_cell(new, b, name) for name in ("country", "day", "side_a", "side_b"))
        numbers = (_cell(*side, name) for side in ((old, a), (new, b)) for name in (*_COUNTED, *_STANDS))
        difference = None if np.isnan(change) else round(float(change))
        return (str(old.event_id[a]), str(new.event_id[b]), how, *same, difference, *numbers)

    return RowList((*header, *counts), len(rows), write, {"old_file": "old", "new_file": "new"})


def list_dropped(events: Events, dropped: Events, side: str) -> RowList:
    """Rows of earlier files of one side, beside the row of the later file that counts instead."""
    order = np.argsort(events.event_id, kind="stable")
    chosen = order[np.searchsorted(events.event_id, dropped.event_id, sorter=order)]
    names = ("day", *_COUNTED)
    header = (
        "event_id",
        *(f"{which}_{name}" for which in ("dropped", "kept") for name in (*names, "file", "line")),
    )

    def write(i: int) -> Sequence[Cell]:
        both = ((dropped, i), (events, int(chosen[i])))
        return (
            str(dropped.event_id[i]),
            *(_cell(*side, name) for side in both for name in (*names, *_STANDS)),
        )

    return RowList(header, len(dropped), write, {"dropped_file": side, "kept_file": side})


def count_matches(comparison: ReleaseComparison) -> dict[str, int]:
    """Matched rows by the way they were found."""
    counts = np.bincount(comparison.matches.how, minlength=3)
    return {"by_id": int(counts[BY_ID]), "replaced_exactly": int(counts[EXACT]), "replaced_near": int(counts[NEAR])}


def write_totals(years: Sequence[Mapping[str, Any]]) -> bytes:
    """The figures by country and year, a row for each figure."""
    rows = [(year["country"], year["year"], figure, *year[figure].values()) for year in years for figure in FIGURES]
    return _write_csv(("country", "year", "figure", "before", "after", "difference"), rows)


def write_json(value: object) -> bytes:
    """A document for machines that people can read too."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _list_changes(comparison: ReleaseComparison) -> RowList:
    names = tuple(comparison.changed)
    masks = [comparison.changed[name] for name in names] or [np.zeros(len(comparison.matches), dtype=bool)]
    match, column = np.nonzero(np.stack(masks, axis=1))
    matches, old, new = comparison.matches, comparison.old, comparison.new

    def write(i: int) -> Sequence[Cell]:
        row, name = match[i], names[column[i]]
        a, b = int(matches.old[row]), int(matches.new[row])
        ids = (str(old.event_id[a]), str(new.event_id[b]), HOW[int(matches.how[row])])
        return (*ids, name, _cell(old, a, name), _cell(new, b, name))

    return RowList(("old_id", "new_id", "matched_by", "column", "before", "after"), len(match), write)


def _list_replaced(comparison: ReleaseComparison) -> RowList:
    matches = comparison.matches
    return _list_pairs(comparison, matches.take(matches.how != BY_ID).columns())


def _list_ambiguous(comparison: ReleaseComparison) -> RowList:
    pairs = comparison.possible.columns()
    return _list_pairs(comparison, pairs | {"how": pairs["rule"]})


def _list_pairs(comparison: ReleaseComparison, pairs: Mapping[str, NDArray[Any]]) -> RowList:
    old, new = comparison.old, comparison.new
    header = ("old_id", "new_id", "matched_by", "distance_km", "old_day", "new_day", "old_best", "new_best")

    def write(i: int) -> Sequence[Cell]:
        a, b = int(pairs["old"][i]), int(pairs["new"][i])
        how = (HOW[int(pairs["how"][i])], round(float(pairs["distance_km"][i]), 1))
        both = [_cell(*side, name) for name in ("day", "best") for side in ((old, a), (new, b))]
        return (str(old.event_id[a]), str(new.event_id[b]), *how, *both)

    return RowList(header, len(pairs["old"]), write)


def _list_rows(events: Events, rows: NDArray[np.intp], side: str) -> RowList:
    """Whole rows, those with most people killed first."""
    ranked = rows[np.argsort(-np.nan_to_num(events.best[rows], nan=-1), kind="stable")]

    def write(i: int) -> Sequence[Cell]:
        row = int(ranked[i])
        values = (_cell(events, row, name) for name in _ONE)
        return (*values, int(events.source_line[row]), int(events.source_file[row]))

    return RowList((*_ONE, "source_line", "file"), len(rows), write, {"file": side})


def _cell(events: Events, row: int, name: str) -> Cell:
    """One value for people; None where the source has none."""
    if name == "place":
        lon, lat = float(events.lon[row]), float(events.lat[row])
        return None if np.isnan(lon) or np.isnan(lat) else f"POINT ({lon:.5f} {lat:.5f})"
    if name == "violence":
        return VIOLENCE[int(events.violence[row])]
    value = getattr(events, name)[row]
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, np.floating):
        return None if np.isnan(value) else round(float(value))
    return int(value) if isinstance(value, np.integer) else str(value)


def _write_csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([_no_formula(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _no_formula(cell: Cell) -> Cell:
    # A spreadsheet runs text that begins so; the apostrophe keeps it text.
    if not isinstance(cell, str) or cell[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return cell
    return f"'{cell}"
