"""Forecasts that say nothing, and that some score of the field has been seen to reward: named, never hidden."""

from __future__ import annotations

import numpy as np

from tutela.engine.outlook.forecasting import Forecast


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
    return tuple(faults)
