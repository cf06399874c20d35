"""How good a forecast was by lead, beside the past twelve months: every score with the interval of its blocks.

A block is a unit with all its months: months of one place go wrong together, and are drawn again together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tutela.engine.outlook.comparisons import DRAWN_AGAIN, INTERVAL
from tutela.engine.outlook.forecasting import Forecast
from tutela.engine.outlook.panels import Counts, Mask
from tutela.engine.outlook.scores import SOMEBODY, Floats
from tutela.engine.outlook.scoring import Scored

MEANS: Final = ("crps", "crps_log1p", "brier_any", "brier_25")
"""Means over unit-months; lower is better."""

HELD: Final = "held_killed"
"""How often the 90 % interval held, of the unit-months in which people were killed."""

AT_ONCE: Final = 100

Block = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class LeadScore:
    """One score at one lead (0: over all leads), with 90 % intervals; NaN where there was nothing to score.

    theirs   the past twelve months' on the same unit-months;  gain  by what part ours is smaller
    of       unit-months that it is a mean over
    """

    lead: int
    score: str
    ours: float
    low: float
    high: float
    theirs: float
    gain: float
    gain_low: float
    gain_high: float
    of: int

    @property
    def is_known(self) -> bool:
        """Whether there was anything to score."""
        return self.of > 0


def past_twelve(forecast: Forecast, last: Counts) -> Forecast:
    """The past twelve months as a forecast of the same units: each of them as likely as the other, at every lead.

    last   counts by unit and month, twelve of them
    """
    units = np.arange(len(forecast.units), dtype=np.int32)
    row = np.broadcast_to(units, (len(forecast.leads), len(units))).astype(np.int32)
    return replace(
        forecast,
        model="conflictology-12",
        draws=np.sort(np.rint(last), axis=1).astype(np.float32),
        row=row,
        about={},
    )


def score_by_lead(ours: Scored, theirs: Scored, lot: np.random.Generator) -> tuple[LeadScore, ...]:
    """Every score over all leads and at each, with the interval that units drawn again give."""
    columns = list(_columns(ours, theirs))
    sums = np.stack([part for _, _, blocks in columns for part in blocks], axis=1)
    total, again = sums.sum(axis=0), _draw_again(sums, lot)
    found = []
    for number, (lead, score, _) in enumerate(columns):
        place = slice(3 * number, 3 * number + 3)
        found.append(_read(lead, score, total[place], again[:, place]))
    return tuple(found)


def _columns(ours: Scored, theirs: Scored) -> Iterator[tuple[int, str, Block]]:
    """For each lead and score what it sums over each unit: ours, theirs, and how many unit-months."""
    for lead in (0, *(int(lead) for lead in ours.leads)):
        wanted = np.ones(len(ours.leads), dtype=bool) if lead == 0 else ours.leads == lead
        there: Mask = ours.exists & wanted[:, None]
        for score in MEANS:
            yield lead, score, _sums(there, ours.values[score], theirs.values[score])
        killed = there & (ours.outcome >= SOMEBODY)
        yield lead, HELD, _sums(killed, ours.covered.astype(np.float64), theirs.covered.astype(np.float64))


def _sums(there: Mask, ours: Floats, theirs: Floats) -> Block:
    held = (np.where(there, part, 0.0).sum(axis=0) for part in (ours, theirs))
    return next(held), next(held), there.sum(axis=0).astype(np.float64)


def _draw_again(sums: Floats, lot: np.random.Generator) -> Floats:
    """The sums over as many blocks, drawn with replacement, `DRAWN_AGAIN` times."""
    size = len(sums)
    found = []
    for _ in range(0, DRAWN_AGAIN, AT_ONCE):
        drawn = lot.integers(0, size, (AT_ONCE, size)) if size else np.zeros((AT_ONCE, 0), dtype=np.int64)
        times = np.stack([np.bincount(row, minlength=size) for row in drawn]).astype(np.float64)
        found.append(times @ sums)
    return np.concatenate(found)


def _read(lead: int, score: str, total: Floats, again: Floats) -> LeadScore:
    ours, theirs, of = (float(part) for part in total)
    if of <= 0:
        nothing = float("nan")
        return LeadScore(lead, score, nothing, nothing, nothing, nothing, nothing, nothing, nothing, 0)
    again = again[again[:, 2] > 0]
    ends = ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2)
    low, high = np.quantile(again[:, 0] / again[:, 2], ends)
    worst = 1e-12
    gains = np.quantile(1 - again[:, 0] / np.maximum(again[:, 1], worst), ends)
    gain = 1 - ours / max(theirs, worst)
    return LeadScore(
        lead, score, ours / of, float(low), float(high), theirs / of, gain, float(gains[0]), float(gains[1]),
        int(of),
    )  # fmt: skip
