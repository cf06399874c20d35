"""The server of PostgreSQL killed under load: nothing acknowledged is lost, the pages say so and go on alone."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cast
import pytest
from django.core.management import call_command
from django.db import connection
from sealed import seal_all

from tutela.data.store.homes import create_home
from tutela.records.accounts.models import User
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.ledger.signing import load_public_keys, open_signer
from tutela.records.ledger.verifying import verify_ledger
from tutela.records.vault.models import CaseKey, Identity

pytestmark = pytest.mark.only_postgresql

ROUNDS = 20 if os.environ.get("CI") == "true" else 3
PATIENCE = 60.0
NAME = "tutela_killed"


@dataclass
class Server:
    """A PostgreSQL of this test's own, with fsync, that may be killed."""

    programs: Path
    folder: Path
    as_other: tuple[str, ...]

    def start(self) -> None:
        """Start it, also where children of one that was killed are still going."""
        command = [*self.as_other, str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w"]
        options = f"-k {self.folder} -c listen_addresses='' -c max_connections=60"
        patience = time.monotonic() + PATIENCE
        while subprocess.run(
            [*command, "-l", str(self.folder / "log"), "-o", options, "start"], capture_output=True, check=False
        ).returncode:
            assert time.monotonic() < patience, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.2)

    def kill(self) -> None:
        """As when the machine's memory ran out: no word to anybody."""
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    def ask(self, statement: str) -> None:
        """As its superuser."""
        import psycopg

        with psycopg.connect(host=str(self.folder), dbname="postgres", user="postgres", autocommit=True) as session:
            session.execute(statement)


@pytest.fixture
def server() -> Iterator[Server]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder = Path(tempfile.mkdtemp(prefix="tutela-killed-"))
    as_other = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    if as_other:
        shutil.chown(folder, "postgres")
    made = Server(programs, folder, as_other)
    initdb = [*as_other, str(programs / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres"]
    subprocess.run([*initdb, "-E", "UTF8", "--locale=C.UTF-8"], capture_output=True, check=True)
    made.start()
    yield made
    subprocess.run(
        [*as_other, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop"],
        capture_output=True,
        check=False,
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(server: Server, tmp_path: Path) -> Iterator[Path]:
    """A register with the cast on that server; whatever was pointed to is pointed to again."""
    from django.conf import settings

    before = dict(connection.settings_dict), settings.KEYS_FOLDER
    for role in ("tutela_owner", "tutela_app"):
        server.ask(f"CREATE ROLE {role} LOGIN")
    server.ask(f"CREATE DATABASE {NAME} OWNER tutela_owner")
    connection.close()
    connection.settings_dict.update({"HOST": str(server.folder), "NAME": NAME, "USER": "tutela_owner"})
    place = create_home(tmp_path / "home", demonstration=False)
    settings.KEYS_FOLDER = str(place.root / "keys")
    call_command("migrate", verbosity=0)
    connection.close()
    connection.settings_dict["USER"] = "tutela_app"
    yield place.root
    connection.close()
    connection.settings_dict.update(before[0])
    settings.KEYS_FOLDER = before[1]


def environment(server: Server) -> dict[str, str]:
    address = f"postgresql://tutela_app@/{NAME}?host={server.folder}"
    return {**os.environ, "TUTELA_DATABASE": address}


def write_until_killed(server: Server, home: Path, seconds: float) -> list[str]:
    """Start the writer, kill the server so long after its first acknowledged write; what was acknowledged."""
    command = [sys.executable, str(Path(__file__).with_name("writer.py")), NAME, str(home / "keys")]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(server)
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    assert first
    time.sleep(seconds)
    server.kill()
    time.sleep(0.3)
    running.kill()
    rest, _ = running.communicate()
    return [line.strip() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


def look(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{address}accounts/sign-in/", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def pages(server: Server, home: Path) -> Iterator[str]:
    """The pages of that home, served by the command."""
    command = [sys.executable, "-c", "from tutela.cli.main import main; main()", "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        [*command, "--home", str(home)], stdout=subprocess.PIPE, text=True, env=environment(server)
    ) as running:
        assert running.stdout is not None
        yield json.loads(running.stdout.readline())["address"]
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def test_a_killed_server_loses_nothing_acknowledged_and_the_pages_say_so_and_go_on(
    server: Server, home: Path, request: pytest.FixtureRequest
) -> None:
    people = cast.assemble()
    open_signer(home / "keys")
    connection.close()
    address, luck = request.getfixturevalue("pages"), random.Random(13)
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        assert look(address)[0] == 200
        acknowledged += write_until_killed(server, home, luck.uniform(0.0, 0.6))
        status, page = look(address)
        assert status == 503 and "does not answer; nothing was changed" in page and "Traceback" not in page
        server.start()
        patience = time.monotonic() + PATIENCE
        while look(address)[0] != 200:
            assert time.monotonic() < patience
            time.sleep(0.1)
        connection.close()
        assert verify_ledger(load_public_keys(home / "keys")).fault == ""
    assert len(acknowledged) > 2 * ROUNDS
    officer = people["officer"]
    with acting(officer, "look"):
        rows = Identity.visible_to(officer)
        held = {f"identity {name}" for name in rows.values_list("pseudonym", flat=True)}
        keys = set(CaseKey.visible_to(officer).values_list("pk", flat=True))
        used = set(rows.values_list("key_id", flat=True))
    held |= {f"user {email}" for email in User.objects.values_list("email", flat=True)}
    assert set(acknowledged) <= held and keys == used
    assert Content.objects.count() == Entry.objects.filter(kind="change").count()
    seal_all(home / "keys")
    verdict = verify_ledger(load_public_keys(home / "keys"))
    assert (verdict.fault, verdict.unsealed) == ("", 0)
