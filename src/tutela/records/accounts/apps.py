"""People, compartments and memberships; the policies behind them."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from tutela.records.accounts.policies import act_as_nobody, install_after_migrating
from tutela.records.ledger.acts import guard_commits


class AccountsConfig(AppConfig):
    """Puts row-level security back after every migration, and guards what nobody may write now."""

    name = "tutela.records.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect to both ends of migrating."""
        pre_migrate.connect(act_as_nobody, sender=self, dispatch_uid="accounts.nobody")
        post_migrate.connect(install_after_migrating, sender=self, dispatch_uid="accounts.policies")
        from tutela.records.accounts.modes import refuse_what_nobody_writes

        guard_commits(refuse_what_nobody_writes)
