"""People, compartments and memberships; the policies behind them."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from tutela.records.accounts.policies import install_after_migrating


class AccountsConfig(AppConfig):
    """Puts row-level security back after every migration."""

    name = "tutela.records.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect to the end of migrating."""
        post_migrate.connect(install_after_migrating, sender=self, dispatch_uid="accounts.policies")
