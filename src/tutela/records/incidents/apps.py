"""What happens to civilians near a presence, and what it does about it."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Threats, the inbox, incidents, plans, clocks and commitments."""

    name = "tutela.records.incidents"
    label = "incidents"
    default_auto_field = "django.db.models.BigAutoField"
