"""Who was harmed within how many minutes by air: events near sites where aircraft were known to land that day.

A straight line from the site to the place of the event, without a surface. Counting, rings and tallies are those
of a vicinity by distance. Never added to minutes over ground: from the aircraft on, nobody has travelled yet.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import numpy as np

from tutela.engine.reach.flights import Aircraft, fly_minutes, sort_landings
from tutela.engine.reach.joins import find_near_while_open
from tutela.engine.reach.openings import Openings, find_runs, merge_openings, number_days
from tutela.engine.reach.travel_rings import find_quickest, refuse_spread
from tutela.engine.reach.traveltime import account_for_starts, name_unused
from tutela.engine.reach.vicinity import PLACEABLE, Pairs, Rows, Vicinity, VicinitySpec, sort_events
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Sites

ALGORITHM: Final = 1
"""Raised when the same events, sites and aircraft would give other pairs."""

LABEL: Final = (
    "analytical flight time to above the place, with time to get ready and without ground after landing; "
    "not an area of responsibility and no promise that anybody may fly"
)
MEASURE: Final = (
    "minutes to get ready, and the great circle from a site where aircraft are known to land to the place of the "
    "event at cruise speed, as far as the radius; the boundary is inside"
)
_SLACK_KM: Final = 1e-3


def compute_air_vicinity(events: Events, sites: Sites, spec: VicinitySpec, aircraft: Aircraft) -> Vicinity:
    """As `compute_vicinity`, with minutes by air in place of kilometres.

    Only rows of sites with known landing (air is 1) count, on the days of these rows; the others are accounted
    for as "no-landing-site" or "landing-unknown". Raises Problem "option-invalid" for a spread, and
    "nothing-to-study" where landing is known at none of the sites.
    """
    if spec.unit != "min":
        msg = "a vicinity by air needs a spec with the unit min"
        raise ValueError(msg)
    refuse_spread(spec)
    lands = sites.take(sites.air == 1)
    reasons = {"no-landing-site": int((sites.air == 0).sum()), "landing-unknown": int((sites.air < 0).sum())}
    if len(sites) and not len(lands):
        raise Problem(
            "nothing-to-study",
            f"Landing is known at none of the {len(sites):,} rows of sites "
            f"({', '.join(f'{reason}: {n:,}' for reason, n in reasons.items() if n)}).",
            where="column air",
            remedy="Fill the column air (1 or 0) of the sites, or count minutes over ground with --surface.",
        )
    open_sites = merge_openings(lands)
    rows = open_sites.accounting
    state, excluded = sort_events(events, spec)
    pairs = _pair(events, np.flatnonzero(state == PLACEABLE), spec, (open_sites.openings, aircraft))
    nearest_site, nearest_minutes = find_quickest(pairs, len(events))
    left_out = {reason: n for reason, n in {**rows.excluded, **reasons}.items() if n}
    return Vicinity(
        spec=spec,
        site_ids=open_sites.site_ids,
        site_missions=open_sites.missions,
        pairs=pairs,
        state=state,
        excluded=excluded,
        is_spread=np.zeros(len(events), dtype=bool),
        is_site_open=open_sites.find_open(spec.from_day, spec.as_of),
        nearest_site=nearest_site,
        nearest_km=nearest_minutes,
        site_rows=Accounting(rows.step, len(sites), rows.placed, left_out),
        travel=_describe(sites, spec, aircraft),
    )


def _describe(sites: Sites, spec: VicinitySpec, aircraft: Aircraft) -> dict[str, Any]:
    """What stands beside minutes by air: in place of the words for minutes over ground."""
    starts, air = sort_landings(sites)
    unused = {"no-landing-site": air == 0, "landing-unknown": air < 0}
    named = name_unused(starts, unused)
    rings = ", ".join(f"{minutes:g}" for minutes in spec.within_km)
    since = f"from {spec.from_day} " if spec.from_day else ""
    return {
        "text": (
            f"Events {since}to {spec.as_of} within {rings} minutes by air ({aircraft.name}) of a site that was "
            f"open, and where aircraft were known to land, on their first day. Getting ready takes "
            f"{aircraft.ready_minutes:g} of these minutes, so a narrower ring holds nothing."
        ),
        "label": LABEL,
        "distance": MEASURE,
        "travel": {
            "mode": f"air: {aircraft.name}",
            "season": "not modelled",
            "aircraft": asdict(aircraft),
            "starting_points": account_for_starts(len(starts), unused).as_json(),
            "sites_without_landing": [site for site, reason in named if reason == "no-landing-site"],
            "sites_with_landing_unknown": [site for site, reason in named if reason == "landing-unknown"],
            "not_in_it": "ground after landing, weather, daylight, fuel, clearance, whether an aircraft is there",
        },
    }


def _pair(events: Events, placed: Rows, spec: VicinitySpec, ways: tuple[Openings, Aircraft]) -> Pairs:
    openings, aircraft = ways
    flown_km = (spec.widest_km - aircraft.ready_minutes) * aircraft.cruise_kmh / 60
    # A little further than asked for: which minutes lie inside is decided after rounding.
    reach_km = max(0.0, min(flown_km, aircraft.radius_km)) + _SLACK_KM
    days = number_days(events.day[placed])
    near = find_near_while_open((events.lon[placed], events.lat[placed]), days, openings, reach_km)
    minutes = fly_minutes(near.distance_km, aircraft)
    inside = (minutes <= spec.widest_km) & (near.distance_km <= aircraft.radius_km)
    near, minutes = near.take(inside), minutes[inside]
    # Openings are sorted by site, so the openings of one site stand together within each point.
    site = openings.site[near.target]
    begins = np.flatnonzero(find_runs(near.point, site))
    event = placed[near.point[begins]]
    return Pairs(
        event=event.astype(np.int32),
        site=site[begins].astype(np.int32),
        distance_km=np.minimum.reduceat(minutes, begins) if len(begins) else minutes,
        weight=np.ones(len(begins)),
        month=events.day[event].astype("datetime64[M]"),
    )
