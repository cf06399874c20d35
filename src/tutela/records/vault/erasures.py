"""The list of keys that were destroyed: it lies with the keys, so that a restored backup cannot bring them back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tutela.kernel.problems import Problem

_LIST: Final = "erasures"


def note_erasure(folder: Path, key: int) -> None:
    """Add the number of a case's key to the list, on disk before this returns."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / _LIST, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{key}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def noted_erasures(folder: Path) -> tuple[int, ...]:
    """The numbers on the list, each once; a line that is none is a Problem."""
    path = folder / _LIST
    if not path.exists():
        return ()
    try:
        return tuple(dict.fromkeys(int(line) for line in path.read_text("ascii").split()))
    except (OSError, ValueError):
        raise Problem(
            "key-unusable",
            "The list of erasures cannot be read.",
            where=str(path),
            remedy="Restore it from where keys are kept: without it, what was erased could come back.",
        ) from None
