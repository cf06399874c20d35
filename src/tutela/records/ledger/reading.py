"""A page of the ledger, the newest first, in bounded time however long the ledger is.

The ledger knows no compartments' members: whoever calls this has authorised the reader (accounts.auditing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import models

from tutela.records.ledger.models import Entry

PAGE: Final = 50
"""Entries on a page."""

_LOOKED_AT: Final = 5_000
"""Entries that one page looks at: what is rare is found by going on, and no page takes long. Among ten million, the
entries of one compartment lie each on a page of the disk of its own: 20,000 of them took half a second."""

_SLACK: Final = 1_000
"""Numbers are given before the commit, so that the order of numbers and of moments differ a little."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; what is empty is not asked.

    compartment   None for entries that belong to none;  tables  all that may be read, None for every table
    level         the highest marking that may be read
    """

    compartment: int | None
    level: int
    tables: Sequence[str] | None = None
    actor: str = ""
    action: str = ""
    kind: str = ""
    table: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, and where the next page begins: None where everything was looked at.

    is_cut   the page is not full and yet not everything was looked at; when and where it was cut is not told, for
             that would count entries that this reader may not see
    """

    entries: tuple[Entry, ...]
    older: int | None
    is_cut: bool = False


def read_page(wanted: Wanted, before: int | None = None) -> Page:
    """The newest entries that fit, with a number below `before`."""
    rows, days = _narrowed(wanted), {}
    if wanted.last is not None:
        end = _number_at(_midnight(wanted.last + timedelta(days=1))) + 2 * _SLACK
        before = min(before or end, end)
        days["at__lt"] = _midnight(wanted.last + timedelta(days=1))
    if wanted.first is not None:
        days["at__gte"] = _midnight(wanted.first)
        rows = rows.filter(pk__gte=_number_at(days["at__gte"]) - _SLACK)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    rows = rows.order_by("-pk")
    # Where to stop is counted off in an index alone: by number, and by nothing that stands in the entries.
    floor = rows.values_list("pk", flat=True)[_LOOKED_AT : _LOOKED_AT + 1].first()
    if floor is not None:
        rows = rows.filter(pk__gt=floor)
    found = list(_chosen(rows.filter(**days), wanted)[: PAGE + 1])
    if len(found) > PAGE:
        return Page(tuple(found[:PAGE]), found[PAGE - 1].pk)
    return Page(tuple(found), None) if floor is None else Page(tuple(found), floor + 1, is_cut=True)


def _narrowed(wanted: Wanted) -> models.QuerySet[Entry]:
    """By what an index begins with."""
    rows = Entry.objects.filter(compartment=wanted.compartment)
    if wanted.compartment is None:
        rows = Entry.objects.filter(compartment__isnull=True)
    if wanted.table and wanted.subject:
        return rows.filter(subject_table=wanted.table, subject=wanted.subject)
    if wanted.actor:
        return rows.filter(actor=wanted.actor)
    return rows.filter(action=wanted.action) if wanted.action else rows


def _chosen(rows: models.QuerySet[Entry], wanted: Wanted) -> models.QuerySet[Entry]:
    """By the rest, among those that are looked at."""
    rows = rows.filter(marking__lte=wanted.level)
    if wanted.tables is not None:
        rows = rows.filter(subject_table__in=wanted.tables)
    names = {"actor": "actor", "action": "action", "kind": "kind", "table": "subject_table", "subject": "subject"}
    asked = {column: getattr(wanted, name) for name, column in names.items() if getattr(wanted, name)}
    return rows.filter(**asked)


def _number_at(moment: datetime) -> int:
    """A number at most _SLACK before the first of this moment, found by halving: numbers rise with time."""
    low, high = 1, (Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    while high - low > _SLACK:
        middle = (low + high) // 2
        held = Entry.objects.filter(pk__gte=middle).order_by("pk").values_list("at", flat=True).first()
        if held is None or held >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
