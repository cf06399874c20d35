"""The pages of the watch; the rows themselves are an app of the register."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentPagesConfig(AppConfig):
    """Under another label than the app of the register."""

    name = "tutela.web.incidents"
    label = "incident_pages"
