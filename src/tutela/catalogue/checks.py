"""What must hold of the catalogue: one function for each rule, which names every line that breaks it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar, get_args

from tutela.catalogue.countries import Country, fold_name, load_countries
from tutela.catalogue.crosswalks import Match, find_faults, load_lines
from tutela.catalogue.doctrine import ActivityStatus, Doctrine, load_doctrine
from tutela.catalogue.presences import (
    FIELDS,
    OPEN_ENDED,
    STRENGTHS,
    FactRow,
    FactStatus,
    Presence,
    PresenceStatus,
    first_day,
    last_day,
    load_fact_rows,
    load_presences,
)
from tutela.kernel.tables import HARMS, PERPETRATORS

_Value = TypeVar("_Value")

_SYMBOL: Final = re.compile(r"S/RES/\d{1,4} \(\d{4}\)")
_STRENGTH: Final = re.compile(r"(about |more than )?\d+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNCHECKED: Final = re.compile(r"\[K\]|\bbackground knowledge\b|\bnot checked\b|\bunsourced\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that the catalogue holds, as it was read."""

    countries: tuple[Country, ...]
    presences: tuple[Presence, ...]
    fact_rows: tuple[FactRow, ...]
    doctrine: Doctrine
    crosswalks: tuple[Match, ...] = ()


def load_catalogue() -> Catalogue:
    """The catalogue that Tutela ships."""
    return Catalogue(load_countries(), load_presences(), load_fact_rows(), load_doctrine(), load_lines())


def check_catalogue(catalogue: Catalogue | None = None) -> tuple[str, ...]:
    """Everything that is wrong with a catalogue (the shipped one if none is given); empty when nothing is."""
    held = catalogue or load_catalogue()
    return tuple(finding for check in CHECKS for finding in check(held))


def check_country_codes(held: Catalogue) -> Iterator[str]:
    """Every code and number belongs to one country."""
    for name in ("iso3", "iso2", "ne_a3", "m49"):
        for code in _repeated(getattr(country, name) for country in held.countries):
            yield f"countries: {name} {code} stands twice"
    for number in _repeated(number for country in held.countries for number in country.gw):
        yield f"countries: gw {number} stands twice"


def check_country_names(held: Catalogue) -> Iterator[str]:
    """No name means two countries."""
    named = {
        (fold_name(name), country.iso3)
        for country in held.countries
        for name in (country.iso3, country.iso2, country.ne_a3, country.name, country.name_fr, *country.also)
    }
    for name in _repeated(name for name, _ in named):
        yield f"countries: {name!r} names more than one"


def check_presence_names(held: Catalogue) -> Iterator[str]:
    """Every id stands once, and no name means two presences."""
    for code in _repeated(presence.presence_id for presence in held.presences):
        yield f"presences: the id {code} stands twice"
    named = {
        (fold_name(name), presence.presence_id)
        for presence in held.presences
        for name in (presence.presence_id, presence.name, *presence.also)
    }
    for name in _repeated(name for name, _ in named):
        yield f"presences: {name!r} names more than one"


def check_kinds(held: Catalogue) -> Iterator[str]:
    """Every presence is of a kind that the doctrine has."""
    for presence in held.presences:
        if presence.kind not in held.doctrine.presence_kinds:
            yield f"presences: {presence.presence_id} is of no known kind ({presence.kind})"


def check_hosts(held: Catalogue) -> Iterator[str]:
    """Every host is a country's alpha-3 code."""
    codes = {country.iso3 for country in held.countries}
    for presence in held.presences:
        for host in presence.hosts:
            if host not in codes:
                yield f"presences: {presence.presence_id} has a host that is no country ({host})"


def check_predecessors(held: Catalogue) -> Iterator[str]:
    """Every predecessor is a presence of the register."""
    ids = {presence.presence_id for presence in held.presences}
    for presence in held.presences:
        for before in presence.predecessors:
            if before not in ids:
                yield f"presences: {presence.presence_id} follows an unknown presence ({before})"


def check_statuses(held: Catalogue) -> Iterator[str]:
    """Status and identity are words that exist; nothing with a known end is called current."""
    for presence in held.presences:
        if presence.status not in get_args(PresenceStatus) or presence.identity not in get_args(FactStatus):
            yield f"presences: {presence.presence_id} has an unknown status"
        if presence.fact("ended").value and presence.status != "closed":
            yield f"presences: {presence.presence_id} has ended and is not closed"


def check_identities(held: Catalogue) -> Iterator[str]:
    """Where name and host are called verified, at least one source stands beside them."""
    for presence in held.presences:
        if presence.identity == "verified" and not any(fact.source for fact in presence.facts.values()):
            yield f"presences: {presence.presence_id} is called verified and has no source"


def check_nothing_invented(held: Catalogue) -> Iterator[str]:
    """No invented presence stands in the shipped register."""
    for presence in held.presences:
        if presence.invented:
            yield f"presences: {presence.presence_id} is invented"


def check_fact_places(held: Catalogue) -> Iterator[str]:
    """Every fact belongs to a presence and a field, and stands once for its day."""
    ids = {presence.presence_id for presence in held.presences}
    for row in held.fact_rows:
        if row.presence_id not in ids:
            yield f"facts, line {row.line}: no presence {row.presence_id}"
        if row.field not in FIELDS:
            yield f"facts, line {row.line}: no field {row.field}"
    for presence_id, name, as_of in _repeated(
        (row.presence_id, row.field, row.fact.as_of) for row in held.fact_rows
    ):
        yield f"facts: {presence_id} {name} stands twice for {as_of}"


def check_fact_sources(held: Catalogue) -> Iterator[str]:
    """Every fact has a value, a source and a day; what is not known has no line at all."""
    for row in held.fact_rows:
        fact = row.fact
        if not (fact.value and fact.source and fact.as_of):
            yield f"facts, line {row.line}: value, source and day are not all there"
        elif first_day(fact.as_of) is None:
            yield f"facts, line {row.line}: as_of is no day"
        if fact.status not in get_args(FactStatus):
            yield f"facts, line {row.line}: unknown status {fact.status!r}"


def check_nothing_from_memory(held: Catalogue) -> Iterator[str]:
    """No fact rests on background knowledge."""
    for row in held.fact_rows:
        if _UNCHECKED.search(row.fact.source):
            yield f"facts, line {row.line}: background knowledge is no source"


def check_fact_values(held: Catalogue) -> Iterator[str]:
    """Every value has the form of its field."""
    sources = held.doctrine.enumerations["mandate_source"]
    for row in held.fact_rows:
        if not _fits(row.field, row.fact.value, sources):
            yield f"facts, line {row.line}: {row.field} cannot be {row.fact.value!r}"


def check_fact_order(held: Catalogue) -> Iterator[str]:
    """Nothing ends before it began, and no text was written after the end that it sets."""
    for presence in held.presences:
        started, ended = first_day(presence.fact("started").value), last_day(presence.fact("ended").value)
        if started and ended and ended < started:
            yield f"presences: {presence.presence_id} ended before it started"
    texts = {(row.presence_id, row.fact.as_of) for row in held.fact_rows if row.field == "mandate_text"}
    for row in held.fact_rows:
        until, said = last_day(row.fact.value), first_day(row.fact.as_of)
        sets_it = row.field == "mandate_until" and (row.presence_id, row.fact.as_of) in texts
        if sets_it and until and said and until < said:
            yield f"facts, line {row.line}: the mandate ran out before it was written"


def check_ceilings(held: Catalogue) -> Iterator[str]:
    """No figure of one source stands as two kinds of strength."""
    seen = {(row.presence_id, row.field, row.fact.value, row.fact.source) for row in held.fact_rows}
    for presence_id, name, value, source in sorted(seen):
        measure, _, component = name.partition("_")
        for other in ("authorised", "deployed", "effective"):
            if measure == "ceiling" and (presence_id, f"{other}_{component}", value, source) in seen:
                yield f"facts: {presence_id} has one figure as ceiling and as {other} of {component}"


def check_activities(held: Catalogue) -> Iterator[str]:
    """Every activity stands once and uses words that exist; what was seen has a source, nothing else has one."""
    doctrine = held.doctrine
    for code in _repeated(activity.code for activity in doctrine.activities):
        yield f"activities: {code} stands twice"
    for activity in doctrine.activities:
        for values, allowed in (
            (activity.tiers, doctrine.enumerations["poc_tier"]),
            (activity.phases, doctrine.enumerations["poc_phase"]),
            (activity.components, doctrine.enumerations["component"]),
            (activity.bases, doctrine.bases),
            ((activity.status,), get_args(ActivityStatus)),
        ):
            if not values or not set(values) <= set(allowed):
                yield f"activities: {activity.code} has words that do not exist ({', '.join(values)})"
        if (activity.status == "V") != bool(activity.source):
            yield f"activities: {activity.code} has a source or a status that do not go together"
        if activity.step and activity.step not in {rung.code for rung in doctrine.ladder}:
            yield f"activities: {activity.code} needs a step that does not exist ({activity.step})"
        if ("force_authority" in activity.bases) != (activity.code == "A24c"):
            yield f"activities: {activity.code}: force, and only force, rests on authority to use force"


def check_ladder(held: Catalogue) -> Iterator[str]:
    """The ladder has the steps of the enumeration in their order, and only R8 needs force."""
    ladder = held.doctrine.ladder
    steps = tuple(step.partition("_")[0] for step in held.doctrine.enumerations["response_step"])
    if tuple(rung.code for rung in ladder) != steps:
        yield "ladder: the steps are not those of response_step"
    for rung in ladder:
        if rung.needs_force != (rung.code == "R8") or (rung.needs_force and rung.planned_without_force):
            yield f"ladder: {rung.code} has the wrong authority"


def check_kind_steps(held: Catalogue) -> Iterator[str]:
    """Every kind of presence takes steps of the ladder, and none that needs force where there can be none."""
    codes = {rung.code for rung in held.doctrine.ladder}
    for kind in held.doctrine.presence_kinds.values():
        if not kind.steps or not set(kind.steps) <= codes:
            yield f"kinds: {kind.code} takes steps that do not exist"
        if ("R8" in kind.steps) != kind.has_force:
            yield f"kinds: {kind.code} has force and steps that do not go together"


def check_clocks(held: Catalogue) -> Iterator[str]:
    """The clock with force is the enumeration's; both clocks go from the event to what the community was told."""
    doctrine = held.doctrine
    if set(doctrine.clocks) != {"force", "without_force"}:
        yield "clocks: there are two, force and without_force"
    elif doctrine.clocks["force"] != doctrine.enumerations["clock"]:
        yield "clocks: the clock with force is not that of the enumeration"
    for name, stamps in doctrine.clocks.items():
        if not stamps or (stamps[0], stamps[-1]) != ("event", "community_told"):
            yield f"clocks: {name} does not go from the event to the community"


def check_rings(held: Catalogue) -> Iterator[str]:
    """The rings grow outwards, and each says that it is analytical."""
    rings = held.doctrine.rings
    for inner, outer in pairwise(rings):
        if not (inner.km < outer.km and inner.minutes < outer.minutes and inner.code < outer.code):
            yield f"rings: {outer.code} is not wider than {inner.code}"
    for ring in rings:
        if "analytical, not an area of responsibility" not in ring.label:
            yield f"rings: {ring.code} does not say that it is analytical"


def check_harms(held: Catalogue) -> Iterator[str]:
    """Harms and classes of perpetrators are those that the tables of events have."""
    if held.doctrine.harms != HARMS:
        yield "lists: the harms are not those of the tables"
    if set(held.doctrine.perpetrators) != set(PERPETRATORS):
        yield "lists: the classes of perpetrators are not those of the tables"


def check_crosswalk_words(held: Catalogue) -> Iterator[str]:
    """Every line of a crosswalk uses words that the tables have, and what is only judged says so."""
    for line in held.crosswalks:
        for column in find_faults(line):
            yield f"crosswalks: {line.source} {line.field} {line.value!r} has a wrong {column}"


def check_crosswalk_values(held: Catalogue) -> Iterator[str]:
    """Every value of a field stands once, whatever its case."""
    for source, name, value in _repeated(
        (line.source, line.field, line.value.casefold()) for line in held.crosswalks
    ):
        yield f"crosswalks: {source} {name} {value!r} stands twice"


CHECKS: Final = (
    check_country_codes,
    check_country_names,
    check_presence_names,
    check_kinds,
    check_hosts,
    check_predecessors,
    check_statuses,
    check_identities,
    check_nothing_invented,
    check_fact_places,
    check_fact_sources,
    check_nothing_from_memory,
    check_fact_values,
    check_fact_order,
    check_ceilings,
    check_activities,
    check_ladder,
    check_kind_steps,
    check_clocks,
    check_rings,
    check_harms,
    check_crosswalk_words,
    check_crosswalk_values,
)
"""Every rule, in the order of its findings."""


def _repeated(values: Iterable[_Value]) -> list[_Value]:
    return [value for value, times in Counter(values).items() if times > 1 and value]


def _fits(name: str, value: str, sources: tuple[str, ...]) -> bool:
    if name == "mandate_source":
        return value in sources
    if name in ("protection_mandate", "force_authority"):
        return value in ("yes", "no")
    if name == "mandate_text":
        return _SYMBOL.fullmatch(value) is not None
    if name == "mandate_until":
        return value == OPEN_ENDED or (_DAY.fullmatch(value) is not None and first_day(value) is not None)
    if name in ("started", "ended"):
        return first_day(value) is not None
    return name not in STRENGTHS or _STRENGTH.fullmatch(value) is not None
