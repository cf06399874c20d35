"""A register of its own for every test: a copy of a file on SQLite, a copy of a database on PostgreSQL.

TUTELA_TEST_POSTGRES names a PostgreSQL of which we are the superuser (./dev test records starts one); without it
the tests run on SQLite. The application connects as a role that owns nothing.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import django
import pytest

ADDRESS = os.environ.get("TUTELA_TEST_POSTGRES", "")
if ADDRESS:
    os.environ["TUTELA_DATABASE"] = f"postgresql://tutela_app@/tutela_none?host={ADDRESS}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
django.setup()

import cast
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tutela.records.accounts.models import User


def point_to(name: str, user: str = "tutela_app") -> None:
    """Make this Django's database."""
    connection.close()
    connection.settings_dict["NAME"] = name
    if ADDRESS:
        connection.settings_dict["USER"] = user


def _as_superuser(*statements: str) -> None:
    import psycopg

    with psycopg.connect(host=ADDRESS, dbname="postgres", user="postgres", autocommit=True) as session:
        for statement in statements:
            session.execute(statement)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A register with its tables, triggers and policies, and nobody in it."""
    if not ADDRESS:
        path = tmp_path_factory.mktemp("template") / "register.sqlite3"
        point_to(str(path))
        call_command("migrate", verbosity=0)
        connection.close()
        yield str(path)
        return
    name = f"tutela_template_{uuid.uuid4().hex[:12]}"
    for role in ("tutela_owner", "tutela_app"):
        _as_superuser(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN"
            f" CREATE ROLE {role} LOGIN; END IF;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    _as_superuser(f"CREATE DATABASE {name} OWNER tutela_owner")
    point_to(name, "tutela_owner")
    call_command("migrate", verbosity=0)
    connection.close()
    yield name
    _as_superuser(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def peopled(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int, int]]:
    """A register with the cast in it, made once: most tests begin there."""
    name = f"tutela_people_{uuid.uuid4().hex[:12]}" if ADDRESS else ""
    name = _copy(template, name or str(tmp_path_factory.mktemp("people") / "register.sqlite3"))
    people = cast.assemble()
    connection.close()
    yield name, people.here, people.there
    if ADDRESS:
        _as_superuser(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def register(template: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A register of one's own, empty or with the cast; gives the folder of its keys."""
    keys = tmp_path / "keys"
    before, settings.KEYS_FOLDER = settings.KEYS_FOLDER, str(keys)
    files_before, settings.FILES_FOLDER = settings.FILES_FOLDER, str(tmp_path / "files")
    source = request.getfixturevalue("peopled")[0] if "people" in request.fixturenames else template
    name = f"tutela_test_{uuid.uuid4().hex[:12]}" if ADDRESS else str(tmp_path / "register.sqlite3")
    _copy(source, name)
    yield keys
    point_to("tutela_none" if ADDRESS else str(tmp_path / "none.sqlite3"))
    settings.KEYS_FOLDER, settings.FILES_FOLDER = before, files_before
    if ADDRESS:
        _as_superuser(f"DROP DATABASE {name} WITH (FORCE)")


def copy_register(source: str, folder: Path, name: str) -> str:
    """Another register with what the source holds, and the connection pointed to it."""
    return _copy(source, f"tutela_{name}_{uuid.uuid4().hex[:12]}" if ADDRESS else str(folder / f"{name}.sqlite3"))


def drop_register(name: str) -> None:
    """Take a register away that `copy_register` made; a file goes with its folder."""
    if ADDRESS:
        _as_superuser(f"DROP DATABASE {name} WITH (FORCE)")


def _copy(source: str, target: str) -> str:
    """A register of its own with what the source holds, and the connection pointed to it."""
    connection.close()
    if ADDRESS:
        _as_superuser(f"CREATE DATABASE {target} TEMPLATE {source} OWNER tutela_owner STRATEGY FILE_COPY")
    else:
        with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as copy:
            whole.backup(copy)
    point_to(target)
    return target


@pytest.fixture
def people(register: Path, peopled: tuple[str, int, int]) -> cast.Cast:
    """The cast with two missions: everybody but the outsider in the first, the outsider in the second."""
    users = {user.email.partition("@")[0]: user for user in User.objects.all()}
    return cast.Cast(users, *peopled[1:])


@pytest.fixture
def is_postgresql() -> bool:
    return bool(ADDRESS)
