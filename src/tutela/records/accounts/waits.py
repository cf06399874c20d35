"""Growing waits after failed attempts, by account and by address, the same whether the account exists or not.

Every attempt is counted before it is looked at, under the lock of its row, so that many at once are not free.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import F

from tutela.records.accounts.factors import digest_under_key
from tutela.records.accounts.models import Wait
from tutela.records.ledger.closed import ClosedQuerySet

FREE_BY_ACCOUNT: Final = 5
FREE_BY_ADDRESS: Final = 30
"""An office may have one address for everybody in it."""

FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(minutes=15)
FORGOTTEN: Final = timedelta(days=1)


def account_key(email: str) -> str:
    """What the failures of an account are counted under; the table does not say whose they are."""
    return digest_under_key("wait account", email.strip().lower())


def address_key(address: str) -> str:
    """What the failures from an address are counted under."""
    return digest_under_key("wait address", address)


def charge(account: str, address: str) -> timedelta:
    """Count one attempt; gives how long nobody may try, and then counts nothing."""
    rows = [_locked(account), _locked(address)]  # always in this order: two at once never wait in a ring
    # Only now: whoever held the lock before us, from the same office, set `until` to the moment of their success.
    now = datetime.now(UTC)
    left = max(row.until - now for row in rows)
    if left > timedelta():
        return left
    for row, free in zip(rows, (FREE_BY_ACCOUNT, FREE_BY_ADDRESS), strict=True):
        failures = row.failures + 1
        _rows().filter(pk=row.pk).update(failures=failures, last=now, until=now + _wait_after(failures - free))
    return timedelta()


def give_back(account: str, address: str, *, clear: bool) -> None:
    """The attempt was good: take its charge back; with `clear` the account begins again at nothing."""
    now = datetime.now(UTC)
    changes = {"failures": F("failures") - 1, "until": now}
    if clear:
        _rows().filter(pk=account).delete()
        _rows().filter(last__lt=now - FORGOTTEN).delete()
    else:
        _rows().filter(pk=account, failures__gt=0).update(**changes)
    _rows().filter(pk=address, failures__gt=0).update(**changes)


def _locked(key: str) -> Wait:
    now = datetime.now(UTC)
    row, _ = _rows().get_or_create(key=key, defaults={"last": now, "until": now})
    # An update takes the lock on both databases; a day without a failure forgets them all.
    _rows().filter(pk=key, last__lt=now - FORGOTTEN).update(failures=0, until=now)
    _rows().filter(pk=key).update(key=key)
    row.refresh_from_db(from_queryset=_rows())
    return row


def _wait_after(over: int) -> timedelta:
    if over < 0:
        return timedelta()
    return min(FIRST_WAIT * int(2 ** min(over, 10)), LONGEST_WAIT)


def _rows() -> ClosedQuerySet[Wait]:
    rows: ClosedQuerySet[Wait] = Wait.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()
