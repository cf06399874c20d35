"""What the invented presences did in the last twelve months: codes of the doctrine's activities, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from tutela.studies.invented.plans import COUNTRY_TEAM, ENVOY, LARGE, MODULAR, POLITICAL, SMALL

FIRST_DAY: Final = date(2025, 1, 1)
LAST_DAY: Final = date(2025, 12, 31)
"""The twelve months that are counted, both days in."""


@dataclass(frozen=True, slots=True)
class InventedActivity:
    """One activity of one presence.

    code, tier, phase, component, basis   as the doctrine names them
    count      how often in the twelve months;  first_day, last_day  of them
    note       what was done, in words without figures
    """

    presence_id: str
    code: str
    tier: str
    phase: str
    component: str
    basis: str
    count: int
    first_day: date
    last_day: date
    note: str


_T1: Final = "T1_dialogue_engagement"
_T2: Final = "T2_physical_protection"
_T3: Final = "T3_protective_environment"

_ROWS: Final = (
    (LARGE, "A24a", _T2, "prevention", "military", "mandate_task", 4210, "Patrols by day and night around bases."),
    (LARGE, "A24a", _T2, "prevention", "police", "mandate_task", 1875, "Joint patrols in towns and camps."),
    (LARGE, "A24b", _T2, "pre_emption", "military", "mandate_task", 132, "Stood between, escorted, opened a gate."),
    (LARGE, "A24c", _T2, "response", "military", "force_authority", 9, "Showed force; fired in warning once."),
    (
        LARGE,
        "A18",
        _T1,
        "pre_emption",
        "civilian",
        "mandate_task",
        960,
        "Alerts from liaison assistants followed up.",
    ),
    (LARGE, "A02", _T1, "prevention", "civilian", "mandate_task", 74, "Talks between herders and farmers."),
    (LARGE, "A03", _T1, "response", "civilian", "cross_spectrum_policy", 58, "Commanders spoken to about conduct."),
    (LARGE, "A05", _T3, "prevention", "civilian", "cross_spectrum_policy", 310, "Visits of human rights officers."),
    (LARGE, "A07", _T3, "response", "civilian", "cross_spectrum_policy", 41, "Fact-finding after attacks."),
    (LARGE, "A12", _T3, "prevention", "civilian", "cross_spectrum_policy", 12, "Risk assessments of support."),
    (LARGE, "A13", _T3, "consolidation", "police", "mandate_task", 66, "Advice to local police."),
    (
        LARGE,
        "A23",
        _T3,
        "consolidation",
        "military",
        "mandate_task",
        7,
        "Closing bases handed over with communities.",
    ),
    (
        SMALL,
        "A09",
        _T1,
        "prevention",
        "military",
        "mandate_task",
        702,
        "Observed the line and reported violations.",
    ),
    (SMALL, "A10", _T1, "pre_emption", "military", "mandate_task", 48, "Meetings of both sides at the crossing."),
    (
        SMALL,
        "A24a",
        _T2,
        "prevention",
        "military",
        "mandate_task",
        655,
        "Unarmed patrols where clearance was given.",
    ),
    (SMALL, "A08", _T1, "pre_emption", "civilian", "system_wide_commitment", 31, "Warnings of flights passed on."),
    (POLITICAL, "A01", _T1, "prevention", "civilian", "mandate_task", 27, "Rounds of talks with national parties."),
    (POLITICAL, "A03", _T1, "response", "civilian", "cross_spectrum_policy", 36, "Quiet advocacy on single cases."),
    (POLITICAL, "A04", _T1, "response", "civilian", "mandate_task", 3, "Public reports on civilians harmed."),
    (POLITICAL, "A05", _T1, "prevention", "civilian", "mandate_task", 188, "Presence at trials and in detention."),
    (POLITICAL, "A06", _T3, "response", "civilian", "mandate_task", 412, "Casualties recorded and checked."),
    (POLITICAL, "A07", _T3, "response", "civilian", "cross_spectrum_policy", 22, "Fact-finding missions."),
    (POLITICAL, "A13", _T3, "prevention", "civilian", "request_of_host", 40, "Advice to courts and police."),
    (
        POLITICAL,
        "A15",
        _T2,
        "response",
        "civilian",
        "cross_spectrum_policy",
        6,
        "Witnesses moved away from the threat.",
    ),
    (ENVOY, "A01", _T1, "prevention", "civilian", "mandate_task", 19, "Visits to both capitals."),
    (ENVOY, "A03", _T1, "pre_emption", "civilian", "mandate_task", 14, "Calls to commanders on conduct."),
    (ENVOY, "A08", _T1, "pre_emption", "civilian", "system_wide_commitment", 8, "Warnings to headquarters."),
    (ENVOY, "A22", _T1, "response", "civilian", "mandate_task", 4, "Briefings to the Council."),
    (
        MODULAR,
        "A24b",
        _T2,
        "pre_emption",
        "military",
        "security_clearance",
        61,
        "Accompanied people to wells and fields.",
    ),
    (MODULAR, "A24a", _T2, "prevention", "police", "mandate_task", 140, "Patrols on foot in the market."),
    (MODULAR, "A18", _T1, "prevention", "civilian", "mandate_task", 33, "Contact tree and refuge plan rehearsed."),
    (COUNTRY_TEAM, "A05", _T1, "prevention", "civilian", "cross_spectrum_policy", 52, "Monitoring visits."),
    (COUNTRY_TEAM, "A06", _T3, "response", "civilian", "cross_spectrum_policy", 37, "Casualties recorded."),
    (COUNTRY_TEAM, "A15", _T1, "response", "civilian", "cross_spectrum_policy", 3, "Relocation with partners."),
    (COUNTRY_TEAM, "A16", _T1, "response", "civilian", "system_wide_commitment", 11, "Access for aid negotiated."),
    (
        COUNTRY_TEAM,
        "A20",
        _T3,
        "prevention",
        "civilian",
        "system_wide_commitment",
        12,
        "Protection group convened.",
    ),
)


def list_activities() -> tuple[InventedActivity, ...]:
    """All activities of all presences, the same for every country that is invented."""
    return tuple(
        InventedActivity(presence_id, code, tier, phase, component, basis, count, FIRST_DAY, LAST_DAY, note)
        for presence_id, code, tier, phase, component, basis, count, note in _ROWS
    )
