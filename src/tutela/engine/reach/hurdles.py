"""Three times, never one: beside when somebody can arrive stands whether they may move and whether they can act.

Hurdles are inputs, each with its own chance, delay and source. They are put together question by question and
never multiplied into the travel time: who reads one number would take it for a promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from tutela.engine.reach.conditions import Span
from tutela.kernel.estimates import Estimate

Asked = Literal["may-move", "can-act"]
QUESTIONS: Final[tuple[Asked, ...]] = get_args(Asked)

ITEMS: Final[dict[Asked, tuple[str, ...]]] = {
    "may-move": ("flight assurance", "host permission", "clearance", "escort", "other"),
    "can-act": ("caveats", "casualty evacuation", "minimum strength", "interpreter", "other"),
}
"""What each question is made of; "other" is for what nobody foresaw, and says so in its note."""


@dataclass(frozen=True, slots=True)
class Hurdle:
    """One thing that may stand in the way.

    chance   that it does not, when it is needed;  delay   minutes that it costs where it is overcome
    sites, modes, seasons   that it holds for, empty for all;  source   who says so, with the day
    """

    asked: Asked
    item: str
    chance: Span
    delay: Span
    source: str
    note: str = ""
    sites: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    seasons: frozenset[str] = frozenset()

    def holds_for(self, site_id: str, mode: str, season: str) -> bool:
        """Whether it concerns this site in this mode and season; a mode may be named by its first word."""
        return (
            (not self.sites or site_id in self.sites)
            and (not self.modes or mode in self.modes or mode.partition(":")[0] in self.modes)
            and (not self.seasons or season in self.seasons)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question answered: the chance and the delay, None where nothing was brought, and what they rest on."""

    asked: Asked
    chance: Estimate | None
    delay_minutes: Estimate | None
    hurdles: tuple[Hurdle, ...]
    missing: tuple[str, ...]


def judge(hurdles: Sequence[Hurdle], asked: Asked, site_id: str, mode: str, season: str) -> Verdict:
    """Put the hurdles of one question together.

    Nobody knows how they hang together. So the chance is at least what is left if they never fail on the same
    day, and at most that of the weakest; the middle takes them as independent. Delays add up.
    """
    held = tuple(item for item in hurdles if item.asked == asked and item.holds_for(site_id, mode, season))
    named = {item.item for item in held}
    missing = tuple(item for item in ITEMS[asked] if item not in named and _is_asked(item, mode))
    if not held:
        return Verdict(asked, None, None, (), missing)
    product = 1.0
    for item in held:
        product *= item.chance.value
    least = max(0.0, 1.0 - sum(1.0 - item.chance.low for item in held))
    most = min(item.chance.high for item in held)
    basis = f"{len(held)} stated, {len(missing)} not stated and so not in it"
    return Verdict(
        asked,
        Estimate(least, min(max(product, least), most), most, basis),
        Estimate(
            sum(item.delay.low for item in held),
            sum(item.delay.value for item in held),
            sum(item.delay.high for item in held),
            basis,
        ),
        held,
        missing,
    )


def _is_asked(item: str, mode: str) -> bool:
    """Whether silence about it must be told: nobody on the ground needs a flight assured."""
    return item != "other" and (item != "flight assurance" or mode.startswith("air"))
