"""The archive of a backup: a tar file that begins with a manifest of every file in it and its digest."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import tutela
from tutela.data.store.folders import digest_file
from tutela.kernel.problems import Problem

MANIFEST: Final = "backup.json"

Tell = Callable[[str, int, int], None]


def write_archive(target: IO[bytes], files: Mapping[str, Path], tell: Tell) -> dict[str, Any]:
    """Write these files, by the names that they have in the archive; gives its manifest."""
    manifest: dict[str, Any] = {
        "backup": 1,
        "version": tutela.__version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": {name: digest_file(path) for name, path in files.items()},
    }
    text = json.dumps(manifest, indent=1).encode()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=3) as packed, _writing(packed) as archive:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for number, (name, path) in enumerate(files.items()):
            tell("writing", number, len(files))
            archive.add(path, name, recursive=False)
    return manifest


def unpack(stream: IO[bytes], source: Path, target: Path, tell: Tell) -> None:
    """Only plain files that the manifest names, each with its digest; nothing outside the folder."""
    try:
        with tarfile.open(fileobj=stream, mode="r|gz") as archive:
            wanted = _read_manifest(archive, source)
            found: set[str] = set()
            while (member := archive.next()) is not None:
                _check_member(member, wanted, found, source)
                found.add(member.name)
                tell("unpacking", len(found), len(wanted))
                _write_member(archive, member, target)
                if digest_file(target / member.name) != wanted[member.name]:
                    raise unusable(source, f"{member.name} is not what its digest says.")
        while stream.read(1 << 20):
            pass  # what follows the last file holds too, or the end was cut off
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError, EOFError):
        raise unusable(source, "It cannot be read to its end.") from None
    if found != set(wanted):
        raise unusable(source, f"{len(set(wanted) - found)} files are missing from it.")


def unusable(source: Path, message: str) -> Problem:
    """A backup that is not taken."""
    return Problem("backup-unusable", message, where=str(source), remedy="Use another backup; nothing was written.")


def _writing(packed: gzip.GzipFile) -> tarfile.TarFile:
    return tarfile.open(fileobj=packed, mode="w|")


def _read_manifest(archive: tarfile.TarFile, source: Path) -> dict[str, str]:
    first = archive.next()
    held = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
    if held is None:
        raise unusable(source, "It does not begin with a backup's manifest.")
    return dict(json.loads(held.read())["files"])


def _check_member(member: tarfile.TarInfo, wanted: Mapping[str, str], found: set[str], source: Path) -> None:
    name = member.name
    if (
        name not in wanted
        or not member.isreg()
        or name in found
        or ".." in Path(name).parts
        or Path(name).is_absolute()
    ):
        raise unusable(source, "It holds something that its manifest does not name.")


def _write_member(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    path = target / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    assert content is not None
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)
