"""Backup and restore of a home: register, store and what names them, never a key that opens or signs.

The archive is a tar file with a manifest that names every file by its digest. What was erased after the backup
was made is erased again when it is restored: the list of erasures lies with the keys, not in the backup.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import tutela
from tutela.data.store.folders import digest_file
from tutela.data.store.homes import Home, open_home, require_home
from tutela.kernel.problems import Problem
from tutela.service.register import OWNER, erase_again, examine_register, upgrade_register, verify_ledger

DATABASE: Final = "register.sqlite3"
MANIFEST: Final = "backup.json"

Tell = Callable[[str, int, int], None]


def back_up(home: Path | None, to: Path, tell: Tell) -> dict[str, Any]:
    """Write a backup of the home to a new file; the application may go on running."""
    place = require_home(home)
    _require_file_register(place)
    if to.exists():
        raise Problem("out-not-writable", "There is a file of this name.", where=str(to), remedy="Name a new one.")
    partial = to.with_name(f".{to.name}.partial")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=to.parent, prefix=".backup-") as folder:
            files = dict(_files_of(place, Path(folder)))
            manifest = _write_archive(partial, files, tell)
        partial.chmod(0o600)
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
    return {"backup": str(to), "files": len(manifest["files"]), "digest": digest_file(to)}


def restore(archive: Path, into: Path, keys: Path | None, tell: Tell) -> dict[str, Any]:
    """Restore a backup into a new folder: every file checked, erasures applied again, the ledger read."""
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
        _unpack(archive, partial, tell)
        _lay_keys(partial, keys)
        erased = 0
        if (partial / DATABASE).is_file():
            upgrade_register(partial)  # the backup may be older than this program
            erased = erase_again(partial)
        report = _examine(partial, tell)
        if into.exists():
            into.rmdir()
        partial.rename(into)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return {"home": str(into), "erased_again": erased, **report}


def rehearse(archive: Path, keys: Path | None, tell: Tell) -> dict[str, Any]:
    """As `restore`, into a folder that is removed afterwards: shows that the backup would serve."""
    with tempfile.TemporaryDirectory(prefix="tutela-rehearsal-") as folder:
        report = restore(archive, Path(folder) / "home", keys, tell)
    return report | {"home": None, "rehearsed": True}


def _require_file_register(place: Home) -> None:

    if os.environ.get("TUTELA_DATABASE"):
        raise Problem(
            "not-possible",
            "The register lies in PostgreSQL, whose backup is its own program's.",
            where="TUTELA_DATABASE",
            remedy=f"Use pg_dump as a role that bypasses row-level security ({OWNER} does not); copy the store.",
        )
    if not (place.root / "home.json").is_file():
        raise Problem("home-missing", "There is no home here.", remedy="Name one with --home.")


def _files_of(place: Home, folder: Path) -> Iterator[tuple[str, Path]]:
    """Names in the archive and the files they come from; the database as one consistent copy."""
    yield "home.json", place.root / "home.json"
    database = place.root / DATABASE
    if database.is_file():
        copy = folder / DATABASE
        with closing(sqlite3.connect(database, timeout=60)) as whole, closing(sqlite3.connect(copy)) as target:
            whole.backup(target)
        yield DATABASE, copy
    for public in sorted((place.root / "keys").glob("ledger-*.pub")):
        yield f"keys/{public.name}", public
    yield from _hold_files(Path(os.environ.get("TUTELA_FILES") or place.root / "files"), folder)
    for part in ("store", "invented"):
        for path in sorted((place.root / part).rglob("*")):
            if path.is_file():
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


def _write_archive(target: Path, files: dict[str, Path], tell: Tell) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "backup": 1,
        "version": tutela.__version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": {name: digest_file(path) for name, path in files.items()},
    }
    text = json.dumps(manifest, indent=1).encode()
    with tarfile.open(target, "w:gz", compresslevel=3) as archive:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for number, (name, path) in enumerate(files.items()):
            tell("writing", number, len(files))
            archive.add(path, name, recursive=False)
    return manifest


def _unpack(source: Path, target: Path, tell: Tell) -> None:
    """Only plain files that the manifest names, each with its digest; nothing outside the folder."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            first = archive.next()
            held = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
            if first is None or held is None:
                raise _unusable(source, "It does not begin with a backup's manifest.")
            wanted: dict[str, str] = dict(json.loads(held.read())["files"])
            found = set()
            for member in archive:
                name = member.name
                if member.offset == first.offset:
                    continue
                if name not in wanted or not member.isreg() or name in found or ".." in Path(name).parts:
                    raise _unusable(source, "It holds something that its manifest does not name.")
                found.add(name)
                tell("unpacking", len(found), len(wanted))
                path = target / name
                path.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(member)
                assert content is not None
                with path.open("xb") as file:
                    shutil.copyfileobj(content, file)
                if digest_file(path) != wanted[name]:
                    raise _unusable(source, f"{name} is not what its digest says.")
    except FileNotFoundError:
        raise Problem(
            "file-missing", "There is no such file.", where=str(source), remedy="Name the backup's file."
        ) from None
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError, EOFError):
        raise _unusable(source, "It cannot be read to its end.") from None
    if found != set(wanted):
        raise _unusable(source, f"{len(set(wanted) - found)} files are missing from it.")
    (target / "keys").mkdir(mode=0o700, exist_ok=True)
    (target / "keys").chmod(0o700)
    if (target / DATABASE).is_file():
        (target / DATABASE).chmod(0o600)


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


def _examine(home: Path, tell: Tell) -> dict[str, Any]:
    """Whether what was restored serves: the store's artifacts, the register's triggers, the ledger."""
    damaged = open_home(home).store.damaged()
    if damaged:
        raise Problem(
            "artifact-damaged",
            f"{len(damaged)} artifacts in the backup cannot be read.",
            remedy="Restore an older backup; these artifacts can be computed again from their inputs.",
        )
    if not (home / DATABASE).is_file():
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


def _unusable(source: Path, message: str) -> Problem:
    return Problem("backup-unusable", message, where=str(source), remedy="Use another backup; nothing was written.")
