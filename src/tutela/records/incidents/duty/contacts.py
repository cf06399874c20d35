"""The contact tree: functions and duty numbers, in the order in which they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused, require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import choice, invalid, number, text
from tutela.records.incidents.finding import change, default_marking, find_row, see_presence
from tutela.records.incidents.models import Contact
from tutela.records.ledger.acts import action

_NUMBER: Final = re.compile(r"[0-9A-Za-z +()/#*.-]{2,40}")
_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who is called, how, in which order, and who may call; a function, and no person's own name or number."""

    function: str
    whose: str
    channel: str
    who_may_call: str
    number: str = ""
    place: int = 1
    called_by: int | None = None
    hours: str = ""
    after_minutes: int | None = None
    note: str = ""


@action("incidents.add_contact")
def add_contact(*, by: Principal, presence: int, entry: Entry, marking: Marking | None = None) -> Contact:
    """Add somebody to the tree, under whoever calls them."""
    home = see_presence(by, presence)
    marked = default_marking(by, home.compartment_id, marking, home.marking)
    require(by, May.RESPOND, home.compartment_id, marked)
    made = Contact(
        compartment_id=home.compartment_id,
        marking=int(marked),
        presence_id=home.pk,
        **_columns(by, home.pk, int(marked), entry),
    )
    made.save(force_insert=True)
    return made


@action("incidents.change_contact")
def change_contact(*, by: Principal, contact: int, entry: Entry, expected_version: int) -> Contact:
    """Change how somebody is called."""
    row = find_row(by, Contact, contact, May.RESPOND)
    _in_use(row)
    columns = _columns(by, row.presence_id, row.marking, entry)
    if row.pk in _above(by, columns["called_by_id"]):
        raise invalid("called_by", "The tree would turn back upon itself.", "Choose somebody further up.")
    return change(by, row, expected_version, **columns)


@action("incidents.try_contact")
def try_contact(*, by: Principal, contact: int, expected_version: int, on: date | None = None) -> Contact:
    """Write down that the number answered, by default today."""
    row = find_row(by, Contact, contact, May.RESPOND)
    _in_use(row)
    today = datetime.now(UTC).date()
    day = on or today
    if day > today:
        raise invalid("tried_on", "This day is still to come.", "Write it down once the number answered.")
    return change(by, row, expected_version, tried_on=day)


@action("incidents.retire_contact")
def retire_contact(*, by: Principal, contact: int, expected_version: int) -> Contact:
    """Take somebody out of the tree; whoever they called moves up to their place."""
    row = find_row(by, Contact, contact, May.RESPOND)
    _in_use(row)
    for below in Contact.visible_to(by).filter(called_by_id=row.pk, retired_on__isnull=True):
        change(by, below, below.version, called_by_id=row.called_by_id)
    return change(by, row, expected_version, retired_on=datetime.now(UTC).date())


def _in_use(row: Contact) -> None:
    if row.retired_on is not None:
        raise Problem("not-possible", "This contact was taken out.", remedy="Add it again if it is needed.")


def _columns(by: Principal, presence: int, marking: int, entry: Entry) -> dict[str, Any]:
    if entry.called_by is not None:
        above = (
            Contact.visible_to(by).filter(pk=entry.called_by, presence_id=presence, retired_on__isnull=True).first()
        )
        if above is None:
            raise refused()
        if above.marking > marking:
            raise invalid("called_by", "Whoever calls is marked higher.", "Mark this contact as high.")
    duty = text(entry.number, "number", 40)
    if duty and not _NUMBER.fullmatch(duty):
        raise invalid(
            "number", "This is no duty number or call sign.", "Write digits, or the call sign; no address."
        )
    return {
        "function": _function(entry.function, "function", 80),
        "whose": choice(entry.whose, Contact.Whose.values, "whose"),
        "channel": choice(entry.channel, Contact.Channel.values, "channel"),
        "number": duty,
        "who_may_call": _function(entry.who_may_call, "who_may_call", 160),
        "place": number(entry.place, "place", 99) or 1,
        "called_by_id": entry.called_by,
        "hours": text(entry.hours, "hours", 80),
        "after_minutes": number(entry.after_minutes, "after_minutes", _DAY),
        "note": text(entry.note, "note", 280),
    }


def _function(value: str, field: str, limit: int) -> str:
    plain = text(value, field, limit, required=True)
    if "@" in plain or sum(letter.isdigit() for letter in plain) > 4:
        raise invalid(
            field, "This is an address or a number, not a function.", "Name the function that is on duty."
        )
    return plain


def _above(by: Principal, contact: int | None) -> set[int]:
    """A contact and everybody between it and the top of the tree."""
    found: set[int] = set()
    while contact is not None and contact not in found:
        found.add(contact)
        contact = Contact.visible_to(by).filter(pk=contact).values_list("called_by_id", flat=True).first()
    return found
