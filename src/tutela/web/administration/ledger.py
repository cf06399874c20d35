"""The ledger on pages: who did what, when, for whoever audits a compartment or keeps the accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.records.accounts import auditing
from tutela.records.accounts.principals import Member, refused
from tutela.records.ledger.models import Entry
from tutela.records.ledger.reading import Wanted
from tutela.web.shared import sessions
from tutela.web.shared.references import read_reference, write_reference

_HERE = {"here": "administration"}
_ASKED = ("actor", "action", "kind", "table", "subject", "first", "last")


def list_ledgers(request: HttpRequest) -> HttpResponse:
    """Whose ledger this reader may look at."""
    sessions.require_account(request)
    by = sessions.principal_of(request)
    audited = auditing.list_audited(by)
    keeps_accounts = isinstance(by, Member) and by.is_administrator
    if not audited and not keeps_accounts:
        raise refused()
    return render(
        request, "administration/ledgers.html", {"audited": audited, "keeps_accounts": keeps_accounts, **_HERE}
    )


def show_compartment(request: HttpRequest, number: int) -> HttpResponse:
    """What was done in one compartment, the newest first."""
    address = reverse("administration:ledger", args=[number])
    return _show(request, auditing.read_ledger, number, address)


def show_house(request: HttpRequest) -> HttpResponse:
    """What was done with accounts and signing in, the newest first."""
    return _show(request, auditing.read_house_ledger, None, reverse("administration:house-ledger"))


def _show(request: HttpRequest, read: Callable[..., Any], compartment: int | None, address: str) -> HttpResponse:
    sessions.require_account(request)
    by = sessions.principal_of(request)
    asked = {name: request.GET.get(name, "").strip()[:80] for name in _ASKED}
    # A reference and no number: entries are counted over all compartments.
    before = request.GET.get("before", "")
    number = (read_reference(before) or None) if before else None
    problem = None
    try:
        wanted = _wanted(asked, compartment)
    except Problem as found:
        problem, wanted = found, Wanted(compartment, 0)
    reading = read(by=by, wanted=wanted, before=number)
    older = reading.page.older
    query = {name: value for name, value in asked.items() if value}
    context = {
        "reading": reading,
        "rows": [(entry, reading.people.get(entry.actor or "")) for entry in reading.page.entries],
        "asked": asked,
        "kinds": Entry.Kind.choices,
        "problem": problem,
        "address": address,
        "newest": f"{address}?{urlencode(query)}" if number is not None else "",
        "older": f"{address}?{urlencode({**query, 'before': write_reference(older)})}" if older else "",
        **_HERE,
    }
    status = problem.kind.http_status if problem else 200
    return render(request, "administration/ledger.html", context, status=status)


def _wanted(asked: dict[str, str], compartment: int | None) -> Wanted:
    actor = asked["actor"]
    if "@" in actor:
        # An address that nobody has finds what a stranger did: nothing.
        actor = auditing.find_actor(actor) or actor
    return Wanted(
        compartment,
        0,
        actor=actor,
        action=asked["action"],
        kind=asked["kind"] if asked["kind"] in Entry.Kind.values else "",
        table=asked["table"],
        subject=asked["subject"],
        first=_day(asked["first"], "first"),
        last=_day(asked["last"], "last"),
    )


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or not 1900 < found.year < 9000:
        raise Problem(
            "field-invalid",
            _("This is no day."),
            where=field,
            remedy=_("Write it as 2027-03-31, or leave it empty."),
        )
    return found
