"""Capacity: people are assigned, and nobody is served beyond what a site holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from siting_ground import asked, cover_of, draw_points

from tutela.engine.scenario.siting import assignment
from tutela.engine.scenario.siting.assignment import assign
from tutela.engine.scenario.siting.obvious import served_within
from tutela.engine.scenario.siting.rules import Rules
from tutela.engine.scenario.siting.solving import Patience

EXACT = Patience(gap=1e-9)


def every_plan(rules: Rules, n: int) -> list[np.ndarray]:
    return [y for bits in itertools.product((0.0, 1.0), repeat=n) if rules.allow(y := np.array(bits))]


@pytest.mark.parametrize("seed", range(5))
def test_the_plan_serves_the_most_of_all_plans_tried(seed: int) -> None:
    points = draw_points(seed, 6, 25)
    capacity = np.random.default_rng(seed).integers(5, 90, 6).astype(float)
    money = np.random.default_rng(seed + 9).integers(1, 6, 6).astype(float)
    rules = Rules.of([("sites", np.ones(6), 3.0), ("money", money, 9.0)], np.zeros(6), np.ones(6))
    found = assign(asked(cover_of(points, 6), rules), capacity, EXACT)
    best = max(served_within(points, y, capacity) for y in every_plan(rules, 6))
    assert found.value == pytest.approx(best)
    assert found.bound == pytest.approx(best)
    assert served_within(points, found.y, capacity) == pytest.approx(best)


def test_too_many_pairs_keep_the_bound_of_the_model_without_capacity(monkeypatch) -> None:
    monkeypatch.setattr(assignment, "MOST_PAIRS", 0)
    points, rules, capacity = draw_points(3, 6, 25), Rules.at_most(3, 6), np.full(6, 40.0)
    found = assign(asked(cover_of(points, 6), rules), capacity, EXACT)
    best = max(served_within(points, y, capacity) for y in every_plan(rules, 6))
    assert found.value == pytest.approx(served_within(points, found.y, capacity))
    assert found.value <= best <= found.bound
    rules.low[:4] = 1.0
    assert assign(asked(cover_of(points, 6), rules), capacity, EXACT).is_impossible


def test_a_share_served_counts_by_its_share() -> None:
    """Ten people, of whom the near site holds four; the others are served by half from afar."""
    found = assign(
        asked(cover_of([(10.0, 0, {0: 1.0, 1: 0.5})], 2), Rules.at_most(2, 2)), np.array([4.0, 9.0]), EXACT
    )
    assert found.value == pytest.approx(4.0 + 0.5 * 6.0)


def test_fixed_sites_beyond_the_budget_are_impossible() -> None:
    rules = Rules.at_most(1, 3)
    rules.low[:2] = 1.0
    assert assign(asked(cover_of(draw_points(1, 3, 9), 3), rules), np.ones(3), EXACT).is_impossible
