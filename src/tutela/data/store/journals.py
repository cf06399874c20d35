"""A journal: a file to which lines are added and of which none is ever changed.

Each line holds the digest of the one before it, so that a line that was changed, moved or taken out of the middle
is found when the journal is read. Lines cut off its end are not: whoever keeps the digest of its last line
elsewhere would see that too.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from tutela.kernel.digests import bytes_digest, canonical_json
from tutela.kernel.problems import Problem

BEGINNING: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its place, its digest, what it says."""

    number: int
    digest: str
    said: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"number": self.number, "digest": self.digest, **self.said}


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal in this file; a file that is not there is an empty one."""

    path: Path

    def read(self) -> tuple[Entry, ...]:
        """Every whole line, the oldest first; refused ("artifact-damaged") where one does not follow."""
        try:
            with self.path.open("rb") as file:
                return _follow(file.read(), self.path)[0]
        except FileNotFoundError:
            return ()

    def add(self, said: Mapping[str, Any]) -> Entry:
        """Add a line, on the disk when this returns. Two that add at once wait for each other."""
        with self._open() as file:
            content = file.read()
            entries, whole = _follow(content, self.path)
            if whole < len(content):  # a line that a stopped process left unfinished was never said
                file.truncate(whole)
            before = entries[-1].digest if entries else BEGINNING
            line = canonical_json({"before": before, **said})
            file.seek(whole)
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
            return Entry(len(entries) + 1, bytes_digest(line), dict(said))

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield file
        except OSError as error:
            raise Problem(
                "out-not-writable",
                f"The journal cannot be written ({error.strerror}).",
                where=str(self.path),
                remedy="Free space or mend the rights of the folder; what stands in it is unchanged.",
            ) from None


def _follow(content: bytes, path: Path) -> tuple[tuple[Entry, ...], int]:
    """The entries, and how many bytes their lines take."""
    entries: list[Entry] = []
    whole = content.rfind(b"\n") + 1
    before = BEGINNING
    for number, line in enumerate(content[:whole].splitlines(), start=1):
        try:
            said = json.loads(line)
            follows = said.pop("before") == before
        except (ValueError, KeyError, AttributeError, TypeError):
            follows = False
        if not follows:
            raise Problem(
                "artifact-damaged",
                f"Line {number} of the journal does not follow from the line before it: one of them was changed.",
                where=str(path),
                remedy="Restore the file from a backup; what was recorded may not be edited.",
            )
        before = bytes_digest(line)
        entries.append(Entry(number, before, said))
    return tuple(entries), whole
