"""Scores as they are defined, pair by pair: slow, short, and the judge of the fast ones."""

from __future__ import annotations

import math
from collections.abc import Sequence

BINS = ((0, 0), (1, 2), (3, 5), (6, 10), (11, 25), (26, 50), (51, 100), (101, 250), (251, 500), (501, 1000))


def crps_by_pairs(draws: Sequence[float], outcome: float, *, fair: bool = False) -> float:
    """The mean distance to the outcome less half the mean distance between draws."""
    size = len(draws)
    distance = sum(abs(draw - outcome) for draw in draws) / size
    between = sum(abs(one - other) for one in draws for other in draws)
    return distance - between / (2 * size * (size - 1 if fair else size))


def ignorance_by_counting(draws: Sequence[int], outcome: int) -> float:
    """-log2 of the share of draws in the outcome's bin, one pseudo-draw in each bin; for exactly 1,000 draws."""

    def bin_of(count: int) -> int:
        return next((place for place, (low, high) in enumerate(BINS) if low <= count <= high), len(BINS))

    wanted = bin_of(outcome)
    same = sum(bin_of(draw) == wanted for draw in draws)
    return -math.log2((same + 1) / (len(draws) + len(BINS) + 1))


def precision_by_ranks(score: Sequence[float], happened: Sequence[bool]) -> float:
    """For each unit in which it happened, the share of such units among those that rank as high or higher."""
    shares = []
    for own, did in zip(score, happened, strict=True):
        if did:
            above = [other for other, value in zip(happened, score, strict=True) if value >= own]
            shares.append(sum(above) / len(above))
    return sum(shares) / len(shares)
