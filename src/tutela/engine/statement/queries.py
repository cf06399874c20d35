"""One question to a vicinity, and its answer: every vicinity figure of a statement is made here.

So each of them can be asked again from the stored artifact, and traced to the rows that it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.rings import share_inside
from tutela.engine.reach.vicinity import EXCLUDED, PLACEABLE, UNPLACEABLE, Vicinity
from tutela.kernel.estimates import Estimate
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Events, Floats

Where = Literal["inside", "outside", "unplaceable", "all", "off-surface"]
Shares = dict[tuple[float, str | None], Floats]
Sum = Literal["events", "best", "civilians", "nearest_km", "nearest_min", "unplaceable_share", "line_share"]

COUNTED: Final = "events counted"
ADDED_UP: Final = "low, best and high as the source gives them, each added up"
ONE_NUMBER: Final = "one number for each event; the source gives no interval"
SHARE: Final = "events without an exact place, in per cent of all events of that sort"
QUARTILES: Final = "median of great-circle distances; the interval holds the middle half of the events"
MINUTES: Final = (
    "median of least travel times over the surface; the interval holds the middle half of the events, and what "
    "was reached later than the longest time searched, or never, stands at that time"
)
LINE_SHARE: Final = "in per cent of the events within the distance that lie where the surface can be passed"


@dataclass(frozen=True, slots=True)
class Query:
    """Which events, and what to add up.

    where      "inside" the ring `within_km` of any site (or of `site_id`), "outside" of it though placeable,
               "unplaceable", or "all" of these; excluded events never count, but "off-surface" is about those that
               a vicinity by minutes leaves out though they have a place
    violence, perpetrator   names from the kernel's lists;  year, since, until   by the event's first day, both
               ends in, days as YYYY-MM-DD, also where the vicinity is spread
    countries  ISO 3166 alpha-3 of the event's own country; with `elsewhere` all known countries but these
    sum        "nearest_km" takes the median distance to the nearest site open that day instead of adding up;
               "unplaceable_share" the part of the events that could not be placed, in per cent, which is not in
               the source where it does not say how exact its places are, or holds the exact ones alone
    Of a vicinity by minutes, `within_km` is minutes, "nearest_min" the median of the least minutes, and:
    line_km    only events within this distance in a straight line of a site open that day; with `beyond_line`
               only those farther; "line_share" is the part of them that `where` is about, in per cent
    """

    within_km: float | None = None
    where: Where = "all"
    violence: str | None = None
    perpetrator: str | None = None
    year: int | None = None
    site_id: str | None = None
    countries: tuple[str, ...] = ()
    sum: Sum = "events"
    since: str | None = None
    until: str | None = None
    elsewhere: bool = False
    line_km: float | None = None
    beyond_line: bool = False

    def __post_init__(self) -> None:
        _check_choice("where", self.where, get_args(Where))
        _check_choice("sum", self.sum, get_args(Sum))
        _check_choice("violence", self.violence, (None, *VIOLENCE))
        _check_choice("perpetrator", self.perpetrator, (None, *PERPETRATORS))
        needs_ring = self.where in ("inside", "outside")
        if needs_ring != (self.within_km is not None) or (self.site_id is not None and not needs_ring):
            raise _invalid("within_km", "a ring belongs to what is inside or outside of it, and to nothing else")
        if self.line_km is None and (self.beyond_line or self.where == "off-surface" or self.sum == "line_share"):
            raise _invalid("line_km", "what is compared with a straight line needs the length of the line")
        for name in ("since", "until"):
            if getattr(self, name) is not None:
                _check_day(name, getattr(self, name))

    def as_json(self) -> dict[str, Any]:
        """Plain values; what is not asked for is null."""
        value = asdict(self) | {"countries": list(self.countries)}
        if self.line_km is None:
            # A query that is not about a line reads, and is digested, as before there were any.
            del value["line_km"], value["beyond_line"]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Query:
        """Read what `as_json` wrote."""
        try:
            return cls(**(dict(value) | {"countries": tuple(value["countries"])}))
        except (TypeError, KeyError) as error:
            raise _invalid("query", "its fields are not those of a query") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """The estimate (None where the source lacks it), the rows of events behind it, and how many of them gave
    no number."""

    estimate: Estimate | None
    rows: NDArray[np.int64]
    missing: int


def evaluate_query(
    query: Query, vicinity: Vicinity, events: Events, shares: Shares | None = None, line: Vicinity | None = None
) -> Answer:
    """Answer a query from a vicinity and the events that it was computed from.

    `line` is the vicinity by distance of the same events and sites: a query with `line_km` needs it.

    `shares` may be handed from query to query of one vicinity: it remembers who is inside which ring. The
    estimate says "at least" where an event gave no number, and where it counts inside a ring while events
    of the same sort in the same countries could not be placed.
    """
    if len(events) != len(vicinity.state):
        msg = "the vicinity was computed from other events"
        raise ValueError(msg)
    weight = _weigh(query, vicinity, {} if shares is None else shares)
    if query.line_km is not None:
        weight = weight * _weigh_line(query, line)
    matching = _match(query, events)
    rows = np.flatnonzero((weight > 0) & matching)
    if query.sum == "nearest_km":
        return _measure_nearest(rows, vicinity)
    if query.sum == "nearest_min":
        return _measure_minutes(rows[vicinity.state[rows] == PLACEABLE], vicinity)
    if query.sum == "line_share":
        whole = replace(query, where="all", within_km=None, sum="events")
        return _compare_line(rows, evaluate_query(whole, vicinity, events, shares, line))
    if query.sum == "unplaceable_share":
        return _measure_share(rows, vicinity, events)
    if query.sum == "events":
        answer = Answer(Estimate.exactly(float(np.sum(weight[rows])), COUNTED), rows, 0)
    else:
        answer = _add_up(query.sum, rows, weight[rows], events)
    if answer.estimate is None:
        return answer
    is_near = query.where == "inside" or query.line_km is not None
    is_short = answer.missing > 0 or (is_near and _may_lack(query, rows, vicinity, events))
    return replace(answer, estimate=replace(answer.estimate, at_least=is_short))


def _weigh(query: Query, vicinity: Vicinity, shares: Shares) -> Floats:
    """For each event the share of it that the query is about: 0 or 1, unless the vicinity is spread."""
    if query.where == "off-surface":
        return np.where(vicinity.state == EXCLUDED, 1.0, 0.0)
    if query.within_km is None:
        wanted = vicinity.state == UNPLACEABLE if query.where == "unplaceable" else vicinity.state != EXCLUDED
        return np.where(wanted, 1.0, 0.0)
    ring = (query.within_km, query.site_id)
    if ring not in shares:
        sites = None if query.site_id is None else vicinity.site_ids == query.site_id
        shares[ring] = share_inside(vicinity, query.within_km, sites)
    inside = shares[ring]
    return inside if query.where == "inside" else np.where(vicinity.state == PLACEABLE, 1.0 - inside, 0.0)


def _weigh_line(query: Query, line: Vicinity | None) -> Floats:
    if line is None or query.line_km is None:
        msg = "the query is about a straight line: it needs the vicinity by distance"
        raise ValueError(msg)
    near = share_inside(line, query.line_km, None)
    return np.where(line.state == PLACEABLE, 1.0 - near, 0.0) if query.beyond_line else near


def _match(query: Query, events: Events) -> NDArray[np.bool_]:
    matching = np.ones(len(events), dtype=bool)
    if query.violence is not None:
        matching &= events.violence == VIOLENCE.index(query.violence)
    if query.perpetrator is not None:
        matching &= events.perpetrator == PERPETRATORS.index(query.perpetrator)
    if query.year is not None:
        matching &= events.day.astype("datetime64[Y]") == np.datetime64(query.year - 1970, "Y")
    if query.since is not None:
        matching &= events.day >= np.datetime64(query.since, "D")
    if query.until is not None:
        matching &= events.day <= np.datetime64(query.until, "D")
    if query.countries:
        among = np.isin(events.country, np.array(query.countries, dtype=np.str_))
        matching &= (~among & (events.country != "")) if query.elsewhere else among
    return matching


def _add_up(name: Literal["best", "civilians"], rows: NDArray[np.int64], weight: Floats, events: Events) -> Answer:
    column: Floats = getattr(events, name)
    middle = column[rows]
    known = ~np.isnan(middle)
    missing = int(len(rows) - known.sum())
    if missing == len(rows) and not (len(rows) == 0 and np.isfinite(column).any()):
        return Answer(None, rows, missing)
    middle, weight = middle[known], weight[known]
    low, high = (_bound(getattr(events, end)[rows][known], middle) for end in ("low", "high"))
    if name == "civilians" or (len(middle) and np.isnan(events.low[rows]).all()):
        low, high = middle, middle
        basis = ONE_NUMBER
    else:
        basis = ADDED_UP
    ends = (np.minimum(low, middle), middle, np.maximum(high, middle))
    # Adding up rounds, and rounding may put equal sums out of order by the last bit.
    least, best, most = sorted(float(np.sum(values * weight)) for values in ends)
    return Answer(Estimate(least, best, most, basis), rows, missing)


def _bound(values: Floats, middle: Floats) -> Floats:
    return np.where(np.isnan(values), middle, values)


def _measure_nearest(rows: NDArray[np.int64], vicinity: Vicinity) -> Answer:
    distances = vicinity.nearest_km[rows]
    known = distances[~np.isnan(distances)]
    missing = len(distances) - len(known)
    if not len(known):
        return Answer(None, rows, missing)
    low, middle, high = (float(value) for value in np.quantile(known, (0.25, 0.5, 0.75)))
    return Answer(Estimate(low, middle, high, QUARTILES), rows, missing)


def _measure_minutes(rows: NDArray[np.int64], vicinity: Vicinity) -> Answer:
    """Of all placeable events: what nobody reached in the longest time searched counts as that time, at least."""
    if not len(rows):
        return Answer(None, rows, 0)
    longest = vicinity.spec.widest_km
    minutes = np.where(np.isnan(vicinity.nearest_km[rows]), np.inf, vicinity.nearest_km[rows])
    # A value that occurs, not one between two: half-way to infinity is no number.
    low, middle, high = np.quantile(minutes, (0.25, 0.5, 0.75), method="inverted_cdf").tolist()
    ends = [min(value, longest) for value in (low, middle, high)]
    estimate = Estimate(ends[0], ends[1], ends[2], MINUTES, at_least=middle > longest)
    return Answer(estimate, rows, int(np.isinf(minutes).sum()))


def _compare_line(rows: NDArray[np.int64], whole: Answer) -> Answer:
    if not len(whole.rows):
        return Answer(None, rows, 0)
    return Answer(Estimate.exactly(100.0 * len(rows) / len(whole.rows), LINE_SHARE), rows, 0)


def _measure_share(rows: NDArray[np.int64], vicinity: Vicinity, events: Events) -> Answer:
    lost = rows[vicinity.state[rows] == UNPLACEABLE]
    says_how_exact = bool((events.precision[rows] > 0).any())
    holds_all = bool((vicinity.state == UNPLACEABLE).any())
    if not (says_how_exact and holds_all):
        return Answer(None, lost, len(rows))
    return Answer(Estimate.exactly(100.0 * len(lost) / len(rows), SHARE), lost, 0)


def _may_lack(query: Query, rows: NDArray[np.int64], vicinity: Vicinity, events: Events) -> bool:
    """Whether events that the query could be about lie somewhere unknown in the countries that it counts."""
    elsewhere = replace(
        query, where="unplaceable", within_km=None, site_id=None, line_km=None, beyond_line=False, sum="events"
    )
    lost = (vicinity.state == UNPLACEABLE) & _match(elsewhere, events)
    if not query.countries:
        lost &= np.isin(events.country, np.unique(events.country[rows]))
    return bool(lost.any())


def _check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise _invalid(name, f"{value!r} is not among its values")


def _check_day(name: str, value: str) -> None:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _invalid(name, f"{value!r} is not a day") from error


def _invalid(name: str, why: str) -> Problem:
    return Problem(
        "option-invalid",
        f"The query cannot be asked: {why}.",
        where=name,
        remedy="Take the query from the claims of a statement that was built here.",
    )
