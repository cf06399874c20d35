"""What leaves the register as a file: permitted, marked, watermarked, and gone after its day."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """A rung of the ladder below missions."""

    name = "tutela.records.exports"
    label = "exports"
    default_auto_field = "django.db.models.BigAutoField"
