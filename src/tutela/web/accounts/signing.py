"""Signing in: the password, the second factor or setting it up, a first sign-in by a link, signing out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts import links
from tutela.records.accounts import sign_in as actions
from tutela.records.accounts.addresses import address_of
from tutela.records.accounts.factors import address_secret, spell_secret
from tutela.records.accounts.models import User
from tutela.web.accounts.pictures import draw_square
from tutela.web.shared import sessions
from tutela.web.shared.doors import open_to_anybody, open_to_password, writing


@writing
@open_to_anybody
def sign_in(request: HttpRequest) -> HttpResponse:
    """Address and password; then the second factor."""
    sessions.require_accounts()
    if sessions.principal_of(request) is not sessions.STRANGER:
        return HttpResponseRedirect(sessions.come_back(request))
    if request.method != "POST":
        return render(request, "accounts/sign_in.html", {"next": request.GET.get("next", "")})
    answer = actions.give_password(
        by=actions.UNKNOWN,
        email=request.POST.get("email", ""),
        password=request.POST.get("password", ""),
        address=address_of(request),
    )
    if answer.user is None:
        context = {
            "problem": _refusal(answer.wait, _("Address and password do not belong together.")),
            "email": request.POST.get("email", "")[:254],
            "next": request.POST.get("next", ""),
        }
        return _refused(request, "accounts/sign_in.html", context)
    sessions.begin(request, answer.user, answer.depth)
    return _onwards(request, answer.user)


@writing
@open_to_password
def ask_factor(request: HttpRequest) -> HttpResponse:
    """The code of the moment, or one from paper."""
    user = sessions.require_account(request)
    if not actions.has_factor(user):
        return _onwards(request, user)
    if request.method != "POST":
        return render(request, "accounts/factor.html", {"next": request.GET.get("next", "")})
    problem = give_code(request, user)
    if problem is not None:
        context = {"problem": problem, "next": request.POST.get("next", "")}
        return _refused(request, "accounts/factor.html", context)
    return HttpResponseRedirect(sessions.come_back(request))


@writing
@open_to_password
def set_factor_up(request: HttpRequest) -> HttpResponse:
    """The secret as a picture and as letters; a first code from the phone makes it count, and shows paper codes."""
    user = sessions.require_account(request)
    by = themselves(user)
    if actions.has_factor(user):
        return _onwards(request, user)
    problem = None
    if request.method == "POST":
        code, address = request.POST.get("code", ""), address_of(request)
        codes = actions.confirm_factor(by=by, user=user, code=code, address=address)
        if codes:
            sessions.complete(request, user)
            return render(request, "accounts/codes.html", {"codes": codes, "next": sessions.come_back(request)})
        problem = _refusal(timedelta(), _("This is not the code that belongs to the picture."))
    secret = actions.begin_factor(by=by, user=user)
    context: dict[str, object] = {
        "picture": draw_square(address_secret(secret, user.email), _("The secret, for an authenticator program")),
        "secret": spell_secret(secret),
        "problem": problem,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    if problem:
        return _refused(request, "accounts/set_up.html", context)
    return render(request, "accounts/set_up.html", context)


@writing
@open_to_anybody
def use_first_link(request: HttpRequest) -> HttpResponse:
    """A password by a link that somebody handed over; then the second factor is set up."""
    sessions.require_accounts()
    key = (request.POST if request.method == "POST" else request.GET).get("key", "")
    user = links.find_link(by=actions.UNKNOWN, token=key)
    if user is None:
        raise Problem(
            "request-refused",
            _("This link is not good: it was used, or it is older than a day, or it is not whole."),
            remedy=_("Ask whoever gave it to you for a new one."),
        )
    context = {"key": key, "holder": user}
    if request.method != "POST":
        return render(request, "accounts/first.html", context)
    try:
        _require_twice(request)
        user = links.use_link(by=actions.UNKNOWN, token=key, password=request.POST.get("password", ""))
    except Problem as problem:
        return _refused(request, "accounts/first.html", {**context, "problem": problem})
    if user is None:
        return HttpResponseRedirect(reverse("accounts:sign-in"))
    sessions.begin(request, user)
    return _onwards(request, user)


@writing
@open_to_password
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, by a form alone: a link could be sent by others."""
    user = sessions.require_account(request)
    if request.method == "POST":
        actions.sign_out(by=themselves(user), user=user)
        request.session.flush()
        return sessions.forget_here(HttpResponseRedirect(reverse("accounts:sign-in")))
    return render(request, "accounts/sign_out.html")


def give_code(request: HttpRequest, user: User) -> Problem | None:
    """Take the code of a form; None where it was good, and the session is whole from now on."""
    answer = actions.give_code(
        by=themselves(user),
        user=user,
        code=request.POST.get("code", ""),
        address=address_of(request),
        depth=sessions.depth_of(request),
    )
    if answer.user is None:
        return _refusal(answer.wait, _("This is no code of this moment, or it was used before."))
    sessions.complete(request, answer.user)
    return None


def themselves(user: User) -> Principal:
    """As whom somebody acts on their own account."""
    return Principal(str(user.pk))


def _refused(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    problem = context["problem"]
    assert isinstance(problem, Problem)
    return render(request, template, dict(context), status=problem.kind.http_status)


def _onwards(request: HttpRequest, user: User) -> HttpResponse:
    where = reverse("accounts:factor" if actions.has_factor(user) else "accounts:set-up")
    wanted = sessions.come_back(request)
    return HttpResponseRedirect(f"{where}?{urlencode({'next': wanted})}" if wanted != "/" else where)


def _refusal(wait: timedelta, message: str) -> Problem:
    if wait:
        minutes = -(-int(wait.total_seconds()) // 60)
        return Problem(
            "too-many-attempts",
            _("There were too many attempts."),
            remedy=_("Wait %(minutes)d min, then try again.") % {"minutes": max(minutes, 1)},
        )
    return Problem("field-invalid", message, remedy=_("Try again; after a few attempts, waits begin and grow."))


def _require_twice(request: HttpRequest) -> None:
    if request.POST.get("password", "") != request.POST.get("again", ""):
        raise Problem(
            "field-invalid",
            _("The two passwords differ."),
            where="again",
            remedy=_("Write the same one twice."),
        )
