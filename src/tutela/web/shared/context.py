"""What the frame of every page needs to know about the room."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.http import HttpRequest

import tutela
from tutela.kernel.problems import Problem
from tutela.records.accounts.models import Mode
from tutela.records.accounts.principals import Member
from tutela.records.accounts.roles import May
from tutela.web.shared.reader import asks_sign_in, shelf_for
from tutela.web.shared.sessions import STRANGER, principal_of, reader_of


def describe_room(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demonstration, which version speaks, who signed in; refuses without the built files."""
    require_built_files()
    principal = principal_of(request)
    return {
        "is_demonstration": shelf_for(request).is_demonstration,
        "is_practice": settings.PRACTICE,
        "version": tutela.__version__,
        "asks_sign_in": asks_sign_in(),
        "signed_in": reader_of(request) if principal is not STRANGER else None,
        "keeps": isinstance(principal, Member)
        and (principal.is_administrator or any(May.KEEP_MEMBERS in held for held in principal.abilities.values())),
        "is_read_only": getattr(request, "house", Mode.NORMAL) == Mode.READ_ONLY,
    }


def require_built_files() -> None:
    """Raise Problem "built-files-missing" where set-up has not put the base style sheet in its place."""
    if not _has_built_files():
        raise Problem(
            "built-files-missing",
            "The base style sheet of the pages was not built.",
            remedy="Run ./dev setup, then start tutela serve again.",
        )


@cache
def _has_built_files() -> bool:
    return (files("tutela.web") / "static" / "built" / "pico.css").is_file()
