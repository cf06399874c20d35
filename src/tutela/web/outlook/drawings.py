"""The drawings of a forecast with their words: a fan, and how often what was said happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tutela.engine.outlook.warnings import Bin
from tutela.records.outlooks.queries.forecasts import Line
from tutela.studies.pages.outlook_charts import CalibrationSpec, FanSpec, draw_calibration

COUNTED: Final = 24
"""Months before the forecast that a fan shows."""


def say_fan(lines: Sequence[Line], history: Sequence[tuple[str, float]]) -> FanSpec:
    """A fan as a drawing, with a sentence that says it all to whoever does not see it."""
    first = lines[0] if lines else None
    description = (
        _("In %(month)s between %(low)d and %(high)d may be killed (nine times in ten), most likely about %(mid)d.")
        % {"month": first.month, "low": first.q05, "high": first.q95, "mid": first.q50}
        if first is not None
        else _("The forecast has no line of its own for this place.")
    )
    return FanSpec(
        title=_("Killed by month: counted, and what may come"),
        description=f"{description} {_('The table below has every month.')}",
        unit=_("killed"),
        now=_("from here: forecast"),
        counted=history[-COUNTED:],
        months=[(line.month, (line.q05, line.q25, line.q50, line.q75, line.q95)) for line in lines],
    )


def draw_plot(bins: Sequence[Bin]) -> str:
    """The calibration plot; nothing where no chance was said."""
    if not bins:
        return ""
    spec = CalibrationSpec(
        title=_("How often it happened where so high a chance was said"),
        description=_("The table beside has the same numbers."),
        across=_("chance that was said"),
        up=_("how often it happened"),
        bins=[(i.said, i.happened.mid, i.happened.low, i.happened.high, i.happened.of) for i in bins],
    )
    return mark_safe(draw_calibration(spec))  # noqa: S308  every text in it was escaped where it was drawn
