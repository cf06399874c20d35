"""The register under many rows: lists, counts and the ledger, as they grow tenfold.

    python -m bench.register [--full]

One register with many compartments, each with a presence and its incidents; an adviser is in all of them. Every
call is the whole of it: who may read, the rows, and the entry that says that they were looked at. Beside it, as
the peer, the same rows by one plain SQL statement that asks nobody and writes nothing down. On SQLite; on
PostgreSQL too where TUTELA_TEST_POSTGRES names one (./dev bench register starts it). What must hold is growth: ten
times the rows may take a list three times as long, a count six times. --full is 1,000,000 incidents in 500
compartments.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

SOCKET = os.environ.get("TUTELA_TEST_POSTGRES", "")
CALLS = 60
GROWTH = {"list of a presence": 3.0, "count by status": 6.0}  # a count reads every row that it counts


@dataclass(frozen=True)
class Row:
    """One kind of call at one size: milliseconds at the median and at the 95th in a hundred."""

    database: str
    incidents: int
    call: str
    median_ms: float
    p95_ms: float


def main(arguments: list[str]) -> int:
    """Print the table; 1 where something grew more than it may."""
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
    with tempfile.TemporaryDirectory() as folder:
        _open_register(database, Path(folder))
        sizes = (100_000, 1_000_000) if full else (2_000, 20_000)
        compartments = 500 if full else 50
        by, presences, rates = _people(compartments)
        found: list[Row] = []
        done = 0
        for size in sizes:
            rates += [(f"incidents written, each with its entry, from {done:,}", _fill(by, presences, done, size))]
            done = size
            found += _time_calls(database, by, presences, size)
        rates += _seal_and_verify(Path(folder))
        _print(database, found, rates)
        return 1 if _grown(found) else 0


def _open_register(database: str, folder: Path) -> None:
    os.environ["TUTELA_HOME"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tutela.service.settings"
    name = f"tutela_bench_{uuid.uuid4().hex[:8]}"
    if database == "PostgreSQL":
        import psycopg

        with psycopg.connect(host=SOCKET, dbname="postgres", user="postgres", autocommit=True) as session:
            for role in ("tutela_owner", "tutela_app"):
                with contextlib.suppress(psycopg.errors.DuplicateObject):  # of a benchmark before this one
                    session.execute(f"CREATE ROLE {role} LOGIN")
            session.execute(f"CREATE DATABASE {name} OWNER tutela_owner")
        os.environ["TUTELA_DATABASE"] = f"postgresql://tutela_app@/{name}?host={SOCKET}"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if database == "PostgreSQL":
        connection.settings_dict["USER"] = "tutela_owner"
    call_command("migrate", verbosity=0)
    connection.close()
    if database == "PostgreSQL":
        connection.settings_dict["USER"] = "tutela_app"


def _people(number: int) -> tuple[Any, list[tuple[int, int]], list[tuple[str, float]]]:
    """The adviser, and a compartment with a presence for each of so many missions."""
    from tutela.kernel.markings import Marking, Principal
    from tutela.records.accounts.actions import (
        FOUNDER,
        Grant,
        admit,
        create_compartment,
        create_user,
        found_house,
    )
    from tutela.records.accounts.models import Compartment
    from tutela.records.accounts.principals import member_of
    from tutela.records.accounts.roles import Role
    from tutela.records.ledger.acts import acting
    from tutela.records.missions.models import Presence

    chief = member_of(found_house(by=Principal(FOUNDER), email="a@invented.example", name="A"))
    keeper = create_user(by=chief, email="b@invented.example", name="B")
    adviser = create_user(by=chief, email="c@invented.example", name="C")
    grant = Grant(Role.PROTECTION_ADVISER, Marking.CONFIDENTIAL, "works there")
    made = []
    started = time.perf_counter()
    for index in range(number):
        compartment = create_compartment(
            by=chief, name=f"Mission {index}", kind=Compartment.Kind.MISSION, custodian=keeper, purpose="keeps"
        )
        admit(by=member_of(keeper), compartment=compartment.pk, user=adviser, grant=grant)
        made.append(compartment.pk)
    rate = 2 * number / (time.perf_counter() - started)
    by = member_of(adviser)
    with acting(by, "bench"):
        rows = [
            Presence(
                key=f"p{pk}", name="Invented", kind="PKO_MULTIDIMENSIONAL_POC", force_authority="yes",
                compartment_id=pk, marking=0,
            )
            for pk in made
        ]  # fmt: skip
        Presence.objects.bulk_create(rows)
        known = Presence.visible_to(by).values_list("compartment_id", "pk")
        return by, sorted(known), [("actions, each its own transaction", rate)]


def _fill(by: Any, presences: list[tuple[int, int]], start: int, end: int) -> float:
    """Rows a second, the database's triggers writing an entry for each."""
    from tutela.records.incidents.models import Incident
    from tutela.records.ledger.acts import acting

    begin = time.perf_counter()
    newest = datetime.now(UTC)
    for first in range(start, end, 10_000):
        rows = []
        for index in range(first, min(first + 10_000, end)):
            compartment, presence = presences[index % len(presences)]
            rows.append(
                Incident(
                    compartment_id=compartment, marking=index % 2, presence_id=presence, title="Invented",
                    what="killing", happened_at=newest - timedelta(minutes=index), lat=5 + index % 400 / 100,
                    lon=20 + index % 500 / 100, status=("alleged", "verified", "rejected")[index % 3],
                )
            )  # fmt: skip
        with acting(by, "bench"):
            Incident.objects.bulk_create(rows, batch_size=500)
    return (end - start) / (time.perf_counter() - begin)


def _time_calls(database: str, by: Any, presences: list[tuple[int, int]], size: int) -> list[Row]:
    from django.db import connection

    from tutela.records.incidents.queries import count_by_status, list_incidents
    from tutela.records.ledger.acts import acting

    _freshen(database)

    def plain(presence: int) -> None:
        with acting(by, "bench"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM incidents_incident WHERE presence_id = %s"
                " ORDER BY happened_at DESC, id DESC LIMIT 50",
                [presence],
            )
            cursor.fetchall()

    calls: dict[str, Callable[[int], Any]] = {
        "list of a presence": lambda presence: list_incidents(by=by, presence=presence),
        "count by status": lambda presence: count_by_status(by=by, presence=presence),
        "peer: plain SQL for the same list, nobody asked": plain,
    }
    found = []
    for name, call in calls.items():
        taken = []
        for index in range(CALLS):
            presence = presences[index % len(presences)][1]
            began = time.perf_counter()
            call(presence)
            taken.append(1_000 * (time.perf_counter() - began))
        taken.sort()
        found.append(Row(database, size, name, taken[len(taken) // 2], taken[int(len(taken) * 0.95)]))
    return found


def _freshen(database: str) -> None:
    """Let the database know what it holds, as it does by itself in time."""
    import sqlite3

    from django.db import connection

    if database == "SQLite":
        connection.close()
        with sqlite3.connect(connection.settings_dict["NAME"]) as session:
            session.execute("ANALYZE")
        return
    import psycopg

    with psycopg.connect(host=SOCKET, dbname=connection.settings_dict["NAME"], user="postgres") as session:
        session.execute("ANALYZE")


def _seal_and_verify(folder: Path) -> list[tuple[str, float]]:
    from tutela.records.ledger.models import Entry
    from tutela.records.ledger.sealing import seal_committed
    from tutela.records.ledger.signing import load_public_keys, open_signer
    from tutela.records.ledger.verifying import verify_ledger

    entries = Entry.objects.count()
    begin = time.perf_counter()
    seal_committed(open_signer(folder / "keys"))
    sealed = time.perf_counter()
    verdict = verify_ledger(load_public_keys(folder / "keys"))
    done = time.perf_counter()
    if not verdict.is_whole or verdict.entries != entries:
        raise RuntimeError(f"the ledger does not verify: {verdict}")
    return [("entries sealed", entries / (sealed - begin)), ("entries verified", entries / (done - sealed))]


def _grown(found: list[Row]) -> bool:
    """Whether any of our calls takes more than it may with ten times the rows; below 2 ms nothing is told apart."""
    ours = [row for row in found if not row.call.startswith("peer")]
    small = {row.call: row for row in ours[: len(ours) // 2]}
    worst = {row.call: row.median_ms / max(small[row.call].median_ms, 2.0) for row in ours[len(ours) // 2 :]}
    for call, factor in worst.items():
        Console().print(f"{call}: {factor:.2f} times as long with ten times the rows")
    return any(factor > GROWTH[call] for call, factor in worst.items())


def _print(database: str, found: list[Row], rates: list[tuple[str, float]]) -> None:
    import django

    console = Console()
    console.print(f"{database}, Django {django.get_version()}, Python {platform.python_version()}")
    table = Table("call", "incidents", "median ms", "p95 ms", "times the peer")
    peers = {row.incidents: row.median_ms for row in found if row.call.startswith("peer")}
    for row in found:
        ratio = row.median_ms / peers[row.incidents]
        table.add_row(row.call, f"{row.incidents:,}", f"{row.median_ms:.1f}", f"{row.p95_ms:.1f}", f"{ratio:.1f}")
    console.print(table)
    for what, rate in rates:
        console.print(f"{what}: {rate:,.0f} a second")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
