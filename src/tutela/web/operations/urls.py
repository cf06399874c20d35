"""Addresses of the operations centre."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from tutela.web.operations import checklists, contacts, flashes, groups, handovers, reports, shifts
from tutela.web.shared.references import RowReference


class Form:
    """One of the forms in which a report leaves."""

    regex = "html|pdf|docx"

    def to_python(self, value: str) -> str:
        """The form."""
        return value

    def to_url(self, value: str) -> str:
        """The same."""
        return value


register_converter(RowReference, "on_duty")
register_converter(Form, "form_of_report")

app_name: Final = "operations"
urlpatterns: Final = [
    path("", shifts.find_desk, name="first"),
    path("<on_duty:presence>/", shifts.show_desk, name="desk"),
    path("<on_duty:presence>/contacts/", contacts.show_contacts, name="contacts"),
    path("<on_duty:presence>/contacts/<on_duty:contact>/", contacts.show_contact, name="contact"),
    path("<on_duty:presence>/handovers/", handovers.show_handovers, name="handovers"),
    path("<on_duty:presence>/group/", groups.show_group, name="group"),
    path("<on_duty:presence>/reports/", reports.show_reports, name="reports"),
    path("<on_duty:presence>/checklist/", checklists.show_checklist, name="checklist"),
    path("handovers/<on_duty:handover>/", handovers.show_handover, name="handover"),
    path("meetings/<on_duty:meeting>/", groups.show_meeting, name="meeting"),
    path("reports/<on_duty:paper>/", reports.show_report, name="report"),
    path("reports/<on_duty:paper>/as/<form_of_report:form>/", reports.print_report, name="print"),
    path("incidents/<on_duty:incident>/flash/", flashes.show_flash, name="flash"),
]
