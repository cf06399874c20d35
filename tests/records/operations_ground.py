"""What the tests of the operations centre hand in: lines, contacts, turnovers, decisions, reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incident_ground import NOW, Ground, draft, in_days, open_incident

from tutela.records.incidents.actions.clocks import start_clock
from tutela.records.incidents.actions.plans import draft_plan, sign_plan
from tutela.records.incidents.duty.contacts import Entry
from tutela.records.incidents.duty.groups import Invitation, Resolve
from tutela.records.incidents.duty.handovers import Turnover
from tutela.records.incidents.duty.papers import FlashDraft
from tutela.records.incidents.duty.shifts import Line
from tutela.records.incidents.models import Clock, Plan

REASON = "Nobody else is on duty in this presence this month."


def line(**changed: Any) -> Line:
    given = {"category": "movement", "what": "Patrol to the invented ford", "function": "Duty officer, night"}
    return Line(**(given | changed))


def entry(**changed: Any) -> Entry:
    given = {
        "function": "Duty officer, sector", "whose": "own", "channel": "satellite", "number": "SIERRA 1",
        "who_may_call": "Duty officer", "after_minutes": 5,
    }  # fmt: skip
    return Entry(**(given | changed))


def turnover(**changed: Any) -> Turnover:
    return Turnover(**({"from_function": "Night", "to_function": "Day", "note": "Roads are wet."} | changed))


def invitation(**changed: Any) -> Invitation:
    given = {"at": datetime.now(UTC) - timedelta(minutes=5), "chair": "Protection adviser", "invited": ("Police",)}
    return Invitation(**(given | changed))


def resolution(**changed: Any) -> Resolve:
    given = {"what": "Visit the ford", "component": "police", "owner": "Police planning", "due_on": in_days(3)}
    return Resolve(**(given | changed))


def flash(**changed: Any) -> FlashDraft:
    return FlashDraft(**({"recipients": ("Head of office",), "issued_as": "Duty officer"} | changed))


def run_clock(ground: Ground, name: str = "adviser", **changed: Any) -> Clock:
    incident = open_incident(ground, name, **changed)
    return start_clock(by=ground.people["adviser"], incident=incident.pk, detected_at=NOW)


def signed_plan(ground: Ground, **changed: Any) -> Plan:
    plan = draft_plan(by=ground.people["adviser"], draft=draft(**changed), population=ground.town)
    return sign_plan(by=ground.people["second"], plan=plan.pk, valid_until=in_days(20), expected_version=1)
