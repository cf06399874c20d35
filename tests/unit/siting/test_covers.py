"""Demand becomes rows: nothing is lost on the way, and nothing that differs is added up."""

from __future__ import annotations

import numpy as np
import pytest
from siting_ground import cover_of, demand_of, draw_points

from tutela.engine.scenario.siting import cover as covers
from tutela.engine.scenario.siting.cover import Cover, build_cover
from tutela.engine.scenario.siting.obvious import cover_one_by_one


def all_plans_of(seed: int, n: int) -> list[np.ndarray]:
    dice = np.random.default_rng(seed)
    return [(dice.random(n) < share).astype(float) for share in (0.0, 0.2, 0.4, 0.7, 1.0)]


def says_the_same(one: Cover, other: Cover) -> bool:
    return one.group_weights() == pytest.approx(other.group_weights()) and all(
        one.values(y) == pytest.approx(other.values(y)) for y in all_plans_of(3, one.n_candidates)
    )


@pytest.mark.parametrize("kind", ["classical", "cooperative"])
@pytest.mark.parametrize("cuts", [(20, 40), (5, 8, 50), (50, 55, 58)])
def test_demand_read_in_stretches_is_the_demand_read_at_once(kind: str, cuts: tuple[int, ...]) -> None:
    points = draw_points(1, 6, 60, 2, (0.3, 0.7, 1.0))
    parts = [points[a:b] for a, b in zip((0, *cuts), (*cuts, 60), strict=True)]
    stretched = build_cover((demand_of(part) for part in parts), (2, 6), kind)
    assert says_the_same(stretched, cover_of(points, 6, 2, kind))


def test_stretches_with_one_value_for_all_pairs_join_others_of_the_same_and_of_more_values() -> None:
    plain, mixed = draw_points(1, 6, 30), draw_points(2, 6, 30, 1, (0.3, 0.7))
    whole = cover_of([*plain, *plain, *mixed], 6)
    parts = [demand_of(plain, is_uniform=True), demand_of(plain, is_uniform=True), demand_of(mixed)]
    assert says_the_same(build_cover(parts, (1, 6), "classical"), whole)
    alone = build_cover(parts[:2], (1, 6), "classical")
    assert alone.by_row[2].shape == (1,)
    assert says_the_same(alone, cover_of([*plain, *plain], 6))


def test_demand_beyond_every_candidate_counts_in_what_there_is_to_cover() -> None:
    cover = cover_of([(5.0, 0, {}), (7.0, 1, {})], 3, 2)
    assert len(cover) == 0
    assert cover.group_weights() == pytest.approx([5.0, 7.0])
    assert cover.values(np.ones(3)) == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("kind", ["classical", "backup", "cooperative"])
def test_rows_whose_signatures_collide_are_not_added_up(kind: str, monkeypatch) -> None:
    monkeypatch.setattr(covers, "sign_rows", lambda pairs, _: np.zeros(len(pairs[0]) - 1, np.uint64))
    points = draw_points(4, 5, 50, 1, (0.4, 1.0))
    cover = cover_of(points, 5, 1, kind, 2)
    for y in all_plans_of(5, 5):
        assert cover.values(y) == pytest.approx(cover_one_by_one(points, y, kind, 2))


def test_candidates_that_reach_nobody_keep_a_cover_of_nothing() -> None:
    cover = cover_of(draw_points(4, 4, 20, 1, (0.4, 0.9)), 4)
    kept, went = cover.keep(np.empty(0, np.int64))
    assert (went == -1).all()
    assert kept.group_weights() == pytest.approx(cover.group_weights())
    assert kept.keep(np.empty(0, np.int64))[0].values(np.empty(0)) == pytest.approx([0.0])


def test_no_demand_at_all_is_a_cover_of_nothing() -> None:
    assert build_cover([], (1, 3), "classical").group_weights() == pytest.approx([0.0])
