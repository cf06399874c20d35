"""The rows of this app; every one is sealed: in a compartment, marked, read for somebody."""

from __future__ import annotations

from tutela.records.incidents.models.batches import Batch
from tutela.records.incidents.models.clocks import Clock, Decision, Responder, Stamp
from tutela.records.incidents.models.commitments import Commitment, Feedback, HarmCheck
from tutela.records.incidents.models.intake import IntakeReport, RestrictedIntake
from tutela.records.incidents.models.plans import Plan, PlanTask, Rehearsal
from tutela.records.incidents.models.reports import Incident, Merge, Precision, Report
from tutela.records.incidents.models.threats import HostIntent, Threat, ThreatReview, ThreatSource

__all__ = [
    "Batch",
    "Clock",
    "Commitment",
    "Decision",
    "Feedback",
    "HarmCheck",
    "HostIntent",
    "Incident",
    "IntakeReport",
    "Merge",
    "Plan",
    "PlanTask",
    "Precision",
    "Rehearsal",
    "Report",
    "Responder",
    "RestrictedIntake",
    "Stamp",
    "Threat",
    "ThreatReview",
    "ThreatSource",
]
