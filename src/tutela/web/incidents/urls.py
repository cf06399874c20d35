"""Addresses of the watch."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from tutela.web.incidents import alerts, complaints, imports, inbox, intake, loops, pages, plans, shifts
from tutela.web.shared.references import RowReference

register_converter(RowReference, "kept")

app_name: Final = "watch"
urlpatterns: Final = [
    path("", shifts.show_watch, name="first"),
    path("alerts/new/", alerts.new_alert, name="new-alert"),
    path("imports/", imports.show_imports, name="imports"),
    path("inbox/", inbox.show_inbox, name="inbox"),
    path("reports/<kept:report>/", inbox.show_report, name="report"),
    path("incidents/", inbox.show_incidents, name="incidents"),
    path("incidents/<kept:incident>/", pages.show_incident, name="incident"),
    path("answers/", loops.show_loop, name="loop"),
    path("commitments/", loops.show_commitments, name="commitments"),
    path("complaints/new/", complaints.new_complaint, name="complaint"),
    path("intake/", intake.show_intake, name="intake"),
    path("intake/<uuid:dropped>/", intake.show_dropped, name="dropped"),
    path("plans/", plans.show_plans, name="plans"),
    path("plans/new/", plans.new_plan, name="new-plan"),
    path("plans/<kept:plan>/", plans.show_plan, name="plan"),
    path("plans/<kept:plan>/revise/", plans.revise_plan_page, name="revise"),
]
