"""Events known by their hashtags alone: which column is the day, the place, the dead, whatever its name.

Only what the hashtags say is read. A precision or a kind of violence they do not say: every maker has a scale and
words of their own, and a mapping can translate them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tutela.data.sources.hxl_books import SheetTable
from tutela.data.sources.layouts import Layout
from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import Origin
from tutela.data.sources.verdicts import Verdicts
from tutela.data.sources.workbook import COVERED, DATE, ERROR, NUMBER, UNSAVED
from tutela.kernel.problems import Problem

SOURCE: Final = "hxl"
"""The public name of what is read by hashtags alone."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Hashtags that say a field, the best first: the tag and the attributes that it must have."""

    choices: tuple[tuple[str, frozenset[str]], ...]
    needed: bool = False


def _any_of(*tags: str, needed: bool = False) -> _Wanted:
    return _Wanted(tuple(_split(tag) for tag in tags), needed)


def _split(tag: str) -> tuple[str, frozenset[str]]:
    name, *attributes = re.sub(r"\s", "", tag).lower().split("+")
    return name, frozenset(attributes)


_WANTED: Final = {
    "event_id": _any_of("#event+id", "#event+code", "#event", needed=True),
    "day": _any_of("#date+occurred", "#date+start", "#date", needed=True),
    "day_end": _any_of("#date+end"),
    "lat": _any_of("#geo+lat", needed=True),
    "lon": _any_of("#geo+lon", needed=True),
    "country": _any_of("#country+name", "#country"),
    "iso3": _any_of("#country+code"),
    "adm_1": _any_of("#adm1+name", "#adm1", "#adm1+code"),
    "adm_2": _any_of("#adm2+name", "#adm2", "#adm2+code"),
    "side_a": _any_of("#group+name+first"),
    "side_b": _any_of("#group+name+second"),
    "best": _any_of("#affected+killed"),
    "low": _any_of("#affected+killed+min"),
    "high": _any_of("#affected+killed+max"),
    "civilians": _any_of("#affected+killed+civilians", "#affected+killed+civilian"),
}
_FREE: Final = re.compile("[a-z]{2}(-[a-z]+)?|[iv]_.*|num|total")
"""Attributes that change nothing: a language, a vocabulary, "this is the number"."""

_DAYS: Final = ("day", "day_end")
_NUMBERS: Final = ("lat", "lon", "best", "low", "high", "civilians")
_WRITTEN: Final = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d-%B-%Y", "%d-%b-%Y")
_SILENT: Final = (
    "Hashtags do not say what kind of violence it was, who did it, or how exact a place is: these are unknown. "
    "A mapping can translate the columns that say so."
)


def describe_tagged(table: RawTable, tags: Mapping[str, str]) -> Layout:
    """The layout of a table of events by its hashtags; raises source-unknown naming the hashtags that it lacks.

    Raises file-header where two columns have the same hashtag for one field.
    """
    found = {field: _find_column(table, tags, wanted) for field, wanted in _WANTED.items()}
    columns = {field: column for field, column in found.items() if column}
    missing = [_say(wanted) for field, wanted in _WANTED.items() if wanted.needed and field not in columns]
    if missing:
        said = "has no HXL hashtags" if not tags else "is known by its HXL hashtags, and lacks: "
        raise Problem(
            "source-unknown",
            f"No reader knows these columns; the file {said}{'; '.join(missing) if tags else ''}.",
            where=table.path,
            remedy="Add the hashtags, or read the file by a mapping (`tutela events suggest` drafts one).",
        )
    used = ", ".join(f"{field} from {column!r} ({tags[column]})" for field, column in columns.items())
    hidden = table.grid.notes if isinstance(table, SheetTable) else ()
    return Layout(
        source=SOURCE,
        columns=columns,
        origin=Origin(
            f"events of {Path(table.path).name}",
            "not stated",
            "not stated",
            "the makers of the file",
            # Nobody said that it may be passed on.
            redistributable=False,
        ),
        notes=(f"Read by HXL hashtags: {used}.", _SILENT, *hidden),
        derived={field: _read_days(table.text(columns[field])) for field in _DAYS if field in columns},
    )


def mark_spoilt(table: RawTable, layout: Layout) -> Verdicts:
    """The rows of a workbook in which a cell that is read is no longer what was typed; none in other files."""
    verdicts = Verdicts(len(table))
    if not isinstance(table, SheetTable):
        return verdicts
    kinds = {name.lower(): marks for name, marks in table.grid.kinds.items()}
    for field, column in layout.columns.items():
        marks = kinds.get(column.lower())
        if marks is None:
            continue
        verdicts.mark(marks == ERROR, "cell-is-an-error", column)
        verdicts.mark(marks == COVERED, "cell-is-merged", column)
        verdicts.mark(marks == UNSAVED, "formula-without-value", column)
        if field in _DAYS:
            verdicts.mark(marks == NUMBER, "date-is-a-number", column)
        else:
            verdicts.mark(marks == DATE, "became-a-date", column)
    return verdicts


def _find_column(table: RawTable, tags: Mapping[str, str], wanted: _Wanted) -> str:
    for name, must in wanted.choices:
        fits = [column for column, tag in tags.items() if _split(tag) == (name, must)]
        fits = fits or [column for column, tag in tags.items() if _fits(tag, name, must)]
        if len(fits) > 1:
            both = " and ".join(repr(column[:40]) for column in fits[:3])
            raise Problem(
                "file-header",
                f"Columns {both} have the same hashtag {tags[fits[0]]}, and it is not said which one is meant.",
                where=table.path,
                remedy="Take the hashtag off all but one of them.",
            )
        if fits:
            return fits[0]
    return ""


def _fits(tag: str, name: str, must: frozenset[str]) -> bool:
    own, attributes = _split(tag)
    return own == name and must <= attributes and all(_FREE.fullmatch(item) for item in attributes - must)


def _say(wanted: _Wanted) -> str:
    first, *others = ("+".join([name, *sorted(must)]) for name, must in wanted.choices)
    return first + (f" (or {', '.join(others)})" if others else "")


def _read_days(texts: pl.Series) -> pl.Series:
    """Days as ISO; with a month by its name they are turned into it, and what is neither stays to be named."""
    days = pl.Series(np.full(len(texts), None), dtype=pl.Date)
    for spelling in _WRITTEN:
        days = pl.select(pl.coalesce(days, texts.str.to_date(spelling, strict=False))).to_series()
    return pl.select(pl.coalesce(days.dt.to_string("%Y-%m-%d"), texts)).to_series()
