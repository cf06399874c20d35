"""Files and folders that are whole or not there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tutela.kernel.problems import Problem

OUT_MARK: Final = "tutela-out.json"
"""Stands in every folder that a command wrote as --out: only such a folder, or an empty one, is replaced."""


def write_file(path: Path, content: bytes) -> None:
    """Write a whole file or none: to a neighbour first, to the disk, then in place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbour = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with neighbour.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        neighbour.replace(path)
    finally:
        neighbour.unlink(missing_ok=True)


def write_folder(target: Path, fill: Callable[[Path], None]) -> bool:
    """Fill a new folder and move it to `target` in one step; False where `target` was there already."""
    target.parent.mkdir(parents=True, exist_ok=True)
    neighbour = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    neighbour.mkdir()
    try:
        fill(neighbour)
        for path in neighbour.iterdir():
            _to_disk(path)
        if target.exists():
            return False
        try:
            neighbour.rename(target)
        except OSError:
            if target.exists():  # another process was quicker with the same content
                return False
            raise
        _to_disk(target.parent)
        return True
    finally:
        shutil.rmtree(neighbour, ignore_errors=True)


def write_out(out: Path, files: Mapping[str, bytes]) -> None:
    """Write a command's --out folder whole: a folder of ours is replaced, anybody else's is refused."""
    check_out(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    neighbour = out.with_name(f".{out.name}.{secrets.token_hex(4)}.partial")
    old = out.with_name(f".{out.name}.{secrets.token_hex(4)}.old")
    try:
        neighbour.mkdir()
        for name, content in files.items():
            write_file(neighbour / name, content)
        write_file(neighbour / OUT_MARK, b"{}\n")
        if out.exists():
            out.rename(old)
        neighbour.rename(out)
    except OSError as error:
        if old.exists() and not out.exists():
            old.rename(out)
        raise Problem(
            "out-not-writable",
            f"The output cannot be written ({error.strerror}).",
            where=str(out),
            remedy="Free space or name another folder with --out; what was there before is unchanged.",
        ) from None
    finally:
        shutil.rmtree(neighbour, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_out(out: Path) -> None:
    """Refuse an --out that would overwrite something that no command of ours wrote."""
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / OUT_MARK).is_file()):
        raise Problem(
            "out-not-writable",
            "There is something here that this command did not write.",
            where=str(out),
            remedy="Name a new or an empty folder with --out.",
        )


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems cannot sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
