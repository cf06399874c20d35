"""One number from sources that disagree: the range is kept, every source and year is named."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Final

from tutela.kernel.estimates import Estimate
from tutela.kernel.problems import Problem

SMALL: Final = 0.0005


def reconcile(estimates_by_source: Mapping[str, Estimate]) -> Estimate:
    """The range over all sources: lowest low, highest high, and the median of their middles.

    Keys name a source with its year ("a census, 2015"). Nobody's number is thought better than another's, and
    years are not brought to one. A source that gives a lower bound only (`at_least`) may raise the high end; it
    says nothing about the low end and the middle, unless there are no other sources: then the largest of them is
    the answer, still a lower bound. Raises Problem nothing-to-study without a source.
    """
    if not estimates_by_source:
        raise Problem(
            "nothing-to-study",
            "No source has a number of people here.",
            remedy="Bring a raster, a table or a list of places with people for this ground.",
        )
    named = sorted(estimates_by_source.items())
    whole = [estimate for _, estimate in named if not estimate.at_least]
    partial = [estimate for _, estimate in named if estimate.at_least]
    basis = _describe(named)
    if not whole:
        most = max(partial, key=lambda estimate: (estimate.mid, estimate.high))
        return Estimate(most.low, most.mid, max(item.high for item in partial), basis, at_least=True)
    low = min(estimate.low for estimate in whole)
    high = max(estimate.high for estimate in whole)
    # What is surely there by a lower bound is there, whatever the others say.
    high = max(high, *(estimate.mid for estimate in partial)) if partial else high
    return Estimate(low, float(median(estimate.mid for estimate in whole)), high, basis)


def _describe(named: list[tuple[str, Estimate]]) -> str:
    """Every source with its own number, so that the range can be taken apart again."""
    parts = [f"{source}: {_number(estimate)} ({estimate.basis})" for source, estimate in named]
    if len(parts) == 1:
        return f"one source. {parts[0]}"
    return f"lowest, median and highest of {len(parts)} sources. " + "; ".join(parts)


def _number(estimate: Estimate) -> str:
    middle = f"{'at least ' if estimate.at_least else ''}{round(estimate.mid):,}"
    width = estimate.high - estimate.low
    if width <= SMALL * max(abs(estimate.mid), 1.0):
        return middle
    return f"{middle}, from {round(estimate.low):,} to {round(estimate.high):,}"
