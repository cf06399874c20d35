"""Where nothing is reported any more: "no report" is not "no event".

A unit is silent where reports of any kind used to come and have stopped for longer than they ever did: the road may
be closed, the radio off, the people gone, or whoever told of it. It is shown beside a forecast, and lowers none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tutela.engine.outlook.levels import UnitNames
from tutela.engine.outlook.panels import Panel, name_month

ALGORITHM: Final = 1
"""Raised when the same reports would give other silences."""

LOOKED_BACK: Final = 60
LEAST_REPORTS: Final = 6
"""So many months with reports, of those looked back on, make a unit one from which reports come."""

LEAST_SILENCE: Final = 6
NEWEST: Final = 3
WHOLE: Final = 0.5
"""Shares of events without an exact place are no report from a unit; half an event is the least."""


@dataclass(frozen=True, slots=True)
class Silence:
    """One unit from which nothing comes: for how many months, and the longest that it ever was before."""

    unit: int
    code: str
    label: str
    since: str
    months: int
    longest_before: int

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the sentence that is shown."""
        words = (
            f"{self.label}: no report of any kind since {self.since}, {self.months} months; before, never longer"
            f" than {self.longest_before}. No report is not no event."
        )
        return {
            "unit": self.unit,
            "code": self.code,
            "label": self.label,
            "since": self.since,
            "months": self.months,
            "longest_before": self.longest_before,
            "words": words,
        }


def find_silences(reports: Panel, names: UnitNames) -> tuple[Silence, ...]:
    """Units that fell silent, the longest first; `reports` counts events of any kind by month and unit."""
    told = (reports.counts >= WHOLE)[-LOOKED_BACK:]
    found = []
    for unit in np.flatnonzero(told.sum(axis=0) >= LEAST_REPORTS):
        months = np.flatnonzero(told[:, unit])
        silent = len(told) - 1 - int(months[-1])
        longest = int(np.diff(months).max()) - 1
        if silent >= LEAST_SILENCE and silent > longest:
            since = name_month(reports.last_month - silent)
            code, label = str(names.code[unit]), str(names.label[unit])
            found.append(Silence(int(reports.units[unit]), code, label, since, silent, longest))
    return tuple(sorted(found, key=lambda item: (-item.months, item.unit)))


def describe_coverage(reports: Panel, names: UnitNames) -> dict[str, Any]:
    """The silences, and whether the newest months are as full as months used to be."""
    total = reports.counts.sum(axis=1)
    newest = float(total[-NEWEST:].sum())
    usual = float(total[-NEWEST - 36 : -NEWEST].mean() * NEWEST) if len(total) > NEWEST else 0.0
    thin = newest < usual / 2
    words = f"{newest:.0f} reports in the last {NEWEST} months; so many months usually had {usual:.0f}."
    if thin:
        words += " Fewer than half: later reports may be missing, and the forecast may be too low."
    silences = find_silences(reports, names)
    return {
        "newest_reports": newest,
        "usual_reports": usual,
        "thin": thin,
        "words": words,
        "silent": [item.as_json() for item in silences],
    }
