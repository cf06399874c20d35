"""The register of presences: what each one is, and what is known of its mandate and strength, with source and date.

The name, kind and host of a presence may be unverified and say so (`identity`); a kind is always our own reading.
Every other fact has a source and a date, or is not there. Ceiling, authorised, deployed and effective strength
are different facts. Nothing here reads the clock: whether a mandate is in force is asked for a day.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal, cast

from tutela.catalogue.countries import fold_name

FactStatus = Literal["verified", "unverified", "imported"]
PresenceStatus = Literal["current", "closed", "unconfirmed"]
MandateStanding = Literal["in force", "last known, confirm", "ended", "not known"]

STRENGTHS: Final = tuple(
    f"{measure}_{component}"
    for measure in ("ceiling", "authorised", "deployed", "effective")
    for component in ("military", "police", "civilian")
    if (measure, component) != ("ceiling", "civilian")
)
"""Facts that are numbers of people. The Council sets no ceiling for civilians."""

FIELDS: Final = (
    "mandate_source",
    "protection_mandate",
    "force_authority",
    "mandate_text",
    "mandate_wording",
    "mandate_until",
    "started",
    "ended",
    *STRENGTHS,
    "funding",
    "note",
)
"""Everything that may be known of a presence beside its name, kind and host."""

OPEN_ENDED: Final = "open-ended"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with its source and the day that the source speaks for (YYYY, YYYY-MM or YYYY-MM-DD).

    An empty value means that it is not known. A strength is whole people, with "about" or "more than" in front
    where the source says so. "unverified" marks what was inferred from a source that does not say it outright.
    """

    value: str
    source: str
    as_of: str
    status: FactStatus


UNKNOWN: Final = Fact("", "", "", "unverified")


@dataclass(frozen=True, slots=True)
class Presence:
    """One presence of the United Nations, or beside it.

    hosts         ISO 3166 alpha-3 of where it is or, without a site, of what its work is about
    facts         by the names of FIELDS; one that is not known is UNKNOWN or absent
    also          other names and spellings;  predecessors  ids of presences that it took over from
    identity      whether name and host were read in a source
    history       every known fact of a field, the oldest first; `facts` has the newest
    """

    presence_id: str
    name: str
    kind: str
    hosts: tuple[str, ...]
    status: PresenceStatus
    invented: bool
    facts: Mapping[str, Fact]
    also: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    identity: FactStatus = "unverified"
    history: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)

    def fact(self, name: str) -> Fact:
        """The newest fact of that name, or UNKNOWN."""
        return self.facts.get(name, UNKNOWN)

    def fact_on(self, name: str, day: date) -> Fact:
        """The newest fact of that name whose source speaks for this day or an earlier one, or UNKNOWN.

        What is written about a past day rests on this: it keeps a later mandate out of an earlier year.
        """
        found = UNKNOWN
        for fact in self.history.get(name) or (self.fact(name),):
            since = first_day(fact.as_of)
            if since is not None and since <= day:
                found = fact
        return found


@dataclass(frozen=True, slots=True)
class MandateState:
    """What may be said about a mandate on one day; text and until are "" where nothing is known of that day."""

    text: str
    until: str
    state: MandateStanding


@dataclass(frozen=True, slots=True)
class FactRow:
    """One line of the file of facts."""

    line: int
    presence_id: str
    field: str
    fact: Fact


@cache
def load_presences() -> tuple[Presence, ...]:
    """All presences, in the order of the file: what is current first."""
    return build_presences(_read_rows("presences.csv"), load_fact_rows())


@cache
def load_fact_rows() -> tuple[FactRow, ...]:
    """The file of facts, line by line."""
    return tuple(
        FactRow(
            line=number,
            presence_id=row["presence_id"],
            field=row["field"],
            fact=Fact(row["value"], row["source"], row["as_of"], cast("FactStatus", row["status"])),
        )
        for number, row in enumerate(_read_rows("presence_facts.csv"), start=2)
    )


def build_presences(rows: list[dict[str, str]], facts: tuple[FactRow, ...]) -> tuple[Presence, ...]:
    """Put facts and presences together; a field without a fact is UNKNOWN."""
    known: dict[str, dict[str, list[Fact]]] = {}
    for item in sorted(facts, key=lambda item: item.fact.as_of):
        known.setdefault(item.presence_id, {}).setdefault(item.field, []).append(item.fact)
    return tuple(_build_presence(row, known.get(row["presence_id"], {})) for row in rows)


def _build_presence(row: dict[str, str], history: dict[str, list[Fact]]) -> Presence:
    newest = {name: found[-1] for name, found in history.items()}
    return Presence(
        presence_id=row["presence_id"],
        name=row["name"],
        kind=row["kind"],
        hosts=_split(row["hosts"]),
        status=cast("PresenceStatus", row["status"]),
        invented=False,
        facts=MappingProxyType(dict.fromkeys(FIELDS, UNKNOWN) | newest),
        also=_split(row["also"]),
        predecessors=_split(row["predecessors"]),
        identity=cast("FactStatus", row["identity"]),
        history=MappingProxyType({name: tuple(found) for name, found in history.items()}),
    )


def find_presence(name: str) -> Presence | None:
    """The presence of that id, name or spelling, whatever its case, spaces, hyphens and accents."""
    return _by_name().get(fold_name(name))


def mandate_on(presence: Presence, day: date) -> MandateState:
    """What the register can say about the mandate on one day.

    Before the text it holds was adopted it says nothing ("not known"); past the last known end it says
    "last known, confirm", unless the end of the presence itself is known.
    """
    text, until = presence.fact_on("mandate_text", day), presence.fact_on("mandate_until", day)
    ended = last_day(presence.fact("ended").value)
    if until.value and text.as_of != until.as_of:
        text = UNKNOWN  # a text of another day is not the one that set this end
    if ended is not None and day > ended:
        return MandateState(text.value, until.value or ended.isoformat(), "ended")
    if not until.value and not text.value:
        return MandateState("", "", "not known")
    limit = last_day(until.value) or ended
    shown = until.value or (limit.isoformat() if limit else "")
    is_open = until.value == OPEN_ENDED or (limit is not None and day <= limit)
    if is_open and (until if until.value else text).status == "verified":
        return MandateState(text.value, shown, "in force")
    return MandateState(text.value, shown, "last known, confirm")


def first_day(text: str) -> date | None:
    """The first day of YYYY, YYYY-MM or YYYY-MM-DD; None where the text is none of them."""
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text) is None:
        return None
    try:
        return date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return None


def last_day(text: str) -> date | None:
    """The last day of YYYY, YYYY-MM or YYYY-MM-DD; None where the text is none of them."""
    start = first_day(text)
    if start is None or len(text) == len("YYYY-MM-DD"):
        return start
    month = start.month if len(text) == len("YYYY-MM") else 12
    after = date(start.year + 1, 1, 1) if month == 12 else date(start.year, month + 1, 1)
    return date.fromordinal(after.toordinal() - 1)


@cache
def _by_name() -> dict[str, Presence]:
    presences = load_presences()
    known = {fold_name(presence.presence_id): presence for presence in presences}
    for presence in presences:
        for name in (presence.name, *presence.also):
            known.setdefault(fold_name(name), presence)
    return known


def _read_rows(name: str) -> list[dict[str, str]]:
    text = resources.files("tutela.catalogue").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()
