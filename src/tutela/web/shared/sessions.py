"""Who sends a request: asked of the register every time, from the little that a session holds.

A session ends after half an hour without use, after twelve hours, when its account is shut, when its holder's
password changes elsewhere, and when the house is closed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.utils import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.models import Mode, User
from tutela.records.accounts.principals import NOBODY
from tutela.records.accounts.queries import find_account, house_mode
from tutela.records.accounts.shown import shown_member
from tutela.records.accounts.sign_in import has_factor
from tutela.web.shared.doors import Door, View, door_of
from tutela.web.shared.errors import database_page, problem_page
from tutela.web.shared.reader import asks_sign_in

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
FRESH: Final = timedelta(minutes=10)
"""How old a second factor may be where a page asks for it again; the vault has the same number for itself."""

_NOTED: Final = timedelta(minutes=1)
"""How exactly the last use is known: reading a page writes at most this often."""

STRANGER: Final = Principal(NOBODY)


class KnowTheReader:
    """Puts `principal` and `account` on every request, and lets nobody past the door of a view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nobody, until the door was asked."""
        request.principal = STRANGER  # type: ignore[attr-defined]
        request.account = None  # type: ignore[attr-defined]
        request.house = Mode.NORMAL  # type: ignore[attr-defined]
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Any,  # noqa: ARG002
        kwargs: Any,  # noqa: ARG002
    ) -> HttpResponse | None:
        """None where the view may be called; otherwise where to go first, or why not."""
        try:
            return _stop(request, door_of(view)) if asks_sign_in() else None
        except Problem as problem:
            return problem_page(problem)
        except (DatabaseError, InterfaceError) as error:
            return database_page(error)


def begin(request: HttpRequest, user: User, depth: int = 0) -> None:
    """A new session after the password: the old one's number is worth nothing any more."""
    request.session.flush()
    now = datetime.now(UTC).isoformat()
    held = {"user": str(user.pk), "began": now, "used": now, "ended_before": user.sessions_ended, "depth": depth}
    request.session.update(held)


def complete(request: HttpRequest, user: User) -> None:
    """The second factor was given, now; the session takes another number, and outlives those that it ended."""
    keep(request, user)
    request.session["factor_at"] = datetime.now(UTC).isoformat()


def depth_of(request: HttpRequest) -> int:
    """How deep the password of a session lies: 0 for the account's own (`accounts.shown`)."""
    return int(request.session.get("depth", 0))


def keep(request: HttpRequest, user: User) -> None:
    """The session goes on although all others under the account ended."""
    request.session.cycle_key()
    request.session["ended_before"] = user.sessions_ended


def factor_at(request: HttpRequest) -> datetime | None:
    """When the second factor was last given since this sign-in; for `vault.reveal` and for pages that ask again."""
    return _time(request.session.get("factor_at")) if reader_of(request) is not None else None


def reader_of(request: HttpRequest) -> User | None:
    """The account of whoever sent this request, also between password and second factor."""
    user: User | None = getattr(request, "account", None)
    return user


def principal_of(request: HttpRequest) -> Principal:
    """As whom this request reads and acts; nobody before the second factor."""
    principal: Principal = getattr(request, "principal", STRANGER)
    return principal


def is_fresh(request: HttpRequest) -> bool:
    """Whether the second factor was given within the last ten minutes."""
    given = factor_at(request)
    return given is not None and datetime.now(UTC) - given < FRESH


def fresh_factor(view: View) -> View:
    """Ask for the second factor again before this view, where it was not given just now; then come back."""

    @functools.wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request) or not asks_sign_in():
            response: HttpResponse = view(request, *args, **kwargs)
            return response
        return HttpResponseRedirect(_with_next("accounts:again", request))

    return handle  # type: ignore[return-value]


def come_back(request: HttpRequest) -> str:
    """Where a sign-in leads: the page that was asked for, if it is one of ours; the first page otherwise."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("front:first")


def forget_here(response: HttpResponse) -> HttpResponse:
    """Tell the browser to keep nothing of these pages, where a session has ended."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def closed_page() -> HttpResponse:
    """The one page of a closed house."""
    return forget_here(render(None, "shared/closed.html", status=503))


def require_accounts() -> None:
    """Refuse where nobody signs in: the demonstration, and a home without a register."""
    if not asks_sign_in():
        raise Problem(
            "page-missing",
            _("Nobody signs in here: this home has no register."),
            remedy=_("Its owner makes one with tutela register create."),
        )


def require_account(request: HttpRequest) -> User:
    """Whoever gave a password; the door of the view saw to it."""
    require_accounts()
    user = reader_of(request)
    if user is None:
        raise Problem("not-allowed", _("This is for those who signed in."), remedy=_("Sign in."))
    return user


def _stop(request: HttpRequest, door: Door) -> HttpResponse | None:
    if door is Door.TOKEN:
        return None
    request.house = house_mode()  # type: ignore[attr-defined]
    if request.house == Mode.CLOSED:  # type: ignore[attr-defined]
        request.session.flush()
        return closed_page()
    had_session = bool(request.session.get("user"))
    user = _resume(request)
    request.account = user  # type: ignore[attr-defined]
    whole = user is not None and "factor_at" in request.session
    if user is not None and whole:
        request.principal = shown_member(user, depth_of(request))  # type: ignore[attr-defined]
    if door is Door.ANYBODY or whole or (door is Door.PASSWORD and user is not None):
        return None
    if user is None:
        answer = HttpResponseRedirect(_with_next("accounts:sign-in", request))
        return forget_here(answer) if had_session else answer
    return HttpResponseRedirect(_with_next("accounts:factor" if has_factor(user) else "accounts:set-up", request))


def _resume(request: HttpRequest) -> User | None:
    session = request.session
    began, used, now = _time(session.get("began")), _time(session.get("used")), datetime.now(UTC)
    if began is None or used is None:
        return None
    user = find_account(str(session.get("user", "")))
    over = now - began > LONGEST or now - used > IDLE
    if over or user is None or user.sessions_ended != session.get("ended_before"):
        session.flush()
        return None
    if now - used > _NOTED:
        session["used"] = now.isoformat()
    return user


def _with_next(name: str, request: HttpRequest) -> str:
    """The address of a page of ours, with where to go after it; a form's content is not kept."""
    wanted = request.get_full_path()
    return f"{reverse(name)}?{urlencode({'next': wanted})}" if wanted not in {"", "/"} else reverse(name)


def _time(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
