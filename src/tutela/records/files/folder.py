"""The folder of kept files, and the list of those that were erased, which lies with the keys."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from tutela.kernel.problems import Problem
from tutela.records.files.crates import PARTIAL

LEFT_ALONE_SECONDS: Final = 3600
"""How long something that no row names may still be on its way to a row."""

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_LIST: Final = "erased-files"


def files_folder() -> Path:
    """Where the crates lie."""
    return Path(settings.FILES_FOLDER)


def path_of(name: str) -> Path:
    """Where the crate of this name lies; only a name of the server's own making is one."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a name that the server made")
    return files_folder() / name[:2] / name


def lay_down(partial: Path, name: str) -> None:
    """Give a finished crate its name; whatever is seen there is whole."""
    path = path_of(name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def crates_lying() -> Iterator[str]:
    """Names of all crates in the folder."""
    if files_folder().is_dir():
        yield from (path.name for path in files_folder().glob("??/*") if _NAME.fullmatch(path.name))


def is_settled(path: Path) -> bool:
    """Whether it lies there for longer than anything is on its way."""
    try:
        return time.time() - path.stat().st_mtime > LEFT_ALONE_SECONDS
    except FileNotFoundError:
        return False


def remove_partials() -> int:
    """Remove what was never finished; gives how many."""
    left = [path for path in files_folder().glob(f"*{PARTIAL}") if is_settled(path)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def note_erased(name: str) -> None:
    """Add a crate to the list of those that a backup may not bring back, on disk before this returns."""
    keys = Path(settings.KEYS_FOLDER)
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(keys / _LIST, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{name}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def noted_erased() -> tuple[str, ...]:
    """The names on the list; a line that is none is a Problem."""
    path = Path(settings.KEYS_FOLDER) / _LIST
    names = path.read_text("utf-8", "replace").split() if path.exists() else []
    if not all(_NAME.fullmatch(name) for name in names):
        raise Problem(
            "key-unusable",
            "The list of erased files cannot be read.",
            where=str(path),
            remedy="Restore it from where keys are kept: without it, what was erased could come back.",
        )
    return tuple(dict.fromkeys(names))
