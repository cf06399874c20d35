"""After a restore into another PostgreSQL: what is written there goes on after what was written before."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry, Shift


def continue_numbers(*, by: Principal) -> None:
    """Let this server's numbers of transactions begin above the highest in the ledger; needs the tables' owner."""
    if connection.vendor != "postgresql":
        return
    highest: dict[str, Any] = Entry.objects.aggregate(highest=models.Max("xact"))
    if highest["highest"] is None:
        return
    with acting(by, "ledger.continue_numbers"):
        Shift.objects.create(xacts=highest["highest"])
