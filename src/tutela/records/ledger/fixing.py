"""Rows that the database itself keeps as they are from some state on, whoever writes them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True, slots=True)
class Fixing:
    """From which states on, in their order, nothing of a row changes but `still`; a state never goes back."""

    column: str
    states: tuple[str, ...]
    still: tuple[str, ...]


def fixing_of(model: type[models.Model]) -> Fixing | None:
    """What a model says in its `ledger_fixing`."""
    found: Fixing | None = getattr(model, "ledger_fixing", None)
    return found
