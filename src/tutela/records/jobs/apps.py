"""Work in the background: rows that one worker claims, each with whoever asked for it."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """A rung of the ladder below missions."""

    name = "tutela.records.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
