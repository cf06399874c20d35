"""What a crosswalk says to whole columns of a file, and a list of what it says nothing to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from tutela.catalogue.crosswalks import Crosswalk, Match

_LISTED: Final = 20
_LONGEST: Final = 60


def match_values(crosswalk: Crosswalk, field: str, values: pl.Series) -> dict[str, Match]:
    """The lines of the crosswalk for the values of a column, by value as the file spells it."""
    found = {text: crosswalk.map(field, text) for text in values.drop_nulls().unique().to_list()}
    return {text: line for text, line in found.items() if line is not None}


def list_unmapped(values: pl.Series, known: Sequence[str], column: str, least: int = 1) -> tuple[str, ...]:
    """Sentences on the values that map to nothing, the most frequent first, whatever the order of the rows.

    Values on fewer than `least` rows are only counted: free text may name a person, a category is used often.
    """
    tally: dict[str, int] = {}
    for text in values.drop_nulls().to_list():
        if text not in known:
            tally[text] = tally.get(text, 0) + 1
    ranked = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
    said = [(text, rows) for text, rows in ranked if rows >= least and len(text) <= _LONGEST][:_LISTED]
    notes = [f"{_rows(rows)}: {column} '{text}' maps to nothing." for text, rows in said]
    rest = sum(tally.values()) - sum(rows for _, rows in said)
    if rest:
        notes.append(f"{_rows(rest)}: {column} maps to nothing; the values are not listed here.")
    return tuple(notes)


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
