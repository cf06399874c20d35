"""A file under lock: AES-256-GCM in chunks, written and read as a stream, never in the clear on the disk.

Every crate has a key of its own, so the number of a chunk serves as its nonce; the last chunk says that it is
the last. A chunk that was changed, moved, left out or put in does not open, and neither does a crate cut short.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.kernel.problems import Problem, said
from tutela.records.files.media import Media, require_beginning

CHUNK: Final = 64 * 1024
"""Bytes of the file in one chunk; each grows by the sixteen of its tag."""

_TAG: Final = 16
_HEAD: Final = b"tutela crate 1\n"
PARTIAL: Final = ".partial"


class CrateWriter(io.RawIOBase):
    """A file being put under lock; nothing of it can be found until `seal` has ended.

    Raises Problem "file-too-large" and "file-kind" while it is written. Left without `seal`, it leaves nothing.
    """

    def __init__(self, folder: Path, key: bytes, media: Media, before: bytes = b"") -> None:
        """`before` is written in the clear at the beginning: what whoever opens it must know first."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{secrets.token_hex(16)}{PARTIAL}"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "wb")
        self._file.write(before + _HEAD)
        self._cipher = AESGCM(key)
        self._media = media
        self._hash = hashlib.sha256()
        self._held = bytearray()
        self._chunks = 0
        self.size = 0

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; they reach the disk under lock."""
        view = memoryview(data).cast("B")
        if not self.size:
            require_beginning(self._media, bytes(view[:CHUNK]))
        self.size += len(view)
        if self.size > self._media.ceiling:
            raise Problem(
                "file-too-large",
                said(
                    "A {suffix} file may have {value} MB.",
                    suffix=self._media.suffix,
                    value=self._media.ceiling // 1000000,
                ),
                remedy="Bring it in parts, or narrow down what it holds.",
            )
        self._hash.update(view)
        self._held += view
        # One chunk stays behind, for only the end of the file shows which is the last.
        while len(self._held) > CHUNK:
            self._put(bytes(self._held[:CHUNK]), is_last=False)
            del self._held[:CHUNK]
        return len(view)

    def seal(self) -> str:
        """Close the crate, on disk before this returns; gives the SHA-256 of the file."""
        self._put(bytes(self._held), is_last=True)
        self._held.clear()
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise _no_room(error) from None
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Leave nothing."""
        with contextlib.suppress(OSError):  # what could not be written is not wanted any more
            self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()  # what was kept has another name by now

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self._file.write(self._cipher.encrypt(_nonce(self._chunks, is_last=is_last), chunk, None))
        except OSError as error:
            raise _no_room(error) from None
        self._chunks += 1


class CrateReader(io.RawIOBase):
    """A crate being read, chunk by chunk; a bit that is not as it was written raises Problem "file-altered"."""

    def __init__(self, path: Path, key: bytes, begins_at: int = 0) -> None:
        self._cipher = AESGCM(key)
        self._chunks = 0
        self._held = b""
        try:
            self._file = path.open("rb")
        except OSError:
            raise _altered() from None
        self._file.seek(begins_at)
        if self._file.read(len(_HEAD)) != _HEAD:
            self._file.close()
            raise _altered()
        self._ahead = self._file.read(CHUNK + _TAG)

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the next chunk goes; 0 at the end."""
        while not self._held and self._ahead:
            self._open_next()
        part = self._held[: len(buffer)]
        buffer[: len(part)] = part
        self._held = self._held[len(part) :]
        return len(part)

    def close(self) -> None:
        """Let the file go."""
        if not self.closed:
            self._file.close()
        super().close()

    def _open_next(self) -> None:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK + _TAG)
        try:
            self._held = self._cipher.decrypt(_nonce(self._chunks, is_last=not self._ahead), sealed, None)
        except (InvalidTag, ValueError):
            raise _altered() from None
        self._chunks += 1


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _no_room(error: OSError) -> Problem:
    return Problem(
        "out-not-writable",
        said("The file cannot be kept ({why}).", why=error.strerror),
        remedy="Whoever keeps the machine makes room; nothing of the file was kept.",
    )


def _altered() -> Problem:
    return Problem(
        "file-altered",
        "A kept file is not there, or not as it was written.",
        remedy="Restore it from a backup; tutela doctor says which are concerned.",
    )
