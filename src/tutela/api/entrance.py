"""Who may come in: a token with each request, and nothing else; a session of the pages counts for nothing here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest
from ninja.security import HttpBearer

from tutela.kernel.problems import Problem
from tutela.records.accounts.addresses import address_of
from tutela.records.accounts.models import Mode
from tutela.records.accounts.principals import Member
from tutela.records.accounts.sign_in import UNKNOWN
from tutela.records.accounts.tokens import no_token, use_token
from tutela.records.ledger.acts import by_way_of

_entrances: Final[list[Callable[[], bool]]] = []


def open_entrance(has_register: Callable[[], bool]) -> None:
    """For the composition root: whether there is a register behind these operations; shut until it says so."""
    _entrances[:] = [has_register]


class ByToken(HttpBearer):
    """The scheme `Authorization: Bearer TOKEN`."""

    openapi_description = "A token from your account's page; it never becomes a session."

    def __call__(self, request: HttpRequest) -> Member:
        """Whoever acts by the token of this request, within its bounds; raises the Problem where nobody does."""
        if not (_entrances and _entrances[0]()):
            raise Problem(
                "page-missing",
                "There is no register behind this address.",
                remedy="Its owner makes one with tutela register create.",
            )
        scheme, _blank, letters = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not letters:
            raise no_token()
        return self.authenticate(request, letters.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Member:
        """The principal; every use is in the ledger under the holder's number and the token's."""
        found = use_token(by=UNKNOWN, letters=token[:200], address=address_of(request))
        if isinstance(found, Problem):
            raise found
        if found.house == Mode.CLOSED:
            raise Problem("house-closed", "The register is closed.", remedy="Ask whoever closed it.")
        return found


def principal_of(request: HttpRequest) -> Member:
    """As whom this request reads and acts."""
    member: Member = request.auth  # type: ignore[attr-defined]
    return member


def by_token(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Everything that an operation does is named in the ledger as done by way of its token."""

    @functools.wraps(operation)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with by_way_of(f"token {principal_of(request).token}"):
            return operation(request, *args, **kwargs)

    return run
