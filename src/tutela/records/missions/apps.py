"""Presences, sites, capacities, populations at risk and activities."""

from __future__ import annotations

from django.apps import AppConfig


class MissionsConfig(AppConfig):
    """What a mission is made of, for the apps above it."""

    name = "tutela.records.missions"
    label = "missions"
    default_auto_field = "django.db.models.BigAutoField"
