"""One budget for several presences as a study: each step asks all of them at once, wherever the executor works."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tutela.engine.scenario.siting.sharing import Division, Offer, divide, make_offer
from tutela.engine.scenario.siting.solving import Patience, Siting
from tutela.kernel.problems import Problem
from tutela.studies.executor import Executor, Shared

FIRST: Final = (0.0, 0.25, 0.5, 1.0, 2.0)
"""The first amounts asked about, as multiples of an equal part."""


@dataclass(frozen=True, slots=True)
class SharingSpec:
    """The shared budget by its name in the rules, how much of it there is, and how long and close to search.

    rounds   how often amounts between those that were asked about are asked about too
    own      what each presence has now, by name: asked about first
    """

    budget: str
    total: float
    gap: float = 1e-4
    seconds: float = 60.0
    rounds: int = 3
    own: Mapping[str, float] = field(default_factory=dict)


Task = tuple[tuple[Mapping[str, Siting], SharingSpec], tuple[str, float]]


def share_budget(presences: Mapping[str, Siting], spec: SharingSpec, executor: Executor) -> dict[str, Offer]:
    """What each presence should have of the budget, by name. See `divide_budget` for the bound."""
    return dict(zip(presences, divide_budget(presences, spec, executor).chosen, strict=True))


def divide_budget(presences: Mapping[str, Siting], spec: SharingSpec, executor: Executor) -> Division:
    """The division with its bound. Raises "spec-invalid" for a budget that some presence lacks, or other aims."""
    for name, siting in presences.items():
        if spec.budget not in siting.rules.names or not siting.aim.is_plain:
            raise Problem(
                "spec-invalid",
                "A budget is shared among presences that all have it, with expected coverage and no floors.",
                where=f"{name}, {spec.budget}",
                remedy="Name a budget that stands in each spec, and leave out floors and risk.",
            )
    amounts = {name: {part * spec.total / len(presences) for part in FIRST} for name in presences}
    for name, amount in spec.own.items():
        amounts[name].add(amount)
    offers: dict[str, dict[float, Offer]] = {name: {} for name in presences}
    for _ in range(spec.rounds):
        asked = [(name, amount) for name in presences for amount in sorted(amounts[name] - set(offers[name]))]
        for (name, amount), offer in zip(
            asked, executor.run(_offer, Shared((presences, spec), asked)), strict=True
        ):
            offers[name][amount] = offer
        division = divide([list(own.values()) for own in offers.values()], spec.total)
        for (name, own), chosen in zip(offers.items(), division.chosen, strict=True):
            rest = spec.total - (division.spent - chosen.spent)
            amounts[name] |= _between(sorted(own), chosen.spent) | ({rest} if rest > 0 else set())
        if division.bound - division.value <= spec.gap * division.bound:
            break
    return division


def _between(amounts: list[float], spent: float) -> set[float]:
    """The middles of the spans on both sides of what was chosen."""
    place = sum(amount <= spent for amount in amounts)
    edges = amounts[max(0, place - 2) : place + 2]
    return {0.5 * (a + b) for a, b in itertools.pairwise(edges)}


def _offer(task: Task) -> Offer:
    (presences, spec), (name, amount) = task
    siting = presences[name]
    began = time.monotonic()
    patience = Patience(spec.gap, lambda: spec.seconds - (time.monotonic() - began))
    return make_offer(siting, siting.rules.names.index(spec.budget), amount, patience)
