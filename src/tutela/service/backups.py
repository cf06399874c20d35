"""Backup and restore of a home: register, store and what names them, never a key that opens or signs.

The register is copied as of one moment, and the files after it: what a row names is written before the row, so
that no row of the copy names a file that is not in the backup. What was erased after the backup was made is erased
again when it is restored: the list of erasures lies with the keys, not in the backup.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from tutela.data.store.folders import digest_file
from tutela.data.store.homes import Home, open_home, require_home
from tutela.kernel.problems import Problem
from tutela.service import postgresql_copies
from tutela.service.archives import Tell, unpack, unusable, write_archive
from tutela.service.backup_keys import decrypting, encrypting, find_recipient, is_encrypted
from tutela.service.databases import VARIABLE
from tutela.service.register import (
    continue_ledger,
    erase_again,
    examine_register,
    upgrade_register,
    verify_ledger,
)

DATABASE: Final = "register.sqlite3"
DUMP: Final = "register.pgdump"

_NOT_KEPT: Final = frozenset({"cache", "keys", "files", DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"})
"""Not copied as they lie: keys never, the cache is made again, register and files have their own way."""


def back_up(home: Path | None, to: Path, tell: Tell, recipient: str | None = None) -> dict[str, Any]:
    """Write a backup of the home to a new file; the application may go on running."""
    place = require_home(home)
    key = find_recipient(recipient)
    _check_target(place, to)
    partial = to.with_name(f".{to.name}.partial")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, where there is space for it, and for nobody but its owner.
        with tempfile.TemporaryDirectory(dir=to.parent, prefix=".backup-") as folder:
            files = dict(_files_of(place, Path(folder), tell))
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                with encrypting(file, key) as stream:
                    manifest = write_archive(stream, files, tell)
                file.flush()
                os.fsync(file.fileno())
        partial.replace(to)
    except OSError as error:
        raise Problem(
            "out-not-writable",
            f"The backup cannot be written ({error.strerror}).",
            where=str(to),
            remedy="Free space, or name another place with --to; nothing was left there.",
        ) from None
    finally:
        partial.unlink(missing_ok=True)
    return {
        "backup": str(to),
        "files": len(manifest["files"]),
        "digest": digest_file(to),
        "encrypted_for": str(key) if key else None,
    }


def restore(
    archive: Path, into: Path, keys: Path | None, tell: Tell, private_key: Path | None = None
) -> dict[str, Any]:
    """Restore a backup into a new folder: every file checked, erasures applied again, the ledger read."""
    report = _restore(archive, into, keys, tell, private_key)
    del report["filled"]
    return report


def _restore(archive: Path, into: Path, keys: Path | None, tell: Tell, private_key: Path | None) -> dict[str, Any]:
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Problem(
            "out-not-writable",
            "This folder is not empty.",
            where=str(into),
            remedy="Name a new or an empty folder.",
        )
    partial = into.with_name(f".{into.name}.restoring")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        _open_archive(archive, partial, private_key, tell)
        _lay_keys(partial, keys)
        report = {"with_keys": keys is not None or bool(os.environ.get("TUTELA_KEYS"))}
        report |= fill_register(partial, tell)
        if into.exists():
            into.rmdir()
        partial.rename(into)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return {"home": str(into), **report}


def rehearse(archive: Path, keys: Path | None, tell: Tell, private_key: Path | None = None) -> dict[str, Any]:
    """As `restore`, into a folder (and an empty database) that is emptied afterwards: shows that it would serve."""
    with tempfile.TemporaryDirectory(prefix="tutela-rehearsal-") as folder:
        home = Path(folder) / "home"
        report = _restore(archive, home, keys, tell, private_key)
        if report.pop("filled"):
            _close_connection()
            postgresql_copies.clear()
    return report | {"home": None, "rehearsed": True}


def _check_target(place: Home, to: Path) -> None:
    if to.exists():
        raise Problem("out-not-writable", "There is a file of this name.", where=str(to), remedy="Name a new one.")
    if to.resolve().is_relative_to(place.root.resolve()):
        raise Problem(
            "out-not-writable",
            "A backup inside the home is lost with it.",
            where=str(to),
            remedy="Name a place outside the home, on another disk.",
        )


def _files_of(place: Home, folder: Path, tell: Tell) -> Iterator[tuple[str, Path]]:
    """Names in the archive and the files they come from; the register first, as one consistent copy."""
    if os.environ.get(VARIABLE):
        tell("copying the register", 0, 1)
        postgresql_copies.dump(folder / DUMP)
        yield DUMP, folder / DUMP
    elif (place.root / DATABASE).is_file():
        tell("copying the register", 0, 1)
        _copy_sqlite(place.root / DATABASE, folder / DATABASE)
        yield DATABASE, folder / DATABASE
    keys = Path(os.environ.get("TUTELA_KEYS") or place.root / "keys")
    for public in sorted(keys.glob("ledger-*.pub")):
        yield f"keys/{public.name}", public
    yield from _hold_files(Path(os.environ.get("TUTELA_FILES") or place.root / "files"), folder)
    for part in sorted(place.root.iterdir()):
        if part.name in _NOT_KEPT or part.name.startswith("."):
            continue
        for path in [part] if part.is_file() else sorted(part.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield str(path.relative_to(place.root)), path


def _hold_files(source: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """The kept files as they lie now, still under lock; one that expires meanwhile stays in hand to the end."""
    for path in sorted(source.glob("??/*")):
        held = folder / "files" / path.name
        held.parent.mkdir(exist_ok=True)
        try:
            try:
                os.link(path, held)
            except FileNotFoundError:
                raise
            except OSError:  # another disk
                shutil.copy2(path, held)
        except FileNotFoundError:
            continue  # destroyed since it was listed; a row that names it says so too
        yield f"files/{path.parent.name}/{path.name}", held


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source, timeout=60)) as whole, closing(sqlite3.connect(target)) as copy:
        whole.backup(copy)


def _open_archive(source: Path, target: Path, private_key: Path | None, tell: Tell) -> None:
    try:
        with source.open("rb") as file:
            if is_encrypted(source):
                with decrypting(file, source, private_key) as stream:
                    unpack(stream, source, target, tell)
            else:
                unpack(file, source, target, tell)
    except FileNotFoundError:
        raise Problem(
            "file-missing", "There is no such file.", where=str(source), remedy="Name the backup's file."
        ) from None
    except OSError as error:
        raise unusable(source, f"It cannot be read ({error.strerror}).") from None
    (target / "keys").mkdir(mode=0o700, exist_ok=True)
    (target / "keys").chmod(0o700)
    for name in (DATABASE, DUMP):
        if (target / name).is_file():
            (target / name).chmod(0o600)


def _lay_keys(target: Path, keys: Path | None) -> None:
    if keys is None:
        return
    if not keys.is_dir():
        raise Problem(
            "file-missing", "There is no such folder.", where=str(keys), remedy="Name the folder of the keys."
        )
    for path in sorted(keys.iterdir()):
        if path.is_file():
            shutil.copy2(path, target / "keys" / path.name)


def fill_register(home: Path, tell: Tell) -> dict[str, Any]:
    """Bring the register up to date, erase again, read the ledger; what was filled for nothing is emptied."""
    if (home / DUMP).is_file():
        require_postgresql()
        postgresql_copies.require_empty()
        try:
            tell("filling the database", 0, 1)
            postgresql_copies.load(home / DUMP)
            upgrade_register(home)
            continue_ledger(home)
            report = {"erased_again": erase_again(home), **_examine(home, tell)}
        except BaseException:
            _close_connection()
            postgresql_copies.clear()
            raise
        (home / DUMP).unlink()  # it may hold what was erased after it
        return {"filled": True, **report}
    erased = 0
    if (home / DATABASE).is_file():
        if os.environ.get(VARIABLE):
            raise Problem(
                "not-possible",
                "The register of this backup is a file, and this setting names another database.",
                where=VARIABLE,
                remedy="Take the setting away to restore it.",
            )
        upgrade_register(home)  # the backup may be older than this program
        erased = erase_again(home)
    return {"filled": False, "erased_again": erased, **_examine(home, tell)}


def require_postgresql() -> None:
    """Refuse where no PostgreSQL is named to take the register."""
    if not os.environ.get(VARIABLE):
        raise Problem(
            "not-possible",
            "The register of this backup lies in PostgreSQL.",
            where=VARIABLE,
            remedy="Make an empty database and name it with this setting and its owner's (docs/guide/backups.md).",
        )


def _examine(home: Path, tell: Tell) -> dict[str, Any]:
    """Whether what was restored serves: the store's artifacts, the register's triggers, the ledger."""
    damaged = open_home(home).store.damaged()
    if damaged:
        raise Problem(
            "artifact-damaged",
            f"{len(damaged)} artifacts in the backup cannot be read.",
            remedy="Restore an older backup; these artifacts can be computed again from their inputs.",
        )
    if not any((home / name).is_file() for name in (DATABASE, DUMP)):
        return {"ledger": None}
    faults = examine_register(home)
    verdict = verify_ledger(home, lambda done, total: tell("reading the ledger", done, total))
    if faults or not verdict["whole"]:
        raise Problem(
            "backup-unusable",
            (faults or [str(verdict["fault"])])[0],
            remedy="Keep this backup as evidence, and restore an older one.",
        )
    return {"ledger": verdict}


def _close_connection() -> None:
    from django.db import connection

    connection.close()
