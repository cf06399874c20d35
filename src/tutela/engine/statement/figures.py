"""A figure of a statement: the number, what it rests on, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from tutela.engine.statement.people_queries import AnyQuery, PeopleQuery, read_query
from tutela.engine.statement.queries import ADDED_UP, MINUTES, QUARTILES
from tutela.kernel.digests import recipe_digest
from tutela.kernel.estimates import Estimate

FigureKind = Literal["estimate", "count", "day", "text", "absent"]

ABSENCES: Final = {
    "not-in-source": "not in this source",
    "not-measured": "not measured",
    "no-report-since": "no report since",
    "not-known-then": "not known for this day",
    "not-known": "not known",
}
"""Reasons why there is no number. None of them is 0, and each looks different on the page."""

NONE_COMPLETE: Final = "none, complete in this source"
NONE_RECORDED: Final = "none recorded"

INTERVALS: Final = (ADDED_UP, QUARTILES, MINUTES)
"""Bases that have an interval, even where its ends meet."""

_SINGULAR: Final = {
    "events": "event",
    "sites": "site",
    "people": "person",
    "minutes": "minute",
    "places": "place",
    "civilians killed": "civilian killed",
    "countries": "country",
    "rows": "row",
    "days": "day",
    "times": "time",
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its key.

    kind        "estimate" and "count" hold `estimate`; "day" and "text" hold `value`; "absent" holds in `value`
                a key of ABSENCES, and in `detail` what belongs to it ("3 May")
    definition  what was counted, in words;  basis  what the number rests on;  vintage  of the source
    artifact    digest of the content that it was computed from;  query  recomputes it from that artifact
    middle      what the middle number is called ("best", "median")
    complete    a zero means that there was none, since the source claims to record all of them
    beside      key of the figure that says how much could not be placed
    """

    key: str
    label: str
    kind: FigureKind
    unit: str
    definition: str
    basis: str
    artifact: str
    estimate: Estimate | None = None
    value: str = ""
    query: AnyQuery | None = None
    middle: str = "best"
    complete: bool = False
    beside: str | None = None
    vintage: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        if (self.kind in ("estimate", "count")) != (self.estimate is not None):
            msg = f"the figure {self.key!r} is of kind {self.kind!r} and its number does not fit that"
            raise ValueError(msg)
        if self.kind == "absent" and self.value not in ABSENCES:
            msg = f"the figure {self.key!r} is absent for no known reason: {self.value!r}"
            raise ValueError(msg)

    @property
    def digest(self) -> str:
        """Of artifact, query and value: what `tutela trace` takes."""
        return recipe_digest(
            {
                "artifact": self.artifact,
                "query": self.query and self.query.as_json(),
                "kind": self.kind,
                "estimate": self.estimate and self.estimate.as_json(),
                "value": self.value,
            }
        )

    @property
    def is_none(self) -> bool:
        """Whether it counts nothing at all, up to its upper bound."""
        return self.estimate is not None and self.estimate.high == 0

    @property
    def look(self) -> str:
        """How it must look: its kind, or which of the ways there is no number."""
        if self.is_none:
            return "none-complete" if self.complete else "none-recorded"
        return self.value if self.kind == "absent" else self.kind

    @property
    def printed(self) -> str:
        """As it stands in running text: `at least 412 killed (best; 388-1,020)`."""
        if self.estimate is None:
            return self._print_value()
        if self.is_none:
            return NONE_COMPLETE if self.complete else NONE_RECORDED
        lower = "at least " if self.estimate.at_least else ""
        middle = self._number(self.estimate.mid)
        unit = _SINGULAR.get(self.unit, self.unit) if middle == "1" else self.unit
        interval = self._interval()
        said = f"{self.middle}; {interval}" if interval else self.middle
        shows = self.estimate.basis in INTERVALS or (self._is_rounded and interval)
        return f"{lower}{middle} {unit}".rstrip() + (f" ({said})" if shows else "")

    @property
    def printed_short(self) -> str:
        """As it stands in a table whose head names the unit: `≥ 412 (388-1,020)`."""
        if self.estimate is None or self.is_none:
            return self.printed
        lower = "≥ " if self.estimate.at_least else ""
        interval = self._interval()
        return f"{lower}{self._number(self.estimate.mid)}" + (f" ({interval})" if interval else "")

    @property
    def _is_rounded(self) -> bool:
        """Nobody knows to the last person how many live somewhere."""
        return isinstance(self.query, PeopleQuery)

    def _number(self, value: float) -> str:
        return format_number(round_people(value) if self._is_rounded else value)

    def _interval(self) -> str:
        estimate = self.estimate
        if estimate is None or self.kind == "count" or estimate.low == estimate.high:
            return ""
        low, high = self._number(estimate.low), self._number(estimate.high)
        return "" if self._is_rounded and low == high else f"{low}-{high}"

    def _print_value(self) -> str:
        if self.kind == "absent":
            return f"{ABSENCES[self.value]} {self.detail}".rstrip()
        return format_day(date.fromisoformat(self.value)) if self.kind == "day" else self.value

    def as_json(self) -> dict[str, Any]:
        """Plain values: one claim."""
        return {
            "key": self.key,
            "label": self.label,
            "kind": self.kind,
            "estimate": self.estimate and self.estimate.as_json(),
            "value": self.value,
            "unit": self.unit,
            "printed": self.printed,
            "middle": self.middle,
            "complete": self.complete,
            "beside": self.beside,
            "detail": self.detail,
            "definition": self.definition,
            "basis": self.basis,
            "vintage": self.vintage,
            "artifact": self.artifact,
            "query": self.query and self.query.as_json(),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, claim: Mapping[str, Any]) -> Figure:
        """Read what `as_json` wrote; digest and printed text are recomputed, not believed."""
        plain = {name: value for name, value in claim.items() if name not in ("digest", "printed")}
        estimate = plain["estimate"] and Estimate(**plain["estimate"])
        query = plain["query"] and read_query(plain["query"])
        return cls(**(plain | {"estimate": estimate, "query": query}))


def format_number(value: float) -> str:
    """Whole, with commas between thousands: people and events are not given in parts.

    >>> format_number(1020.2)
    '1,020'
    """
    return f"{round(value):,}"


def round_people(value: float) -> float:
    """To three figures, and never finer than ten: sources of people know no better.

    >>> round_people(1_234_567.0), round_people(444.0)
    (1230000.0, 440.0)
    """
    digits = len(str(int(abs(value))))
    return round(value, -max(1, digits - 3))


def format_day(day: date) -> str:
    """A day as it is read aloud, whatever the machine's language.

    >>> format_day(date(2020, 5, 3))
    '3 May 2020'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
