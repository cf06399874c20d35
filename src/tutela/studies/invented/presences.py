"""The six invented presences: one of each kind that a statement must be written for, with facts of its own.

Some facts are unknown and one mandate is past its end on purpose: that is what real registers look like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from tutela.catalogue.presences import FIELDS, OPEN_ENDED, UNKNOWN, Fact, FactStatus, Presence
from tutela.kernel.tables import Sites
from tutela.studies.invented.attacks import LAST_DAY
from tutela.studies.invented.plans import COUNTRY_TEAM, ENVOY, LARGE, MODULAR, POLITICAL, SMALL

SOURCE: Final = "invented"

_Row = tuple[str, str, str, FactStatus]
_NOW: Final = LAST_DAY.isoformat()


def _know(field: str, value: str, as_of: str = _NOW, status: FactStatus = "verified") -> _Row:
    return field, value, as_of, status


def _mandate(text: str, until: str, as_of: str, wording: str) -> tuple[_Row, ...]:
    return (
        _know("mandate_text", text, as_of),
        _know("mandate_until", until, as_of),
        _know("mandate_wording", wording, as_of),
    )


_PROTECT: Final = (
    "Protect civilians under threat of physical violence with all necessary means, within its capabilities and "
    "areas of deployment; the host State keeps the primary responsibility."
)

_FACTS: Final[dict[str, tuple[_Row, ...]]] = {
    LARGE: (
        _know("mandate_source", "security_council", "2016-02-19"),
        _know("protection_mandate", "yes", "2016-02-19"),
        _know("force_authority", "yes", "2016-02-19"),
        *_mandate("INV/RES/12", "2024-02-15", "2016-02-19", _PROTECT),
        *_mandate("INV/RES/61", "2025-02-15", "2024-02-14", f"{_PROTECT} Draw down to the ceilings set out here."),
        *_mandate("INV/RES/74", "2026-02-15", "2025-02-13", f"{_PROTECT} Protection comes first among its tasks."),
        _know("started", "2016-03-01", "2016-03-01"),
        _know("ceiling_military", "9000", "2016-02-19"),
        _know("ceiling_police", "1400", "2016-02-19"),
        _know("ceiling_military", "6200", "2024-02-14"),
        _know("ceiling_police", "1100", "2024-02-14"),
        _know("authorised_military", "6200", "2025-02-13"),
        _know("authorised_police", "1100", "2025-02-13"),
        _know("authorised_civilian", "840", "2025-07-01"),
        _know("funding", "assessed, peacekeeping budget", "2025-07-01"),
        _know("note", "In its seventh year of events it drew down: bases closed and others shrank."),
    ),
    SMALL: (
        _know("mandate_source", "security_council", "2012-06-20"),
        _know("protection_mandate", "no", "2012-06-20"),
        _know("force_authority", "no", "2012-06-20"),
        *_mandate("INV/RES/3", OPEN_ENDED, "2012-06-20", "Observe the ceasefire along the line and report on it."),
        _know("started", "2012-07-01", "2012-07-01"),
        _know("ceiling_military", "120", "2012-06-20"),
        _know("funding", "assessed, regular budget", "2025-01-01"),
        _know("note", "Near the line, aircraft of another State are the danger."),
    ),
    POLITICAL: (
        _know("mandate_source", "security_council", "2018-11-30"),
        _know("protection_mandate", "no", "2018-11-30"),
        _know("force_authority", "no", "2018-11-30"),
        *_mandate(
            "INV/RES/70",
            "2025-10-31",
            "2024-10-30",
            "Good offices; monitor, report and advise on human rights; advise police and courts.",
        ),
        _know("started", "2019-01-01", "2019-01-01"),
        _know("authorised_civilian", "250", "2025-01-01"),
        _know("funding", "assessed, regular budget", "2025-01-01"),
    ),
    ENVOY: (
        _know("mandate_source", "exchange_of_letters", "2021-05-04"),
        _know("protection_mandate", "no", "2021-05-04"),
        _know("force_authority", "no", "2021-05-04"),
        _know("mandate_text", "INV/L/3", "2021-05-04"),
        _know(
            "mandate_wording", "Good offices with both States and with the parties inside Ardumel.", "2021-05-04"
        ),
        _know("started", "2021-06-01", "2021-06-01"),
        _know("deployed_civilian", "11", "2025-09-30"),
        _know("note", "Sits outside the country; its reach is whom it can call."),
    ),
    MODULAR: (
        _know("mandate_source", "security_council", "2023-04-14"),
        _know("protection_mandate", "yes", "2023-04-14"),
        _know("force_authority", "no", "2023-04-14"),
        *_mandate(
            "INV/RES/55", "2024-01-31", "2023-04-14", "Accompany communities and give refuge, without force."
        ),
        *_mandate(
            "INV/RES/76", "2026-01-31", "2025-04-29", "Accompany communities and give refuge, without force."
        ),
        _know("started", "2023-05-01", "2023-05-01"),
        _know("ceiling_military", "60", "2025-04-29"),
        _know("ceiling_police", "25", "2025-04-29"),
        _know("note", "One team, one site at a time, eight months in each; nobody between the two."),
    ),
    COUNTRY_TEAM: (
        _know("protection_mandate", "no", "2020-03-01"),
        _know("force_authority", "no", "2020-03-01"),
        _know("started", "2020-03-01", "2020-03-01"),
        _know("funding", "voluntary", "2025-01-01", "unverified"),
        _know("note", "Works on the second island, where no mission deploys."),
    ),
}

_NAMES: Final = {
    LARGE: ("Invented Multidimensional Mission for Protection in {country}", "PKO_MULTIDIMENSIONAL_POC"),
    SMALL: ("Invented Observer Group along the {country} Line", "PKO_SMALL_NO_POC"),
    POLITICAL: ("Invented Political Mission in {country}", "SPM_FIELD_MULTIDIM"),
    ENVOY: ("Office of the Invented Envoy for {country} and {neighbour}", "SPM_ENVOY_GOOD_OFFICES"),
    MODULAR: ("Invented Modular Team in {country}", "PKO_MODULAR_LIGHT"),
    COUNTRY_TEAM: ("Invented Country Team in {country}, with an OHCHR presence", "UNCT_RCO"),
}

_EFFECTIVE_SHARE: Final = 0.83
"""What is left of the deployed military of the large operation after caveats, leave and repairs."""


def name_presences(names: tuple[str, str], codes: tuple[str, str], sites: Sites) -> tuple[Presence, ...]:
    """The presences, with names and codes of the country and its neighbour; deployed strength from the sites."""
    country, neighbour = names
    presences = []
    for presence_id, (name, kind) in _NAMES.items():
        hosts = codes if presence_id in (ENVOY, SMALL) else codes[:1]
        history = _sort_facts((*_FACTS[presence_id], *_count_people(presence_id, sites)))
        presences.append(
            Presence(
                presence_id=presence_id,
                name=name.format(country=country, neighbour=neighbour),
                kind=kind,
                hosts=hosts,
                status="current",
                invented=True,
                identity="verified",
                facts=newest_facts(history),
                history=history,
            )
        )
    return tuple(presences)


def newest_facts(history: Mapping[str, tuple[Fact, ...]]) -> Mapping[str, Fact]:
    """The newest fact of every field; one that is not known is UNKNOWN."""
    return MappingProxyType(dict.fromkeys(FIELDS, UNKNOWN) | {field: facts[-1] for field, facts in history.items()})


def _sort_facts(rows: Iterable[_Row]) -> Mapping[str, tuple[Fact, ...]]:
    history: dict[str, tuple[Fact, ...]] = {}
    for field, value, as_of, status in sorted(rows, key=lambda row: row[2]):
        history[field] = (*history.get(field, ()), Fact(value, SOURCE, as_of, status))
    return MappingProxyType(history)


def _count_people(presence_id: str, sites: Sites) -> list[_Row]:
    """Deployed strength on the last day: a sum where every site is known, "about" where one is not."""
    day = np.datetime64(LAST_DAY, "D")
    open_ = (sites.mission == presence_id) & (sites.opened <= day) & (np.isnat(sites.closed) | (sites.closed > day))
    rows = []
    for component in ("military", "police", "civilian"):
        people = getattr(sites, component)[open_]
        known = int(np.nansum(people))
        if len(people) and known:
            value = f"about {(known // 10 + 2) * 10}" if np.isnan(people).any() else str(known)
            rows.append(_know(f"deployed_{component}", value))
        if presence_id == LARGE and component == "military":
            rows.append(_know("effective_military", f"about {round(known * _EFFECTIVE_SHARE / 10) * 10}"))
    return rows
