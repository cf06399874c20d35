"""Ushahidi exports: reports of incidents that people sent in, of the first platform and of the plain layout.

Do no harm: of a report only a digest of its row, its day, its point and what its category maps to are kept. Title,
names, words and contacts of people are not read further than that; nobody's deaths are counted from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from tutela.catalogue.crosswalks import Match, load_crosswalk
from tutela.data.sources.crosswalked import list_unmapped, match_values
from tutela.data.sources.layouts import Layout, Recogniser
from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import Origin
from tutela.kernel.tables import HARMS

_PLAIN: Final = {"lon": "lon", "lat": "lat", "day": "date"} | dict.fromkeys(
    ("event_id", "violence", "perpetrator"), "title"
)
_PLATFORM: Final = {"lon": "longitude", "lat": "latitude", "day": "incident date"} | dict.fromkeys(
    ("event_id", "violence", "perpetrator"), "category"
)
_NOTE: Final = (
    "Reports are what people sent in: nobody's deaths are counted from them, and where nothing was reported, "
    "something may still have happened. Their points are as the reporters or the deployment set them."
)
_OFTEN: Final = 5
_SEPARATOR: Final = "\x1f"


def _describe_plain(_: RawTable) -> Layout:
    return _layout(_PLAIN)


def _describe_platform(_: RawTable) -> Layout:
    return _layout(_PLATFORM)


def _layout(columns: Mapping[str, str]) -> Layout:
    origin = Origin(
        "reports of an Ushahidi deployment",
        "not stated",
        "not stated",
        "the deployment that collected the reports",
        (),
    )
    layout = Layout("ushahidi", columns, origin)
    return replace(layout, complete=lambda table, own: _complete(layout, table, own))


def _complete(layout: Layout, table: RawTable, own: Path | None) -> Layout:
    """The layout with an id for each report and with what its categories map to."""
    column = layout.columns["violence"]
    crosswalk = load_crosswalk("ushahidi", own)
    # The platform writes several categories into one cell; a title may have a comma of its own.
    named = table.text(column).str.split("," if column == "category" else _SEPARATOR)
    each = named.explode().str.strip_chars()
    each = each.set(each == "", None)
    matches = match_values(crosswalk, "category", each)
    lines = [_lines_of(names, matches) for names in named.to_list()]
    harms = {line.harm for found in lines for line in found}
    return replace(
        layout,
        origin=replace(layout.origin, recorded_harms=tuple(harm for harm in HARMS if harm in harms)),
        derived={
            "event_id": pl.Series(_digest_rows(table), dtype=pl.String),
            "violence": pl.Series([_one({line.violence for line in found}) for found in lines], dtype=pl.String),
            "perpetrator": pl.Series(
                [_one({line.perpetrator for line in found}) for found in lines], dtype=pl.String
            ),
        },
        notes=(_NOTE, *list_unmapped(each, tuple(matches), column, _OFTEN)),
    )


def _lines_of(names: list[str | None] | None, matches: dict[str, Match]) -> list[Match]:
    stripped = [name.strip() for name in names or () if name]
    return [matches[name] for name in stripped if name in matches]


def _one(words: set[str]) -> str:
    """The word on which all categories of a report agree that say anything; otherwise unknown."""
    said = words - {"", "unknown"}
    return said.pop() if len(said) == 1 else "unknown"


def _digest_rows(table: RawTable) -> list[str]:
    """The same for the same report in every file, and no way back to it."""
    names = sorted(table.columns)
    rows = zip(*(table.text(name).fill_null("").to_list() for name in names), strict=True)
    return [f"ushahidi-{hashlib.sha256(_SEPARATOR.join((*names, *row)).encode()).hexdigest()[:24]}" for row in rows]


RECOGNISERS: Final = (
    Recogniser("ushahidi", ("title", "date", "location", "details", "lat", "lon"), _describe_plain),
    Recogniser(
        "ushahidi",
        ("#", "incident title", "incident date", "latitude", "longitude", "category"),
        _describe_platform,
    ),
)
