"""The register under many rows: lists, counts, the map and search, as they grow tenfold.

    python -m bench.register [--full]

One register with many compartments, each with a presence, its incidents and its reports; one third of the reports
is marked above the adviser, who is in all compartments. Rows are written by SQL in the shape that actions give
them, the triggers writing an entry for each. Every call is the whole of it: who may read, the rows, and the entry
that says that they were looked at. Beside it, as the peer, the same rows by one plain SQL statement that asks
nobody and writes nothing down. On SQLite; on PostgreSQL too where TUTELA_TEST_POSTGRES names one (./dev bench
register starts it). What must hold is growth: how many times as long a call may take with ten times the rows, told
by the quickest of the calls, which another program on the machine delays least. With --full, 1,000,000 incidents
and 100,000 reports in 500 compartments, and 95 in a hundred under 100 ms.
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
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

SOCKET = os.environ.get("TUTELA_TEST_POSTGRES", "")
CALLS = 60
BAR_MS = 100.0
GROWTH = {
    "list of a presence": 3.0,
    "count by status": 6.0,  # a count reads every row that it counts
    "map of a presence": 8.0,  # and a map every place
    "map of a part": 8.0,
    "search everywhere, what is rare": 4.0,  # until there are as many rows as a search looks at
    "search everywhere, what is common": 4.0,
    "search in a presence": 4.0,
}
LEAST_MS = 5.0
"""Below this nothing is told apart: it is the call itself and its own entry."""

_INCIDENT = (
    "INSERT INTO incidents_incident (compartment_id, marking, version, recorded, presence_id, title, what,"
    ' happened_at, place, lat, lon, "precision", perpetrator, status, imminent, "left", words)'
    " SELECT {place}, n % 2, 1, {now}, {presence}, 'Invented event ' || (n * 7919 % 5000), 'killed',"
    " {then}, 'Village ' || (n % 900), 5 + n % 400 / 100.0, 20 + n % 500 / 100.0, 'settlement', 'unknown',"
    " CASE n % 3 WHEN 0 THEN 'alleged' WHEN 1 THEN 'verified' ELSE 'rejected' END, {false}, {false},"
    " ' invented event ' || (n * 7919 % 5000) || ' village ' || (n % 900) FROM {series}"
)
_REPORT = (
    "INSERT INTO incidents_report (compartment_id, marking, version, recorded, presence_id, kind, what, said_at,"
    ' place, "precision", perpetrator, summary, imminent, status, contact_code, told_by, acted_before_verified,'
    " cross_checked_with, triage_note, source, source_id, recorded_by, submission, words)"
    " SELECT {place}, n % {markings}, 1, {now}, {presence}, 'field_report', 'killed', {then}, '',"
    " 'unknown', 'unknown',"
    " 'Told at crossing ' || (n * 104729 % 5000), {false}, 'alleged', '', '', {false}, '[]', '', '', '',"
    " 'bench', '', ' told at crossing ' || (n * 104729 % 5000) FROM {series}"
)


@dataclass(frozen=True)
class Row:
    """One kind of call at one size: milliseconds at the quickest, at the median and at the 95th in a hundred."""

    database: str
    incidents: int
    call: str
    least_ms: float
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
        writer = _writer(presences)
        found: list[Row] = []
        done = 0
        for size in sizes:
            rate = _fill(database, writer, presences, (done, size))
            rates.append((f"incidents and reports written by SQL, each with its entry, from {done:,}", rate))
            done = size
            found += _time_calls(database, by, presences, size)
        if not full:
            rates += _seal_and_verify(Path(folder))
        _print(database, found, rates)
        return 1 if _fails(found, full=full) else 0


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


def _writer(presences: list[tuple[int, int]]) -> Any:
    """Somebody who reads and writes at every marking, so that there are rows above the adviser."""
    from tutela.kernel.markings import Marking
    from tutela.records.accounts.actions import Grant, admit, create_user
    from tutela.records.accounts.models import User
    from tutela.records.accounts.principals import member_of
    from tutela.records.accounts.roles import Role

    chief, keeper = (User.objects.get(email=f"{name}@invented.example") for name in "ab")
    writer = create_user(by=member_of(chief), email="writer@invented.example", name="Writer")
    grant = Grant(Role.HUMAN_RIGHTS_OFFICER, Marking.STRICTLY_CONFIDENTIAL, "works there")
    for compartment, _ in presences:
        admit(by=member_of(keeper), compartment=compartment, user=writer, grant=grant)
    return member_of(writer)


def _fill(database: str, by: Any, presences: list[tuple[int, int]], span: tuple[int, int]) -> float:
    """Rows a second, the database's triggers writing an entry for each; a tenth as many reports as incidents."""
    from django.db import connection

    from tutela.records.ledger.acts import acting

    compartments, keys = [list(part) for part in zip(*presences, strict=True)]
    markings = 1 + int(by.levels[compartments[0]])  # nobody writes what they may not read
    began = time.perf_counter()
    start, end = span
    for first in range(start, end, 20_000):
        last = min(first + 20_000, end)
        with acting(by, "bench"), connection.cursor() as cursor:
            for sql, low, high in ((_INCIDENT, first, last), (_REPORT, first // 10, last // 10)):
                cursor.execute(
                    _spell(sql.replace("{markings}", str(markings)), database, compartments, keys, (low, high))
                )
    return 1.1 * (end - start) / (time.perf_counter() - began)


def _spell(sql: str, database: str, compartments: list[int], keys: list[int], span: tuple[int, int]) -> str:
    """The statement as this database takes it; rows go round the presences, the first the newest."""
    low, high, many = span[0], span[1] - 1, len(keys)
    if database == "PostgreSQL":
        return sql.format(
            place=f"(ARRAY{compartments})[(1 + n % {many})::int]",
            presence=f"(ARRAY{keys})[(1 + n % {many})::int]", now="now()",
            then="now() - n * interval '1 minute'", false="false",
            series=f"generate_series({low}::bigint, {high}::bigint) AS n",
        )  # fmt: skip
    numbers = f"WITH RECURSIVE series(n) AS (SELECT {low} UNION ALL SELECT n + 1 FROM series WHERE n < {high})"
    return numbers + sql.format(
        place=f"json_extract('{compartments}', '$[' || (n % {many}) || ']')",
        presence=f"json_extract('{keys}', '$[' || (n % {many}) || ']')", now="datetime('now')",
        then="datetime('now', '-' || n || ' minutes')", false="0", series="series",
    )  # fmt: skip


def _time_calls(database: str, by: Any, presences: list[tuple[int, int]], size: int) -> list[Row]:
    from django.db import connection

    from tutela.records.incidents.mapping import Wanted, map_of, map_signs
    from tutela.records.incidents.queries import count_by_status, list_incidents
    from tutela.records.incidents.searching import search
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

    part = Wanted(box=(21.0, 6.0, 22.0, 7.0))
    calls: dict[str, Callable[[int], Any]] = {
        "list of a presence": lambda presence: list_incidents(by=by, presence=presence),
        "count by status": lambda presence: count_by_status(by=by, presence=presence),
        "map of a presence": lambda presence: map_of(by=by, presence=presence, wanted=Wanted()),
        "map of a part": lambda presence: map_signs(by=by, presence=presence, wanted=part),
        "search everywhere, what is rare": lambda _: search(by=by, words="event 4711"),
        "search everywhere, what is common": lambda _: search(by=by, words="invented"),
        "search in a presence": lambda presence: search(by=by, words="crossing", presence=presence),
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
        median, p95 = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
        found.append(Row(database, size, name, taken[0], median, p95))
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

    name = connection.settings_dict["NAME"]
    with psycopg.connect(host=SOCKET, dbname=name, user="postgres", autocommit=True) as session:
        session.execute("VACUUM ANALYZE")


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


def _fails(found: list[Row], *, full: bool) -> bool:
    """Whether a call takes more than it may with ten times the rows, or at full size more than its bar."""
    ours = [row for row in found if not row.call.startswith("peer")]
    small = {row.call: row for row in ours[: len(ours) // 2]}
    faults = []
    for row in ours[len(ours) // 2 :]:
        factor = row.least_ms / max(small[row.call].least_ms, LEAST_MS)
        if factor > GROWTH[row.call]:
            faults.append(f"{row.call}: {factor:.1f} times as long with ten times the rows")
    if full:
        faults += [f"{row.call}: {row.p95_ms:.0f} ms at the 95th" for row in ours if row.p95_ms > BAR_MS]
    for fault in faults:
        Console().print(fault)
    return bool(faults)


def _print(database: str, found: list[Row], rates: list[tuple[str, float]]) -> None:
    import django

    console = Console()
    load = os.getloadavg()[0]
    versions = f"Django {django.get_version()}, Python {platform.python_version()}"
    console.print(f"{database}, {versions}, load {load:.1f}")
    table = Table("call", "incidents", "least ms", "median ms", "p95 ms", "times the peer")
    peers = {row.incidents: row.median_ms for row in found if row.call.startswith("peer")}
    for row in found:
        ratio = row.median_ms / peers[row.incidents]
        times = (f"{value:.1f}" for value in (row.least_ms, row.median_ms, row.p95_ms, ratio))
        table.add_row(row.call, f"{row.incidents:,}", *times)
    console.print(table)
    for what, rate in rates:
        console.print(f"{what}: {rate:,.0f} a second")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
