"""Who may come to a page at all, and whether it writes: a mark on the view, read before the view is called.

A view without a mark only reads, and asks for a whole sign-in wherever people sign in.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, TypeVar

from django.urls import Resolver404, resolve

View = TypeVar("View", bound=Callable[..., Any])


class Door(Enum):
    """How much of a sign-in a page asks for."""

    ANYBODY = "anybody"
    PASSWORD = "password"  # noqa: S105  the first half
    FACTOR = "factor"
    TOKEN = "token"  # noqa: S105  an operation of the API: it asks for a token itself, and takes no session


_DOOR: Final = "tutela_door"
_WRITES: Final = "tutela_writes"


def open_to_anybody(view: View) -> View:
    """Mark a view that is shown before anybody signed in."""
    setattr(view, _DOOR, Door.ANYBODY)
    return view


def open_to_password(view: View) -> View:
    """Mark a view that is shown between the password and the second factor."""
    setattr(view, _DOOR, Door.PASSWORD)
    return view


def open_to_tokens(view: View) -> View:
    """Mark an operation of the API, which lets nobody in by a session."""
    setattr(view, _DOOR, Door.TOKEN)
    return view


def writing(view: View) -> View:
    """Mark a view to which a form may be sent."""
    setattr(view, _WRITES, True)
    return view


def door_of(view: Any) -> Door:
    """How much of a sign-in this view asks for."""
    door: Door = getattr(view, _DOOR, Door.FACTOR)
    return door


def writes(view: Any) -> bool:
    """Whether a form may be sent to this view."""
    return bool(getattr(view, _WRITES, False))


def takes_forms(path: str) -> bool:
    """Whether anything may be sent to this address; one at which nothing stands takes nothing."""
    view = _view_at(path)
    return view is not None and (writes(view) or door_of(view) is Door.TOKEN)


def is_of_api(path: str) -> bool:
    """Whether an operation of the API stands at this address; it answers itself for what it takes."""
    view = _view_at(path)
    return view is not None and door_of(view) is Door.TOKEN


def _view_at(path: str) -> Any:
    try:
        return resolve(path).func
    except Resolver404:
        return None
