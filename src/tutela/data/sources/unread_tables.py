"""Published tables that no reader here takes: told by their columns, refused by the column that gives them away.

Most are aggregates: counts by month, cell, country or pair of actors. They have no places or days finer than
that, and beside events they would count the same deaths twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tutela.data.sources.aggregates import refuse_hapi
from tutela.kernel.problems import Problem

_EVENTS: Final = "Bring the events themselves, a row each, for example UCDP's GED."
_SITES: Final = "Bring Geo-PKO's full table or its FrontMap table, which have the numbers of troops."
_COMPARE: Final = "Use it outside to check results; no figure here is made from it."
_CODEBOOK: Final = "Read it yourself, and name the table that it describes."


@dataclass(frozen=True, slots=True)
class _Unread:
    """Columns by which a table is known, the one that gives it away, what it is, what to do instead."""

    columns: tuple[str, ...]
    gives_away: str
    what: str
    remedy: str


_UNREAD: Final = (
    _Unread(
        ("country_id_cy", "year_cy"),
        *("year_cy", "UCDP's table of countries and years: a row is a country's whole year"),
        "Check totals with it; for places bring UCDP's GED.",
    ),
    _Unread(
        ("week", "n_events"),
        *("week", "a panel of weeks: a row counts all events of a country's week"),
        _EVENTS,
    ),
    _Unread(
        ("year", "longitude", "latitude", "where_coordinates", "best", "deaths_civilians"),
        *("year", "a table thinned to places and years: deaths are means, not sums, and there is no id or day"),
        _EVENTS,
    ),
    _Unread(
        ("country", "month", "year", "events", "fatalities"),
        *("month", "a table of counts by area and month, without places, days or ids"),
        _EVENTS,
    ),
    _Unread(
        ("base_id", "t_ind", "ucdp_gov_vac_all"),
        *("ucdp_gov_vac_all", "a panel of bases and months: killings are counted within a fixed distance"),
        _COMPARE,
    ),
    _Unread(
        ("gid", "xcoord", "ycoord", "ttime_min"),
        *("gid", "PRIO-GRID's static table: a row is a cell half a degree wide"),
        "Bring land cover and roads for travel times; a cell so wide holds a base and what it cannot reach.",
    ),
    _Unread(("gid", "tt", "nsite"), "gid", "a panel of PRIO-GRID cells and months", _SITES),
    _Unread(("gid", "year", "lpres"), "gid", "a panel of PRIO-GRID cells and years", _COMPARE),
    _Unread(("gid", "ctry", "xcoord", "ycoord"), "gid", "a list of PRIO-GRID cells with a country each", _COMPARE),
    _Unread(
        ("mission", "year", "location", "infantry", "riv"),
        *("infantry", "Geo-PKO's table of kinds of troops: 0 or 1 for each kind in a site's year, and no numbers"),
        _SITES,
    ),
    _Unread(
        ("mission", "year", "location", "no.tcc"),
        *("no.tcc", "Geo-PKO's table of contributing countries in a site's year, and no numbers of troops"),
        _SITES,
    ),
    _Unread(
        ("mission", "yearmon", "unsc_resolution", "prociv"),
        *("prociv", "TAMM: tasks of mandates by mission and month up to 2015"),
        "Bring UNPMM's workbook for tasks of mandates.",
    ),
    _Unread(
        ("ccode", "conflictid", "missionid", "totals_backward"),
        *("totals_backward", "a panel of missions and months, UN and others, whose strengths are partly filled in"),
        "Bring the table of authorised and deployed personnel for strengths.",
    ),
    _Unread(
        ("casualty_id", "mission_acronym", "type_of_casualty"),
        *(
            "casualty_id",
            "the UN's list of its own personnel who died: it is not about civilians, and has no places",
        ),
        _EVENTS,
    ),
    _Unread(
        ("year", "month", "nationality", "mission", "malicious"),
        *("malicious", "a table of UN personnel who died, by contributor, mission and month"),
        _EVENTS,
    ),
    _Unread(
        ("mission_acronym", "lead_department", "mission_longitude"),
        *(
            "mission_longitude",
            "the UN's list of missions: one point stands for a whole mission, not for its sites",
        ),
        "The register holds missions already; bring a file of sites for places.",
    ),
    _Unread(
        ("year", "country", "mission", "female", "male", "total"),
        *("female", "a table of personnel by contributing country, without months or components"),
        "Bring the table of authorised and deployed personnel for strengths.",
    ),
    _Unread(
        ("mission", "appointment", "last name", "rank"),
        *("last name", "a list of people who led missions: names of persons are nothing that is read here"),
        "Bring UNPMM's workbook for facts about missions.",
    ),
    _Unread(
        ("1.1_dem_number", "1.2_res_number"),
        *("1.1_dem_number", "a list of the Security Council's demands to parties, coded by hand"),
        _COMPARE,
    ),
    _Unread(
        ("location", "year", "mon", "osvall", "trooplag"),
        *("osvall", "a panel of conflicts and months: one-sided killings are counted by conflict, without places"),
        _EVENTS,
    ),
    _Unread(
        ("year_month", "conflict_id", "brf_grc", "rebel_group"),
        *("brf_grc", "a panel of pairs of actors and months: battle deaths without places or civilians"),
        _EVENTS,
    ),
    _Unread(
        ("time", "cell", "dv", "att", "se"),
        *("att", "a table of published estimates, not of observations"),
        _COMPARE,
    ),
)


def refuse_unread(columns: Sequence[str], path: str) -> Problem | None:
    """The refusal of a table that is known and not read, naming its column; None where it is not known."""
    lower = [column.strip().lower() for column in columns]
    held = frozenset(lower)
    if {"location_code", "event_type", "events", "fatalities"} <= held:
        problem = refuse_hapi(path)
        where = f"{path}, line 1, column {lower.index('events') + 1} (events)"
        return Problem(problem.code, problem.message, where=where, remedy=problem.remedy)
    for table in _UNREAD:
        if held.issuperset(table.columns):
            place = lower.index(table.gives_away)
            return Problem(
                "source-unknown",
                f"This is {table.what}.",
                where=f"{path}, line 1, column {place + 1} ({columns[place].strip()})",
                remedy=table.remedy,
            )
    return None


def refuse_document(content: bytes, path: str) -> Problem | None:
    """The refusal of a file that is for people to read (PDF, Markdown); None where it is none."""
    if content.startswith(b"%PDF"):
        what = "a PDF document, such as a codebook"
    elif content.startswith((b"# ", b"## ")) and b"\n" in content:
        what = "a text with headings (Markdown), such as a list of files"
    else:
        return None
    return Problem("file-not-a-table", f"This is {what}.", where=f"{path}, line 1", remedy=_CODEBOOK)
