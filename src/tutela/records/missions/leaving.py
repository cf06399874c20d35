"""The tables of this app that may leave the register as a file; reach by influence is not one."""

from __future__ import annotations

from typing import Final

from tutela.records.exports.tables import Column, Kind, Table
from tutela.records.missions.models import Activity, Capacity, Population, Presence, Site

_PRESENCE: Final = Column("presence_id", "presence", link=Presence)
_SITE: Final = Column("site_id", "site", link=Site)

TABLES: Final = (
    Table(
        "presences",
        "Presences",
        Presence,
        (
            Column("name", "name"),
            Column("kind", "kind"),
            Column("hosts", "hosts", Kind.LIST),
            Column("status", "status"),
            Column("funding", "funding"),
            Column("force_authority", "authority to use force"),
            Column("protection_mandate", "protection mandate"),
            Column("mandate_text", "mandate"),
            Column("mandate_since", "mandate since", Kind.DAY),
            Column("mandate_until", "mandate until", Kind.DAY),
            Column("mandate_confirmed_on", "mandate confirmed on", Kind.DAY),
        ),
    ),
    Table(
        "sites",
        "Sites",
        Site,
        (
            _PRESENCE,
            Column("name", "name"),
            Column("kind", "kind"),
            Column("lat", "latitude", Kind.LATITUDE),
            Column("lon", "longitude", Kind.LONGITUDE),
            Column("status", "status"),
            Column("status_since", "status since", Kind.DAY),
        ),
    ),
    Table(
        "capacities",
        "Capacities",
        Capacity,
        (
            _PRESENCE,
            _SITE,
            Column("component", "component"),
            Column("profile", "profile"),
            Column("measure", "measure"),
            Column("number", "people", Kind.NUMBER),
            Column("exactness", "how exactly"),
            Column("as_of", "as of", Kind.DAY),
            Column("source", "source"),
            Column("status", "status"),
            Column("superseded", "corrected since", Kind.YES_NO),
        ),
        day="as_of",
    ),
    Table(
        "populations",
        "Populations at risk",
        Population,
        (
            _PRESENCE,
            Column("name", "name"),
            Column("kind", "kind"),
            Column("lat", "latitude", Kind.LATITUDE),
            Column("lon", "longitude", Kind.LONGITUDE),
            Column("people_low", "people, low", Kind.NUMBER),
            Column("people_high", "people, high", Kind.NUMBER),
            Column("basis", "basis of the numbers"),
            Column("status", "status"),
        ),
        people=True,
    ),
    Table(
        "activities",
        "Activities",
        Activity,
        (
            _PRESENCE,
            _SITE,
            Column("day", "day", Kind.DAY),
            Column("code", "activity"),
            Column("tier", "tier"),
            Column("phase", "phase"),
            Column("component", "component"),
            Column("basis", "basis"),
            Column("warning", "caution"),
            Column("policies", "policies", Kind.LIST),
        ),
        day="day",
    ),
)
