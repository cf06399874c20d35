"""A closed site: nothing of it readable here, all of it readable where headquarters opens it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import cast
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tutela.data.store.homes import create_home
from tutela.kernel.problems import Problem
from tutela.records.accounts.models import House
from tutela.records.files.actions import keep, open_kept
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Presence
from tutela.records.vault.actions import Person, read_identity, reveal, shelter
from tutela.service import closing, register

pytestmark = pytest.mark.only_sqlite  # a register on another machine is not closed with this one

REASON = "To arrange relocation before the weekend"
PLANTED = (b"zzyzx-name", b"zzyzx-plain", b"zzyzx-file", b"zzyzx-store", b"zzyzx-cache", b"zzyzx-address")


def tell(*_: object) -> None:
    """Progress, unseen."""


@pytest.fixture
def home(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A home with its register in a file; whatever was pointed to is pointed to again."""
    before = dict(connection.settings_dict), settings.KEYS_FOLDER, settings.FILES_FOLDER
    place = create_home(tmp_path / "home", demonstration=False)
    monkeypatch.setenv("TUTELA_HOME", str(place.root))
    connection.close()
    connection.settings_dict["NAME"] = str(place.root / "register.sqlite3")
    settings.KEYS_FOLDER, settings.FILES_FOLDER = str(place.root / "keys"), str(place.root / "files")
    call_command("migrate", verbosity=0)
    yield place.root
    connection.close()
    connection.settings_dict.update(before[0])
    settings.KEYS_FOLDER, settings.FILES_FOLDER = before[1:]


def _plant(home: Path) -> tuple[cast.Cast, str, int]:
    """Something that must not be found, wherever something is kept."""
    people = cast.assemble()
    officer = people["officer"]
    name = shelter(by=officer, compartment=people.here, case="1", person=Person("zzyzx-name"))
    with acting(officer, "test"):
        Presence(key="x", name="zzyzx-plain", kind="X", compartment_id=people.here, marking=0).save()
    common = {"by": officer, "compartment": people.here, "marking": 2, "media_type": "text/plain"}
    kept = keep(**common, content=b"zzyzx-file" * 10_000, purpose="zzyzx-address")
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache" / "tile").write_bytes(b"zzyzx-cache")
    (home / "store" / "loose").write_bytes(b"zzyzx-store")
    return people, name, kept.number


def _found(*folders: Path) -> set[bytes]:
    """What of it stands in any byte of any file."""
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {word for word in PLANTED for path in paths if word in path.read_bytes()}


def _set_up(home: Path, tmp_path: Path) -> Path:
    private = tmp_path / "headquarters" / "recovery"
    private.parent.mkdir()
    made = closing.make_recovery_key(private)
    closing.set_recovery_key(home, Path(made["public"]))
    return private


def test_a_site_without_a_key_of_headquarters_is_not_closed(home: Path, tmp_path: Path):
    _plant(home)
    before = _found(home)
    for public in (None, "no key"):
        if public:
            (home / "keys" / closing.RECOVERY).write_text(public)
        with pytest.raises(Problem, match="key of headquarters"):
            closing.close_site(home, tmp_path / "out" / "site", tell)
    assert _found(home) == before
    assert House.objects.get().mode == "normal"


def test_nothing_is_destroyed_before_the_sealed_file_is_whole(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _plant(home)
    _set_up(home, tmp_path)
    before = _found(home)
    taken = tmp_path / "out"
    taken.mkdir()
    (taken / "site").touch()
    with pytest.raises(Problem, match="file of this name"):
        closing.close_site(home, taken / "site", tell)
    with pytest.raises(Problem, match="home itself"):
        closing.close_site(home, home / "site", tell)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tutela.service.closing._read_again", full)
    with pytest.raises(OSError, match="No space"):
        closing.close_site(home, taken / "other", tell)
    assert _found(home) == before
    assert [path.name for path in taken.iterdir()] == ["site"]


def test_a_closed_site_tells_nothing_here_and_everything_elsewhere(home: Path, tmp_path: Path):
    people, name, number = _plant(home)
    private = _set_up(home, tmp_path)
    assert _found(home) >= {b"zzyzx-plain", b"zzyzx-cache", b"zzyzx-store", b"zzyzx-address"}  # so it is looked for
    began = time.monotonic()
    done = closing.close_site(home, tmp_path / "out" / "site", tell)
    assert time.monotonic() - began < 60
    assert _found(home, tmp_path / "out") == set()
    assert set(done["left"]) <= {"home.json", "closed.json", "keys/recovery.pub"}
    assert not list(tmp_path.glob("out/*.partial"))
    elsewhere = tmp_path / "elsewhere"
    closing.open_closed(tmp_path / "out" / "site", private, elsewhere, tell)
    register.point_at(elsewhere)
    assert House.objects.get().mode == "closed"
    assert register.verify_ledger(elsewhere)["whole"]
    register.set_mode(elsewhere, "normal")
    officer = people["officer"]
    reveal(by=officer, pseudonym=name, reason=REASON, factor_at=datetime.now(UTC))
    assert read_identity(by=officer, pseudonym=name).name == "zzyzx-name"
    with open_kept(by=officer, number=number) as file:
        assert file.read() == b"zzyzx-file" * 10_000


def test_another_key_or_a_changed_file_opens_nothing(home: Path, tmp_path: Path):
    _plant(home)
    private = _set_up(home, tmp_path)
    sealed = tmp_path / "out" / "site"
    closing.close_site(home, sealed, tell)
    other = Path(closing.make_recovery_key(tmp_path / "other")["private"])
    whole = sealed.read_bytes()
    damaged = {"a bit": whole[:-1] + bytes([whole[-1] ^ 1]), "cut": whole[: len(whole) // 2], "text": b"no site"}
    for content, key in [(whole, other), *((content, private) for content in damaged.values())]:
        sealed.write_bytes(content)
        with pytest.raises(Problem) as caught:
            closing.open_closed(sealed, key, tmp_path / "elsewhere", tell)
        assert caught.value.code == ("key-unusable" if key == other else "backup-unusable")
        assert not (tmp_path / "elsewhere").exists()
        assert not list(tmp_path.glob(".elsewhere*"))
