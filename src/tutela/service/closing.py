"""Closing a site: everything local goes into one file that only headquarters opens, and is destroyed here.

The file is in the age format, for a public key that headquarters handed over beforehand; the private half never
comes here. So whoever takes the machine, or makes its users talk, finds nothing that opens it.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from pyrage import x25519

from tutela.data.store.folders import digest_file
from tutela.data.store.homes import Home, require_home
from tutela.kernel.problems import Problem
from tutela.service import postgresql_copies
from tutela.service.backup_keys import decrypting, encrypting, find_recipient, is_encrypted, make_backup_key
from tutela.service.backups import DUMP, fill_register, require_postgresql
from tutela.service.databases import VARIABLE

RECOVERY: Final = "recovery.pub"
NOTE: Final = "closed.json"
_DATABASE: Final = ("register.sqlite3", "register.sqlite3-wal", "register.sqlite3-shm")
_FIRST: Final = ("keys",)
"""Destroyed before all else: without the keys, most of the rest does not open."""
_STAYS: Final = frozenset({"home.json", NOTE})
_SHRED: Final = 1 << 20

Tell = Callable[[str, int, int], None]


def make_recovery_key(to: Path) -> dict[str, str]:
    """At headquarters: a pair of keys. The private one stays there; the public one goes to each site."""
    public = to.with_name(f"{to.name}.pub")
    if public.exists():
        raise Problem("out-not-writable", "There is a file of this name.", where=str(to), remedy="Name a new one.")
    letters = make_backup_key(to, "closed sites")
    public.write_text(letters + "\n")
    return {"private": str(to), "public": str(public)}


def set_recovery_key(home: Path | None, public: Path) -> str:
    """At the site: to whom a closed site is sealed."""
    place = require_home(home)
    key = str(_recipient(public))
    keys = _keys(place)
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    (keys / RECOVERY).write_text(key + "\n")
    return key


def close_site(home: Path | None, to: Path, tell: Tell) -> dict[str, Any]:
    """Close the house, seal everything to headquarters, read the sealed file to its end, destroy the rest."""
    place = require_home(home)
    if os.environ.get(VARIABLE):
        postgresql_copies.require_reader()
        postgresql_copies.require_owner()
    recipient = _recipient(_keys(place) / RECOVERY)
    if to.exists():
        raise Problem("out-not-writable", "There is a file of this name.", where=str(to), remedy="Name a new one.")
    if to.resolve().is_relative_to(place.root.resolve()):
        raise Problem(
            "out-not-writable", "This lies in the home itself.", where=str(to), remedy="Name a place outside of it."
        )
    _close_house(place)
    with _held(place):
        digest = _seal_everything(place, recipient, to, tell)
        _destroy(place, tell)
    note = {"closed": datetime.now(UTC).isoformat(timespec="seconds"), "file": to.name, "digest": digest}
    (place.root / NOTE).write_text(json.dumps(note, indent=1) + "\n")
    return {**note, "file": str(to), "left": sorted(_left(place))}


def open_closed(file: Path, private: Path, into: Path, tell: Tell) -> dict[str, Any]:
    """Elsewhere: a home again out of a closed site, with the private key of headquarters; still closed."""
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
        partial.mkdir(mode=0o700, parents=True)
        _unpack(file, private, partial, tell)
        (partial / "keys").chmod(0o700)
        if (partial / DUMP).is_file():
            fill_register(partial, tell)
        if into.exists():
            into.rmdir()
        partial.rename(into)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return {"home": str(into)}


def _unpack(file: Path, private: Path, into: Path, tell: Tell) -> None:
    try:
        if not is_encrypted(file):
            raise _unusable(file)
        with (
            file.open("rb") as sealed,
            decrypting(sealed, file, private) as stream,
            tarfile.open(fileobj=stream, mode="r|gz") as archive,
        ):
            for number, member in enumerate(archive):
                tell("opening", number, 0)
                if member.name == DUMP:
                    require_postgresql()
                if not member.isreg() or member.name.startswith("/") or ".." in Path(member.name).parts:
                    raise _unusable(file)
                archive.extract(member, into, filter="data")
            _read_on(stream)
    except FileNotFoundError:
        raise Problem("file-missing", "There is no such file.", where=str(file), remedy="Name the file.") from None
    except (tarfile.TarError, OSError, EOFError):
        raise _unusable(file) from None


def _read_on(stream: IO[bytes]) -> None:
    """To the end, which says that nothing was cut off."""
    while stream.read(_SHRED):
        pass


def _close_house(place: Home) -> None:
    """Nobody signs in or goes on from here; the ledger says so before it is sealed away."""
    if not os.environ.get(VARIABLE) and not (place.root / _DATABASE[0]).is_file():
        return
    from tutela.service.register import point_at, seal_ledger, set_mode

    point_at(place.root)
    from django.db import connection

    # A register of another version, or one that is damaged, is no reason to leave it lying here.
    with suppress(Problem):
        set_mode(place.root, "closed")
        seal_ledger(place.root)
    connection.close()


class _held:  # noqa: N801  reads as a word where it is used
    """The register with nobody else in it: all of it in one file, and no writer until this ends."""

    def __init__(self, place: Home) -> None:
        self._path = place.root / _DATABASE[0]
        self._session: sqlite3.Connection | None = None

    def __enter__(self) -> None:
        if not self._path.is_file():
            return
        self._session = sqlite3.connect(self._path, timeout=60, isolation_level=None)
        self._session.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._session.execute("BEGIN EXCLUSIVE")

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.close()


def _seal_everything(place: Home, recipient: x25519.Recipient, to: Path, tell: Tell) -> str:
    """Write the sealed file next to its name, read it to its end, then name it.

    What reads it is a key of this moment, which opens it as well and is forgotten with it.
    """
    witness = x25519.Identity.generate()
    to.parent.mkdir(parents=True, exist_ok=True)
    if os.environ.get(VARIABLE):
        tell("copying the register", 0, 1)
        postgresql_copies.dump(place.root / DUMP)  # in the home, so that it is destroyed with it
    files = list(_files_of(place))
    partial = to.with_name(f".{to.name}.{secrets.token_hex(4)}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with (
                encrypting(file, recipient, witness.to_public()) as stream,
                gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1) as packed,
                tarfile.open(fileobj=packed, mode="w|") as archive,
            ):
                for number, (name, path) in enumerate(files):
                    tell("sealing", number, len(files))
                    archive.add(path, name, recursive=False)
            file.flush()
            os.fsync(file.fileno())
        _read_again(partial, witness, len(files), tell)
        partial.replace(to)
    finally:
        partial.unlink(missing_ok=True)
    return digest_file(to)


def _read_again(file: Path, witness: x25519.Identity, number: int, tell: Tell) -> None:
    read = 0
    with (
        file.open("rb") as sealed,
        decrypting(sealed, file, witness) as stream,
        tarfile.open(fileobj=stream, mode="r|gz") as archive,
    ):
        for read, _ in enumerate(archive, start=1):
            tell("reading it again", read, number)
        _read_on(stream)
    if read != number:
        raise _unusable(file)


def _files_of(place: Home) -> Iterator[tuple[str, Path]]:
    """Every file of the home, its keys among them; the keys of another folder come under their usual name."""
    for path in sorted(place.root.rglob("*")):
        name = path.relative_to(place.root)
        # The index of the write-ahead log is made anew; the log itself may hold what nobody wrote back yet.
        if path.is_file() and not path.is_symlink() and name.parts[0] not in {"cache", NOTE, _DATABASE[2]}:
            yield str(name), path
    for variable, part in (("TUTELA_KEYS", "keys"), ("TUTELA_FILES", "files")):
        folder = os.environ.get(variable)
        if folder and Path(folder).resolve() != (place.root / part).resolve():
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file():
                    yield f"{part}/{path.relative_to(folder)}", path


def _destroy(place: Home, tell: Tell) -> None:
    """Write over every file in place and remove it: keys first, then the register, then all else."""
    folders = [_keys(place), Path(os.environ.get("TUTELA_FILES") or place.root / "files"), place.root]
    kept = (_keys(place) / RECOVERY).read_text()
    paths = list(dict.fromkeys(path for folder in folders for path in _lying(folder)))
    paths.sort(key=lambda path: (path.parent.name not in _FIRST, path.name not in _DATABASE))
    for number, path in enumerate(paths):
        tell("destroying", number, len(paths))
        if path.name not in _STAYS:
            _shred(path)
    for folder in folders[:2] + [path for path in place.root.iterdir() if path.is_dir()]:
        shutil.rmtree(folder, ignore_errors=True)
    _keys(place).mkdir(mode=0o700, parents=True, exist_ok=True)
    (_keys(place) / RECOVERY).write_text(kept)
    if os.environ.get(VARIABLE):
        tell("emptying the database", 0, 1)
        postgresql_copies.clear()


def _lying(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _shred(path: Path) -> None:
    """Chance in place of what stood there, on the disk before the file is removed.

    A disk that writes elsewhere than it is told (flash, snapshots) may keep what stood there: only a disk that is
    encrypted as a whole helps against that.
    """
    path.chmod(0o600)
    with path.open("r+b") as file:
        left = file.seek(0, os.SEEK_END)
        file.seek(0)
        while left > 0:
            part = secrets.token_bytes(min(left, _SHRED))
            file.write(part)
            left -= len(part)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _left(place: Home) -> Iterator[str]:
    for path in place.root.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(place.root))


def _keys(place: Home) -> Path:
    return Path(os.environ.get("TUTELA_KEYS") or place.root / "keys")


def _recipient(path: Path) -> x25519.Recipient:
    found = None
    with suppress(Problem):
        found = find_recipient(str(path)) if path.is_file() else None
    if found is None:
        raise Problem(
            "key-unusable",
            "There is no key of headquarters here.",
            where=str(path),
            remedy="Make one there with tutela register recovery-key --to, and set it here with --set.",
        )
    return found


def _unusable(file: Path) -> Problem:
    return Problem(
        "backup-unusable",
        "This is no closed site, or another key opens it, or it was changed.",
        where=str(file),
        remedy="Use the private key of headquarters that was set at the site; nothing was written.",
    )
