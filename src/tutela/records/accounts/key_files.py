"""Keys that are files of the keys folder: made once, read when they are needed, never in the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from tutela.kernel.problems import Problem

SESSION_KEY: Final = "session.key"
"""Signs the sessions; without it everybody signs in again, and nothing is lost."""

SIGN_IN_KEY: Final = "sign-in.key"
"""Seals the secrets of second factors; without it every second factor is set up anew."""

_LENGTH: Final = 32


def open_key_file(folder: Path, name: str) -> bytes:
    """The 32 bytes in this file of the keys folder, made where there is none; only its owner may read it."""
    path = folder / name
    if not path.exists():
        _make(folder, path)
    try:
        key = path.read_bytes()
    except OSError:
        key = b""
    if len(key) != _LENGTH:
        raise Problem(
            "key-unusable",
            "A key that signing in needs cannot be read.",
            where=str(path),
            remedy="Restore it from where keys are kept apart from backups.",
        )
    return key


def _make(folder: Path, path: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = folder / f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        pass  # somebody else's key came first, and is the one
    finally:
        partial.unlink()
