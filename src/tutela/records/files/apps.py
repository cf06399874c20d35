"""Files under names of our own: originals untouched, addressed by content."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """A rung of the ladder below missions."""

    name = "tutela.records.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
