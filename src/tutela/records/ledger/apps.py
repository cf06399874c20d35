"""The lowest rung: every other app writes through it."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from tutela.records.ledger.triggers import install_after_migrating


class LedgerConfig(AppConfig):
    """Puts the triggers back after every migration: rebuilding a table drops them without a word."""

    name = "tutela.records.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect to the end of migrating."""
        post_migrate.connect(install_after_migrating, sender=self, dispatch_uid="ledger.triggers")
