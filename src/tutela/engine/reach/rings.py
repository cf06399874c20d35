"""Who was harmed within one distance: the pairs of a vicinity, counted by site, presence, kind and year.

Every ring carries the share of events that could not be placed: without it no figure of a ring is honest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.openings import Numbers, find_runs
from tutela.engine.reach.spread import LEVELS, Parts
from tutela.engine.reach.tallies import Counter, Shares, Tally, add_shares
from tutela.engine.reach.vicinity import (
    ALGORITHM,
    EXCLUDED,
    IMPRECISE,
    PLACEABLE,
    UNPLACEABLE,
    Unit,
    Vicinity,
    VicinitySpec,
)
from tutela.kernel.accounting import Accounting
from tutela.kernel.places import EARTH_RADIUS_KM
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Days, Events, Floats, Text

PRECISIONS: Final = ("0", "1", "2", "3", "4", "5", "6", "7")
"""Codes of place precision. A place of code 2 is good to about 25 km: wider than the narrowest rings."""

LABEL: Final = "analytical distance, not an area of responsibility"
TRAVEL_LABEL: Final = "analytical travel time, not an area of responsibility and no promise that anybody may move"

MEASURES: Final = {
    "km": f"great circle on a sphere of {EARTH_RADIUS_KM} km; the boundary is inside",
    "min": (
        "quickest way over the cells of a friction surface, from the middle of the site's cell to the middle of "
        "the event's, 8 neighbours; 0 within one cell; without time to get ready; the boundary is inside"
    ),
}
"""How far is measured, by unit."""


@dataclass(frozen=True, slots=True)
class Unplaceable:
    """The events that stand for an area and not for a point.

    share_of_events, share_of_best   of all events of the period; None where the source has no precision, or
                                     no such number
    precision      "known", "partly known" or "unknown": whether the source says how exact its places are
    precise_only   no event of the period is imprecise: the file was probably cut to the precise ones
    """

    tally: Tally
    share_of_events: float | None
    share_of_best: float | None
    precision: str
    precise_only: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values; null where not known."""
        return {
            **self.tally.as_json(),
            "share_of_events": self.share_of_events,
            "share_of_best": self.share_of_best,
            "precision": self.precision,
            "precise_only": self.precise_only,
        }


@dataclass(frozen=True, slots=True)
class Ring:
    """Everything counted within one distance.

    An event near two sites counts for each of them, once for each presence, and once in `inside`: so the sum
    over sites is the number of pairs and may exceed the ring. Under spread, events are sums of weights; and
    then `accounting` counts as placed every event that lies inside with any part of it.
    """

    within_km: float
    spread: str
    pairs: int
    inside: Tally
    outside: Tally
    unplaceable: Unplaceable
    sites: Mapping[str, Tally]
    presences: Mapping[str, Tally]
    by_violence: Mapping[str, Tally]
    by_perpetrator: Mapping[str, Tally]
    by_year: Mapping[str, Tally]
    by_precision: Mapping[str, Tally]
    site_missions: Mapping[str, str]
    accounting: Accounting
    unit: Unit = "km"

    @property
    def events_inside(self) -> float:
        """Events near at least one open site, each once."""
        return self.inside.events

    @property
    def events_outside(self) -> float:
        """Events with a place and no open site near it."""
        return self.outside.events

    def as_json(self) -> dict[str, Any]:
        """Plain values, in the agreed shape."""
        return {
            f"within_{self.unit}": self.within_km,
            "spread": self.spread,
            "pairs": self.pairs,
            "events_inside": self.inside.as_json()["events"],
            "events_outside": self.outside.as_json()["events"],
            "inside": self.inside.as_json(),
            "outside": self.outside.as_json(),
            "unplaceable": self.unplaceable.as_json(),
            "sites": [
                {"site_id": site_id, "mission": self.site_missions[site_id], **tally.as_json()}
                for site_id, tally in self.sites.items()
            ],
            "presences": [{"mission": mission, **tally.as_json()} for mission, tally in self.presences.items()],
            "by_violence": {name: tally.as_json() for name, tally in self.by_violence.items()},
            "by_perpetrator": {name: tally.as_json() for name, tally in self.by_perpetrator.items()},
            "by_year": {name: tally.as_json() for name, tally in self.by_year.items()},
            "by_precision": {name: tally.as_json() for name, tally in self.by_precision.items()},
            "accounting": self.accounting.as_json(),
        }


def summarise_ring(vicinity: Vicinity, events: Events, within_km: float) -> Ring:
    """Count one ring; sites and presences are those open on some day of the period, even with no event.

    Kinds, perpetrators and years are those of any event of the period, so 0 means "none here". Raises Problem
    "option-invalid" for a ring wider than the widest that was computed.
    """
    near = {level: _find_parts(vicinity, level, within_km) for level in LEVELS}
    counter = Counter(events, is_weighted=vicinity.spec.spread != "none")
    share = share_inside(vicinity, within_km)
    inside, outside = _share_whole(share), _share_whole(np.where(vicinity.state == PLACEABLE, 1 - share, 0.0))
    is_in_period = vicinity.state != EXCLUDED
    missions, mission = np.unique(vicinity.site_missions, return_inverse=True)
    sites = np.arange(len(vicinity.site_ids))

    def count_kinds(codes: NDArray[np.int8], names: tuple[str, ...]) -> dict[str, Tally]:
        by_kind = counter.count(
            Shares(inside.event, codes[inside.event].astype(np.int64), inside.share), len(names)
        )
        return {names[code]: by_kind[code] for code in np.flatnonzero(np.bincount(codes[is_in_period]))}

    def count_open(level: str, names: Text, group_of_site: Numbers) -> dict[str, Tally]:
        parts = near[level]
        by_group = counter.count(add_shares(parts.event, parts.group, parts.weight), len(names))
        return {str(names[group]): by_group[group] for group in np.unique(group_of_site[vicinity.is_site_open])}

    return Ring(
        within_km=float(within_km),
        spread=vicinity.spec.spread,
        pairs=_count_pairs(near["site"]),
        inside=counter.count_all(inside),
        outside=counter.count_all(outside),
        unplaceable=_weigh_unplaceable(vicinity, events, counter),
        sites=count_open("site", vicinity.site_ids, sites),
        presences=count_open("presence", missions, mission),
        by_violence=count_kinds(events.violence, VIOLENCE),
        by_perpetrator=count_kinds(events.perpetrator, PERPETRATORS),
        by_year=_count_years(counter, near["any"], events.day[is_in_period]),
        by_precision=count_kinds(events.precision, PRECISIONS),
        site_missions=dict(zip(vicinity.site_ids.tolist(), vicinity.site_missions.tolist(), strict=True)),
        accounting=_account(vicinity, share, within_km),
        unit=vicinity.spec.unit,
    )


def share_inside(vicinity: Vicinity, within_km: float, sites: NDArray[np.bool_] | None = None) -> Floats:
    """Per event how much of it lies within the distance of an open site: 0 or 1, under spread also between.

    `sites`, a mask over `vicinity.site_ids`, limits it to some of them; under spread to one, because how far
    the parts near several sites overlap is only kept for presences. Raises as `summarise_ring`.
    """
    if sites is None:
        parts = _find_parts(vicinity, "any", within_km)
    elif vicinity.once and sites.sum() > 1:
        msg = "under spread ask for one site or for all"
        raise ValueError(msg)
    else:
        parts = _find_parts(vicinity, "site", within_km)
        parts = parts.take(sites[parts.group])
    found = add_shares(parts.event, np.zeros_like(parts.event), parts.weight)
    share = np.zeros(len(vicinity.state))
    share[found.event] = found.share
    return share


def define(spec: VicinitySpec) -> dict[str, Any]:
    """What stands beside every figure: the rules by which it was counted."""
    rings = ", ".join(f"{km:g}" for km in spec.within_km)
    since = f"from {spec.from_day} " if spec.from_day else ""
    reach = f"within {rings} km" if spec.unit == "km" else f"within {rings} minutes of travel"
    text = f"Events {since}to {spec.as_of} {reach} of a site that was open on their first day."
    if spec.spread != "none":
        text += " Events without an exact place or day are spread over area and months."
    return {
        "text": text,
        "label": LABEL if spec.unit == "km" else TRAVEL_LABEL,
        f"within_{spec.unit}": list(spec.within_km),
        "from": spec.from_day.isoformat() if spec.from_day else None,
        "as_of": spec.as_of.isoformat(),
        "day": "first day of the event" if spec.spread == "none" else "first day of the event in each month",
        "site_days": "the opening day counts, the closing day does not",
        "distance": MEASURES[spec.unit],
        "spread": spec.spread,
        "algorithm": ALGORITHM,
    }


def vicinity_json(
    vicinity: Vicinity, events: Events, definition: Mapping[str, Any] | None = None, artifact: str | None = None
) -> dict[str, Any]:
    """Every ring and what lies in none, in the agreed shape; with one ring its keys also stand at the top.

    `definition` is added to the rules by which it was counted (names of rings, why these distances).
    """
    rings = [summarise_ring(vicinity, events, km).as_json() for km in vicinity.spec.within_km]
    distances = vicinity.nearest_km[np.isfinite(vicinity.nearest_km)]
    return {
        **(rings[0] if len(rings) == 1 else {}),
        "definition": {**define(vicinity.spec), **vicinity.travel, **(definition or {})},
        "rings": rings,
        "unplaceable": rings[0]["unplaceable"],
        "excluded": {reason: vicinity.excluded[reason] for reason in sorted(vicinity.excluded)},
        "input": len(events),
        "nearest": {
            f"median_{vicinity.spec.unit}": round(float(np.median(distances)), 1) if len(distances) else None,
            "no_site_open" if vicinity.spec.unit == "km" else "none_reached": int(
                ((vicinity.state == PLACEABLE) & ~vicinity.is_spread).sum()
            )
            - len(distances),
        },
        "steps": [vicinity.accounting.as_json(), vicinity.site_rows.as_json()],
        "artifact": artifact,
    }


def _find_parts(vicinity: Vicinity, level: str, within_km: float) -> Parts:
    """What of each event lies in the ring, by site, by presence or for all sites together."""
    spec, pairs = vicinity.spec, vicinity.pairs
    if within_km > spec.widest_km or (vicinity.once and within_km not in spec.within_km):
        rings = ", ".join(f"{km:g}" for km in spec.within_km)
        raise Problem(
            "option-invalid",
            f"The vicinity was computed for {rings} {spec.unit}, not for {within_km:g} {spec.unit}.",
            where=f"within-{spec.unit}",
            remedy="Compute the vicinity again with this distance among its rings.",
        )
    if level in vicinity.once:
        parts = vicinity.once[level]
    else:
        presence = np.unique(vicinity.site_missions, return_inverse=True)[1]
        sites = np.arange(len(presence))
        group = {"site": sites, "presence": presence, "any": np.zeros_like(sites)}[level][pairs.site].astype(
            np.int32
        )
        parts = Parts(pairs.event, group, pairs.distance_km, pairs.weight, pairs.month)
    return parts.take(parts.distance_km <= within_km)


def _count_pairs(parts: Parts) -> int:
    # Under spread one event and one site make a part for every month and ring: counted once here.
    # Sorting is six times as fast as numpy's set of integers.
    return int(find_runs(np.sort(parts.event * (parts.group.max(initial=0) + np.int64(1)) + parts.group)).sum())


def _share_whole(share: Floats) -> Shares:
    event = np.flatnonzero(share > 0)
    return Shares(event, np.zeros_like(event), share[event])


def _count_years(counter: Counter, parts: Parts, days: Days) -> dict[str, Tally]:
    years = np.unique(days.astype("datetime64[Y]").astype(np.int64))
    year = parts.month.astype("datetime64[Y]").astype(np.int64)
    # Under spread an event may reach into years in which none begins.
    years = np.union1d(years, year)
    shares = add_shares(parts.event, np.searchsorted(years, year), parts.weight)
    by_year = counter.count(shares, len(years))
    return {str(1970 + number): tally for number, tally in zip(years.tolist(), by_year, strict=True)}


def _weigh_unplaceable(vicinity: Vicinity, events: Events, counter: Counter) -> Unplaceable:
    is_in_period = vicinity.state != EXCLUDED
    tally, everything = (
        counter.count_whole(vicinity.state == UNPLACEABLE),
        counter.count_whole(is_in_period),
    )
    precision = events.precision[is_in_period]
    is_unknown = not precision.any()
    best, all_best = tally.best.value, everything.best.value
    return Unplaceable(
        tally=tally,
        share_of_events=None if is_unknown else tally.events / everything.events,
        share_of_best=None if is_unknown or best is None or not all_best else best / all_best,
        precision="unknown" if is_unknown else "known" if precision.all() else "partly known",
        precise_only=not is_unknown and int(precision.max()) < IMPRECISE,
    )


def _account(vicinity: Vicinity, share: Floats, within_km: float) -> Accounting:
    whole = vicinity.accounting
    inside = int((share > 0).sum())
    reasons = {**whole.excluded, "outside": whole.placed - inside}
    return Accounting(
        f"within {within_km:g} {vicinity.spec.unit}",
        whole.input,
        inside,
        {name: n for name, n in reasons.items() if n},
    )
