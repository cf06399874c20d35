"""The two tables that everything is computed from: events, and the sites of presences in time.

Counts are float64 with NaN for "not in this source", which is never 0. Codes are small integers into the
tuples below, in this order, for good: artifacts rest on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Text = NDArray[np.str_]
Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
Days = NDArray[np.datetime64]

VIOLENCE: Final = ("unknown", "state_based", "non_state", "one_sided")
"""Kinds of organised violence; the codes 1 to 3 are UCDP's own."""

PERPETRATORS: Final = (
    "unknown",
    "host_state",
    "other_state",
    "state_aligned",
    "non_state",
    "communal",
    "criminal",
    "un_or_un_supported",
)
"""Classes of who did it; unknown is an answer. No legal characterisation stands here."""

COUNTS: Final = ("best", "low", "high", "civilians")

HARMS: Final = (
    "killed",
    "injured",
    "abducted",
    "sexual_violence",
    "detained",
    "displaced",
    "property_destroyed",
    "aid_denied",
)
"""What may be done to civilians. A source records some of them; of the others it says nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """Arrays of one length, by name."""

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self.columns().values()}
        if len(lengths) > 1:
            msg = f"the columns of {type(self).__name__} differ in length"
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(next(iter(self.columns().values())))

    def columns(self) -> dict[str, NDArray[Any]]:
        """All columns by name, in the order of the fields."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def take(self, rows: NDArray[Any]) -> Self:
        """The rows of a boolean mask or of indices, in that order."""
        return type(self)(**{name: column[rows] for name, column in self.columns().items()})

    @classmethod
    def from_columns(cls, columns: Mapping[str, NDArray[Any]]) -> Self:
        """Build from columns by name; every field must be there."""
        return cls(**{item.name: columns[item.name] for item in fields(cls)})

    @classmethod
    def concatenate(cls, tables: Sequence[Self]) -> Self:
        """One table after another."""
        parts = [table.columns() for table in tables]
        return cls(**{item.name: np.concatenate([part[item.name] for part in parts]) for item in fields(cls)})


@dataclass(frozen=True, slots=True)
class Events(Table):
    """Incidents, a row each.

    event_id      text, unique
    day           date_start, datetime64[D]; day_end the last day, NaT where the source has none
    lon, lat      degrees, NaN where the source has no place
    precision     of the place, UCDP's 1 (exact) to 7; 0 where the source does not say
    country       ISO 3166 alpha-3 of the event's own country as the source has it, "" where unknown
    adm_1, adm_2  names of provinces and districts as the source has them, "" where unknown
    violence      code into VIOLENCE;  perpetrator  code into PERPETRATORS
    side_a, side_b  names as the source has them
    best, low, high, civilians   people killed; NaN where not in this source
    source_file   index of the file it came from
    source_line   its line there (header = 1); for Parquet row + 1, for GeoJSON the number of the feature
    """

    event_id: Text
    day: Days
    day_end: Days
    lon: Floats
    lat: Floats
    precision: Codes
    country: Text
    adm_1: Text
    adm_2: Text
    violence: Codes
    perpetrator: Codes
    side_a: Text
    side_b: Text
    best: Floats
    low: Floats
    high: Floats
    civilians: Floats
    source_file: NDArray[np.int16]
    source_line: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sites(Table):
    """Sites of presences in time, a row for each stretch of days in which nothing about the site changed.

    site_id       text, the same for all rows of one site;  mission  the presence that it belongs to
    opened        first day of this row, datetime64[D];  closed  the first day after it, NaT while it lasts
    status        one of the register's site states, "" where unknown
    military, police, civilian   people there by component; NaN where unknown (which is never 0)
    air           1 where aircraft can be based or land, 0 not, -1 unknown
    kind          the source's word for what it is ("headquarters", "base", "observers", ...), "" where unknown
    """

    site_id: Text
    mission: Text
    name: Text
    country: Text
    lon: Floats
    lat: Floats
    opened: Days
    closed: Days
    status: Text
    military: Floats
    police: Floats
    civilian: Floats
    air: Codes
    kind: Text
    source_file: NDArray[np.int16]
    source_line: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over events: `value` None where the source has no such column; `missing` rows had no number."""

    value: float | None
    missing: int

    def as_json(self) -> int | None:
        """Whole people, or null where nothing was counted."""
        return None if self.value is None else round(self.value)


def add_up(values: Floats) -> Total:
    """Add up a column of counts; a column without a single number (but with rows) is None, not 0."""
    known = ~np.isnan(values)
    missing = int(len(values) - known.sum())
    if len(values) and missing == len(values):
        return Total(None, missing)
    return Total(float(np.sum(values[known])), missing)
