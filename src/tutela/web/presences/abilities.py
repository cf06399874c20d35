"""What a presence can do about harm: by tier, without the steps that it cannot take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tutela.catalogue.doctrine import Activity, Rung, load_doctrine
from tutela.catalogue.presences import Presence
from tutela.records.incidents.words import STEPS
from tutela.web.shared.words import TIERS, name_code

_STEP_OF: Final = {"A24a": "R7a", "A24b": "R7b", "A24c": "R8"}
"""Activities on the ground, and the step of the ladder that a kind of presence must be able to take for each."""

Force = Literal["yes", "no", "not known"]


@dataclass(frozen=True, slots=True)
class Tier:
    """The activities of one tier."""

    label: str
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What is open to a presence: activities by tier, steps of response, the clock that fits it."""

    force: Force
    tiers: tuple[Tier, ...]
    steps: tuple[Rung, ...]
    clock: tuple[str, ...]


def find_force(presence: Presence) -> Force:
    """Whether it may use force: as the register says; "no" for kinds that never may; otherwise not known."""
    fact = presence.facts.get("force_authority")
    if fact is not None and fact.value == "yes":
        return "yes"
    kind = load_doctrine().presence_kinds.get(presence.kind)
    return "no" if (fact is not None and fact.value == "no") or not (kind and kind.has_force) else "not known"


def make_abilities(presence: Presence) -> Abilities:
    """Every activity and step that this presence can take; those that it cannot take are absent, not blank."""
    doctrine = load_doctrine()
    force = find_force(presence)
    kind = doctrine.presence_kinds.get(presence.kind)
    steps = tuple(
        rung
        for rung in doctrine.ladder
        if (kind is None or rung.code in kind.steps) and (force == "yes" or not rung.needs_force)
    )
    codes = {rung.code for rung in steps}
    open_to_it = [item for item in doctrine.activities if _STEP_OF.get(item.code, "R0") in codes | {"R0"}]
    tiers = sorted({tier for activity in open_to_it for tier in activity.tiers[:1]})
    return Abilities(
        force=force,
        tiers=tuple(
            Tier(name_code(TIERS, tier), tuple(item for item in open_to_it if item.tiers[:1] == (tier,)))
            for tier in tiers
        ),
        steps=steps,
        clock=tuple(
            name_code(STEPS, step).lower()
            for step in doctrine.clocks["force" if force == "yes" else "without_force"]
        ),
    )
