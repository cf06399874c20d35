"""What a table of units counts in whole countries: people without a place on the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutela.kernel.estimates import Estimate
from tutela.kernel.people import PeopleOfUnits


def total_of_units(units: PeopleOfUnits, countries: Sequence[str]) -> Estimate | None:
    """All people of these countries (ISO 3166 alpha-3) by a table: its deepest level in its newest year.

    None where the table has no row of them with a number; a lower bound where a unit has none, and where one of
    the countries is not in the table at all.
    """
    here = units.take(np.isin(units.country, np.array(countries, dtype=np.str_)))
    if not len(here):
        return None
    newest = here.take(here.year == here.year.max())
    deepest = newest.take(newest.level == newest.level.max())
    known = ~np.isnan(deepest.people)
    if not known.any():
        return None
    year = f" in {int(here.year.max())}" if here.year.max() else ""
    basis = f"people of {int(known.sum()):,} units{year}, added up"
    missing = int((~known).sum())
    if missing:
        basis += f"; {missing:,} more have no number"
    lacks = missing > 0 or bool(set(countries) - set(deepest.country.tolist()))
    return Estimate.exactly(float(np.sum(deepest.people[known])), basis, at_least=lacks)
