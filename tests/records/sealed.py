"""Sealing in tests: all that was written, under one seal."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from tutela.records.ledger.sealing import seal_committed
from tutela.records.ledger.signing import open_signer

PATIENCE = 60
"""Seconds until a transaction that another database holds open is called a fault."""


def seal_all(keys: Path) -> int:
    """Seal everything at once; gives the number of transactions closed."""
    if connection.vendor == "postgresql":
        _wait_for_horizon()
    return seal_committed(open_signer(keys), datetime.now(UTC))


def _wait_for_horizon() -> None:
    """PostgreSQL counts the transactions of every database beside ours before it calls one of ours ended.

    The oldest that still ran somewhere is its horizon: only when every entry lies under it does one seal hold all.
    """
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(max(xact), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                " + ledger_shift_xacts() FROM ledger_entry"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail(f"another database of this server held a transaction open for {PATIENCE} s")
