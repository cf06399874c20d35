"""Whether one model is better than another, how sure that is, and the smallest difference that could be seen.

Errors of neighbouring months and of one unit go together, so whole blocks (a unit in a window) are drawn
again, never single months: single months would make the interval far too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.engine.outlook.scores import Floats
from tutela.engine.outlook.scoring import Scored

DRAWN_AGAIN: Final = 2000
INTERVAL: Final = 0.9

LEAST_GAIN: Final = 0.0
"""By the rule a model is better where the whole interval of its gain in CRPS of log1p lies above this."""


@dataclass(frozen=True, slots=True)
class Gain:
    """By what part a model's loss is smaller than another's: (other - model) / other, with its interval.

    seen_from   the smallest gain that these windows could have told from none
    wins, windows   in how many windows the model was better
    """

    score: str
    gain: float
    low: float
    high: float
    seen_from: float
    wins: int
    windows: int

    @property
    def is_better(self) -> bool:
        """Whether the model is better by the rule."""
        return self.low > LEAST_GAIN

    def as_json(self) -> dict[str, float | int | str | bool]:
        """Plain values."""
        return {
            "score": self.score,
            "gain": self.gain,
            "low": self.low,
            "high": self.high,
            "seen_from": self.seen_from,
            "wins": self.wins,
            "windows": self.windows,
            "better": self.is_better,
        }


def compare(model: list[Scored], other: list[Scored], score: str, lot: np.random.Generator) -> Gain:
    """The gain of `model` over `other` on the same windows, blocks drawn again 2,000 times."""
    ours, theirs = _by_block(model, score), _by_block(other, score)
    drawn = lot.integers(0, len(ours), (DRAWN_AGAIN, len(ours)))
    # Each block is the sum of a unit's losses in a window: the ratio of sums is the ratio of means.
    again = 1 - ours[drawn].sum(axis=1) / np.maximum(theirs[drawn].sum(axis=1), 1e-12)
    low, high = np.quantile(again, ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2))
    gain = 1 - ours.sum() / max(theirs.sum(), 1e-12)
    wins = sum(a.means()[score] < b.means()[score] for a, b in zip(model, other, strict=True))
    return Gain(score, float(gain), float(low), float(high), float(2 * 1.645 * again.std()), wins, len(model))


def _by_block(scored: list[Scored], score: str) -> Floats:
    blocks = [np.where(item.exists, item.values[score], 0.0).sum(axis=0) for item in scored]
    return np.concatenate(blocks)
