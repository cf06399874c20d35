"""Closures: nested, cheapest loss first, and never against the rules."""

from __future__ import annotations

import numpy as np
import pytest
from siting_ground import cover_of, draw_points

from tutela.engine.scenario.siting.backwards import Closing, close_in_turn
from tutela.engine.scenario.siting.rules import Rules


def closing(n: int, *, stays: tuple[int, ...] = (), cost: float = 0.0) -> Closing:
    kept = np.zeros(n, bool)
    kept[list(stays)] = True
    return Closing(np.full(n, 10.0), np.full(n, 100.0), np.full(n, cost), kept)


def test_each_step_loses_least_for_the_money_and_stops_at_the_target() -> None:
    cover, rules = cover_of(draw_points(1, 6, 80), 6), Rules.of([], np.zeros(6), np.ones(6))
    steps = close_in_turn(cover, rules, np.ones(6), closing(6), 30.0)
    assert [step.spent for step in steps] == [50.0, 40.0, 30.0]
    assert steps[-1].posts == 300.0
    y, before = np.ones(6), cover.values(np.ones(6)).sum()
    for step in steps:
        losses = {}
        for c in np.flatnonzero(y).tolist():
            without = y.copy()
            without[c] = 0.0
            losses[c] = before - cover.values(without).sum()
        assert losses[step.closed] == min(losses.values())
        y[step.closed] = 0.0
        assert step.covered == pytest.approx(cover.values(y))
        before = step.covered.sum()


def test_where_nothing_more_may_close_the_steps_end_above_the_target() -> None:
    cover, rules = cover_of(draw_points(1, 4, 40), 4), Rules.of([], np.zeros(4), np.ones(4))
    steps = close_in_turn(cover, rules, np.ones(4), closing(4, stays=(0, 1)), 0.0)
    assert {step.closed for step in steps} == {2, 3}
    assert steps[-1].spent == 20.0
    assert close_in_turn(cover, rules, np.ones(4), closing(4, cost=10.0), 0.0) == ()


def test_an_escort_does_not_close_before_the_team_that_needs_it() -> None:
    needs = np.array([1.0, -1.0])
    rules = Rules.of([("escort", needs, 0.0)], np.zeros(2), np.ones(2))
    cover = cover_of([(9.0, 0, {0: 1.0}), (1.0, 0, {1: 1.0})], 2)
    assert [step.closed for step in close_in_turn(cover, rules, np.ones(2), closing(2), 0.0)] == [0, 1]
