"""One's own account: what one belongs to, the password, the codes on paper, the second factor asked again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts import queries
from tutela.records.accounts import sign_in as actions
from tutela.records.accounts.addresses import address_of
from tutela.records.accounts.models import Compartment
from tutela.records.accounts.notices import choose_notices, wants_notices
from tutela.records.accounts.principals import Member
from tutela.records.accounts.references import read_reference
from tutela.records.accounts.roles import May
from tutela.records.accounts.showing import choose_showing, forget_showing, list_showable
from tutela.web.accounts.signing import give_code, themselves
from tutela.web.shared import sessions
from tutela.web.shared.doors import writing


def show_account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and what one belongs to."""
    user = sessions.require_account(request)
    by = sessions.principal_of(request)
    belongings = queries.list_belongings(by=by)
    context = {
        "holder": user,
        "keeps_accounts": isinstance(by, Member) and by.is_administrator,
        "belongings": belongings,
        "works_intake": any(_works(by, item.compartment) for item in belongings),
        "codes_left": actions.count_recovery_codes(user),
        "changed": "changed" in request.GET,
        "wants_notices": wants_notices(user),
        "here": "account",
    }
    return render(request, "accounts/account.html", context)


@writing
def choose(request: HttpRequest) -> HttpResponse:
    """Begin or end one's notices by e-mail."""
    sessions.require_account(request)
    if request.method == "POST":
        choose_notices(by=sessions.principal_of(request), wanted=request.POST.get("wanted") == "1")
    return HttpResponseRedirect(reverse("accounts:account") + "#notices")


@writing
def ask_again(request: HttpRequest) -> HttpResponse:
    """The second factor once more, before something that deserves it."""
    user = sessions.require_account(request)
    problem = None
    if request.method == "POST":
        problem = give_code(request, user)
        if problem is None:
            return HttpResponseRedirect(sessions.come_back(request))
    wanted = request.POST.get("next") or request.GET.get("next", "")
    context = {"problem": problem, "next": wanted, "is_again": True}
    status = problem.kind.http_status if problem else 200
    return render(request, "accounts/factor.html", context, status=status)


@writing
@sessions.fresh_factor
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password, for whoever knows the old one; and the one for whoever forces them, set or forgotten.

    One address for all of it: what a browser remembers does not say which it was.
    """
    user = sessions.require_account(request)
    by = sessions.principal_of(request)
    context: dict[str, object] = {"here": "account", "showable": list_showable(by)}
    if request.method != "POST":
        return render(request, "accounts/password.html", context)
    deed = {"show": _show, "forget": _forget}.get(request.POST.get("deed", ""), _change)
    try:
        deed(request)
    except Problem as problem:
        context[f"problem_{'show' if deed is _show else 'change'}"] = problem
        return render(request, "accounts/password.html", context, status=problem.kind.http_status)
    user.refresh_from_db()
    sessions.keep(request, user)
    return HttpResponseRedirect(reverse("accounts:account") + "?changed=1")


@writing
@sessions.fresh_factor
def renew_codes(request: HttpRequest) -> HttpResponse:
    """New codes for paper, shown once."""
    user = sessions.require_account(request)
    if request.method != "POST":
        context = {"codes_left": actions.count_recovery_codes(user), "here": "account"}
        return render(request, "accounts/renew.html", context)
    codes = actions.renew_recovery_codes(by=themselves(user), user=user)
    return render(request, "accounts/codes.html", {"codes": codes, "next": reverse("accounts:account")})


def _works(by: Principal, place: Compartment) -> bool:
    """Whether they work the restricted intake that this compartment is."""
    if place.kind != Compartment.Kind.RESTRICTED or not isinstance(by, Member):
        return False
    return by.may(May.TRIAGE, place.pk, Marking.STRICTLY_CONFIDENTIAL)


def _show(request: HttpRequest) -> None:
    chosen = request.POST.getlist("shown")
    choose_showing(
        by=sessions.principal_of(request),
        user=sessions.require_account(request),
        password=_written_twice(request),
        compartments=[read_reference(text) for text in chosen],
    )


def _forget(request: HttpRequest) -> None:
    forget_showing(by=sessions.principal_of(request), user=sessions.require_account(request))


def _written_twice(request: HttpRequest) -> str:
    new = request.POST.get("password", "")
    if new != request.POST.get("again", ""):
        raise Problem(
            "field-invalid",
            _("The two passwords differ."),
            where="again",
            remedy=_("Write the same one twice."),
        )
    return new


def _change(request: HttpRequest) -> None:
    new = _written_twice(request)
    changed = actions.change_password(
        by=sessions.principal_of(request),
        user=sessions.require_account(request),
        old=request.POST.get("old", ""),
        new=new,
        address=address_of(request),
    )
    if not changed:
        raise Problem(
            "field-invalid",
            _("The old password is another one, or there were too many attempts."),
            where="old",
            remedy=_("Write the one that you signed in with."),
        )
