"""What happens to civilians near a presence, and what it does about it."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Threats, the inbox, incidents, plans, clocks and commitments."""

    name = "tutela.records.incidents"
    label = "incidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which of its tables may leave the register as a file."""
        from tutela.records.exports.tables import register_table
        from tutela.records.incidents.leaving import TABLES

        for table in TABLES:
            register_table(table)
