"""The pages of accounts; the accounts themselves are an app of the register."""

from __future__ import annotations

from django.apps import AppConfig


class AccountPagesConfig(AppConfig):
    """Under another label than the app of the register."""

    name = "tutela.web.accounts"
    label = "account_pages"
