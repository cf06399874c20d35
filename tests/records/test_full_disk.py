"""A disk that is full: what was acknowledged is there, nothing half-written, one clear message, and it goes on."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cast import Cast
from django.conf import settings
from django.db import connection
from django.test import Client
from page_ground import open_home
from registers import point_to

from tutela.kernel.problems import Problem
from tutela.records.accounts.models import User
from tutela.records.files.actions import keep
from tutela.records.files.models import KeptFile
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.ledger.signing import load_public_keys
from tutela.records.ledger.verifying import verify_ledger
from tutela.records.vault.models import Identity

pytestmark = (
    pytest.mark.only_sqlite
)  # the disk of a PostgreSQL is its own; what it says is told in test_server_kills

SIZE = 8_000_000
LEFT = 400_000
ROUNDS = 20 if os.environ.get("CI") == "true" else 3


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path | None]:
    """A real file system of 8 MB; None where this user may mount none, and a limit on files stands in for it."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=False).returncode:
        yield None
        return
    yield folder
    connection.close()
    subprocess.run(["umount", "-l", folder], check=True)


def fill_up(folder: Path, left: int) -> None:
    """Take all of the room but this."""
    free = os.statvfs(folder)
    (folder / "ballast").write_bytes(bytes(max(free.f_bavail * free.f_frsize - left, 0)))


def limit_files(largest: int) -> None:
    # A write beyond this fails as on a full disk; without the handler the signal would end the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def move_to(folder: Path) -> None:
    """The register of this test, on the small file system from now on."""
    source = connection.settings_dict["NAME"]
    connection.close()
    with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(folder / "register.sqlite3")) as copy:
        whole.backup(copy)
    point_to(str(folder / "register.sqlite3"))


def write_until_full(keys: Path, small: Path | None) -> tuple[list[str], str]:
    """Let the writer write until nothing goes any more; what it acknowledged, and what it said of the end."""
    name = connection.settings_dict["NAME"]
    connection.close()
    largest = Path(name).stat().st_size + LEFT
    ended = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("writer.py")), name, str(keys)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=None if small else lambda: limit_files(largest),
    )
    return ended.stdout.splitlines(), ended.stderr


def expect_whole(people: Cast, keys: Path, acknowledged: list[str]) -> None:
    """Everything acknowledged is there, with its entry, and the file is sound."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as session:
        assert session.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with acting(people["officer"], "look"):
        names = Identity.visible_to(people["officer"]).values_list("pseudonym", flat=True)
        held = {f"identity {name}" for name in names}
    held |= {f"user {address}" for address in User.objects.values_list("email", flat=True)}
    assert set(acknowledged) <= held
    assert Content.objects.count() == Entry.objects.filter(kind="change").count()
    assert verify_ledger(load_public_keys(keys)).fault == ""


def test_every_acknowledged_write_is_there_after_the_disk_was_full(
    people: Cast, register: Path, small: Path | None
) -> None:
    if small is not None:
        move_to(small)
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        if small is not None:
            fill_up(small, LEFT + 20_000 * (number % 7))  # full at another place in a write each time
        said, error = write_until_full(register, small)
        assert "disk" in error  # the writer has no pages: it says what the database said
        acknowledged += said
        if small is not None:
            (small / "ballast").unlink()
        expect_whole(people, register, acknowledged)
    assert len(acknowledged) > 2 * ROUNDS


def test_the_pages_say_that_the_disk_is_full_and_go_on_when_there_is_room(
    people: Cast, register: Path, small: Path | None, tmp_path: Path
) -> None:
    folder = small or tmp_path / "never full"
    folder.mkdir(exist_ok=True)
    move_to(folder)
    with open_home():
        page = Client(headers={"host": "127.0.0.1:8000"}, raise_request_exception=False)
        attempt = {"email": "officer@invented.example", "password": "x"}
        assert page.post("/accounts/sign-in/", attempt).status_code == 400
        if small is None:
            with connection.cursor() as cursor:  # as full as SQLite itself can be made
                cursor.execute("PRAGMA page_count")
                cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        else:
            fill_up(small, 0)
        answers = [page.post("/accounts/sign-in/", attempt | {"email": f"{n}@invented.example"}) for n in range(60)]
        full = [answer for answer in answers if answer.status_code == 503]
        assert full and {answer.status_code for answer in answers} <= {400, 429, 503}
        assert all(b"The disk of the register is full; nothing was changed." in answer.content for answer in full)
        if small is None:
            connection.close()
        else:
            (small / "ballast").unlink()
        assert page.post("/accounts/sign-in/", attempt, REMOTE_ADDR="127.0.0.2").status_code == 400
    expect_whole(people, register, [])


def test_a_file_that_finds_no_room_is_not_kept_at_all(people: Cast, register: Path, small: Path | None) -> None:
    officer = people["officer"]
    common = {"by": officer, "compartment": people.here, "marking": 2, "media_type": "text/plain"}
    before = settings.FILES_FOLDER
    keep(**common, content=b"first", purpose="it fits")
    if small is not None:
        settings.FILES_FOLDER = str(small)
        size = SIZE + 1_000_000
    else:
        size = 6_000_000
        kept = resource.getrlimit(resource.RLIMIT_FSIZE)
        limit_files(4_000_000)
    try:
        with pytest.raises(Problem) as caught:
            keep(**common, content=b"x" * size, purpose="it does not fit")
    finally:
        settings.FILES_FOLDER = before
        if small is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, kept)
    assert caught.value.code == "out-not-writable" and "nothing of the file was kept" in caught.value.remedy
    with acting(officer, "look"):
        assert list(KeptFile.visible_to(officer).values_list("purpose", flat=True)) == ["it fits"]
    assert list((small or Path(before)).glob("*.partial")) == []
