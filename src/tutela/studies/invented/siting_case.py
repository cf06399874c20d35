"""A siting question about the invented country: its towns, where teams could be, what they cost; all invented."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np

from tutela.kernel.places import distances_km
from tutela.studies.invented.country import InventedCountry
from tutela.studies.invented.ground_files import write_table

PLACES: Final = 24
"""So many of the largest towns could take a team."""

_NEAR_KM: Final = 25.0
"""A town this near an open site has the teams of that site now."""

_TEAMS: Final = (("military", 10.0, 150.0, 3.0), ("police", 4.0, 40.0, 1.0), ("civilian", 2.0, 12.0, 0.5))
"""Type, cost in millions a year, posts, and what closing costs: invented, and no guide to any real cost."""

SPEC: Final = """\
# Invented: no place, cost, chance or distance here stands for a real one.
title = "Where could teams be in {country}?"
invented = true

[demand]
file = "invented-siting-demand.csv"

[candidates]
file = "invented-siting-candidates.csv"

[cover]
within_km = {{ military = 120, police = 60, civilian = 40 }}
value = {{ military = 0.7, police = 0.5, civilian = 0.45 }}
decay = "linear"

[objective]
kind = "cooperative"

[budget]
money = {budget}

[floors]
{floor} = 0.1

[[requires]]
type = "civilian"
needs = ["military", "police"]
within_km = 30

[limits]
gap = 0.001
seconds = 20
"""


def siting_files(country: InventedCountry) -> dict[str, bytes]:
    """The three files of the question, as a planner would bring them."""
    towns = country.towns
    demand = [
        {"point_id": f"T{town.rank:04d}", "name": town.name, "region": town.province, "weight": town.people,
         "lon": town.lon, "lat": town.lat}
        for town in towns
    ]  # fmt: skip
    candidates = _candidates(country)
    spent = sum(row["cost_money"] for row in candidates if row["now"] == "yes")
    smallest = min(
        {town.province for town in towns}, key=lambda name: sum(t.people for t in towns if t.province == name)
    )
    spec = SPEC.format(country=country.name, budget=f"{max(60.0, spent):g}", floor=json.dumps(smallest))
    return {
        "invented-siting-demand.csv": write_table(demand),
        "invented-siting-candidates.csv": write_table(candidates),
        "invented-siting.toml": spec.encode(),
    }


def _candidates(country: InventedCountry) -> list[dict[str, Any]]:
    sites = country.sites
    moment = np.datetime64(country.last_day)
    is_open = (sites.opened <= moment) & (np.isnat(sites.closed) | (sites.closed > moment))
    rows = []
    for town in country.towns[:PLACES]:
        near = is_open & (distances_km(town.lon, town.lat, sites.lon, sites.lat) <= _NEAR_KM)
        for kind, cost, posts, closing in _TEAMS:
            staff = np.nan_to_num(getattr(sites, kind)[near])
            rows.append(
                {
                    "site_id": f"P{town.rank:02d}", "name": town.name, "type": kind,
                    "lon": town.lon, "lat": town.lat,
                    "cost_money": cost, "posts": posts, "close_cost_money": closing,
                    "now": "yes" if staff.sum() > 0 else "",
                }
            )  # fmt: skip
    return _with_escorts(rows)


def _with_escorts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A civilian team that is alone now counts as not there: the question asks for an escort."""
    for row in rows:
        others = [r for r in rows if r["site_id"] == row["site_id"] and r["type"] != "civilian" and r["now"]]
        if row["type"] == "civilian" and not others:
            row["now"] = ""
    return rows
