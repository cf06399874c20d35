"""Kind of violence and class of perpetrator of ACLED's events, as far as its words and a crosswalk carry.

What happened decides first, then whether civilians were the target, then who stood against whom. In one-sided
violence the armed side did it; in non-state conflict both fight; state-based conflict attributes harm to
civilians to nobody, as with UCDP.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import polars as pl

from tutela.catalogue.countries import find_country
from tutela.catalogue.crosswalks import Match

FIELDS: Final = {
    "sub_event_type": "sub_event_type",
    "event_type": "event_type",
    "civilian_targeting": "civilian_targeting",
    "inter1": "inter",
    "inter2": "inter",
}
"""The crosswalk's field for each of ACLED's columns."""

_FORCES: Final = re.compile(r"^(?:military|police) forces of ([^(]+?) \(", re.IGNORECASE)
_NOBODY: Final = ("", "")
_UNKNOWN: Final = ("unknown", "unknown")

Matches = Mapping[str, Mapping[str, Match]]


def classify(rows: pl.DataFrame, matches: Matches) -> pl.DataFrame:
    """Columns `violence`, `perpetrator` (words of the tables) and `targeted` for rows of FIELDS, actors and home.

    `home` is the event's own country by ISO 3166 alpha-3; `matches` the lines of the crosswalk by column and value.
    """
    named = rows.with_columns(
        state1=rows["actor1"].map_elements(_state_of, return_dtype=pl.String),
        state2=rows["actor2"].map_elements(_state_of, return_dtype=pl.String),
    ).drop("actor1", "actor2")
    # Combinations repeat: each is judged once.
    kinds = named.unique(maintain_order=True)
    judged = [_judge(row, matches) for row in kinds.iter_rows(named=True)]
    kinds = kinds.with_columns(
        violence=pl.Series([item[0] for item in judged], dtype=pl.String),
        perpetrator=pl.Series([item[1] for item in judged], dtype=pl.String),
        targeted=pl.Series([item[2] for item in judged], dtype=pl.Boolean),
    )
    joined = named.join(kinds, on=named.columns, how="left", nulls_equal=True, maintain_order="left")
    return joined.select("violence", "perpetrator", "targeted")


@cache
def _state_of(actor: str) -> str:
    """The state whose army or police an actor's name says it is, by alpha-3; "" for any other."""
    match = _FORCES.match(actor)
    found = find_country(match[1]) if match else None
    return found.iso3 if found else ""


def _judge(row: Mapping[str, Any], matches: Matches) -> tuple[str, str, bool]:
    def find(column: str) -> Match | None:
        return matches[column].get(row[column]) if row[column] is not None else None

    target = find("civilian_targeting")
    targeted = target is not None and target.violence == "one_sided"
    # A sub-event that maps to nothing is unknown: the event's type says less and may say something else.
    kind = find("sub_event_type" if row["sub_event_type"] is not None else "event_type")
    if kind is None:
        return "unknown", "unknown", targeted
    sides = [_side(find(f"inter{n}"), row[f"inter{n}"], row[f"state{n}"], row["home"]) for n in (1, 2)]
    violence = kind.violence or (target.violence if target is not None else "") or _fight(sides)
    return violence, kind.perpetrator or _perpetrator(kind, violence, sides), targeted


def _side(match: Match | None, label: str | None, state: str | None, home: str | None) -> tuple[str, str]:
    """What a side brings to the kind of violence, and its class; "" for a class means that it never does it."""
    if match is None:
        return _NOBODY if label is None else _UNKNOWN
    if state and home and match.perpetrator in ("host_state", "unknown"):
        return "state_based", "host_state" if state == home else "other_state"
    return match.violence, match.perpetrator


def _fight(sides: list[tuple[str, str]]) -> str:
    kinds = {violence for violence, _ in sides}
    if "" in kinds or "unknown" in kinds or not any(by for _, by in sides):
        return "unknown"
    return next((kind for kind in ("one_sided", "state_based") if kind in kinds), "non_state")


def _perpetrator(kind: Match, violence: str, sides: list[tuple[str, str]]) -> str:
    armed = [by for _, by in sides if by]
    if violence == "one_sided":
        return armed[0] if armed else "unknown"
    if violence == "non_state" and len(armed) == 2:
        return armed[0] if armed[0] == armed[1] else "non_state"
    # Arrests and looting are no kind of violence here, and still somebody's doing.
    return sides[0][1] or "unknown" if kind.violence == "unknown" else "unknown"
