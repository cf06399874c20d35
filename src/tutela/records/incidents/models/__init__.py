"""The rows of this app; every one is sealed: in a compartment, marked, read for somebody."""

from __future__ import annotations

from tutela.records.incidents.models.batches import Batch
from tutela.records.incidents.models.clocks import Clock, Decision, Responder, Stamp
from tutela.records.incidents.models.commitments import Commitment, Feedback, HarmCheck
from tutela.records.incidents.models.groups import GroupDecision, Meeting
from tutela.records.incidents.models.intake import IntakeReport, RestrictedIntake
from tutela.records.incidents.models.papers import Paper, Readiness
from tutela.records.incidents.models.plans import Plan, PlanTask, Rehearsal
from tutela.records.incidents.models.reports import Incident, Merge, Precision, Report
from tutela.records.incidents.models.shifts import Contact, Handover, ShiftEntry
from tutela.records.incidents.models.threats import HostIntent, Threat, ThreatReview, ThreatSource

__all__ = [
    "Batch",
    "Clock",
    "Commitment",
    "Contact",
    "Decision",
    "Feedback",
    "GroupDecision",
    "Handover",
    "HarmCheck",
    "HostIntent",
    "Incident",
    "IntakeReport",
    "Meeting",
    "Merge",
    "Paper",
    "Plan",
    "PlanTask",
    "Precision",
    "Readiness",
    "Rehearsal",
    "Report",
    "Responder",
    "RestrictedIntake",
    "ShiftEntry",
    "Stamp",
    "Threat",
    "ThreatReview",
    "ThreatSource",
]
