"""The ledger for auditors: who did what, when; looking at it is itself an entry.

In a compartment for whoever audits there, up to the marking that they read; for the house, which is accounts and
signing in, for administrators. What a row held is not shown here: that somebody raised or lowered a marking must
not open what stood there before.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tutela.kernel.markings import Principal
from tutela.records.accounts.models import Mode, User
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.queries import name_compartments
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.models import Entry, Seal
from tutela.records.ledger.reading import Page, Wanted, read_page

HOUSE_TABLES: Final = (
    "",
    "accounts_user",
    "accounts_factor",
    "accounts_recoverycode",
    "accounts_link",
    "accounts_house",
    "ledger_entry",
    "ledger_shift",
)
"""What the house's page shows, and nothing beside it: what an app writes without a compartment stays closed."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A compartment whose ledger somebody may read."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class State:
    """When the chain was last closed.

    How many seals there are and how much waits for the next one is not here: it would count what is done where
    this reader reads nothing.
    """

    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A page of the ledger with the names of whoever is in it, and the state of the chain."""

    name: str
    page: Page
    people: Mapping[str, str]
    state: State


def list_audited(by: Principal) -> tuple[Audited, ...]:
    """The compartments whose ledger they may read now, by name; also while nobody may write."""
    if not isinstance(by, Member):
        return ()
    numbers = [number for number in by.abilities if _audits(by, number)]
    names = name_compartments(numbers)
    return tuple(Audited(number, name) for number, name in sorted(names.items(), key=lambda item: item[1]))


@action("accounts.read_ledger")
def read_ledger(*, by: Principal, wanted: Wanted, before: int | None = None) -> Reading:
    """The newest entries of a compartment that fit, for whoever audits there, up to the level that is theirs."""
    if not isinstance(by, Member) or wanted.compartment is None or not _audits(by, wanted.compartment):
        raise refused()
    record_access("view", "ledger_entry", compartment=wanted.compartment)
    name = name_compartments([wanted.compartment])[wanted.compartment]
    return _read(name, replace(wanted, level=int(by.levels[wanted.compartment]), tables=None), before)


@action("accounts.read_house_ledger")
def read_house_ledger(*, by: Principal, wanted: Wanted, before: int | None = None) -> Reading:
    """The newest entries on accounts and signing in that fit; for administrators."""
    if not isinstance(by, Member) or not by.is_administrator or by.house == Mode.CLOSED:
        raise refused()
    record_access("view", "ledger_entry")
    return _read("", replace(wanted, compartment=None, level=0, tables=HOUSE_TABLES), before)


def find_actor(email: str) -> str | None:
    """The number under which the ledger knows whoever has this address; None where nobody has it."""
    found = User.objects.filter(email=email.strip().lower()).values_list("pk", flat=True).first()
    return str(found) if found else None


def _audits(by: Member, compartment: int) -> bool:
    return May.AUDIT in by.abilities.get(compartment, frozenset()) and by.reads(compartment)


def _read(name: str, wanted: Wanted, before: int | None) -> Reading:
    page = read_page(wanted, before)
    last = Seal.objects.order_by("-number").first()
    state = State(last.at if last else None)
    return Reading(name, page, _names(page.entries), state)


def _names(entries: tuple[Entry, ...]) -> dict[str, str]:
    numbers = {entry.actor for entry in entries if entry.actor and _is_number(entry.actor)}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=numbers).values_list("pk", "name")}


def _is_number(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
