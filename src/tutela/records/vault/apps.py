"""The vault offers other apps its `public` module alone."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Keys and identities."""

    name = "tutela.records.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"
