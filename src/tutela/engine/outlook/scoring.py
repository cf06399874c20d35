"""A forecast against what happened: one row of scores for each lead and unit, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tutela.engine.outlook import scores
from tutela.engine.outlook.forecasting import Draws, Forecast
from tutela.engine.outlook.panels import Counts, Ids, Mask, Panel
from tutela.engine.outlook.scores import Floats
from tutela.kernel.problems import Problem

ALGORITHM: Final = 2
"""Raised when the same forecast and outcome would give other scores."""

MEANS: Final = ("crps", "crps_fair", "crps_log1p", "ign", "mis", "brier_any", "brier_25")
"""Scores that are means over unit-months; lower is better."""

MANY: Final = 25
TOP_PARTS: Final = (0.02, 0.1)
BLOCK: Final = 8192


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one forecast, by lead and unit; NaN where the unit does not exist.

    outcome, expected   what happened, the mean of the draws;  covered  inside the 90 % interval
    rank   where the outcome lay among the draws, ties by lot;  chance  of anybody being killed
    """

    model: str
    origin: int
    leads: Ids
    vintage: str
    values: Mapping[str, Floats]
    outcome: Counts
    expected: Counts
    chance: Counts
    covered: Mask
    rank: Floats
    median_positive: Mask
    exists: Mask
    is_active: Mask

    def of_leads(self, wanted: Mask) -> Self:
        """The same for some of its leads, by a mask."""
        cut = {
            item.name: getattr(self, item.name)[wanted]
            for item in fields(self)
            if isinstance(getattr(self, item.name), np.ndarray)
        }
        return replace(self, values={name: held[wanted] for name, held in self.values.items()}, **cut)

    def of_units(self, wanted: Mask) -> Self:
        """The same for some of its units, by a mask."""
        cut = {
            item.name: getattr(self, item.name)[:, wanted]
            for item in fields(self)
            if isinstance(held := getattr(self, item.name), np.ndarray) and held.ndim > 1
        }
        return replace(self, values={name: held[:, wanted] for name, held in self.values.items()}, **cut)

    def means(self) -> dict[str, float]:
        """The mean of each score over the unit-months that exist."""
        return {name: float(value[self.exists].mean()) for name, value in self.values.items()}

    def summary(self) -> dict[str, float]:
        """All that is said of a window: means, coverage where people were killed, ranking."""
        there = self.exists
        somebody = self.outcome >= scores.SOMEBODY
        killed = there & somebody
        ranked = {
            f"top_{part:.0%}".replace("%", ""): scores.top_share(self.expected[there], self.outcome[there], part)
            for part in TOP_PARTS
        }
        return {
            **self.means(),
            "average_precision": scores.average_precision(self.chance[there], somebody[there]),
            **ranked,
            "coverage_active": _share(self.covered[there & self.is_active]),
            "coverage_active_by_lot": _share(_inside_by_lot(self.rank[there & self.is_active])),
            "coverage_killed": _share(self.covered[killed]),
            "activation_ratio": _share(self.median_positive[killed]),
            "unit_months": float(there.sum()),
            "unit_months_killed": float(killed.sum()),
        }


def score_forecast(forecast: Forecast, actual: Panel, lot: np.random.Generator) -> Scored:
    """Score it on the months that it is about; the actuals must be of its level, target and units."""
    _require_same(forecast, actual)
    outcome, exists = actual.at(forecast.months)
    # Quiet units share rows of draws and outcomes: each pair is scored once. On a grid that is one in fifty.
    row = forecast.row.ravel()
    seen, which = np.unique(outcome.ravel(), return_inverse=True)
    pairs, place = np.unique(row * np.int64(len(seen)) + which, return_inverse=True)
    place = place.reshape(forecast.row.shape)
    found = _score_pairs(forecast.draws, pairs // len(seen), seen[pairs % len(seen)])
    values = {name: found[name][place] for name in MEANS}
    shares = np.stack((found["below"][place], found["until"][place]))
    return Scored(
        forecast.model,
        forecast.origin,
        forecast.leads,
        " + ".join(item.name for item in actual.vintages),
        values,
        outcome,
        forecast.expected(),
        found["chance"][place],
        found["covered"][place] > 0,
        shares[0] + lot.random(outcome.shape) * (shares[1] - shares[0]),
        found["median"][place] > 0,
        exists,
        np.broadcast_to(forecast.is_active, outcome.shape),
    )


def calibration(scored: list[Scored], bins: int = 10) -> dict[str, list[float]]:
    """How often the outcome lay in each tenth of its distribution, on active units; flat is calibrated."""
    ranks = np.concatenate([item.rank[item.exists & item.is_active] for item in scored])
    shares = np.histogram(ranks, bins, (0.0, 1.0))[0] / max(1, len(ranks))
    return {"tenth": [float(edge) for edge in np.arange(bins) / bins], "share": [float(part) for part in shares]}


def _score_pairs(draws: Draws, row: NDArray[np.int64], outcome: Counts) -> dict[str, Floats]:
    parts = [_score_block(draws[row[i : i + BLOCK]], outcome[i : i + BLOCK]) for i in range(0, len(row), BLOCK)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _score_block(held: Draws, outcome: Counts) -> dict[str, Floats]:
    return {
        "crps": scores.crps(held, outcome),
        "crps_fair": scores.crps(held, outcome, fair=True),
        "crps_log1p": scores.crps_log1p(held, outcome),
        "ign": scores.ignorance(held, outcome),
        "mis": scores.interval_score(held, outcome),
        "brier_any": scores.brier(held, outcome, scores.SOMEBODY),
        "brier_25": scores.brier(held, outcome, MANY),
        "covered": scores.covers(held, outcome).astype(np.float64),
        "below": (held < outcome[:, None]).mean(axis=1),
        "until": (held <= outcome[:, None]).mean(axis=1),
        "chance": (held >= 1).mean(axis=1),
        "median": np.median(held, axis=1).astype(np.float64),
    }


def _inside_by_lot(rank: Floats) -> Mask:
    """Whether each outcome lies between the 5 % and the 95 % of its distribution, where equal draws share by lot.

    Of counts that are nearly all 0 an interval with its ends holds nearly all: a forecast that is right in every
    chance holds 0.99. By lot, one that is right holds nine in ten, whatever the counts (randomised PIT).
    """
    inside: Mask = np.abs(rank - 0.5) <= scores.INTERVAL / 2
    return inside


def _share(mask: Mask) -> float:
    return float(mask.mean()) if mask.size else float("nan")


def _require_same(forecast: Forecast, actual: Panel) -> None:
    for what, ours, theirs in (
        ("level", forecast.level, actual.level),
        ("target", forecast.target, actual.target),
    ):
        if ours != theirs:
            raise Problem(
                "panel-unusable",
                f"The forecast is of another {what} ({ours}) than the actuals ({theirs}).",
                where="actuals",
                remedy="Score a forecast on what it was about.",
            )
    if not np.array_equal(forecast.units, actual.units):
        raise Problem(
            "panel-unusable",
            "The forecast and the actuals are not of the same units.",
            where="actuals",
            remedy="Bring actuals for every unit of the forecast, and for no other.",
        )
