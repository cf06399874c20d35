"""Addresses of signing in and of one's own account."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.accounts import own, signing

app_name: Final = "accounts"
urlpatterns: Final = [
    path("", own.show_account, name="account"),
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("first/", signing.use_first_link, name="first"),
    path("factor/", signing.ask_factor, name="factor"),
    path("set-up/", signing.set_factor_up, name="set-up"),
    path("again/", own.ask_again, name="again"),
    path("notices/", own.choose, name="notices"),
    path("password/", own.change_password, name="password"),
    path("recovery-codes/", own.renew_codes, name="codes"),
    path("sign-out/", signing.sign_out, name="sign-out"),
]
