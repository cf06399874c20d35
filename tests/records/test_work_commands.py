"""The workers that the application and the command line start."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cast
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tutela.cli.main import run
from tutela.data.store.homes import create_home
from tutela.records.files.actions import Packing, keep, open_kept
from tutela.records.files.shelves import crates
from tutela.records.jobs import queue
from tutela.records.jobs.models import Job, State
from tutela.records.ledger.acts import acting
from tutela.service import backups, register, worker

pytestmark = pytest.mark.only_sqlite  # the commands take the register that a home holds


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    """A home with its register in a file, and nobody in it; what was pointed to is pointed to again."""
    request.getfixturevalue("register")
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


def _ask_for_the_unknown() -> int:
    """A job of a kind that no version knows: as an app that was taken away would leave it."""
    people = cast.assemble()
    with acting(queue.WORKER, "test"):
        job = Job(kind="test.of-another-version", requester=people["adviser"].actor)
        job.save(force_insert=True)
    return job.pk


def test_work_by_hand_ends_when_nothing_waits(home: Path, capsys: pytest.CaptureFixture[str]):
    number = _ask_for_the_unknown()
    assert run(["work", "--home", str(home), "--until-empty"]) == 0
    assert "1 jobs done" in capsys.readouterr().out
    assert queue.jobs().get(pk=number).state == State.FAILED


def test_the_application_starts_a_worker_when_a_job_waits(home: Path):
    number = _ask_for_the_unknown()
    foreman = worker.start_foreman()
    assert foreman is not None
    patience = time.monotonic() + 60
    try:
        while queue.jobs().get(pk=number).state != State.FAILED and time.monotonic() < patience:
            time.sleep(0.2)
    finally:
        foreman.stop()
    assert queue.jobs().get(pk=number).state == State.FAILED


def test_a_backup_holds_the_kept_files_and_what_expires_does_not_come_back(home: Path, tmp_path: Path):
    people = cast.assemble()
    adviser = people["adviser"]
    kept = keep(
        by=adviser,
        compartment=people.here,
        marking=1,
        content=b"zzyzx",
        media_type="text/plain",
        purpose="a test",
    )
    with Packing(adviser, people.here, 1, "text/plain") as packing:
        packing.crate.write(b"qwertz")
        packing.keep("for a moment", datetime.now(UTC) + timedelta(seconds=1))
    backups.back_up(home, tmp_path / "home.backup", lambda *_: None)
    backups.restore(tmp_path / "home.backup", tmp_path / "again", home / "keys", lambda *_: None)
    register.point_at(tmp_path / "again")
    with open_kept(by=people["adviser"], number=kept.number) as file:
        assert file.read() == b"zzyzx"
    time.sleep(1)
    done = worker.work(tmp_path / "again", until_empty=True)
    assert (done["expired"], done["missing"]) == (1, 0)
    assert crates().filter(wrapped__isnull=True).count() == 1
    assert len(list((tmp_path / "again" / "files").glob("??/*"))) == 1
