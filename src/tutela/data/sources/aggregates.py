"""Tables of counts that look like events and are none: said by name, with what they are good for.

A count by district and month has no place finer than the district, no day, and no id: it cannot be in the
vicinity of anything, and added to events it would count the same deaths twice.
"""

from __future__ import annotations

from typing import Final

from tutela.kernel.problems import Problem

HAPI: Final = "hapi"
"""The public name of HDX HAPI as a source: its conflict events are counts."""

_HAPI_IS: Final = (
    "HDX HAPI's conflict events are counts by district, month and kind, made from ACLED; "
    "they have no places, days or ids"
)

SIGNATURES: Final = (
    (frozenset({"location_code", "event_type", "events", "fatalities", "reference_period_start"}), _HAPI_IS),
    (
        frozenset({"country", "month", "year", "events", "fatalities"}),
        "it is ACLED's table on HDX of counts by area and month, with no places, days or ids",
    ),
)
"""Columns, in lower case, by which such a table is known, and what it is."""


def refuse_hapi(path: str) -> Problem:
    """What to say where HAPI was asked for by name."""
    return refuse_as_events(_HAPI_IS, path)


def refuse_as_events(what: str, path: str) -> Problem:
    """The refusal of a table that is no table of events."""
    counts = any(what == known for _, known in SIGNATURES)
    return Problem(
        "source-unknown",
        f"This is not a table of events: {what}.",
        where=path,
        remedy="Check totals by district and month with it; for places bring the events themselves (ACLED or UCDP)."
        if counts
        else "Bring the events themselves, a row each, for example UCDP's GED.",
    )
