"""A home in one file and back: nothing of the keys in it, nothing erased comes back, nothing damaged is taken.

On SQLite the register is a file of the home; on PostgreSQL it is copied by a role of its own, and restored into an
empty database.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cast
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from sealed import seal_all

from tutela.data.store.homes import create_home
from tutela.kernel.problems import Problem
from tutela.records.accounts import policies
from tutela.records.accounts.actions import create_user
from tutela.records.ledger.sealing import unsealed_tail
from tutela.records.vault.actions import Person, erase_case, read_identity, reveal, shelter
from tutela.records.vault.erasures import noted_erasures
from tutela.service import archives, backups, postgresql_copies, register
from tutela.service.backup_keys import find_recipient, make_backup_key

REASON = "They asked for it in writing last week"
FOUND = "TUTELA_DATABASE_OWNER", "TUTELA_DATABASE", "TUTELA_DATABASE_BACKUP"


def tell(*_: object) -> None:
    """Progress, unseen."""


def _address(database: str, role: str) -> str:
    return f"postgresql://{role}@/{database}?host={os.environ['TUTELA_TEST_POSTGRES']}"


def _name_database(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    for setting, role in zip(FOUND, ("tutela_owner", "tutela_app", "tutela_backup"), strict=True):
        monkeypatch.setenv(setting, _address(database, role))


def _as_superuser(database: str, *statements: str) -> list[tuple]:
    import psycopg

    with psycopg.connect(_address(database, "postgres"), autocommit=True) as session:
        for statement in statements:
            cursor = session.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def home(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_postgresql: bool):
    """A home with its register; whatever was pointed to is pointed to again."""
    before = dict(connection.settings_dict), settings.KEYS_FOLDER
    place = create_home(tmp_path / "home", demonstration=False)
    monkeypatch.setenv("TUTELA_HOME", str(place.root))  # and back afterwards, whatever a command sets
    settings.KEYS_FOLDER = str(place.root / "keys")
    if is_postgresql:
        _as_superuser(
            "postgres",
            "DO $$ BEGIN CREATE ROLE tutela_backup LOGIN BYPASSRLS;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
            "GRANT pg_read_all_data TO tutela_backup",
        )
        _name_database(monkeypatch, before[0]["NAME"])
    else:
        connection.close()
        connection.settings_dict["NAME"] = str(place.root / "register.sqlite3")
        call_command("migrate", verbosity=0)
    yield place.root
    connection.close()
    connection.settings_dict.update(before[0])
    settings.KEYS_FOLDER = before[1]


@pytest.fixture
def emptied(home: Path, monkeypatch: pytest.MonkeyPatch, is_postgresql: bool) -> Iterator[Callable[[], str]]:
    """What to call before restoring: on PostgreSQL the settings name a new, empty database from then on."""
    made: list[str] = []

    def prepare() -> str:
        if not is_postgresql:
            return ""
        connection.close()
        made.append(f"tutela_again_{uuid.uuid4().hex[:12]}")
        _as_superuser("postgres", f"CREATE DATABASE {made[-1]} OWNER tutela_owner")
        _name_database(monkeypatch, made[-1])
        return made[-1]

    yield prepare
    connection.close()
    for name in made:
        _as_superuser("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def test_a_backup_serves_and_holds_no_key(home: Path, tmp_path: Path, emptied, is_postgresql: bool):
    people = cast.assemble()
    name = shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Zzyzx"))
    seal_all(home / "keys")
    (home / "else").mkdir()
    (home / "else" / "kept").write_bytes(b"whatever else lies in a home")
    file = tmp_path / "home.backup"
    assert backups.back_up(home, file, tell)["encrypted_for"] is None
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert not [entry for entry in names if entry.endswith(".key")]
    assert {"register.pgdump" if is_postgresql else "register.sqlite3", "else/kept"} <= set(names)
    database = emptied()
    assert backups.rehearse(file, home / "keys", tell)["ledger"]["whole"]
    if is_postgresql:
        assert _as_superuser(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    done = backups.restore(file, tmp_path / "again", home / "keys", tell)
    assert (done["erased_again"], done["ledger"]["unsealed"]) == (0, int(is_postgresql))
    assert not (tmp_path / "again" / "register.pgdump").exists()  # what is erased later would stay in it
    register._open(tmp_path / "again")
    reveal(by=people["officer"], pseudonym=name, reason=REASON, factor_at=datetime.now(UTC))
    assert read_identity(by=people["officer"], pseudonym=name).name == "Zzyzx"
    seal_all(home / "keys")  # what is written in the new place is sealed behind what was written before
    assert unsealed_tail()[0] == 0
    assert register.verify_ledger(tmp_path / "again")["whole"]


@pytest.mark.only_postgresql
def test_a_ledger_goes_on_in_a_server_that_counts_from_its_beginning(home: Path, tmp_path: Path, emptied):
    people = cast.assemble()
    seal_all(home / "keys")
    # As if this register came from a server that had counted far: each of its numbers is a billion higher.
    name = connection.settings_dict["NAME"]
    connection.close()
    _as_superuser(name, "INSERT INTO ledger_shift (xacts) VALUES (1000000000)")
    create_user(by=people["administrator"], email="late@invented.example", name="Late")
    seal_all(home / "keys")
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell)
    emptied()
    backups.restore(file, tmp_path / "again", home / "keys", tell)
    create_user(by=people["administrator"], email="later@invented.example", name="Later")
    seal_all(home / "keys")
    verdict = register.verify_ledger(tmp_path / "again")
    assert (verdict["whole"], verdict["unsealed"]) == (True, 0)


def test_what_was_erased_after_a_backup_stays_erased_when_it_is_restored(home: Path, tmp_path: Path, emptied):
    people = cast.assemble()
    name = shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Zzyzx"))
    kept = shelter(by=people["officer"], compartment=people.here, case="2", person=Person("Yyzzx"))
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell)
    erase_case(by=people["officer"], compartment=people.here, case="1", reason=REASON)
    assert len(noted_erasures(home / "keys")) == 1
    emptied()
    done = backups.restore(file, tmp_path / "again", home / "keys", tell)
    assert done["erased_again"] == 1
    register._open(tmp_path / "again")
    reveal(by=people["officer"], pseudonym=name, reason=REASON, factor_at=datetime.now(UTC))
    with pytest.raises(Problem, match="were erased"):
        read_identity(by=people["officer"], pseudonym=name)
    reveal(by=people["officer"], pseudonym=kept, reason=REASON, factor_at=datetime.now(UTC))
    assert read_identity(by=people["officer"], pseudonym=kept).name == "Yyzzx"
    assert policies.missing(connection) == []  # the wall that the erasing went past stands again


def test_an_encrypted_backup_opens_with_its_key_alone(home: Path, tmp_path: Path, emptied, monkeypatch):
    people = cast.assemble()
    shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Zzyzx"))
    (home / "store" / "much").write_bytes(os.urandom(300_000))
    public = make_backup_key(tmp_path / "private")
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("TUTELA_BACKUP_RECIPIENT", public)
    file = tmp_path / "home.backup"
    assert backups.back_up(home, file, tell)["encrypted_for"] == public
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    with pytest.raises(tarfile.ReadError):
        tarfile.open(file).close()
    make_backup_key(tmp_path / "other")
    emptied()
    for key, sentence in ((None, "is encrypted"), ("other", "for another key"), ("none", "no such file")):
        with pytest.raises(Problem, match=sentence):
            backups.rehearse(file, home / "keys", tell, key and tmp_path / key)
    with pytest.raises(Problem, match="no private key"):
        backups.rehearse(file, home / "keys", tell, home / "home.json")
    assert backups.rehearse(file, home / "keys", tell, tmp_path / "private")["ledger"]["whole"]


def test_a_changed_reordered_or_cut_encrypted_backup_is_named_and_leaves_nothing(home: Path, tmp_path: Path):
    """Chunks of age are 64 KiB and a tag of 16 bytes, after a head that ends with a line of ---."""
    (home / "store" / "much").write_bytes(os.urandom(300_000))
    public = make_backup_key(tmp_path / "private")
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell, public)
    whole, chunk = file.read_bytes(), 65_536 + 16
    start = whole.index(b"\n", whole.index(b"\n---") + 1) + 1 + 16
    first, second = whole[start : start + chunk], whole[start + chunk : start + 2 * chunk]

    def flipped(place: int) -> bytes:
        return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]

    damages = {
        "cut in a chunk": (whole[: start + chunk + 100], "cut short after 65,536 bytes"),
        "cut between chunks": (whole[: start + 2 * chunk], "was cut short after"),
        "a last byte less": (whole[:-1], "cut short"),
        "something after the end": (whole + b"x", "was changed, reordered or cut short"),
        "a bit": (flipped(start + chunk + 7), "was changed, reordered or cut short after 65,536 bytes"),
        "reordered": (whole[:start] + second + first + whole[start + 2 * chunk :], "reordered"),
        "one left out": (whole[:start] + first + whole[start + 2 * chunk :], "reordered"),
        "the head": (flipped(start - 40), "head of the encrypted backup"),
    }
    for what, (content, sentence) in damages.items():
        bad = tmp_path / "bad.backup"
        bad.write_bytes(content)
        with pytest.raises(Problem, match=sentence) as caught:
            backups.restore(bad, tmp_path / "again", None, tell, tmp_path / "private")
        assert caught.value.code == "backup-unusable", what
        assert not (tmp_path / "again").exists()
        assert not list(tmp_path.glob(".again*"))


def test_a_public_key_that_is_none_is_refused(tmp_path: Path):
    make_backup_key(tmp_path / "private")
    with pytest.raises(Problem, match="a file of this name"):
        make_backup_key(tmp_path / "private")
    for wrong in ("age1nothing", str(tmp_path / "none"), str(tmp_path / "private")):
        with pytest.raises(Problem, match="no public key"):
            find_recipient(wrong)
    (tmp_path / "public").write_text(make_backup_key(tmp_path / "second") + "\n")
    assert find_recipient(str(tmp_path / "public")) is not None
    assert find_recipient("") is None


@pytest.mark.only_postgresql
def test_a_backup_by_a_role_that_does_not_see_every_row_is_refused(home: Path, tmp_path: Path, monkeypatch):
    cast.assemble()
    database = connection.settings_dict["NAME"]
    monkeypatch.setenv("TUTELA_DATABASE_BACKUP", _address(database, "tutela_app"))
    with pytest.raises(Problem, match="leave rows out"):
        backups.back_up(home, tmp_path / "home.backup", tell)
    monkeypatch.setenv("TUTELA_DATABASE_BACKUP", _address(database, "nobody_at_all"))
    with pytest.raises(Problem, match="does not answer"):
        backups.back_up(home, tmp_path / "home.backup", tell)
    monkeypatch.delenv("TUTELA_DATABASE_BACKUP")
    with pytest.raises(Problem, match="bypasses row-level security"):
        backups.back_up(home, tmp_path / "home.backup", tell)
    assert not (tmp_path / "home.backup").exists()


@pytest.mark.only_postgresql
def test_a_database_with_anything_in_it_is_not_restored_into(home: Path, tmp_path: Path, emptied, monkeypatch):
    people = cast.assemble()
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell)
    with pytest.raises(Problem, match="not empty"):
        backups.rehearse(file, home / "keys", tell)
    assert people["officer"].levels  # nothing of it was touched
    monkeypatch.setattr(register, "verify_ledger", lambda *_: {"whole": False, "fault": "Entry 3 was changed."})
    monkeypatch.setattr(backups, "verify_ledger", register.verify_ledger)
    database = emptied()
    with pytest.raises(Problem, match="Entry 3 was changed"):
        backups.restore(file, tmp_path / "again", home / "keys", tell)
    assert _as_superuser(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    monkeypatch.delenv("TUTELA_DATABASE")
    with pytest.raises(Problem, match="lies in PostgreSQL"):
        backups.restore(file, tmp_path / "again", home / "keys", tell)


@pytest.mark.only_postgresql
def test_a_missing_program_is_one_clear_message(home: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(postgresql_copies, "_find", lambda program: str(tmp_path / "older"))
    (tmp_path / "older").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    (tmp_path / "older").chmod(0o755)
    with pytest.raises(Problem, match="older than the server"):
        backups.back_up(home, tmp_path / "home.backup", tell)
    monkeypatch.undo()
    monkeypatch.setattr(postgresql_copies.Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr(postgresql_copies.shutil, "which", lambda _: None)
    with pytest.raises(Problem, match="not on this machine"):
        postgresql_copies._find("pg_dump")


def test_a_damaged_backup_is_refused_and_leaves_nothing(home: Path, tmp_path: Path):
    cast.assemble()
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell)
    whole = file.read_bytes()
    damages = {
        "cut": whole[: len(whole) // 2],
        "text": b"no archive",
        "another digest": _rewrite(file, lambda name, text: text + b"x" if name == "home.json" else text),
        "a stranger": _rewrite(file, lambda name, text: text, extra="../outside"),
        "one missing": _rewrite(file, lambda name, text: None if name == "home.json" else text),
    }
    for what, content in damages.items():
        bad = tmp_path / f"{what}.backup"
        bad.write_bytes(content)
        with pytest.raises(Problem) as caught:
            backups.restore(bad, tmp_path / "again", None, tell)
        assert caught.value.code == "backup-unusable", what
        assert not (tmp_path / "again").exists()
        assert not (tmp_path / "outside").exists()
        assert not list(tmp_path.glob(".again*"))


@pytest.mark.only_sqlite
def test_a_backup_of_a_changed_ledger_is_refused(home: Path, tmp_path: Path):
    cast.assemble()
    seal_all(home / "keys")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_keep_ledger_entry_update")
        cursor.execute("UPDATE ledger_entry SET action = 'x' WHERE id = 3")
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell)
    with pytest.raises(Problem, match="Entry 3 was changed"):
        backups.rehearse(file, None, tell)


def test_nothing_is_written_over(home: Path, tmp_path: Path):
    file = tmp_path / "home.backup"
    file.write_text("mine")
    with pytest.raises(Problem, match="a file of this name"):
        backups.back_up(home, file, tell)
    assert file.read_text() == "mine"
    with pytest.raises(Problem, match="inside the home"):
        backups.back_up(home, home / "home.backup", tell)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(Problem, match="not empty"):
        backups.restore(file, tmp_path / "full", None, tell)
    with pytest.raises(Problem, match="no such file"):
        backups.restore(tmp_path / "none", tmp_path / "again", None, tell)


def test_a_damaged_list_of_erasures_is_one_clear_message(tmp_path: Path):
    (tmp_path / "erasures").write_text("7\nx\n")
    with pytest.raises(Problem, match="list of erasures"):
        noted_erasures(tmp_path)


def _rewrite(file: Path, change, extra: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(file) as source, tarfile.open(fileobj=made, mode="w:gz") as target:
        for member in source:
            text = source.extractfile(member).read()
            if member.name != archives.MANIFEST:
                text = change(member.name, text)
            else:
                assert json.loads(text)["backup"] == 1
            if text is not None:
                member.size = len(text)
                target.addfile(member, io.BytesIO(text))
        if extra:
            target.addfile(tarfile.TarInfo(extra), io.BytesIO(b""))
    return made.getvalue()
