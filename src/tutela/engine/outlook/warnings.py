"""Warnings with a budget: which units are warned of, and how often such warnings were false or missing before.

People can look at a handful of warnings a month, not at a threshold that somebody liked. So the budget comes first
and the threshold follows from it. Every share comes with an interval: whole blocks of months are drawn again,
because neighbouring months and places go wrong together. Formulas: docs/method/outlook.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from tutela.engine.outlook.panels import Ids, Mask
from tutela.engine.outlook.scores import Floats
from tutela.kernel.problems import Problem

ALGORITHM: Final = 1
"""Raised when the same chances would give other warnings or rates."""

BUDGET: Final = 5
"""Warnings a month and presence, unless a presence sets its own."""

DRAWN_AGAIN: Final = 2000
INTERVAL: Final = 0.9

LEAST_CHANCE: Final = 0.01
"""For the log score a chance is at least this and at most one less this: nobody is punished without end."""

CHANCES: Final = (0.05, 0.2, 0.5, 0.8, 0.95)
"""What an analyst's likelihood of 1 to 5 is scored as; the bands end half-way between."""

APART: Final = 2
"""So many bands apart, an analyst and a model disagree."""

EDGES: Final = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
"""The bins of the calibration plot."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Units that may be warned of in one month: number, chance of anybody being killed, mean of the draws."""

    unit: Ids
    chance: Floats
    expected: Floats


@dataclass(frozen=True, slots=True)
class Past:
    """What was forecast for past months and what happened, one row for each unit and month.

    month   tells months of different windows apart;  block  what is drawn again as a whole
    """

    month: Ids
    block: Ids
    unit: Ids
    chance: Floats
    expected: Floats
    happened: Mask

    def __post_init__(self) -> None:
        """All columns of one length, chances between 0 and 1."""
        sizes = {len(self.month), len(self.block), len(self.unit), len(self.chance), len(self.expected)}
        if sizes != {len(self.happened)} or not ((self.chance >= 0) & (self.chance <= 1)).all():
            raise Problem(
                "forecast-unusable",
                "The past windows are not one chance between 0 and 1 for each unit and month.",
                where="past",
                remedy="Write the forecast anew with tutela outlook predict.",
            )


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 90 % interval, and of how many; NaN where there was none to take a share of."""

    mid: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class Rates:
    """What a budget came to on past months.

    threshold    the median chance of the last unit warned of
    false_alarm  of the warnings, those after which nobody was killed in that unit and month
    missed       of the unit-months in which somebody was killed, those that were not warned of
    """

    budget: int
    months: int
    threshold: float
    false_alarm: Share
    missed: Share


@dataclass(frozen=True, slots=True)
class PairScores:
    """A model and an analyst on the same places and months; lower is better, and `gain` is the analyst's lead."""

    score: str
    model: Share
    analyst: Share
    gain: Share


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of the calibration plot: the mean chance said, and how often it happened."""

    said: float
    happened: Share


def choose_warned(candidates: Candidates, budget: int) -> Ids:
    """The places of at most `budget` candidates, the highest chance first; equal chances by mean, then by number.

    A chance of 0 is never warned of, however much of the budget is left.
    """
    require_budget(budget)
    order = np.lexsort((candidates.unit, -candidates.expected, -candidates.chance))
    chosen: Ids = order[candidates.chance[order] > 0][:budget].astype(np.int64)
    return chosen


def rate_budget(past: Past, budget: int, lot: np.random.Generator) -> Rates:
    """False alarms and misses of this budget on past months, each with the interval of blocks drawn again."""
    require_budget(budget)
    order = np.lexsort((past.unit, -past.expected, -past.chance, past.month))
    month, chance = past.month[order], past.chance[order]
    starts = np.flatnonzero(np.concatenate(([True], month[1:] != month[:-1]))) if len(month) else np.zeros(0, int)
    place = np.arange(len(month)) - np.repeat(starts, np.diff(np.append(starts, len(month))))
    warned = (place < budget) & (chance > 0)
    happened, block = past.happened[order], np.unique(past.block[order], return_inverse=True)[1]
    sums = _sum_blocks(block, warned, warned & ~happened, happened, happened & ~warned)
    last = chance[warned & np.append(~warned[1:] | (month[1:] != month[:-1]), True)] if len(month) else chance
    again = _draw_blocks(sums, lot)
    return Rates(
        budget,
        len(starts),
        float(np.median(last)) if len(last) else float("nan"),
        _widen(_share(sums, again, 1, 0)),
        _widen(_share(sums, again, 3, 2)),
    )


def compare_pairs(
    model: Floats, analyst: Floats, happened: Mask, block: Ids, lot: np.random.Generator
) -> list[PairScores]:
    """Brier and log score of both on the same places and months, and how much better the analyst was."""
    blocks = np.unique(block, return_inverse=True)[1]
    outcome = happened.astype(np.float64)
    found = []
    for name, score in (("brier", _brier), ("log", _log)):
        ours, theirs = score(model, outcome), score(analyst, outcome)
        sums = _sum_blocks(blocks, ours, theirs, ours - theirs, np.ones_like(ours))
        again = _draw_blocks(sums, lot)
        found.append(PairScores(name, *(_share(sums, again, part, 3) for part in range(3))))
    return found


def score_chances(chance: Floats, happened: Mask, block: Ids, lot: np.random.Generator) -> Share:
    """The Brier score of these chances with its interval."""
    ours = _brier(chance, happened.astype(np.float64))
    sums = _sum_blocks(np.unique(block, return_inverse=True)[1], ours, np.ones_like(ours))
    return _share(sums, _draw_blocks(sums, lot), 0, 1)


def calibrate(chance: Floats, happened: Mask, edges: tuple[float, ...] = EDGES) -> list[Bin]:
    """How often it happened where so high a chance was said, by bin; Wilson's interval; empty bins are left out."""
    place = np.clip(np.searchsorted(np.array(edges), chance, side="right") - 1, 0, len(edges) - 2)
    found = []
    for number in range(len(edges) - 1):
        inside = place == number
        if inside.any():
            found.append(Bin(float(chance[inside].mean()), wilson(int(happened[inside].sum()), int(inside.sum()))))
    return found


def wilson(hits: int, of: int) -> Share:
    """A share with Wilson's 90 % interval, which stays inside 0 and 1 and is never empty."""
    if of <= 0:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    z = 1.6448536269514722
    share, shrink = hits / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / shrink
    half = z * float(np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))) / shrink
    return Share(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)), of)


def find_band(chance: float) -> int:
    """The likelihood 1 to 5 that is nearest to a chance.

    >>> [find_band(part) for part in (0.0, 0.1, 0.3, 0.5, 0.7, 0.99)]
    [1, 1, 2, 3, 4, 5]
    """
    middles = [(a + b) / 2 for a, b in pairwise(CHANCES)]
    return 1 + sum(chance >= edge for edge in middles)


def disagree(likelihood: int, chance: float) -> bool:
    """Whether an analyst's likelihood and a model's chance lie two bands apart or more."""
    return abs(likelihood - find_band(chance)) >= APART


def require_budget(budget: int) -> None:
    """Refuse a budget that is none."""
    if budget < 1:
        raise Problem(
            "option-invalid",
            "A budget of warnings is at least one a month.",
            where="budget",
            remedy="Say how many warnings you can look at in one sitting.",
        )


def _widen(share: Share) -> Share:
    """At least as wide as if months were independent: blocks that all agree would seem to be certain."""
    if not share.of:
        return share
    alone = wilson(round(share.mid * share.of), share.of)
    return Share(share.mid, min(share.low, alone.low), max(share.high, alone.high), share.of)


def _brier(chance: Floats, outcome: Floats) -> Floats:
    score: Floats = (chance - outcome) ** 2
    return score


def _log(chance: Floats, outcome: Floats) -> Floats:
    kept = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    score: Floats = -np.log(np.where(outcome > 0, kept, 1 - kept))
    return score


def _sum_blocks(block: Ids, *columns: Floats | Mask) -> Floats:
    size = int(block.max()) + 1 if len(block) else 0
    sums: Floats = np.stack(
        [np.bincount(block, column.astype(np.float64), minlength=size) for column in columns], 1
    )
    return sums


def _draw_blocks(sums: Floats, lot: np.random.Generator) -> Floats:
    if not len(sums):
        return np.zeros((DRAWN_AGAIN, sums.shape[1]))
    drawn = lot.integers(0, len(sums), (DRAWN_AGAIN, len(sums)))
    again: Floats = sums[drawn].sum(axis=1)
    return again


def _share(sums: Floats, again: Floats, part: int, whole: int) -> Share:
    total = sums.sum(axis=0)
    if not len(sums) or total[whole] <= 0:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    held = again[again[:, whole] > 0]
    low, high = np.quantile(held[:, part] / held[:, whole], ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2))
    return Share(float(total[part] / total[whole]), float(low), float(high), int(total[whole]))
