"""The siting kernel against its slow twins, every plan tried, and published optima."""

from __future__ import annotations

import numpy as np
import pytest

from tutela.engine.scenario.siting.cover import Cover, Demand, build_cover
from tutela.engine.scenario.siting.obvious import best_of_all, cover_one_by_one
from tutela.engine.scenario.siting.rules import Aim, Rules, expected
from tutela.engine.scenario.siting.solving import Patience, Siting, solve

KINDS = [("classical", 1), ("backup", 2), ("backup", 3), ("cooperative", 1)]


def draw_points(seed: int, n: int, m: int, groups: int, *, is_partial: bool):
    dice = np.random.default_rng(seed)
    return [
        (
            float(dice.integers(1, 20)),
            int(dice.integers(0, groups)),
            {
                int(c): float(dice.choice([0.2, 0.5, 0.9, 1.0])) if is_partial else 1.0
                for c in np.flatnonzero(dice.random(n) < 0.25)
            },
        )
        for _ in range(m)
    ]


def to_demand(points) -> Demand:
    start = np.cumsum([0] + [len(values) for _, _, values in points])
    index = np.array([c for _, _, values in points for c in sorted(values)], np.int32)
    value = np.array([values[c] for _, _, values in points for c in sorted(values)])
    return Demand(
        np.array([w for w, _, _ in points]), np.array([g for _, g, _ in points], np.int32), (start, index, value)
    )


def cover_of(points, n: int, groups: int, kind: str, k: int = 1) -> Cover:
    return build_cover([to_demand(points)], (groups, n), kind, k)


def random_rules(seed: int, n: int) -> Rules:
    dice = np.random.default_rng(seed + 1000)
    money, people = dice.integers(1, 9, n).astype(float), dice.integers(1, 5, n).astype(float)
    needs = np.zeros(n)
    needs[0], needs[1], needs[2] = 1.0, -1.0, -1.0  # candidate 0 needs 1 or 2
    low = np.zeros(n)
    low[3] = 1.0
    rows = [("money", money, money.sum() * 0.4 + money[3]), ("people", people, people.sum() * 0.5 + people[3])]
    return Rules.of([*rows, ("escort", needs, 0.0)], low, np.ones(n))


@pytest.mark.parametrize(("kind", "k"), KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_the_plan_is_the_best_of_all_plans(seed: int, kind: str, k: int) -> None:
    n = 9
    cover = cover_of(draw_points(seed, n, 60, 3, is_partial=kind != "backup"), n, 3, kind, k)
    rules = random_rules(seed, n)
    found = solve(Siting(cover, rules, expected(3), np.zeros(n)), Patience(gap=1e-9))
    best, value = best_of_all(cover, rules, expected(3))
    assert best is not None
    assert found.value == pytest.approx(value, rel=1e-7)
    assert found.bound >= value * (1 - 1e-7)
    assert found.gap < 1e-6
    assert rules.allow(found.y)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["expected", "worst", "cvar"])
def test_floors_and_risk_find_the_best_of_all_plans_or_say_that_there_is_none(seed: int, kind: str) -> None:
    n, groups = 9, 4  # two regions in two scenarios: group = scenario * 2 + region
    cover = cover_of(draw_points(seed, n, 80, groups, is_partial=True), n, groups, "cooperative")
    weights = cover.group_weights()
    outcomes = np.array([[1.0, 1, 0, 0], [0, 0, 1, 1]]) if kind != "expected" else np.ones((1, 4))
    chance = np.array([0.6, 0.4]) if kind != "expected" else np.ones(1)
    floors = []
    for region, share in ((0, 0.25), (1, 0.1 + 0.15 * seed)):
        of = np.zeros(groups)
        of[[region, region + 2]] = 1.0
        floors.append((f"region {region}", of, share * float(of @ weights)))
    aim = Aim(outcomes, kind, chance, 0.5, tuple(floors))
    rules = random_rules(seed, n)
    found = solve(Siting(cover, rules, aim, np.zeros(n)), Patience(gap=1e-7))
    best, value = best_of_all(cover, rules, aim)
    if best is None:
        assert found.is_impossible
        return
    assert found.value == pytest.approx(value, rel=1e-5)
    assert found.bound >= value * (1 - 1e-6)
    assert aim.reached(cover.values(found.y))


@pytest.mark.parametrize(("kind", "k"), KINDS)
def test_coverage_is_what_its_definition_says_point_by_point(kind: str, k: int) -> None:
    points = draw_points(7, 12, 200, 3, is_partial=True)
    cover = cover_of(points, 12, 3, kind, k)
    dice = np.random.default_rng(5)
    for _ in range(20):
        y = (dice.random(12) < 0.4).astype(float)
        assert cover.values(y) == pytest.approx(cover_one_by_one(points, y, kind, k), rel=1e-9)
