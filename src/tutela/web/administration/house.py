"""The start of administration, broken glass, and the mode of the whole house."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.records.accounts import actions, auditing, queries
from tutela.records.accounts.models import Mode
from tutela.records.accounts.principals import Member, refused, require_administrator
from tutela.web.shared import sessions
from tutela.web.shared.doors import writing

_HERE = {"here": "administration"}


def show_start(request: HttpRequest) -> HttpResponse:
    """What this reader keeps: accounts, or the members of compartments."""
    sessions.require_account(request)
    by = sessions.principal_of(request)
    kept = queries.list_kept(by=by)
    is_administrator = isinstance(by, Member) and by.is_administrator
    audited = auditing.list_audited(by)
    if not kept and not audited and not is_administrator:
        raise refused()
    context = {"kept": kept, "audits": bool(audited), "is_administrator": is_administrator, **_HERE}
    context["made"] = "made" in request.GET
    return render(request, "administration/start.html", context)


@writing
@sessions.fresh_factor
def break_glass(request: HttpRequest) -> HttpResponse:
    """Read another mission's confidential rows for three hours, with the reason, written down as such."""
    sessions.require_account(request)
    if request.method != "POST":
        return render(request, "administration/glass.html")
    name, reason = request.POST.get("compartment", ""), request.POST.get("reason", "")
    by = sessions.principal_of(request)
    try:
        actions.break_glass(by=by, compartment_key=slugify(name)[:60], reason=reason)
    except Problem as problem:
        context = {"problem": problem, "compartment": name, "reason": reason}
        return render(request, "administration/glass.html", context, status=problem.kind.http_status)
    return HttpResponseRedirect(reverse("accounts:account"))


@writing
@sessions.fresh_factor
def set_house_mode(request: HttpRequest) -> HttpResponse:
    """Normal, read-only or closed, for everybody; closing signs everybody out."""
    sessions.require_account(request)
    by = require_administrator(sessions.principal_of(request))
    context = {"modes": Mode.choices, "mode": by.house, **_HERE}
    if request.method != "POST":
        return render(request, "administration/house.html", context)
    wanted = request.POST.get("mode", "")
    if wanted not in Mode.values or (wanted == Mode.CLOSED and "is_sure" not in request.POST):
        problem = Problem(
            "field-invalid",
            _("The mode was not changed."),
            where="mode",
            remedy=_("Choose one; to close, also confirm that you know who opens it again."),
        )
        return render(request, "administration/house.html", {**context, "problem": problem}, status=400)
    actions.set_mode(by=by, mode=Mode(wanted))
    if wanted == Mode.CLOSED:
        request.session.flush()
        return sessions.closed_page()
    return HttpResponseRedirect(reverse("administration:start"))
