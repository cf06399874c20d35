"""What binds, what is as good, and why not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from siting_ground import asked, at_least, cover_of, draw_points

from tutela.engine.scenario.siting.explaining import (
    NEAR,
    find_alternatives,
    find_binding,
    find_conflict,
    most_for_floor,
)
from tutela.engine.scenario.siting.obvious import best_of_all
from tutela.engine.scenario.siting.rules import Aim, Rules
from tutela.engine.scenario.siting.solving import Patience, solve

EXACT = Patience(gap=1e-9)


def test_a_budget_that_keeps_out_a_helpful_site_binds_and_one_with_room_does_not() -> None:
    cover = cover_of(draw_points(1, 6, 60), 6)
    rules = Rules.of([("money", np.ones(6), 2.0), ("people", np.ones(6), 50.0)], np.zeros(6), np.ones(6))
    siting = asked(cover, rules)
    (found,) = find_binding(siting, solve(siting, EXACT))
    assert (found.name, found.is_floor, found.limit, found.used) == ("money", False, 2.0, 2.0)
    assert found.price > 0


def test_a_floor_that_is_just_reached_binds_and_one_far_below_does_not() -> None:
    points = [(10.0, 0, {0: 1.0}), (9.0, 0, {1: 1.0}), (2.0, 1, {2: 1.0})]
    floors = (at_least("south", (1,), 2, 2.0), at_least("north", (0,), 2, 1.0))
    siting = asked(cover_of(points, 3, 2), Rules.at_most(2, 3), Aim(np.ones((1, 2)), floors=floors))
    solution = solve(siting, EXACT)
    assert solution.y.tolist() == [1.0, 0.0, 1.0]
    assert [item.name for item in find_binding(siting, solution) if item.is_floor] == ["south"]


@pytest.mark.parametrize("is_plain", [True, False])
def test_alternatives_are_as_good_and_differ(*, is_plain: bool) -> None:
    twins = [(float(9 - i // 2), 0, {i - i % 2: 1.0, i - i % 2 + 1: 1.0}) for i in range(8)]
    aim = None if is_plain else Aim(np.ones((1, 1)), "worst")
    siting = asked(cover_of(twins, 8), Rules.at_most(3, 8), aim)
    solution = solve(siting, EXACT)
    found = find_alternatives(siting, solution, Patience())
    assert found
    for plan in found:
        assert siting.rules.allow(plan)
        assert siting.cover.values(plan).sum() >= solution.value * (1 - NEAR)
        assert not np.array_equal(plan, solution.y)
    assert (found[0] * solution.y).sum() == 0  # every site has a twin


def test_where_no_plan_is_as_good_none_is_named_and_without_time_none_is_sought() -> None:
    siting = asked(cover_of([(10.0, 0, {0: 1.0}), (1.0, 0, {1: 1.0})], 2), Rules.at_most(1, 2))
    solution = solve(siting, EXACT)
    assert find_alternatives(siting, solution, Patience()) == ()
    assert find_alternatives(siting, solution, Patience(left=lambda: 0.0)) == ()


def test_what_stays_open_stays_open_in_every_alternative() -> None:
    points = [(5.0, 0, {0: 1.0, 1: 1.0}), (5.0, 0, {2: 1.0, 3: 1.0})]
    rules = Rules.at_most(2, 4)
    rules.low[0] = 1.0
    siting = asked(cover_of(points, 4), rules)
    for plan in find_alternatives(siting, solve(siting, EXACT), Patience()):
        assert plan[0] == 1.0


def test_the_certificate_of_the_impossible_is_minimal() -> None:
    """Left out any one of what it names, every plan tried, the rest can be met; all of it cannot."""
    points = [(10.0, 0, {0: 1.0}), (10.0, 1, {1: 1.0}), (10.0, 2, {2: 1.0})]
    floors = tuple(at_least(f"floor {g}", (g,), 3, 6.0) for g in range(3))
    rows = [("money", np.array([1.0, 1.0, 3.0]), 3.0), ("people", np.ones(3), 9.0)]
    siting = asked(
        cover_of(points, 3, 3), Rules.of(rows, np.zeros(3), np.ones(3)), Aim(np.ones((1, 3)), floors=floors)
    )
    assert solve(siting).is_impossible
    names = find_conflict(siting, Patience())
    assert "money" in names
    assert "people" not in names

    def can_be_met(kept: tuple[str, ...]) -> bool:
        rules = Rules.of([row for row in rows if row[0] in kept], np.zeros(3), np.ones(3))
        aim = Aim(np.ones((1, 3)), floors=tuple(floor for floor in floors if floor[0] in kept))
        return best_of_all(siting.cover, rules, aim)[0] is not None

    assert not can_be_met(names)
    for fewer in itertools.combinations(names, len(names) - 1):
        assert can_be_met(fewer)


def test_the_most_that_a_floor_can_have_alone_is_what_all_means_together_reach_there() -> None:
    points = [(10.0, 0, {0: 1.0}), (4.0, 1, {1: 1.0}), (3.0, 1, {2: 1.0})]
    aim = Aim(np.ones((1, 2)), floors=(at_least("south", (1,), 2, 7.0),))
    siting = asked(cover_of(points, 3, 2), Rules.at_most(1, 3), aim)
    assert most_for_floor(siting, "south", EXACT) == pytest.approx(4.0)
