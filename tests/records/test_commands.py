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


@pytest.mark.only_sqlite
def test_a_changed_ledger_is_named_and_the_exit_code_says_so(run, tmp_path: Path):
    import sqlite3

    run(*CREATE)
    run("audit", "seal")
    with sqlite3.connect(tmp_path / "home" / "register.sqlite3") as database:
        database.execute("DROP TRIGGER ledger_keep_ledger_entry_update")
        database.execute("UPDATE ledger_entry SET action = 'x' WHERE id = 2")
    database.close()
    code, said, _ = run("audit", "verify")
    assert code == 3 and "Entry 2 was changed" in said
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
