"""The rows of this app; every one is sealed: in a compartment, marked, read for somebody."""

from __future__ import annotations

from tutela.records.missions.models.activities import (
    Activity,
    CalendarEntry,
    CutReview,
    HumanRightsLink,
    Policy,
    StoppedTask,
)
from tutela.records.missions.models.influence import Interlocutor, InterlocutorCount
from tutela.records.missions.models.populations import Access, Population
from tutela.records.missions.models.presences import (
    MandateTask,
    Presence,
    PresenceFact,
    Site,
    SiteState,
    SiteStatus,
    YesNo,
)
from tutela.records.missions.models.strengths import Capacity, Restriction

__all__ = [
    "Access",
    "Activity",
    "CalendarEntry",
    "Capacity",
    "CutReview",
    "HumanRightsLink",
    "Interlocutor",
    "InterlocutorCount",
    "MandateTask",
    "Policy",
    "Population",
    "Presence",
    "PresenceFact",
    "Restriction",
    "Site",
    "SiteState",
    "SiteStatus",
    "StoppedTask",
    "YesNo",
]
