"""Questions about people near sites, and the reading of any question that stands behind a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tutela.engine.people.near import PeopleNear
from tutela.engine.statement.queries import Answer, Query
from tutela.kernel.estimates import Estimate
from tutela.kernel.problems import Problem

ABOUT: Final = "people"


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """How many people live near the open sites.

    within_km  one of the distances that were counted, or None for all that a source counts in the host countries
    source     one source by its name, or None for the range over all of them
    """

    within_km: float | None
    source: str | None = None

    def __post_init__(self) -> None:
        if self.within_km is None and self.source is None:
            raise _invalid("whole countries are counted by one source at a time")

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"about": ABOUT, "within_km": self.within_km, "source": self.source}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PeopleQuery:
        """Read what `as_json` wrote."""
        try:
            return cls(**{name: item for name, item in value.items() if name != "about"})
        except TypeError as error:
            raise _invalid("its fields are not those of a query") from error


AnyQuery = Query | PeopleQuery


def read_query(value: Mapping[str, Any]) -> AnyQuery:
    """The question behind a figure, whatever it is about."""
    return PeopleQuery.from_json(value) if value.get("about") == ABOUT else Query.from_json(value)


def evaluate_people(query: PeopleQuery, near: PeopleNear, wholes: Mapping[str, Estimate]) -> Answer:
    """Answer a question from what was counted; `wholes` is what each source counts in the host countries.

    No number where no source has one. Raises Problem option-invalid for a distance or a source that was not
    counted.
    """
    if query.within_km is None:
        return _answer(wholes.get(str(query.source)))
    ring = next((ring for ring in near.rings if ring.within_km == query.within_km), None)
    if ring is None or (query.source is not None and query.source not in ring.by_source):
        raise _invalid("nobody was counted by this source within this distance")
    return _answer(ring.estimate if query.source is None else ring.by_source[query.source])


def _answer(estimate: Estimate | None) -> Answer:
    return Answer(estimate, np.empty(0, dtype=np.int64), 0)


def _invalid(why: str) -> Problem:
    return Problem(
        "option-invalid",
        f"The query about people cannot be asked: {why}.",
        where="query",
        remedy="Take the query from the claims of a statement that was built here.",
    )
