"""The pages of the watch; the rows themselves are an app of the register."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentPagesConfig(AppConfig):
    """Under another label than the app of the register."""

    name = "tutela.web.incidents"
    label = "incident_pages"

    def ready(self) -> None:
        """Let workers take in large files of events."""
        from tutela.records.jobs.kinds import register_kind
        from tutela.web.incidents.large_imports import KIND, run

        register_kind(KIND, run)
