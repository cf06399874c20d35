"""Exports as they grow tenfold: incidents as CSV and as XLSX, asked for, made by a worker, fetched and read.

    python -m bench.exports [--full]

Half of the rows are unclassified, so that half of what is read is coarsened; each file is made by the worker, in a
process of its own whose memory is measured, from the queue to the note of it: rights asked anew for each window,
order, watermark, manifest, lock. Beside it, as the peer, the same rows by one plain SELECT and Python's csv module
into a file in the clear, nobody asked and nothing written down. On SQLite; on PostgreSQL too where
TUTELA_TEST_POSTGRES names one. What must hold is growth: ten times the rows may take the worker twelve times the
seconds of a processor, which other programs on the machine do not lengthen, and 48 MiB more memory. With --full,
100,000 rows in 60 seconds by the clock.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.register import SOCKET, _fill, _freshen, _open_register, _people

BAR_SECONDS = 60.0
GROWTH = 12.0
MORE_MIB = 48.0
LEAST_SECONDS = 0.25
"""Below this a file is nothing but its beginning and its end."""

PEER = "peer: plain CSV, nobody asked"


@dataclass(frozen=True)
class Row:
    """One file at one size: seconds by the clock and of a processor, the most memory of its process, bytes."""

    database: str
    rows: int
    what: str
    seconds: float
    worked: float
    mib: float
    size: int


def main(arguments: list[str]) -> int:
    """Print the table; 1 where a file grew more than it may, or took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args(arguments).full
    sizes = (10_000, 100_000) if full else (1_000, 10_000)
    for database in ("SQLite", "PostgreSQL") if SOCKET else ("SQLite",):
        if _apart(_measure, database, sizes, full):  # a process holds one database
            return 1
    return 0


def _apart(run: Callable[..., int], *arguments: Any) -> int:
    """Run in a process of its own; gives how it ended."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(run(*arguments))
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1]


def _measure(database: str, sizes: tuple[int, ...], full: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        _open_register(database, Path(folder))
        by, presences, _ = _people(1)
        by = _let_out(by)
        found: list[Row] = []
        done = 0
        for size in sizes:
            _fill(database, by, presences, (done, size))
            done = size
            _freshen(database)
            found += [_make(database, by, kind, size) for kind in ("csv", "xlsx")]
            found.append(_plain(database, Path(folder), size))
        return _judge(found, full=full)


def _let_out(by: Any) -> Any:
    """The adviser may take confidential rows out of the one compartment."""
    from tutela.kernel.markings import Marking
    from tutela.records.accounts.actions import Grant, admit, dismiss
    from tutela.records.accounts.models import User
    from tutela.records.accounts.principals import member_of
    from tutela.records.accounts.roles import Role

    keeper = member_of(User.objects.get(email="b@invented.example"))
    user = User.objects.get(pk=by.actor)
    grant = Grant(Role.PROTECTION_ADVISER, Marking.CONFIDENTIAL, "works there", share=Marking.CONFIDENTIAL)
    (here,) = by.levels
    dismiss(by=keeper, compartment=here, user=user)
    admit(by=keeper, compartment=here, user=user, grant=grant)
    return member_of(user)


def _make(database: str, by: Any, kind: str, size: int) -> Row:
    from django.db import connection

    from tutela.kernel.problems import Problem
    from tutela.records.exports.actions import ask, fetch, find_export
    from tutela.records.exports.making import Wish
    from tutela.records.exports.tables import Choice
    from tutela.records.jobs.actions import look

    (here,) = by.levels
    job = ask(by=by, wish=Wish("incidents", kind, Choice(here, 1), "Measured, and destroyed with the register"))
    connection.close()
    seconds, worked, mib = _work()
    view = look(by=by, number=job)
    if view.problem:
        raise Problem(view.problem, view.message, remedy=view.remedy)
    row = find_export(by=by, job=job)
    if row is None or row.rows != size:
        raise RuntimeError(f"a file of {size} rows is not there")
    with fetch(by=by, job=job).stream as stream:
        length = 0
        while part := stream.read(1 << 20):
            length += len(part)
    return Row(database, size, kind.upper(), seconds, worked, mib, length)


def _work() -> tuple[float, float, float]:
    """Let a worker of its own do the one job that waits; seconds by the clock, of a processor, most MiB."""
    reading, writing = os.pipe()

    def run() -> int:
        from tutela.records.jobs.working import work_once

        began, begun = time.perf_counter(), time.process_time()
        was_done = work_once()
        seconds, worked = time.perf_counter() - began, time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(writing, f"{seconds} {worked} {peak}".encode())
        return 0 if was_done else 1

    if _apart(run):
        raise RuntimeError("no job was done")
    os.close(writing)
    with os.fdopen(reading) as said:
        seconds, worked, mib = map(float, said.read().split())
    return seconds, worked, mib


def _plain(database: str, folder: Path, size: int) -> Row:
    from django.db import connection

    from tutela.records.accounts.models import User
    from tutela.records.accounts.principals import member_of
    from tutela.records.ledger.acts import acting

    by = member_of(User.objects.get(email="c@invented.example"))
    path = folder / "plain.csv"
    began, begun = time.perf_counter(), time.process_time()
    with acting(by, "bench"), connection.cursor() as cursor, path.open("w", newline="") as file:
        cursor.execute("SELECT * FROM incidents_incident ORDER BY id")
        writer = csv.writer(file)
        while rows := cursor.fetchmany(2_000):
            writer.writerows(rows)
    seconds, worked = time.perf_counter() - began, time.process_time() - begun
    return Row(database, size, PEER, seconds, worked, 0.0, path.stat().st_size)


def _judge(found: list[Row], *, full: bool) -> int:
    console = Console()
    console.print(f"{found[0].database}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
    table = Table("file", "rows", "s", "s of a processor", "rows a second", "most MiB", "bytes a row")
    for row in found:
        table.add_row(
            row.what,
            f"{row.rows:,}",
            f"{row.seconds:.2f}",
            f"{row.worked:.2f}",
            f"{row.rows / row.seconds:,.0f}",
            f"{row.mib:.0f}" if row.mib else "",
            f"{row.size / row.rows:.0f}",
        )
    console.print(table)
    half = len(found) // 2
    faults = []
    for small, large in zip(found[:half], found[half:], strict=True):
        if large.what == PEER:
            continue
        factor, more = large.worked / max(small.worked, LEAST_SECONDS), large.mib - small.mib
        console.print(f"{large.what}: {factor:.1f} times as long, {more:+.0f} MiB with ten times the rows")
        if factor > GROWTH or more > MORE_MIB:
            faults.append(f"{large.what} grows more than it may")
        if full and large.seconds > BAR_SECONDS:
            faults.append(f"{large.what}: {large.seconds:.0f} s, more than {BAR_SECONDS:.0f}")
    for fault in faults:
        console.print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
