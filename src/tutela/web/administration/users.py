"""Accounts: who has one, making one, shutting one, handing over a way in."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tutela.kernel.problems import Problem
from tutela.records.accounts import actions, links, queries
from tutela.records.accounts.models import User
from tutela.records.accounts.principals import require_administrator
from tutela.web.shared import sessions
from tutela.web.shared.doors import writing

_HERE = {"here": "administration"}


def list_users(request: HttpRequest) -> HttpResponse:
    """Every account, by name."""
    sessions.require_account(request)
    accounts = queries.list_users(by=sessions.principal_of(request))
    return render(request, "administration/users.html", {"accounts": accounts, **_HERE})


@writing
@sessions.fresh_factor
def create_user(request: HttpRequest) -> HttpResponse:
    """A new account, and the link by which its holder signs in first; the link is shown once."""
    sessions.require_account(request)
    by = require_administrator(sessions.principal_of(request))
    if request.method != "POST":
        return render(request, "administration/new_user.html", _HERE)
    form = {name: request.POST.get(name, "")[:254] for name in ("email", "name", "function")}
    try:
        user = actions.create_user(by=by, **form, is_administrator="is_administrator" in request.POST)
        token = links.make_link(by=by, user=user)
    except Problem as problem:
        context = {"problem": problem, "form": form, **_HERE}
        return render(request, "administration/new_user.html", context, status=problem.kind.http_status)
    return _show_link(request, user, token)


def show_user(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """One account, and what may be done with it."""
    sessions.require_account(request)
    account = queries.view_user(by=sessions.principal_of(request), user=number)
    return render(request, "administration/user.html", {"account": account, **_HERE})


@writing
def shut_user(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """Shut an account, which ends whatever is signed in under it; or open it again."""
    sessions.require_account(request)
    by = sessions.principal_of(request)
    account = queries.view_user(by=by, user=number)
    wanted = request.POST.get("do")
    if wanted in {"open", "shut"}:
        try:
            actions.set_active(by=by, user=account.user, is_active=wanted == "open")
        except Problem as problem:
            context = {"account": account, "problem": problem, **_HERE}
            return render(request, "administration/user.html", context, status=problem.kind.http_status)
    return HttpResponseRedirect(reverse("administration:user", args=[number]))


@writing
@sessions.fresh_factor
def hand_link(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """A new way in for somebody; asks first, for what they had is gone then."""
    sessions.require_account(request)
    by = sessions.principal_of(request)
    account = queries.view_user(by=by, user=number)
    if request.method != "POST":
        return render(request, "administration/hand_link.html", {"account": account, **_HERE})
    try:
        token = links.make_link(by=by, user=account.user)
    except Problem as problem:
        context = {"account": account, "problem": problem, **_HERE}
        return render(request, "administration/hand_link.html", context, status=problem.kind.http_status)
    return _show_link(request, account.user, token)


def _show_link(request: HttpRequest, user: User, token: str) -> HttpResponse:
    link = request.build_absolute_uri(f"{reverse('accounts:first')}?key={token}")
    return render(request, "administration/link.html", {"holder": user, "link": link, **_HERE})
