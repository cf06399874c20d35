"""Who did it, by class: as far as the source attributes it, and no further.

One-sided violence has one perpetrator, side A. In non-state conflicts both sides fight, and the class is that
of both. State-based conflict attributes harm to civilians to nobody: unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.catalogue.countries import find_country
from tutela.data.sources.kinds import judge_kinds
from tutela.data.sources.layouts import lower_header
from tutela.data.sources.raw import read_raw
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Codes

_GOVERNMENT: Final = re.compile(r"^government of (.+)$", re.IGNORECASE)
_COMMUNAL: Final = "3"
_ORGANISATIONS: Final = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class ActorList:
    """Names of armed actors and how they are organised.

    `organisation` holds UCDP's codes: 1 formally organised group, 2 supporters of a party, 3 group by
    communal identity, 4 government.
    """

    organisation: Mapping[str, str]

    def is_communal(self, name: str) -> bool:
        """Whether the list says that this actor is a group by communal identity."""
        return self.organisation.get(_key(name)) == _COMMUNAL


EMPTY: Final = ActorList({})


def load_actor_list(path: Path) -> ActorList:
    """Read UCDP's own actor list (columns NameData and Org); a name with two codes is left out."""
    table = lower_header(read_raw(path))
    missing = table.missing(("namedata", "org"))
    if missing:
        raise Problem(
            "file-header",
            f"For a list of actors the header lacks {', '.join(missing)}.",
            where=f"{path}, line 1",
            remedy="Use UCDP's actor list as it is published.",
        )
    known: dict[str, str] = {}
    doubtful: set[str] = set()
    for name, code in zip(table.text("namedata"), table.text("org"), strict=True):
        if name is None or code not in _ORGANISATIONS:
            continue
        if known.setdefault(_key(name), code) != code:
            doubtful.add(_key(name))
    return ActorList({name: code for name, code in known.items() if name not in doubtful})


def classify_perpetrators(
    violence: Codes, country: NDArray[np.str_], sides: tuple[pl.Series, pl.Series], actors: ActorList = EMPTY
) -> Codes:
    """Codes into PERPETRATORS for each event; `country` is the event's own, by ISO 3166 alpha-3."""
    columns = {"violence": pl.Series(violence), "country": pl.Series(country), "a": sides[0], "b": sides[1]}
    codes = judge_kinds(columns, lambda row: PERPETRATORS.index(_classify(row, actors)), pl.Int8)
    return codes.to_numpy().astype(np.int8)


def _classify(row: tuple[Any, ...], actors: ActorList) -> str:
    violence, country, side_a, side_b = row
    kind = VIOLENCE[violence]
    if kind == "one_sided" and side_a:
        if _GOVERNMENT.match(side_a):
            return _classify_governments(side_a, country)
        return "communal" if actors.is_communal(side_a) else "non_state"
    if kind == "non_state" and side_a:
        both = (side_a, side_b or "")
        return "communal" if all(actors.is_communal(side) for side in both) else "non_state"
    return "unknown"


def _classify_governments(side: str, country: str) -> str:
    states = _states_of(side)
    if not country or not states or "" in states:
        return "unknown"
    # Where the host's own forces acted with others, they are the ones that the host answers for.
    return "host_state" if country in states else "other_state"


@cache
def _states_of(side: str) -> tuple[str, ...]:
    """ISO codes of the governments in a side's name; "" for one that no list of countries has."""
    whole = _state(side)
    if whole:
        return (whole,)
    return tuple(_state(part) for part in side.split(", "))


def _state(name: str) -> str:
    match = _GOVERNMENT.match(name.strip())
    found = find_country(match[1]) if match else None
    return found.iso3 if found else ""


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
