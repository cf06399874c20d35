"""Two real releases of one country: what is known of them from outside comes out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tutela.data.sources.events import read_events
from tutela.engine.events.releases import ReleaseComparison, ReleaseSpec, compare_releases
from tutela.engine.events.revisions import explain_difference, list_years, total_revised

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def comparison(shared: Path) -> ReleaseComparison:
    """The Central African Republic in 21.1 (precise places only) and 23.1, in the years that both have."""
    old = read_events(shared / "ged/ged211_global_whereprec12_1989_2020.parquet", today=TODAY).table
    new = read_events(shared / "ged/ged231_car_1989_2022.csv", today=TODAY).table
    return compare_releases(old, new, ReleaseSpec(("CAF",), until=date(2020, 12, 31), coarsest=2))


def test_nearly_all_events_are_in_both_under_one_id(comparison: ReleaseComparison) -> None:
    assert comparison.matches.how.max() == 0
    # by id the older file has 96 % of these events; some of its rows have a best outside low and high
    newer = np.count_nonzero(comparison.in_new)
    assert 0.94 < np.count_nonzero(comparison.in_new[comparison.matches.new]) / newer < 0.96
    older = np.count_nonzero(comparison.in_old)
    assert np.count_nonzero(comparison.in_old[comparison.matches.old]) / older > 0.99


def test_revisions_are_few_and_names_are_most_of_them(comparison: ReleaseComparison) -> None:
    revised = {name: int(mask.sum()) for name, mask in comparison.changed.items()}
    matched = len(comparison.matches)
    assert revised["country"] == 0
    assert revised["best"] + revised["day"] + revised["violence"] < matched / 100
    assert 0 < revised["place"] < matched / 20
    assert revised["side_a"] > revised["place"]
    assert set(comparison.not_compared) == {"day_end", "precision", "civilians"}


def test_the_difference_is_that_of_plain_sums(comparison: ReleaseComparison) -> None:
    totals = total_revised(comparison)["best"]
    old, new = comparison.old, comparison.new
    assert totals.before == old.best[comparison.in_old].sum()
    assert totals.after == new.best[comparison.in_new].sum()
    assert sum(part.best or 0 for part in explain_difference(comparison)) == totals.difference
    by_year = [item.figures["best"] for item in list_years(comparison)]
    assert sum(item.after or 0 for item in by_year) == totals.after
