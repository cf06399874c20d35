"""Doctrine as data: lists to choose from, activities, the ladder, clocks, kinds of presence, rings.

Nothing here decides: an activity without its basis stays on the record with a warning, and a step that a kind
of presence cannot take is absent from its plans, never a failure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

ActivityStatus = Literal["V", "K", "P"]
"""Seen in a public document, background knowledge that nobody checked, or our own proposal."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that presences do to protect civilians.

    tiers, phases, components   names of the enumerations poc_tier, poc_phase and component
    bases    what it may rest on; only A24c rests on authority to use force
    status   whether the activity is named in a public document; `source` names that document
    step     the step of the ladder that a kind of presence must be able to take for it; "" where there is none
    """

    code: str
    name: str
    tiers: tuple[str, ...]
    phases: tuple[str, ...]
    components: tuple[str, ...]
    bases: tuple[str, ...]
    actors: tuple[str, ...]
    status: ActivityStatus
    source: str
    note: str
    step: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder; `planned_without_force` ones stand in every plan of a presence without force."""

    code: str
    name: str
    needs_force: bool
    note: str
    planned_without_force: bool


@dataclass(frozen=True, slots=True)
class PresenceKind:
    """One kind of presence.

    has_force   its mandate may carry authority to use force; whether it does is a fact of each presence
    has_sites   it usually has sites that something can be near to
    steps       codes of the ladder that it can take at all
    """

    code: str
    label: str
    has_force: bool
    has_sites: bool
    steps: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring of the vicinity: analytical, not an area of responsibility."""

    code: str
    km: float
    minutes: int
    label: str


@dataclass(frozen=True, slots=True)
class Doctrine:
    """Everything of the doctrine file."""

    enumerations: Mapping[str, tuple[str, ...]]
    activities: tuple[Activity, ...]
    ladder: tuple[Rung, ...]
    clocks: Mapping[str, tuple[str, ...]]
    presence_kinds: Mapping[str, PresenceKind]
    rings: tuple[Ring, ...]
    harms: tuple[str, ...]
    perpetrators: tuple[str, ...]
    bases: tuple[str, ...]
    component_roles: tuple[str, ...]
    reasons_for_no_action: tuple[str, ...]
    required_stamps: tuple[str, ...]


@cache
def load_doctrine() -> Doctrine:
    """The doctrine that Tutela ships."""
    return parse_doctrine(resources.files("tutela.catalogue").joinpath("doctrine.toml").read_text(encoding="utf-8"))


def parse_doctrine(text: str) -> Doctrine:
    """Read a doctrine file's text."""
    raw = tomllib.loads(text)
    enumerations = _freeze(raw["enumerations"])
    lists = _freeze(raw["lists"])
    return Doctrine(
        enumerations=enumerations,
        activities=tuple(_read_activity(item, enumerations["poc_tier"]) for item in raw["activities"]),
        ladder=tuple(Rung(**item) for item in raw["ladder"]),
        clocks=_freeze(raw["clocks"]),
        presence_kinds=MappingProxyType(
            {
                code: PresenceKind(code=code, **(item | {"steps": tuple(item["steps"])}))
                for code, item in raw["presence_kinds"].items()
            }
        ),
        rings=tuple(Ring(**item) for item in raw["rings"]),
        harms=lists["harms"],
        perpetrators=enumerations["perpetrator_class"],
        bases=lists["bases"],
        component_roles=lists["component_roles"],
        reasons_for_no_action=lists["reasons_for_no_action"],
        required_stamps=lists["required_stamps"],
    )


def find_steps(doctrine: Doctrine, kind: str, force_authority: str) -> tuple[Rung, ...]:
    """The steps that a presence can take; force only where its mandate is known to give it ("yes")."""
    known = doctrine.presence_kinds[kind]
    with_force = known.has_force and force_authority == "yes"
    return tuple(
        rung for rung in doctrine.ladder if rung.code in known.steps and (with_force or not rung.needs_force)
    )


def find_activities(doctrine: Doctrine, kind: str, force_authority: str) -> tuple[Activity, ...]:
    """The activities that may stand in a presence's plans: those of steps that it cannot take are absent."""
    steps = {rung.code for rung in find_steps(doctrine, kind, force_authority)}
    return tuple(item for item in doctrine.activities if not item.step or item.step in steps)


def _freeze(lists: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(values) for name, values in lists.items()})


def _read_activity(item: Mapping[str, Any], tiers: tuple[str, ...]) -> Activity:
    by_number = {name[1]: name for name in tiers}
    return Activity(
        code=item["code"],
        name=item["name"],
        tiers=tuple(by_number.get(str(number), str(number)) for number in item["tiers"]),
        phases=tuple(item["phases"]),
        components=tuple(item["components"]),
        bases=tuple(item["bases"]),
        actors=tuple(item["actors"]),
        status=item["status"],
        source=item["source"],
        note=item.get("note", ""),
        step=item.get("step", ""),
    )
