"""Which sites stand on a day, and how many people the source says are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats, Sites, Text, Total, add_up

VACATED: Final = ("closed", "evacuated", "host_denied")
"""Site states in which nobody is there, though the site is still on the register's list."""

COMPONENTS: Final = ("military", "police", "civilian")


@dataclass(frozen=True, slots=True)
class Strength:
    """Sites and people of one presence, or of all, on one day.

    open + vacated + closed + planned = sites, each site counted once. `people` are those at open sites, by
    component, with the number of open sites for which the source gives none: the sum is then a lower bound, and
    none at all where the known ones are 0. `last_day` is None while a site has no end.
    """

    sites: int
    periods: int
    open: int
    vacated: int
    closed: int
    planned: int
    air: int
    first_day: date | None
    last_day: date | None
    people: Mapping[str, Total]

    def as_json(self) -> dict[str, object]:
        """Plain values; people null where no open site has a number."""
        return {
            "sites": self.sites,
            "periods": self.periods,
            "open": self.open,
            "vacated": self.vacated,
            "closed": self.closed,
            "planned": self.planned,
            "air": self.air,
            "first_day": _iso(self.first_day),
            "last_day": _iso(self.last_day),
            "people": {
                name: {"count": total.as_json(), "sites_without_number": total.missing}
                for name, total in self.people.items()
            },
        }


@dataclass(frozen=True, slots=True)
class PresenceSummary:
    """What a table of sites says about one day, in total and by presence (in alphabetical order)."""

    day: date
    total: Strength
    missions: Mapping[str, Strength]

    def as_json(self) -> dict[str, object]:
        """The total's keys at the top, then each presence with the same keys."""
        missions = {name: strength.as_json() for name, strength in self.missions.items()}
        return {"as_of": self.day.isoformat(), **self.total.as_json(), "missions": missions}


def sites_on(sites: Sites, day: date) -> Sites:
    """The rows in force on a day: the day a row opens counts, the day it closes does not."""
    return sites.take(_in_force(sites, day))


def is_vacated(sites: Sites) -> NDArray[np.bool_]:
    """Per row: nobody is there. So it is where the state says so and lasts, or follows another state of the site.

    A site's only row with a closing day says what became of the site; until that day somebody was there.
    """
    _, site, rows = np.unique(sites.site_id, return_inverse=True, return_counts=True)
    is_history = ~np.isnat(sites.closed) & (rows[site] == 1)
    vacated: NDArray[np.bool_] = np.isin(sites.status, VACATED) & ~is_history
    return vacated


def staffed_rows(sites: Sites) -> Sites:
    """The rows in which somebody may be there: a closed, evacuated or denied site is near nobody."""
    return sites.take(~is_vacated(sites))


def summarise_presence(sites: Sites, day: date | None = None) -> PresenceSummary:
    """Count sites and people on a day, in total and by presence.

    Without a day it is the last on which a row begins: the newest that the table has to say. Raises Problem
    nothing-to-study when it has no rows either.
    """
    if day is None:
        day = _newest_day(sites)
    names = np.unique(sites.mission)
    missions = {str(name): _measure_strength(sites.take(sites.mission == name), day) for name in names}
    return PresenceSummary(day, _measure_strength(sites, day), missions)


def _newest_day(sites: Sites) -> date:
    if not len(sites):
        raise Problem("nothing-to-study", "The table of sites has no rows.", remedy="Bring a file with sites.")
    newest: date = sites.opened.max().item()
    return newest


def _in_force(sites: Sites, day: date) -> NDArray[np.bool_]:
    on = np.datetime64(day, "D")
    result: NDArray[np.bool_] = (sites.opened <= on) & (np.isnat(sites.closed) | (on < sites.closed))
    return result


def _measure_strength(sites: Sites, day: date) -> Strength:
    in_force = _in_force(sites, day)
    manned = in_force & ~is_vacated(sites)
    ids = set(sites.site_id.tolist())
    opened = _ids(sites.site_id, manned)
    vacated = _ids(sites.site_id, in_force) - opened
    begun = _ids(sites.site_id, sites.opened <= np.datetime64(day, "D"))
    standing = sites.take(manned)
    return Strength(
        sites=len(ids),
        periods=len(sites),
        open=len(opened),
        vacated=len(vacated),
        closed=len(begun - opened - vacated),
        planned=len(ids - begun),
        air=len(_ids(standing.site_id, standing.air == 1)),
        first_day=min(sites.opened.tolist(), default=None),
        last_day=_last_day(sites),
        people={name: _add_people(getattr(standing, name)) for name in COMPONENTS},
    )


def _add_people(values: Floats) -> Total:
    total = add_up(values)
    # "Nobody at eight sites, unknown at twelve" is no 0: the twelve are where they are.
    return Total(None, total.missing) if total.missing and total.value == 0 else total


def _ids(site_id: Text, rows: NDArray[np.bool_]) -> set[str]:
    return set(site_id[rows].tolist())


def _last_day(sites: Sites) -> date | None:
    if not len(sites) or np.isnat(sites.closed).any():
        return None
    last: date = sites.closed.max().item()
    return last - timedelta(days=1)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
