"""Forecasts that say nothing, and that some score of the field has been seen to reward: named, never hidden."""

from __future__ import annotations

from typing import Final

import numpy as np

from tutela.engine.outlook.cells import COLUMNS
from tutela.engine.outlook.forecasting import Forecast

LONG: Final = 8
"""So many cells side by side, four degrees, are a stripe and no front."""

MOST_OF: Final = 0.5
"""The share of all that is expected that a stripe holds."""


def find_degenerate(forecast: Forecast) -> tuple[str, ...]:
    """In plain words, what is wrong with a forecast whatever will happen; nothing where nothing is."""
    used = forecast.draws[np.unique(forecast.row)]
    faults = []
    if not used.any():
        faults.append("nobody will be killed anywhere, for sure")
    elif (used[:, 0] == used[:, -1]).all():
        faults.append("a single number for each unit and month, without any doubt")
    if len(forecast.units) > 1 and used.any():
        first = forecast.draws[forecast.row[:, :1]]
        if all((forecast.draws[forecast.row[:, i]] == first[:, 0]).all() for i in range(1, len(forecast.units))):
            faults.append("the same for every unit: it tells no place from another")
    if forecast.level == "grid" and _is_striped(forecast):
        faults.append("a stripe: most of what is expected lies on one line of cells that are all alike")
    return tuple(faults)


def _is_striped(forecast: Forecast) -> bool:
    """Whether a run of cells side by side, all with the same draws, holds most of what is expected."""
    expected = forecast.expected().sum(axis=0)
    most = MOST_OF * expected.sum()
    line = (forecast.units - 1) // COLUMNS
    begins = 0
    for place in range(1, len(forecast.units) + 1):
        goes_on = (
            place < len(forecast.units)
            and forecast.units[place] == forecast.units[place - 1] + 1
            and line[place] == line[place - 1]
            and expected[place] == expected[place - 1]
        )
        if not goes_on:
            if place - begins >= LONG and most > 0 and expected[begins:place].sum() > most:
                return True
            begins = place
    return False
