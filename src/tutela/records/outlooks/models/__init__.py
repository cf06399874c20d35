"""The rows of this app; every one is sealed: in a compartment, marked, read for somebody."""

from __future__ import annotations

from tutela.records.outlooks.models.forecasts import Forecast, ForecastUnit, Outcome, PooledScore
from tutela.records.outlooks.models.warnings import (
    Judgement,
    OutlookSetting,
    Sitting,
    Warned,
    WarnedPlace,
    WarningDecision,
)

__all__ = [
    "Forecast",
    "ForecastUnit",
    "Judgement",
    "Outcome",
    "OutlookSetting",
    "PooledScore",
    "Sitting",
    "Warned",
    "WarnedPlace",
    "WarningDecision",
]
