"""Whom a token speaks for, and the description of the operations."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router

from tutela.api.entrance import principal_of
from tutela.api.shapes import MarkingOut, Out, answers
from tutela.records.accounts.tokens import Bounds, bounds_of

router = Router(tags=["token"])


class PlaceOut(Out):
    """A compartment that the token reaches: its key, how far one reads there, and what one may do there now."""

    compartment: str
    name: str
    marking: MarkingOut
    abilities: list[str]


class MeOut(Out):
    """The bounds of the token, as they are now."""

    token: str
    until: datetime
    compartments: list[PlaceOut]


@router.get("/me", response=answers(MeOut), operation_id="token")
def show_me(request: HttpRequest) -> Bounds:
    """Where this token reaches, and what may be done by it now."""
    return bounds_of(by=principal_of(request))
