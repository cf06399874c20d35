"""Presences, sites, capacities, populations at risk and activities."""

from __future__ import annotations

from django.apps import AppConfig


class MissionsConfig(AppConfig):
    """What a mission is made of, for the apps above it."""

    name = "tutela.records.missions"
    label = "missions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which of its tables may leave the register as a file."""
        from tutela.records.exports.tables import register_table
        from tutela.records.missions.leaving import TABLES

        for table in TABLES:
            register_table(table)
