"""The second look at a mode: whatever an action forgot to ask, nothing is committed where nobody may write.

Actions ask what somebody may do before they do it (`Member.may`, `Member.writes`); this looks at what they wrote,
so that an action that did not ask is undone as a whole. Accounts, memberships and modes go on: closing, opening
and letting somebody out must be possible in every mode.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final

from django.db import connection

from tutela.records.accounts.models import Mode
from tutela.records.accounts.principals import Member, refused
from tutela.records.ledger.acts import Act
from tutela.records.ledger.models import Entry

_GOES_ON: Final = "accounts_"


def refuse_what_nobody_writes(act: Act) -> None:
    """Raise the one refusal where a member changed a row of a house or a compartment that can only be read."""
    by = act.by
    if not isinstance(by, Member) or (by.house == Mode.NORMAL and not by.read_only):
        return
    for entry in _changes_of(act):
        if entry.subject_table.startswith(_GOES_ON):
            continue
        if by.house != Mode.NORMAL or entry.compartment in by.read_only:
            raise refused()


def _changes_of(act: Act) -> Iterator[Entry]:
    rows: Any = Entry.objects.filter(kind=Entry.Kind.CHANGE)
    if connection.vendor == "postgresql":
        return iter(rows.extra(where=["xact = pg_current_xact_id()::text::bigint + ledger_shift_xacts()"]))
    # SQLite has one writer: what this act wrote are the last entries.
    mine = takewhile(lambda entry: entry.act == act.number, Entry.objects.order_by("-pk").iterator(chunk_size=100))
    return (entry for entry in mine if entry.kind == Entry.Kind.CHANGE)
