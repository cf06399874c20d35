"""The application over a home in memory, asked as its readers and as those it must refuse."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
django.setup()
sys.path.insert(0, str(Path(__file__).parent.parent / "records"))
sys.path.insert(0, str(Path(__file__).parent))

import members
import worlds
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tutela.web.shared import reader

Ask = Callable[..., HttpResponse]


@pytest.fixture
def show() -> Iterator[Callable[[object], None]]:
    """Open a room over a shelf; closed again after the test."""

    def open_over(shelf: object) -> None:
        reader.open_room(reader.ReadingRoom(open_shelf=lambda: shelf, today=lambda: worlds.TODAY))

    yield open_over
    reader._rooms.clear()


@pytest.fixture
def ask(show: Callable[[object], None]) -> Iterator[Ask]:
    """Ask for a path as one of the roles: the reader of the demonstration, the owner of a home, a refused one."""

    def send(path: str, role: str = "reader", **headers: str) -> HttpResponse:
        show(worlds.make_real_home() if role == "owner" else worlds.make_demonstration())
        client = Client(raise_request_exception=False)
        host = "evil.example" if role == "stranger" else headers.pop("host", "127.0.0.1:8000")
        send_with = client.post if role == "writer" else client.get
        answers.append(send_with(path, headers={"host": host, **headers}))
        return answers[-1]

    answers: list[HttpResponse] = []
    yield send
    for answer in answers:
        answer.close()  # static files hold a file open


@pytest.fixture(scope="session")
def signed_in_before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, members.Members]:
    """A register in which everybody of the cast has signed in, made once; its folder and their browsers."""
    folder = tmp_path_factory.mktemp("members")
    before, settings.KEYS_FOLDER = settings.KEYS_FOLDER, str(folder / "keys")
    members.make_template(folder / "register.sqlite3")
    home = worlds.make_real_home()
    reader.open_room(reader.ReadingRoom(lambda: home, lambda: worlds.TODAY, lambda: True))
    everybody = members.sign_everybody_in()
    reader._rooms.clear()
    members.point_to(folder / "none.sqlite3")
    settings.KEYS_FOLDER = before
    return folder, everybody


@pytest.fixture
def team(signed_in_before: tuple[Path, members.Members], tmp_path: Path) -> Iterator[members.Team]:
    """The cast in a register of its own for this test, each with a browser that is signed in."""
    folder, everybody = signed_in_before
    before, settings.KEYS_FOLDER = settings.KEYS_FOLDER, str(folder / "keys")
    files_before, settings.FILES_FOLDER = settings.FILES_FOLDER, str(tmp_path / "files")
    members.copy_register(folder / "register.sqlite3", tmp_path / "register.sqlite3")
    home = worlds.make_real_home()
    reader.open_room(reader.ReadingRoom(lambda: home, lambda: worlds.TODAY, lambda: True))
    yield members.Team(everybody, tmp_path / "register.sqlite3")
    reader._rooms.clear()
    members.point_to(tmp_path / "none.sqlite3")
    settings.KEYS_FOLDER, settings.FILES_FOLDER = before, files_before
