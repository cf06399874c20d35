"""One budget for several presences: never better than the bound, never over the budget."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from siting_ground import asked, cover_of, draw_points

from tutela.engine.scenario.siting.rules import Aim, Rules
from tutela.engine.scenario.siting.sharing import divide, make_offer
from tutela.engine.scenario.siting.solving import Patience, Siting
from tutela.kernel.problems import Problem
from tutela.studies.executor import Pool, Serial
from tutela.studies.sharing import SharingSpec, divide_budget, share_budget

N = 7


def presence(seed: int, kind: str = "classical") -> Siting:
    dice = np.random.default_rng(seed)
    cover = cover_of(draw_points(seed, N, 50, 1, (0.3, 0.8)), N, 1, kind)
    cost, people = dice.integers(1, 5, N).astype(float), np.ones(N)
    return asked(cover, Rules.of([("people", people, 5.0), ("money", cost, 100.0)], np.zeros(N), np.ones(N)))


def frontier(siting: Siting) -> list[tuple[float, float]]:
    """What every plan that keeps to the other rules spends and is worth: all of them tried."""
    found = []
    for bits in itertools.product((0.0, 1.0), repeat=N):
        y = np.array(bits)
        if siting.rules.allow(y):
            found.append((float(siting.rules.matrix.toarray()[1] @ y), float(siting.cover.values(y).sum())))
    return found


def best_of_both(first: Siting, second: Siting, total: float) -> float:
    other = frontier(second)
    return max(
        a + max(b for cost, b in other if cost <= total - spent) for spent, a in frontier(first) if spent <= total
    )


@pytest.mark.parametrize("kind", ["classical", "cooperative"])
@pytest.mark.parametrize("seed", range(3))
def test_no_division_passes_the_bound_and_the_best_is_nearly_found(seed: int, kind: str) -> None:
    north, south = presence(2 * seed, kind), presence(2 * seed + 1, kind)
    total = 9.0
    best = best_of_both(north, south, total)
    found = divide_budget({"north": north, "south": south}, SharingSpec("money", total, 1e-9), Serial())
    assert found.spent <= total + 1e-9
    assert found.value <= best * (1 + 1e-9) <= found.bound * (1 + 2e-9)
    assert found.value >= 0.97 * best
    assert found.bound <= 1.2 * best


def test_a_bound_from_searches_without_time_still_holds() -> None:
    north, south = presence(1), presence(2)
    hasty = Patience(1e-9, left=lambda: 0.0)
    offers = [[make_offer(siting, 1, amount, hasty) for amount in (0.0, 5.0, 9.0)] for siting in (north, south)]
    found = divide(offers, 9.0)
    assert found.value <= best_of_both(north, south, 9.0) * (1 + 1e-9) <= found.bound * (1 + 2e-9)
    assert found.spent <= 9.0


def test_without_money_nobody_gets_anything_and_with_much_all_get_all() -> None:
    presences = {"north": presence(1), "south": presence(2)}
    assert divide_budget(presences, SharingSpec("money", 0.0), Serial()).value == 0.0
    rich = divide_budget(presences, SharingSpec("money", 200.0), Serial())
    assert rich.value == pytest.approx(sum(max(v for _, v in frontier(siting)) for siting in presences.values()))


def test_processes_divide_as_one_does() -> None:
    presences, spec = {"north": presence(1), "south": presence(2)}, SharingSpec("money", 9.0, rounds=1)
    alone, pooled = (share_budget(presences, spec, executor) for executor in (Serial(), Pool(2)))
    assert list(alone) == ["north", "south"]
    for name, offer in alone.items():
        assert (offer.y == pooled[name].y).all()
        assert (offer.spent, offer.value) == (pooled[name].spent, pooled[name].value)


def test_a_budget_that_one_lacks_and_floors_are_refused() -> None:
    north = presence(1)
    risky = asked(north.cover, north.rules, Aim(np.ones((1, 1)), "worst"))
    for presences, name in (({"a": north}, "gold"), ({"a": north, "b": risky}, "money")):
        with pytest.raises(Problem) as caught:
            divide_budget(presences, SharingSpec(name, 9.0), Serial())
        assert caught.value.code == "spec-invalid"
