"""Addresses of one's own tokens, below those of the account."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from tutela.web.accounts import tokens
from tutela.web.shared.references import RowReference

register_converter(RowReference, "token")

app_name: Final = "tokens"
urlpatterns: Final = [
    path("", tokens.show_tokens, name="list"),
    path("new/", tokens.make_token, name="new"),
    path("<token:token>/revoke/", tokens.revoke_token, name="revoke"),
]
