"""A home in one file and back: nothing of the keys in it, nothing erased comes back, nothing damaged is taken."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import cast
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tutela.data.store.homes import create_home
from tutela.kernel.problems import Problem
from tutela.records.ledger.sealing import seal_committed
from tutela.records.ledger.signing import open_signer
from tutela.records.vault.actions import Person, erase_case, read_identity, reveal, shelter
from tutela.records.vault.erasures import noted_erasures
from tutela.service import backups, register

pytestmark = pytest.mark.only_sqlite  # PostgreSQL is backed up by its own programs

REASON = "They asked for it in writing last week"


def tell(*_: object) -> None:
    """Progress, unseen."""


@pytest.fixture
def home(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A home with its register in a file, and the cast in it; whatever was pointed to is pointed to again."""
    before = dict(connection.settings_dict), settings.KEYS_FOLDER
    place = create_home(tmp_path / "home", demonstration=False)
    monkeypatch.setenv("TUTELA_HOME", str(place.root))  # and back afterwards, whatever a command sets
    connection.close()
    connection.settings_dict["NAME"] = str(place.root / "register.sqlite3")
    settings.KEYS_FOLDER = str(place.root / "keys")
    call_command("migrate", verbosity=0)
    yield place.root
    connection.close()
    connection.settings_dict.update(before[0])
    settings.KEYS_FOLDER = before[1]


def test_a_backup_serves_and_holds_no_key(home: Path, tmp_path: Path):
    people = cast.assemble()
    name = shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Zzyzx"))
    seal_committed(open_signer(home / "keys"))
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell)
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert not [entry for entry in names if entry.endswith(".key")]
    assert "register.sqlite3" in names
    assert backups.rehearse(file, home / "keys", tell)["ledger"]["whole"]
    done = backups.restore(file, tmp_path / "again", home / "keys", tell)
    assert done["erased_again"] == 0
    register._open(tmp_path / "again")
    reveal(by=people["officer"], pseudonym=name, reason=REASON, factor_at=datetime.now(UTC))
    assert read_identity(by=people["officer"], pseudonym=name).name == "Zzyzx"


def test_what_was_erased_after_a_backup_stays_erased_when_it_is_restored(home: Path, tmp_path: Path):
    people = cast.assemble()
    name = shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Zzyzx"))
    file = tmp_path / "home.backup"
    backups.back_up(home, file, tell)
    erase_case(by=people["officer"], compartment=people.here, case="1", reason=REASON)
    assert len(noted_erasures(home / "keys")) == 1
    done = backups.restore(file, tmp_path / "again", home / "keys", tell)
    assert done["erased_again"] == 1
    register._open(tmp_path / "again")
    reveal(by=people["officer"], pseudonym=name, reason=REASON, factor_at=datetime.now(UTC))
    with pytest.raises(Problem, match="were erased"):
        read_identity(by=people["officer"], pseudonym=name)


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


def test_a_backup_of_a_changed_ledger_is_refused(home: Path, tmp_path: Path):
    cast.assemble()
    seal_committed(open_signer(home / "keys"))
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
            if member.name != backups.MANIFEST:
                text = change(member.name, text)
            else:
                assert json.loads(text)["backup"] == 1
            if text is not None:
                member.size = len(text)
                target.addfile(member, io.BytesIO(text))
        if extra:
            target.addfile(tarfile.TarInfo(extra), io.BytesIO(b""))
    return made.getvalue()
