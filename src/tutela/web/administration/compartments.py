"""Compartments: making one as an administrator, keeping its members and its mode as its custodian."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions, queries, showing
from tutela.records.accounts.models import Compartment, Mode, User
from tutela.records.accounts.principals import require_administrator
from tutela.records.accounts.roles import Role
from tutela.web.shared import sessions
from tutela.web.shared.doors import writing

_HERE = {"here": "administration"}


@writing
def create_compartment(request: HttpRequest) -> HttpResponse:
    """A compartment with its custodian; whoever makes it stays outside."""
    sessions.require_account(request)
    by = require_administrator(sessions.principal_of(request))
    context: dict[str, Any] = {"kinds": Compartment.Kind.choices, **_HERE}
    if request.method != "POST":
        return render(request, "administration/new_compartment.html", context)
    form = {name: request.POST.get(name, "") for name in ("name", "kind", "email", "purpose")}
    try:
        actions.create_compartment(
            by=by,
            name=form["name"][:160],
            kind=_chosen(Compartment.Kind, form["kind"], "kind"),
            custodian=_colleague(request, form["email"]),
            purpose=form["purpose"],
        )
    except Problem as problem:
        context |= {"problem": problem, "form": form}
        return render(request, "administration/new_compartment.html", context, status=problem.kind.http_status)
    return HttpResponseRedirect(reverse("administration:start") + "?made=1")


def show_members(request: HttpRequest, number: int) -> HttpResponse:
    """Who belongs to a compartment, for its custodian."""
    sessions.require_account(request)
    return _members(request, number)


@writing
def admit(request: HttpRequest, number: int) -> HttpResponse:
    """Let somebody in: as what, up to which marking, what for, until when."""
    sessions.require_account(request)
    if request.method == "POST":
        form = {
            name: request.POST.get(name, "") for name in ("email", "role", "level", "share", "purpose", "until")
        }
        by = sessions.principal_of(request)
        try:
            grant = actions.Grant(
                role=_chosen(Role, form["role"], "role"),
                level=_chosen(Marking, int(form["level"]) if form["level"].isdecimal() else -1, "level"),
                share=_chosen(Marking, int(form["share"]) if form["share"].isdecimal() else 0, "share"),
                purpose=form["purpose"],
                valid_until=_end(form["until"]),
            )
            actions.admit(by=by, compartment=number, user=_colleague(request, form["email"]), grant=grant)
        except Problem as problem:
            return _members(request, number, problem, form)
    return _to_members(number)


@writing
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    """End somebody's memberships now."""
    sessions.require_account(request)
    if request.method == "POST":
        try:
            user = _colleague(request, request.POST.get("email", ""), is_open=False)
            actions.dismiss(by=sessions.principal_of(request), compartment=number, user=user)
        except Problem as problem:
            return _members(request, number, problem)
    return _to_members(number)


@writing
def declare_safe(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody who was made to sign in is safe: what was shut opens to them again."""
    sessions.require_account(request)
    if request.method == "POST":
        try:
            user = _colleague(request, request.POST.get("email", ""))
            showing.declare_safe(by=sessions.principal_of(request), compartment=number, user=user)
        except Problem as problem:
            return _members(request, number, problem)
    return _to_members(number)


@writing
def set_mode(request: HttpRequest, number: int) -> HttpResponse:
    """Normal, read-only or closed, for this compartment."""
    sessions.require_account(request)
    if request.method == "POST":
        by = sessions.principal_of(request)
        try:
            actions.set_mode(by=by, mode=_chosen(Mode, request.POST.get("mode", ""), "mode"), compartment=number)
        except Problem as problem:
            return _members(request, number, problem)
    return _to_members(number)


def _members(
    request: HttpRequest, number: int, problem: Problem | None = None, form: dict[str, str] | None = None
) -> HttpResponse:
    compartment, members = queries.list_members(by=sessions.principal_of(request), compartment=number)
    context = {
        "compartment": compartment,
        "members": members,
        "forced": list({item.user.pk: item.user for item in members if item.user.forced_at is not None}.values()),
        "roles": Role.choices,
        "levels": [(int(marking), marking.label) for marking in Marking],
        "modes": Mode.choices,
        "problem": problem,
        "form": form or {},
        **_HERE,
    }
    status = problem.kind.http_status if problem else 200
    return render(request, "administration/members.html", context, status=status)


def _to_members(number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("administration:members", args=[number]))


def _colleague(request: HttpRequest, email: str, *, is_open: bool = True) -> User:
    by = sessions.principal_of(request)
    found = queries.find_colleague(by=by, email=email, is_open=is_open)
    if found is None:
        raise Problem(
            "field-invalid",
            _("No open account has this address."),
            where="email",
            remedy=_("An administrator makes accounts; write the address as it stands there."),
        )
    return found


def _chosen(choices: Any, value: Any, field: str) -> Any:
    try:
        return choices(value)
    except ValueError:
        raise Problem(
            "field-invalid", _("This is none of the choices."), where=field, remedy=_("Choose one of the list.")
        ) from None


def _end(text: str) -> datetime | None:
    """The end of that day, UTC; None for no end."""
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None or day < datetime.now(UTC).date():
        raise Problem(
            "field-invalid",
            _("The end is no day, or lies in the past."),
            where="until",
            remedy=_("Write it as 2027-03-31, or leave it empty."),
        )
    return datetime.combine(day, time(), UTC) + timedelta(days=1)
