"""The register from the command line: making it, bringing it up to date, sealing and verifying its ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

from tutela.data.store.homes import Home, find_home, require_home
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.service.databases import OWNER, VARIABLE


def create_register(home: Path | None, email: str, name: str) -> dict[str, Any]:
    """Make the tables and the first administrator's account; refused where there is an account already."""
    place = _bring_up_to_date(home)
    from tutela.records.accounts.actions import FOUNDER, found_house
    from tutela.records.accounts.links import make_link
    from tutela.records.accounts.models import User
    from tutela.records.ledger.signing import open_signer

    if User.objects.exists():
        raise Problem(
            "already-there",
            "This register has accounts already.",
            where=str(place.root),
            remedy="An administrator makes further ones in the application.",
        )
    user = found_house(by=Principal(FOUNDER), email=email, name=name)
    link = _first_page(make_link(by=Principal(FOUNDER), user=user))
    signer = open_signer(_keys())
    return {"home": str(place.root), "administrator": str(user.pk), "ledger_key": signer.name, "link": link}


def hand_link(home: Path | None, email: str) -> str:
    """A new way in for an account, made by whoever owns the home; its memberships stay."""
    _open(home)
    from tutela.records.accounts.actions import FOUNDER
    from tutela.records.accounts.links import make_link
    from tutela.records.accounts.models import User

    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Problem(
            "option-invalid", "No account has this address.", where="EMAIL", remedy="Write it as it was created."
        )
    return _first_page(make_link(by=Principal(FOUNDER), user=user))


def set_mode(home: Path | None, mode: str) -> None:
    """Normal, read-only or closed, for the whole register; the only way to open a closed one."""
    _open(home)
    from tutela.records.accounts import actions
    from tutela.records.accounts.models import Mode

    if mode not in Mode.values:
        raise Problem(
            "option-invalid",
            "There is no such mode.",
            where="MODE",
            remedy=f"Write one of {', '.join(Mode.values)}.",
        )
    actions.set_mode(by=Principal(actions.FOUNDER), mode=Mode(mode))


def is_for_members(home: Path | None) -> bool:
    """Whether people sign in to read this home: it has a register, and is not the demonstration."""
    from django.db import connection

    place = find_home(home)
    if place is None or place.is_demonstration:
        return False
    return connection.vendor == "postgresql" or Path(connection.settings_dict["NAME"]).is_file()


def require_ready(home: Path | None) -> bool:
    """Refuse to serve a register that is not ready; gives whether anybody has a second factor there."""
    if find_home(home) is None:
        return False
    point_at(home)
    if not is_for_members(home):
        return False
    _open(home)
    from django.db import connection

    from tutela.records.accounts.queries import anybody_has_factor

    try:
        return anybody_has_factor()
    finally:
        connection.close()  # the worker opens its own


def upgrade_register(home: Path | None) -> dict[str, Any]:
    """Bring the tables, triggers and policies up to date with this version."""
    place = _bring_up_to_date(home)
    return {"home": str(place.root), "faults": _faults()}


def seal_ledger(home: Path | None) -> dict[str, Any]:
    """Close what was committed into the chain now."""
    _open(home)
    from tutela.records.ledger.sealing import seal_committed, unsealed_tail
    from tutela.records.ledger.signing import open_signer

    closed = seal_committed(open_signer(_keys()))
    return {"transactions": closed, "unsealed": unsealed_tail()[0]}


def verify_ledger(home: Path | None, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Read the whole ledger again; the first thing that is wrong is named."""
    _open(home)
    from tutela.records.ledger.signing import load_public_keys
    from tutela.records.ledger.verifying import verify_ledger as verify

    return verify(load_public_keys(_keys()), progress).as_json()


def open_register(home: Path | None) -> None:
    """Point this process at the register of this home; refuse where it is not ready."""
    _open(home)


def erase_again(home: Path) -> int:
    """Erase what was erased before: the list lies with the keys, and a restored backup may be older than it.

    On PostgreSQL the owner of the tables does it, for row-level security shows the application nobody's rows.
    """
    with _as_owner(home):
        from tutela.records.accounts.actions import FOUNDER
        from tutela.records.files.actions import erase_again as erase_files
        from tutela.records.vault.actions import erase_again as erase_cases

        return erase_cases(by=Principal(FOUNDER)) + erase_files(by=Principal(FOUNDER))


def continue_ledger(home: Path) -> None:
    """Let what is written to a restored register come after what was written before."""
    with _as_owner(home):
        from tutela.records.accounts.actions import FOUNDER
        from tutela.records.ledger.moving import continue_numbers

        continue_numbers(by=Principal(FOUNDER))


@contextmanager
def _as_owner(home: Path) -> Iterator[None]:
    point_at(home, owner=True)
    from django.db import connection

    try:
        yield
    finally:
        connection.close()
        _open(home)


def examine_register(home: Path | None) -> list[str]:
    """What is wrong with the register of this home, a sentence each; nothing where there is none yet."""
    place = require_home(home)
    if VARIABLE not in os.environ and not (place.root / "register.sqlite3").is_file():
        return []
    try:
        _open(home)
    except Problem as problem:
        return [str(problem)]
    return _faults()


def _open(home: Path | None) -> Home:
    """Point Django at the register of this home; refuse where its tables are missing or of another version."""
    place = point_at(home)
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import DatabaseError

    try:
        if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
            raise _unready("There is no register in this home yet.", "Make it with tutela register create.")
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        raise _unready("The database does not answer.", f"Is it running, and does {VARIABLE} name it?") from None
    if waiting:
        raise _unready("The register is of another version than this program.", "Run tutela register upgrade.")
    return place


def _bring_up_to_date(home: Path | None) -> Home:
    place = point_at(home, owner=True)
    from django.core.management import call_command
    from django.db import connection
    from django.db.utils import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError:
        raise _unready(
            "The tables cannot be made.", f"Does {OWNER} name the role that owns the database, and is it running?"
        ) from None
    connection.close()
    if OWNER in os.environ:
        connection.settings_dict.update(_described())
    elif connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).chmod(0o600)
    return place


def point_at(home: Path | None, *, owner: bool = False) -> Home:
    """Make Django's database and keys those of this home."""
    place = require_home(home)
    os.environ["TUTELA_HOME"] = str(place.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    connection.close()
    connection.settings_dict.update(_described(os.environ.get(OWNER) if owner else None))
    settings.KEYS_FOLDER = os.environ.get("TUTELA_KEYS") or str(place.root / "keys")
    settings.FILES_FOLDER = os.environ.get("TUTELA_FILES") or str(place.root / "files")
    return place


def _described(address: str | None = None) -> dict[str, Any]:
    from tutela.service.databases import describe_database

    return describe_database({**os.environ, VARIABLE: address} if address else os.environ)


def _faults() -> list[str]:
    from django.db import connection

    from tutela.records.accounts import policies
    from tutela.records.ledger import triggers

    return [f"trigger {name} is missing or changed" for name in triggers.missing(connection)] + policies.missing(
        connection
    )


def _first_page(token: str) -> str:
    """Where a link leads, under whatever address the pages are served."""
    from django.urls import reverse

    return f"{reverse('accounts:first')}?key={token}"


def _keys() -> Path:
    from django.conf import settings

    return Path(settings.KEYS_FOLDER)


def _unready(message: str, remedy: str) -> Problem:
    return Problem("database-unready", message, remedy=remedy)
