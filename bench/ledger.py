"""The ledger's page as the ledger grows tenfold: newest, one actor, one action, one row, a day, deep in the past.

    python -m bench.ledger [--full]

Entries are written by one SQL statement in the shape that the triggers write; an auditor reads one of fifty
compartments. Every call is the whole of it: who may read, the page, the names, the state of the chain, and the
entry that says that the ledger was looked at. Beside it, as the peer, fifty half way back by plain SQL with
OFFSET, as pages are often turned. On SQLite; on PostgreSQL too where TUTELA_TEST_POSTGRES names one.
What must hold is growth: ten times the entries may take a page twice as long. It is told by the quickest of the
calls, which another program on the machine delays least; so a loaded machine changes no verdict. With --full, on
a quiet machine, 10,000,000 entries, and 95 in a hundred under 200 ms.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.register import SOCKET, _freshen, _open_register, _people

CALLS = 40
BAR_MS = 200.0
GROWTH = 2.0
LEAST_MS = 10.0
"""Below this nothing is told apart: it is the call itself and its own entry."""

COMPARTMENTS = 50

_COLUMNS = "at, xact, act, actor, action, kind, operation, subject_table, subject, compartment, marking"
_SHAPE = (
    " '', 'actor-' || (n * 7919 %% 200), 'app.action-' || (n * 104729 %% 170), CASE n %% 3 WHEN 0 THEN 'access'"
    " ELSE 'change' END, 'update', 'incidents_incident', n * 31 %% 100000,"
    " 1 + n * 15485863 %% {compartments}, n %% 3"
)


@dataclass(frozen=True)
class Row:
    """One kind of page at one size: milliseconds at the quickest, at the median, at the 95th in a hundred."""

    database: str
    entries: int
    call: str
    least_ms: float
    median_ms: float
    p95_ms: float


def main(arguments: list[str]) -> int:
    """Print the table; 1 where a page takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args(arguments).full
    for database in ("SQLite", "PostgreSQL") if SOCKET else ("SQLite",):
        # A process holds one database: the other has a process of its own.
        child = os.fork()
        if child == 0:
            os._exit(_measure(database, full=full))
        _, status = os.waitpid(child, 0)
        if status:
            return 1
    return 0


def _measure(database: str, *, full: bool) -> int:
    sizes = (1_000_000, 10_000_000) if full else (20_000, 200_000)
    with tempfile.TemporaryDirectory() as folder:
        _open_register(database, Path(folder))
        _people(COMPARTMENTS)
        by = _auditor()
        found: list[Row] = []
        done = 0
        for size in sizes:
            _write(database, done, size)
            done = size
            _freshen(database)
            found += _time_pages(database, by, size)
        return _judge(found, full=full)


def _auditor() -> Any:
    from tutela.kernel.markings import Marking
    from tutela.records.accounts.actions import Grant, admit, create_user
    from tutela.records.accounts.models import User
    from tutela.records.accounts.principals import member_of
    from tutela.records.accounts.roles import Role

    chief, keeper = (member_of(User.objects.get(email=f"{name}@invented.example")) for name in "ab")
    auditor = create_user(by=chief, email="auditor@invented.example", name="Auditor")
    first = min(keeper.levels)
    admit(by=keeper, compartment=first, user=auditor, grant=Grant(Role.AUDITOR, Marking.CONFIDENTIAL, "audits"))
    return member_of(auditor)


def _write(database: str, start: int, end: int) -> None:
    """Entries a second apart, and a seal that closes them, so that the tail is as short as at work."""
    from django.db import connection

    from tutela.records.ledger.models import Entry, Seal

    shape = _SHAPE.format(compartments=COMPARTMENTS)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    with connection.cursor() as cursor:
        if database == "PostgreSQL":
            _write_without_indexes(
                f"INSERT INTO ledger_entry ({_COLUMNS}) SELECT %s + n * interval '1 second', 1, {shape}"
                " FROM generate_series(%s::bigint, %s::bigint) AS n",
                [begin, start + 1, end],
            )
        else:
            cursor.execute(
                "WITH RECURSIVE series(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM series WHERE n < %s)"
                f" INSERT INTO ledger_entry ({_COLUMNS})"
                f" SELECT datetime('2026-01-01', n || ' seconds'), 0, {shape} FROM series",
                [start + 1, end],
            )
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    xact = Entry.objects.order_by("-xact").values_list("xact", flat=True).first() or 0
    number = Seal.objects.count() + 1
    Seal.objects.create(
        number=number, at=datetime.now(UTC), transactions=number, last_xact=xact, last_entry=last,
        head=b"0" * 32, key="bench", signature=b"0" * 64,
    )  # fmt: skip


def _write_without_indexes(sql: str, values: list[Any]) -> None:
    """Entries by the million, the indexes made anew behind them: a sixth of the time."""
    import psycopg
    from django.db import connection

    name = connection.settings_dict["NAME"]
    with psycopg.connect(host=SOCKET, dbname=name, user="postgres", autocommit=True) as session:
        held = session.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE tablename = 'ledger_entry' AND indexname NOT LIKE '%pkey'"
        ).fetchall()
        for index, _ in held:
            session.execute(f'DROP INDEX "{index}"')
        session.execute(sql, values)
        for _, definition in held:
            session.execute(definition)


def _time_pages(database: str, by: Any, size: int) -> list[Row]:
    from django.db import connection

    from tutela.records.accounts.auditing import read_ledger
    from tutela.records.ledger.acts import acting
    from tutela.records.ledger.reading import Wanted

    here = min(by.levels)
    middle = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=size // 2)).date()

    def page(before: int | None = None, **asked: Any) -> None:
        read_ledger(by=by, wanted=Wanted(here, 0, **asked), before=before)

    def plain() -> None:
        with acting(by, "bench"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM ledger_entry WHERE compartment = %s AND marking <= 1"
                " ORDER BY id DESC LIMIT 50 OFFSET %s",
                [here, size // COMPARTMENTS // 2],
            )
            cursor.fetchall()

    calls: dict[str, Callable[[], None]] = {
        "newest": page,
        "deep in the past": lambda: page(size // 2),
        "one actor": lambda: page(actor="actor-7"),
        "one action": lambda: page(action="app.action-7"),
        "one row": lambda: page(table="incidents_incident", subject="31"),
        "one day": lambda: page(first=middle, last=middle),
        "what is not there": lambda: page(table="nothing"),
        "peer: half way by OFFSET, nobody asked": plain,
    }
    return [Row(database, size, name, *_time(call)) for name, call in calls.items()]


def _time(call: Callable[[], None]) -> tuple[float, float, float]:
    taken = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        taken.append(1_000 * (time.perf_counter() - began))
    taken.sort()
    return taken[0], taken[len(taken) // 2], taken[int(len(taken) * 0.95)]


def _judge(found: list[Row], *, full: bool) -> int:
    console = Console()
    load = os.getloadavg()[0]
    console.print(f"{found[0].database}, Python {platform.python_version()}, load {load:.1f}")
    table = Table("page", "entries", "least ms", "median ms", "p95 ms")
    for row in found:
        times = (f"{value:.1f}" for value in (row.least_ms, row.median_ms, row.p95_ms))
        table.add_row(row.call, f"{row.entries:,}", *times)
    console.print(table)
    ours = [row for row in found if not row.call.startswith("peer")]
    faults = []
    if full:
        faults += [f"{row.call}: {row.p95_ms:.0f} ms at the 95th" for row in ours if row.p95_ms > BAR_MS]
    small = {row.call: row.least_ms for row in ours[: len(ours) // 2]}
    for row in ours[len(ours) // 2 :]:
        factor = row.least_ms / max(small[row.call], LEAST_MS)
        if factor > GROWTH:
            faults.append(f"{row.call}: {factor:.1f} times as long with ten times the entries")
    for fault in faults:
        console.print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
