"""The tables of this app that may leave the register as a file.

Restricted intake and what the host State intends are no tables here; who a source is leaves with no report.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from tutela.records.exports.tables import Column, Kind, Table
from tutela.records.incidents.finding import known_from_those_alone, may_not_be_passed_on
from tutela.records.incidents.models import Incident, Plan, Report, Threat
from tutela.records.missions.models import Population, Presence, Site

_PRESENCE: Final = Column("presence_id", "presence", link=Presence)
_POPULATION: Final = Column("population_id", "population at risk", link=Population)
_SITE: Final = Column("site_id", "site", link=Site)
_POINT: Final = (
    Column("lat", "latitude", Kind.LATITUDE),
    Column("lon", "longitude", Kind.LONGITUDE),
)
_PEOPLE: Final = (
    Column("people_low", "people, low", Kind.NUMBER),
    Column("people_high", "people, high", Kind.NUMBER),
)


TABLES: Final = (
    Table(
        "incidents",
        "Incidents",
        Incident,
        (
            _PRESENCE,
            Column("title", "title"),
            Column("what", "what"),
            Column("happened_at", "when", Kind.TIME),
            Column("place", "place"),
            *_POINT,
            Column("precision", "how exactly the place is known"),
            _POPULATION,
            _SITE,
            *_PEOPLE,
            Column("perpetrator", "perpetrator"),
            Column("status", "verification"),
            Column("imminent", "life was in imminent danger", Kind.YES_NO),
        ),
        day="happened_at",
        people=True,
        left_out=(
            ("left the normal queue", Q(left=True)),
            ("merged into another incident", Q(merged_into__isnull=False)),
            ("known only from a source that lets nothing go further", known_from_those_alone),
        ),
    ),
    Table(
        "reports",
        "Reports",
        Report,
        (
            _PRESENCE,
            Column("kind", "kind"),
            Column("what", "what"),
            Column("happened_at", "when it happened", Kind.TIME),
            Column("said_at", "when it was said", Kind.TIME),
            Column("place", "place"),
            *_POINT,
            Column("precision", "how exactly the place is known"),
            _POPULATION,
            _SITE,
            *_PEOPLE,
            Column("perpetrator", "perpetrator"),
            Column("summary", "summary"),
            Column("status", "verification"),
            Column("acted_before_verified", "acted before verified", Kind.YES_NO),
            Column("source", "source of an imported event"),
        ),
        day="said_at",
        people=True,
        left_out=(("its source lets nothing go further", may_not_be_passed_on),),
    ),
    Table(
        "threats",
        "Threats",
        Threat,
        (
            _PRESENCE,
            Column("title", "title"),
            Column("level", "level"),
            Column("area", "area"),
            *_POINT,
            Column("radius_km", "radius in km", Kind.NUMBER),
            _POPULATION,
            Column("from_day", "from", Kind.DAY),
            Column("to_day", "to", Kind.DAY),
            Column("civilians", "civilians at risk", Kind.LIST),
            Column("harms", "harms", Kind.LIST),
            Column("perpetrator", "perpetrator"),
            Column("capability", "capability, 1 to 5", Kind.NUMBER),
            Column("likelihood", "likelihood, 1 to 5", Kind.NUMBER),
            Column("impact", "impact, 1 to 5", Kind.NUMBER),
            Column("confidence", "confidence"),
            Column("owner", "owner"),
            Column("review_date", "review by", Kind.DAY),
            Column("status", "status"),
        ),
        day="from_day",
        people=True,
    ),
    Table(
        "plans",
        "Response plans",
        Plan,
        (
            _PRESENCE,
            _POPULATION,
            _SITE,
            Column("title", "title"),
            Column("state", "state"),
            Column("arrive_minutes", "can arrive, minutes", Kind.NUMBER),
            Column("move_minutes", "may move, minutes", Kind.NUMBER),
            Column("act_minutes", "can act, minutes", Kind.NUMBER),
            Column("lead", "lead"),
            Column("lead_component", "component of the lead"),
            Column("signed_at", "signed", Kind.TIME),
            Column("valid_until", "valid until", Kind.DAY),
            Column("recipients", "recipients", Kind.LIST),
            Column("not_told", "not to be told", Kind.LIST),
        ),
        day="valid_until",
    ),
)
