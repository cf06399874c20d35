"""Handing in: what an operation writes, once for each submission, answered with the reference of the row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.http import HttpRequest
from ninja import Status

from tutela.api.entrance import principal_of
from tutela.api.shapes import HandedIn
from tutela.records.accounts.submissions import Written, once


class Versioned(Protocol):
    """A row that counts its changes."""

    @property
    def pk(self) -> Any:
        """Its number."""

    @property
    def version(self) -> int:
        """How often it was written."""


def hand_in(request: HttpRequest, body: HandedIn, write: Callable[[], Versioned]) -> dict[str, int]:
    """Do what was asked, or answer as it was answered when this submission came before."""
    if not body.submission:
        return _answer(_write(write))
    content = f"{request.path}\n{body.model_dump_json(exclude={'submission'})}"
    by = principal_of(request)
    return _answer(once(by=by, submission=body.submission, content=content, write=lambda: _write(write)))


def make(request: HttpRequest, body: HandedIn, write: Callable[[], Versioned]) -> Status[dict[str, int]]:
    """The same for what makes a new row: 201."""
    return Status(201, hand_in(request, body, write))


def _write(write: Callable[[], Versioned]) -> Written:
    row = write()
    return Written(row.pk, row.version)


def _answer(written: Written) -> dict[str, int]:
    return {"reference": written.row, "version": written.version}
