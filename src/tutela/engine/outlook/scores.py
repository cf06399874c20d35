"""How good a forecast was: proper scores, calibration, ranking. Lower is better unless the name says otherwise.

Draws are sorted along the last axis. Formulas and sources: docs/method/outlook.md.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Draws = NDArray[np.floating]

BIN_TOPS: Final = np.array([0, 2, 5, 10, 25, 50, 100, 250, 500, 1000])
"""The upper ends of the challenge's bins; the eleventh is everything above."""

CHALLENGE_DRAWS: Final = 1000
INTERVAL: Final = 0.9

SOMEBODY: Final = 0.5
"""From so many on somebody was killed there. An event without an exact place leaves small parts in many places:
with every part above zero, killings were seen everywhere, and the hurdle learnt them so."""


def crps(draws: Draws, outcome: Floats, *, fair: bool = False) -> Floats:
    """The continuous ranked probability score of each row of draws, [n, m] against [n].

    The ensemble form subtracts the spread over m * m pairs; the fair form over m * (m - 1), so that few draws
    are not punished for being few. Both in the unit of the outcome.
    """
    held = draws.astype(np.float64)
    size = held.shape[-1]
    ranks = 2.0 * np.arange(1, size + 1) - size - 1
    spread = held @ ranks / (size * (size - 1 if fair and size > 1 else size))
    distance: Floats = np.abs(held - outcome[:, None]).mean(axis=-1)
    score: Floats = distance - spread
    return score


def crps_log1p(draws: Draws, outcome: Floats) -> Floats:
    """The same after log(1 + x): a doubling weighs alike everywhere."""
    return crps(np.log1p(draws.astype(np.float64)), np.log1p(outcome))


def ignorance(draws: Draws, outcome: Floats) -> Floats:
    """-log2 of the share of draws in the outcome's bin, with one pseudo-draw in each of the eleven bins.

    The challenge counts 1,000 draws; fewer or more are weighed as so many.
    """
    wanted = np.searchsorted(BIN_TOPS, outcome)
    low = np.concatenate(([-np.inf], BIN_TOPS))[wanted]
    high = np.concatenate((BIN_TOPS, [np.inf]))[wanted]
    whole = np.rint(draws)
    share = ((whole > low[:, None]) & (whole <= high[:, None])).mean(axis=-1)
    result: Floats = -np.log2((share * CHALLENGE_DRAWS + 1) / (CHALLENGE_DRAWS + len(BIN_TOPS) + 1))
    return result


def interval_score(draws: Draws, outcome: Floats) -> Floats:
    """The width of the 90 % interval, and 20 times what the outcome lies outside it."""
    low, high = interval(draws)
    below, above = np.maximum(low - outcome, 0), np.maximum(outcome - high, 0)
    score: Floats = high - low + 2 / (1 - INTERVAL) * (below + above)
    return score


def interval(draws: Draws) -> tuple[Floats, Floats]:
    """The 5 % and the 95 % quantile of each row, linear between draws."""
    size = draws.shape[-1]
    low, high = ((size - 1) * part for part in ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2))
    return _between(draws, low), _between(draws, high)


def covers(draws: Draws, outcome: Floats) -> NDArray[np.bool_]:
    """Whether each outcome lies inside the 90 % interval, ends included."""
    low, high = interval(draws)
    inside: NDArray[np.bool_] = (outcome >= low) & (outcome <= high)
    return inside


def brier(draws: Draws, outcome: Floats, least: float) -> Floats:
    """(chance - whether it happened) squared, for at least so many."""
    score: Floats = ((draws >= least).mean(axis=-1) - (outcome >= least)) ** 2
    return score


def average_precision(score: Floats, happened: NDArray[np.bool_]) -> float:
    """How far up the list the units stand in which it happened: 1 is perfect, the share of such units is chance.

    Units of equal score stand together, so that their order in the file decides nothing.
    """
    if not happened.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    found = np.cumsum(happened[order])[ends]
    precision = found / (ends + 1)
    recall = found / found[-1]
    return float((np.diff(np.concatenate(([0.0], recall))) * precision).sum())


def top_share(score: Floats, count: Floats, part: float) -> float:
    """The share of all dead in the units that rank highest, so many per part of all; ties share their places."""
    if count.sum() <= 0:
        return float("nan")
    places = max(1, round(part * len(score)))
    order = np.argsort(-score, kind="stable")
    edge = score[order[places - 1]]
    above = score > edge
    tied = score == edge
    share = (places - above.sum()) / tied.sum()
    return float((count[above].sum() + share * count[tied].sum()) / count.sum())


def activation_ratio(draws: Draws, outcome: Floats) -> float:
    """Of the units in which people were killed, the share whose median forecast was not 0."""
    active = outcome >= SOMEBODY
    if not active.any():
        return float("nan")
    return float((_between(draws[active], (draws.shape[-1] - 1) / 2) > 0).mean())


def probability_rank(draws: Draws, outcome: Floats, lot: Floats) -> Floats:
    """Where each outcome lies among its draws, 0 to 1; among equal draws, `lot` (0 to 1) decides."""
    below = (draws < outcome[:, None]).mean(axis=-1)
    until = (draws <= outcome[:, None]).mean(axis=-1)
    rank: Floats = below + lot * (until - below)
    return rank


def _between(draws: Draws, place: float) -> Floats:
    under = int(np.floor(place))
    over = min(under + 1, draws.shape[-1] - 1)
    part = place - under
    value: Floats = draws[..., under] * (1 - part) + draws[..., over] * part
    return value
