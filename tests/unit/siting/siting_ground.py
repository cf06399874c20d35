"""Points drawn by chance, and covers made of them."""

from __future__ import annotations

import numpy as np

from tutela.engine.scenario.siting.cover import Cover, Demand, build_cover
from tutela.engine.scenario.siting.rules import Aim, Rules, expected
from tutela.engine.scenario.siting.solving import Siting

Points = list[tuple[float, int, dict[int, float]]]


def draw_points(seed: int, n: int, m: int, groups: int = 1, values: tuple[float, ...] = (1.0,)) -> Points:
    """Each point is reached by about a third of the candidates, some by none."""
    dice = np.random.default_rng(seed)
    return [
        (
            float(dice.integers(1, 20)),
            int(dice.integers(0, groups)),
            {int(c): float(dice.choice(values)) for c in np.flatnonzero(dice.random(n) < 0.3)},
        )
        for _ in range(m)
    ]


def demand_of(points: Points, *, is_uniform: bool = False) -> Demand:
    """As the engine takes it; uniform: one value stands for all pairs."""
    start = np.cumsum([0] + [len(values) for _, _, values in points])
    index = np.array([c for _, _, values in points for c in sorted(values)], np.int32)
    value = np.array([values[c] for _, _, values in points for c in sorted(values)])
    weight, group = np.array([w for w, _, _ in points]), np.array([g for _, g, _ in points], np.int32)
    return Demand(weight, group, (start, index, np.ones(1) if is_uniform else value))


def cover_of(points: Points, n: int, groups: int = 1, kind: str = "classical", k: int = 1) -> Cover:
    """All at once."""
    return build_cover([demand_of(points)], (groups, n), kind, k)


def asked(cover: Cover, rules: Rules, aim: Aim | None = None) -> Siting:
    """A question with nothing open today."""
    return Siting(cover, rules, aim or expected(cover.n_groups), np.zeros(cover.n_candidates))


def at_least(name: str, groups: tuple[int, ...], n_groups: int, least: float) -> tuple[str, np.ndarray, float]:
    """A floor under the coverage of some groups."""
    of = np.zeros(n_groups)
    of[list(groups)] = 1.0
    return name, of, least
