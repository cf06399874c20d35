"""Plans: never better than their bound, never against the rules, the best of all where all can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from siting_ground import asked, at_least, cover_of, demand_of, draw_points

from tutela.engine.scenario.siting import kernels, master, pressing, solving
from tutela.engine.scenario.siting.between import first_plan
from tutela.engine.scenario.siting.cover import build_cover
from tutela.engine.scenario.siting.master import Master
from tutela.engine.scenario.siting.obvious import best_of_all
from tutela.engine.scenario.siting.polish import solve_by_tangents
from tutela.engine.scenario.siting.pressing import by_neighbourhood, press
from tutela.engine.scenario.siting.prices import bound_at
from tutela.engine.scenario.siting.rules import Aim, Rules, expected
from tutela.engine.scenario.siting.search import exchange_for
from tutela.engine.scenario.siting.solving import Patience, solve

EXACT = Patience(gap=1e-9)
TWO_GROUPS = np.eye(2)


def fixed(rules: Rules, *open_ones: int) -> Rules:
    low = rules.low.copy()
    low[list(open_ones)] = 1.0
    return replace(rules, low=low)


@pytest.mark.parametrize("is_uniform", [False, True])
@pytest.mark.parametrize("p", [1, 3])
def test_the_plan_of_a_plain_cover_is_the_best_of_all_plans(p: int, *, is_uniform: bool) -> None:
    points = draw_points(2, 9, 80)
    cover = build_cover([demand_of(points, is_uniform=is_uniform)], (1, 9), "classical")
    found = solve(asked(cover, Rules.at_most(p, 9)), EXACT)
    assert found.value == pytest.approx(best_of_all(cover, Rules.at_most(p, 9), expected(1))[1])
    assert found.gap < 1e-8


@pytest.mark.parametrize("kind", ["classical", "cooperative"])
@pytest.mark.parametrize("seed", range(4))
def test_planes_prove_no_more_than_is_true(seed: int, kind: str) -> None:
    cover = cover_of(draw_points(seed, 10, 120, 1, (0.3, 0.6)), 10, 1, kind)
    dice = np.random.default_rng(seed)
    money, people = dice.integers(1, 9, 10).astype(float), dice.integers(1, 5, 10).astype(float)
    rules = Rules.of([("money", money, 14.0), ("people", people, 9.0)], np.zeros(10), np.ones(10))
    best = best_of_all(cover, rules, expected(1))[1]
    found = solve(asked(cover, rules), EXACT)
    assert found.value == pytest.approx(best, rel=1e-7)
    assert found.bound >= best * (1 - 1e-9)


@pytest.mark.parametrize("kind", ["classical", "cooperative"])
def test_however_early_it_stops_the_bound_holds_and_the_plan_keeps_to_the_rules(kind: str) -> None:
    cover, rules = cover_of(draw_points(3, 10, 100, 1, (0.3, 0.8)), 10, 1, kind), Rules.at_most(3, 10)
    best = best_of_all(cover, rules, expected(1))[1]
    first = first_plan(cover, rules, np.zeros(10))
    for rounds in (0, 1, 2, 7, 30):
        answers = iter([1.0] * rounds)

        def left(answers: Iterator[float] = answers) -> float:
            return next(answers, 0.0)

        at = press(cover, first, Patience(-1.0, left))
        assert at.value <= best * (1 + 1e-9) <= at.bound * (1 + 2e-9)
        assert rules.allow(at.y)


@pytest.mark.parametrize("kind", ["classical", "cooperative"])
def test_planes_that_are_forgotten_take_no_bound_with_them(kind: str, monkeypatch) -> None:
    monkeypatch.setattr(master, "PATIENT", 0)
    monkeypatch.setattr(pressing, "LOOK", 1)
    cover, rules = cover_of(draw_points(5, 12, 150, 1, (0.3, 0.8)), 12, 1, kind), Rules.at_most(4, 12)
    best = best_of_all(cover, rules, expected(1))[1]
    at = press(cover, first_plan(cover, rules, np.zeros(12)), Patience(1e-9))
    assert at.value <= best * (1 + 1e-9) <= at.bound * (1 + 2e-9)


def test_prices_of_planes_give_the_bound_of_the_linear_program() -> None:
    cover, rules = cover_of(draw_points(3, 10, 100, 1, (0.3, 0.8)), 10, 1, "classical"), Rules.at_most(3, 10)
    neighbours = by_neighbourhood(cover, first_plan(cover, rules, np.zeros(10)).y)
    planes = Master(neighbours, rules, expected(neighbours.n_groups))
    planes.cut_at(np.zeros(10))
    for _ in range(6):
        answer = planes.solve()
        planes.cut_at(answer.y)
    assert bound_at(cover, rules, planes.prices())[0] == pytest.approx(answer.bound)


def test_a_tight_gap_is_closed_with_whole_candidates_whatever_the_walk_left() -> None:
    """Six points in a ring of six candidates, each reached by two: fractions cover all, three whole ones do too."""
    ring = [(1.0, 0, {i: 1.0, (i + 1) % 7: 1.0}) for i in range(7)]
    cover, rules = cover_of(ring, 7), Rules.at_most(3, 7)
    found = solve(asked(cover, rules), EXACT)
    assert (found.value, found.bound) == (pytest.approx(6.0), pytest.approx(6.0))


def test_without_time_there_is_a_plan_with_a_true_bound() -> None:
    cover, rules = cover_of(draw_points(4, 10, 100, 2, (0.3, 0.8)), 10, 2, "cooperative"), Rules.at_most(3, 10)
    for aim in (expected(2), Aim(TWO_GROUPS, "worst", np.full(2, 0.5))):
        found = solve(asked(cover, rules, aim), Patience(1e-9, left=lambda: 0.0))
        assert found.value <= best_of_all(cover, rules, aim)[1] * (1 + 1e-9) <= found.bound * (1 + 2e-9)


def test_bounds_that_creep_are_left_for_whole_candidates(monkeypatch) -> None:
    monkeypatch.setattr(solving, "MOST_TANGENTS", 1)
    cover, rules = cover_of(draw_points(4, 8, 60, 2, (0.3, 0.8)), 8, 2), Rules.at_most(3, 8)
    aim = Aim(TWO_GROUPS, "worst", np.full(2, 0.5))
    found = solve(asked(cover, rules, aim), EXACT)
    assert found.value == pytest.approx(best_of_all(cover, rules, aim)[1])


def test_tangents_end_when_no_new_plan_is_proposed() -> None:
    cover, rules = cover_of(draw_points(4, 6, 40), 6), Rules.at_most(2, 6)
    y, bound = solve_by_tangents(Master(cover, rules, expected(1)), expected(1), (None, -np.inf), -1.0, lambda: 1.0)
    assert cover.values(y).sum() == pytest.approx(bound)


def test_demand_that_nobody_reaches_leaves_a_plan_of_what_must_be_open() -> None:
    cover = cover_of([(5.0, 0, {})], 3)
    found = solve(asked(cover, fixed(Rules.at_most(2, 3), 1)))
    assert (found.value, found.bound) == (0.0, 0.0)
    assert found.y.tolist() == [0.0, 1.0, 0.0]


def test_a_budget_that_buys_nothing_leaves_what_is_open() -> None:
    cover, rules = (
        cover_of(draw_points(1, 5, 30), 5),
        Rules.of([("money", np.full(5, 9.0), 5.0)], np.zeros(5), np.ones(5)),
    )
    assert not solve(asked(cover, rules)).y.any()
    risk = solve(asked(cover, rules, Aim(np.ones((1, 1)), "worst")))
    assert not risk.y.any()
    assert not exchange_for(cover, rules, Aim(np.ones((1, 1)), "worst"), np.zeros(5)).any()


def test_a_fixed_site_that_needs_an_escort_opens_the_escort_too() -> None:
    needs = np.array([1.0, -1.0, 0.0, 0.0])
    rules = Rules.of([("sites", np.ones(4), 2.0), ("escort", needs, 0.0)], np.zeros(4), np.ones(4))
    cover = cover_of(draw_points(5, 4, 40), 4)
    found = solve(asked(cover, fixed(rules, 0)), EXACT)
    assert found.y.tolist() == [1.0, 1.0, 0.0, 0.0]


def test_fixed_sites_beyond_the_budget_are_proven_impossible() -> None:
    found = solve(asked(cover_of(draw_points(5, 4, 40), 4), fixed(Rules.at_most(1, 4), 0, 1)))
    assert found.is_impossible
    assert found.y is None


def test_floors_that_only_fractions_could_meet_are_proven_impossible() -> None:
    cover = cover_of([(10.0, 0, {0: 1.0}), (10.0, 1, {1: 1.0})], 2, 2)
    floors = (at_least("north", (0,), 2, 4.0), at_least("south", (1,), 2, 4.0))
    found = solve(asked(cover, Rules.at_most(1, 2), Aim(np.ones((1, 2)), floors=floors)))
    assert found.is_impossible


@pytest.mark.parametrize("kind", ["classical", "cooperative"])
@pytest.mark.parametrize("seed", range(3))
def test_floors_are_repaired_whatever_the_greedy_plan_left_out(seed: int, kind: str) -> None:
    """The far region weighs little, so that covering most never goes there by itself."""
    points = draw_points(seed, 8, 60, 1, (0.5, 0.9))
    far = [(1.0, 1, {8: 1.0}), (1.0, 1, {9: 0.8})]
    cover = cover_of([*points, *far], 10, 2, kind)
    aim = Aim(np.ones((1, 2)), floors=(at_least("far", (1,), 2, 0.9),))
    rules = Rules.at_most(3, 10)
    found = solve(asked(cover, rules, aim), EXACT)
    assert found.y[8] == 1.0
    assert found.value == pytest.approx(best_of_all(cover, rules, aim)[1])


@pytest.mark.parametrize("kind", ["worst", "cvar"])
@pytest.mark.parametrize("seed", range(3))
def test_risk_finds_the_best_of_all_plans(seed: int, kind: str) -> None:
    cover, rules = cover_of(draw_points(seed, 8, 60, 3), 8, 3), Rules.at_most(3, 8)
    aim = Aim(np.eye(3), kind, np.array([0.5, 0.3, 0.2]), 0.4)
    found = solve(asked(cover, rules, aim), EXACT)
    value = best_of_all(cover, rules, aim)[1]
    assert found.value == pytest.approx(value)
    assert found.bound >= value * (1 - 1e-9)


@pytest.mark.parametrize("aim", [expected(2), Aim(TWO_GROUPS, "worst", np.full(2, 0.5))], ids=["plain", "worst"])
def test_two_runs_without_a_limit_of_time_give_the_same_bytes(aim: Aim) -> None:
    siting = asked(cover_of(draw_points(6, 12, 200, 2, (0.3, 0.8)), 12, 2), Rules.at_most(4, 12), aim)
    one, two = solve(siting, Patience(1e-6)), solve(siting, Patience(1e-6))
    assert one.y.tobytes() == two.y.tobytes()
    assert (one.value, one.bound) == (two.value, two.bound)
    assert one.rule_price.tobytes() == two.rule_price.tobytes()


def test_a_linear_program_without_an_answer_leaves_the_plan_as_it_was(monkeypatch) -> None:
    cover, rules = cover_of(draw_points(3, 10, 100), 10), Rules.at_most(3, 10)
    at = first_plan(cover, rules, np.zeros(10))
    solve_once = Master.solve
    monkeypatch.setattr(Master, "solve", lambda self: replace(solve_once(self), status="unknown"))
    assert press(cover, at, EXACT) is at
    monkeypatch.setattr(pressing, "MOST", 0)
    assert press(cover, at, EXACT) is at


def test_risk_over_pairs_of_one_value_finds_the_best_of_all_plans() -> None:
    demand = demand_of(draw_points(4, 8, 60, 2), is_uniform=True)
    cover, rules = build_cover([demand], (2, 8), "classical"), Rules.at_most(3, 8)
    aim = Aim(TWO_GROUPS, "worst", np.full(2, 0.5))
    found = solve(asked(cover, rules, aim), EXACT)
    assert found.value == pytest.approx(best_of_all(cover, rules, aim)[1])


@pytest.mark.parametrize("value", [np.ones(1), np.array([0.5, 0.2, 0.7])])
def test_rows_taken_lose_the_candidates_that_fall_away(value: np.ndarray) -> None:
    start, index = np.array([0, 2, 3]), np.array([0, 1, 1], np.int32)
    new_start, new_index, new_value = kernels.take_rows.as_written(
        *(start, index, value), np.array([1, 0]), np.array([0, -1])
    )
    assert (new_start.tolist(), new_index.tolist()) == ([0, 0, 1], [0])
    assert new_value.tolist() == [value[0]]
