"""Browsers of the cast over a register of either database: signed in as if by the pages, without their cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cast import Cast
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from tutela.records.accounts.models import User
from tutela.web.shared import reader

ROLES = ("officer", "adviser", "commander", "analyst", "assistant", "custodian", "administrator", "outsider")
_ONCE = re.compile(rb'name="(csrfmiddlewaretoken|submission)" value="\w+"')


@dataclass(frozen=True)
class BareShelf:
    """A home without studies, for whoever reads."""

    principal: Any = None
    is_demonstration: bool = False


@contextmanager
def open_home() -> Iterator[None]:
    """A home with a register, in which people sign in."""
    shelf: Any = BareShelf()
    reader.open_room(reader.ReadingRoom(lambda: shelf, lambda: datetime.now(UTC).date(), lambda: True))
    try:
        yield
    finally:
        reader._rooms.clear()


def stranger() -> Client:
    """A browser of whom nothing is known."""
    return Client(headers={"host": "127.0.0.1:8000"}, raise_request_exception=True)


def browser_of(people: Cast, name: str) -> Client:
    """This person's browser, after both factors."""
    user = User.objects.get(pk=people.users[name].pk)
    now = datetime.now(UTC).isoformat()
    session = SessionStore()
    session.update({"user": str(user.pk), "began": now, "used": now, "ended_before": user.sessions_ended})
    session["factor_at"] = now
    session.create()
    client = stranger()
    client.cookies["tutela_session"] = session.session_key
    return client


def without_once(page: bytes) -> bytes:
    """A page without what is made anew for every showing."""
    return _ONCE.sub(b"", page)
