"""What a presence can do about harm: by tier, without the steps that it cannot take."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.catalogue.doctrine import Activity, Rung, load_doctrine
from tutela.catalogue.presences import Presence
from tutela.web.shared.words import TIERS, name_code

_NEEDS_FORCE = "A24c"


@dataclass(frozen=True, slots=True)
class Tier:
    """The activities of one tier."""

    label: str
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What is open to a presence: activities by tier, steps of response, the clock that fits it."""

    has_force: bool
    tiers: tuple[Tier, ...]
    steps: tuple[Rung, ...]
    clock: tuple[str, ...]


def has_force(presence: Presence) -> bool:
    """As the register says; where it says nothing, as presences of its kind have it."""
    fact = presence.facts.get("force_authority")
    if fact is not None and fact.value in ("yes", "no"):
        return fact.value == "yes"
    kind = load_doctrine().presence_kinds.get(presence.kind)
    return bool(kind and kind.has_force)


def make_abilities(presence: Presence) -> Abilities:
    """Every activity and step that this presence can take; those that need force are absent, not blank."""
    doctrine = load_doctrine()
    force = has_force(presence)
    open_to_it = [activity for activity in doctrine.activities if force or activity.code != _NEEDS_FORCE]
    tiers = dict.fromkeys(tier for activity in open_to_it for tier in activity.tiers[:1])
    return Abilities(
        has_force=force,
        tiers=tuple(
            Tier(name_code(TIERS, tier), tuple(item for item in open_to_it if item.tiers[:1] == (tier,)))
            for tier in sorted(tiers)
        ),
        steps=tuple(rung for rung in doctrine.ladder if force or not rung.needs_force),
        clock=tuple(step.replace("_", " ") for step in doctrine.clocks["force" if force else "without_force"]),
    )
