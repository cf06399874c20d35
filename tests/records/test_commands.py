"""The register from the command line, in a process of its own, as an operator runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutela.data.store.homes import create_home

CREATE = ("register", "create", "--administrator", "first@invented.example", "--name", "First")


@pytest.fixture
def run(register: Path, template: str, tmp_path: Path, is_postgresql: bool):
    """The command in a home; on PostgreSQL over an empty database that its owner makes tables in."""
    home = tmp_path / "home"
    create_home(home, demonstration=False)
    env = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")}
    drop = None
    if is_postgresql:
        import psycopg

        socket, name = os.environ["TUTELA_TEST_POSTGRES"], f"tutela_{tmp_path.name.replace('-', '_')}_{os.getpid()}"
        with psycopg.connect(host=socket, dbname="postgres", user="postgres", autocommit=True) as session:
            session.execute(f'CREATE DATABASE "{name}" OWNER tutela_owner')
        env["TUTELA_DATABASE"] = f"postgresql://tutela_app@/{name}?host={socket}"
        env["TUTELA_DATABASE_OWNER"] = f"postgresql://tutela_owner@/{name}?host={socket}"
        drop = (socket, name)

    def command(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-c", "from tutela.cli.main import main; main()", *arguments, "--home", str(home)],
            capture_output=True, text=True, env=env, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    yield command
    if drop:
        with psycopg.connect(host=drop[0], dbname="postgres", user="postgres", autocommit=True) as session:
            session.execute(f'DROP DATABASE "{drop[1]}" WITH (FORCE)')


def test_a_register_is_made_sealed_verified_and_found_in_order(run, is_postgresql: bool):
    code, _, said = run("audit", "verify")
    assert code == 2 and "tutela register" in said
    code, said, _ = run(*CREATE, "--json")
    assert code == 0 and json.loads(said)["ledger_key"]
    assert json.loads(said)["link"].startswith("/accounts/first/?key=")
    code, said, _ = run("audit", "verify", "--json")
    assert code == 0 and json.loads(said)["unsealed"] == 6
    code, said, _ = run("audit", "seal")
    assert code == 0 and "2 transactions sealed" in said
    code, said, _ = run("audit", "verify")
    assert code == 0 and "Nothing sealed was changed: 6 entries" in said
    code, said, _ = run("register", "upgrade")
    assert code == 0 and "is up to date" in said
    code, said, _ = run("doctor")
    assert code == 0 and "triggers and policies stand" in said
    code, _, said = run(*CREATE)
    assert code == 2 and "accounts already" in said


def test_a_bad_address_makes_no_account(run):
    code, _, said = run("register", "create", "--administrator", "nobody", "--name", "First")
    assert code == 2 and "no e-mail address" in said
    assert run(*CREATE)[0] == 0


def _tamper(tmp_path: Path, is_postgresql: bool, sql: str) -> None:
    """As whoever owns the database could: without triggers."""
    if is_postgresql:
        import psycopg

        name = f"tutela_{tmp_path.name.replace('-', '_')}_{os.getpid()}"
        with psycopg.connect(host=os.environ["TUTELA_TEST_POSTGRES"], dbname=name, user="postgres") as session:
            session.execute("SET session_replication_role = replica")
            session.execute(sql)
        return
    import sqlite3

    with sqlite3.connect(tmp_path / "home" / "register.sqlite3") as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute(sql)
    database.close()


@pytest.mark.parametrize(
    ("sql", "entry", "fault"),
    [
        ("UPDATE ledger_entry SET action = 'x' WHERE id = {0}", 1, "Entry {0} was changed"),
        ("DELETE FROM ledger_content WHERE entry_id = {0}", 1, "The content of entry {0} was removed"),
        ("UPDATE ledger_seal SET last_entry = last_entry + 1", 0, "The signature of seal 1"),
        ("DELETE FROM ledger_sealedtransaction WHERE position = 1", 0, "Transaction 1 is missing"),
    ],
)
def test_a_changed_ledger_is_named_with_its_first_bad_entry(
    run, tmp_path: Path, is_postgresql: bool, sql: str, entry: int, fault: str
):
    run(*CREATE)
    run("audit", "seal")
    code, said, _ = run("audit", "verify", "--json")
    assert (code, json.loads(said)["entry"]) == (0, None)
    first = 1  # a new database numbers its entries from here
    _tamper(tmp_path, is_postgresql, sql.format(first + entry))
    code, said, _ = run("audit", "verify", "--json")
    told = json.loads(said)
    assert (code, told["whole"], told["entry"]) == (3, False, first + entry), told
    assert told["fault"].startswith(fault.format(first + entry))
    code, said, _ = run("audit", "verify")
    assert code == 3 and "The ledger was changed." in said
    if not is_postgresql:
        code, said, _ = run("doctor")
        assert code == 2 and "ledger_keep_ledger_entry_update" in said


def test_the_owner_of_the_home_hands_a_link_and_opens_a_closed_register(run):
    assert run("register", "link", "first@invented.example")[0] == 2  # there is no register yet
    run(*CREATE)
    code, said, _ = run("register", "link", "First@invented.example", "--json")
    assert code == 0 and json.loads(said)["link"].startswith("/accounts/first/?key=")
    code, _, said = run("register", "link", "nobody@invented.example")
    assert code == 2 and "No account has this address" in said
    code, said, _ = run("register", "mode", "closed")
    assert code == 0 and "closed now" in said
    code, said, _ = run("register", "mode", "normal")
    assert code == 0 and "normal now" in said
    code, _, said = run("register", "mode", "ajar")
    assert code == 2 and "no such mode" in said
