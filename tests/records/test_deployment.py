"""`tutela doctor` over a register: what stands open is named, and what is right is not."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cast
import pytest
from django.conf import settings
from django.db import connection
from sealed import seal_all

from tutela.data.store.homes import create_home
from tutela.records.accounts import actions
from tutela.records.accounts.models import Mode, User
from tutela.records.accounts.notices import choose_notices
from tutela.records.accounts.principals import member_of
from tutela.records.jobs import queue
from tutela.records.jobs.actions import start
from tutela.records.ledger.acts import acting
from tutela.records.ledger.signing import open_signer
from tutela.service import deployment
from tutela.service.backup_keys import make_backup_key
from tutela.service.deployment import examine_deployment


@pytest.fixture
def home(register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_postgresql: bool) -> Path:
    """A home with a register, its keys elsewhere, and backups encrypted: nothing to find."""
    place = create_home(tmp_path / "home", demonstration=False)
    monkeypatch.setenv("TUTELA_KEYS", str(register))
    monkeypatch.setenv("TUTELA_BACKUP_RECIPIENT", make_backup_key(tmp_path / "elsewhere" / "private"))
    cast.assemble()
    if not is_postgresql:
        (place.root / "register.sqlite3").touch(mode=0o600)  # the tables are read through the connection
    assert str(register) == settings.KEYS_FOLDER
    open_signer(register)
    return place.root


def _found(home: Path) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for what, state, remedy in examine_deployment(home):
        found.setdefault((what, state), []).append(remedy)
    return found


def test_a_register_that_is_set_up_well_has_nothing_broken_or_missing(home: Path):
    assert {state for _, state in _found(home)} == {"good"}


def test_keys_that_others_read_or_that_lie_in_the_home_are_named(home: Path, register: Path, monkeypatch):
    (register / "ledger.key").chmod(0o640)
    assert "ledger.key can be read by others" in _found(home)["keys", "broken"][0]
    (register / "ledger.key").chmod(0o600)
    register.chmod(0o755)
    assert "can be read by others" in _found(home)["keys", "broken"][0]
    monkeypatch.setenv("TUTELA_KEYS", str(home / "keys"))
    assert "another disk" in _found(home)["keys", "missing"][0]


@pytest.mark.only_sqlite
def test_a_register_that_others_read_is_named(home: Path):
    (home / "register.sqlite3").chmod(0o644)
    assert "register.sqlite3 can be read by others" in _found(home)["register", "broken"][0]


def test_backups_that_anybody_reads_are_named(home: Path, register: Path, tmp_path: Path, monkeypatch):
    (register / "private").write_bytes((tmp_path / "elsewhere" / "private").read_bytes())
    (register / "private").chmod(0o600)
    assert "opens the backups" in _found(home)["backups", "broken"][0]
    monkeypatch.delenv("TUTELA_BACKUP_RECIPIENT")
    assert "not encrypted" in _found(home)["backups", "missing"][0]
    monkeypatch.setenv("TUTELA_BACKUP_RECIPIENT", "age1nothing")
    assert "no public key" in _found(home)["backups", "broken"][0]


@pytest.mark.only_postgresql
def test_a_role_for_backups_that_leaves_rows_out_is_named(home: Path, monkeypatch):
    name, socket = connection.settings_dict["NAME"], os.environ["TUTELA_TEST_POSTGRES"]
    monkeypatch.setenv("TUTELA_DATABASE_BACKUP", f"postgresql://tutela_app@/{name}?host={socket}")
    assert "leave rows out" in _found(home)["backups", "broken"][0]


def test_a_mode_that_is_not_the_normal_one_is_said(home: Path):
    actions.set_mode(by=actions.Principal(actions.FOUNDER), mode=Mode.READ_ONLY)
    assert "read only" in _found(home)["mode", "missing"][0]


def test_jobs_that_wait_while_no_worker_is_there_are_named(home: Path, monkeypatch):
    adviser = member_of(User.objects.get(email="adviser@invented.example"))
    (here,) = adviser.levels
    start(by=adviser, kind="exports.make", compartment=here, marking=0, spec={})
    assert ("jobs", "good") in _found(home)  # it came a moment ago
    monkeypatch.setattr(deployment, "_IDLE", timedelta(seconds=-1))
    assert "1 jobs wait" in _found(home)["jobs", "missing"][0]
    assert "tutela work" in _found(home)["jobs", "missing"][0]
    job = queue.claim(by=queue.WORKER)
    start(by=adviser, kind="exports.make", compartment=here, marking=0, spec={})
    assert ("jobs", "good") in _found(home)  # a worker is busy with the one before
    with acting(queue.WORKER, "test"):
        queue.pulses().filter(pk=job.pk).update(until=datetime.now(UTC))
    assert "2 jobs wait" in _found(home)["jobs", "missing"][0]


def test_unset_mail_is_named_where_somebody_chose_notices_and_only_there(home: Path, monkeypatch):
    assert not [key for key in _found(home) if key[0] == "mail"]
    choose_notices(by=member_of(User.objects.get(email="adviser@invented.example")), wanted=True)
    assert "TUTELA_MAIL_HOST" in _found(home)["mail", "missing"][0]
    monkeypatch.setenv("TUTELA_MAIL_HOST", "mail.invented.example")
    monkeypatch.setenv("TUTELA_MAIL_FROM", "nobody")
    assert "TUTELA_MAIL_FROM" in _found(home)["mail", "broken"][0]
    monkeypatch.setenv("TUTELA_MAIL_FROM", "tutela@invented.example")
    monkeypatch.setenv("TUTELA_MAIL_SITE", "https://tutela.invented.example")
    assert ("mail", "good") in _found(home)


def test_a_sealer_that_is_not_at_work_and_a_clock_that_is_behind_are_named(home: Path, register: Path, monkeypatch):
    class Later(datetime):
        apart = timedelta(minutes=10)

        @classmethod
        def now(cls, tz=None):
            return datetime.now(UTC) + cls.apart

    monkeypatch.setattr(deployment, "datetime", Later)
    monkeypatch.setattr(deployment, "_CLOCK_APART", timedelta(minutes=20))
    assert "tutela audit seal" in _found(home)["ledger", "missing"][0]
    monkeypatch.setattr(deployment, "_CLOCK_APART", timedelta(seconds=5))
    Later.apart = -timedelta(minutes=10)
    seal_all(register)
    assert "clock" in _found(home)["clock", "broken"][0]
