"""Backups that the machine which writes them cannot read: the age format, for a key that lies elsewhere.

age (C2SP, age-encryption.org/v1): a file key for each backup, wrapped by X25519 for the recipient; the content in
chunks of 64 KiB under ChaCha20-Poly1305 in the construction STREAM, so that a chunk that was changed, moved or
left out does not open, nor an end that is not the end. Any program that knows age opens the file as well.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import pyrage
from pyrage import x25519

from tutela.kernel.problems import Problem

RECIPIENT: Final = "TUTELA_BACKUP_RECIPIENT"
"""The public key for which backups are encrypted, as `age1...`, or a file that holds it."""

_FIRST: Final = b"age-encryption.org/"
_PREFIX: Final = "age1"


def make_backup_key(to: Path, what: str = "backups") -> str:
    """Write a new private key into a new file that only its owner may read; gives its public key."""
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    text = (
        f"# Opens Tutela's {what}. Keep it away from the machine that writes them, and outside the host country.\n"
    )
    text += f"# public key: {public}\n{identity}\n"
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise Problem(
            "out-not-writable", "There is a file of this name.", where=str(to), remedy="Name a new one."
        ) from None
    except OSError as error:
        raise Problem(
            "out-not-writable",
            f"The key cannot be written ({error.strerror}).",
            where=str(to),
            remedy="Name another.",
        ) from None
    return public


def find_recipient(named: str | None) -> x25519.Recipient | None:
    """The public key that is named, or that the setting names; None where there is none."""
    named = named or os.environ.get(RECIPIENT) or ""
    if not named:
        return None
    text = named
    if not named.startswith(_PREFIX):
        try:
            lines = Path(named).read_text("ascii").splitlines()
        except (OSError, ValueError):
            lines = []
        text = next((line.strip() for line in lines if line.strip().startswith(_PREFIX)), "")
    try:
        return x25519.Recipient.from_str(text)
    except (pyrage.RecipientError, ValueError):
        raise Problem(
            "key-unusable",
            "This is no public key for backups.",
            where=RECIPIENT,
            remedy="Write the public key (age1...) that tutela register key gave, or a file that holds it.",
        ) from None


def is_encrypted(source: Path) -> bool:
    """Whether this file is in the age format."""
    with source.open("rb") as file:
        return file.read(len(_FIRST)) == _FIRST


@contextlib.contextmanager
def encrypting(target: IO[bytes], *recipients: x25519.Recipient | None) -> Iterator[IO[bytes]]:
    """A stream to write into; what goes in arrives encrypted in the target, or as it is without a recipient."""
    known = [recipient for recipient in recipients if recipient is not None]
    if not known:
        yield target
        return

    def run(inner: IO[bytes]) -> None:
        pyrage.encrypt_io(inner, target, known)

    with _through(run, "rb", "wb") as outer:
        yield outer


@contextlib.contextmanager
def decrypting(source: IO[bytes], where: Path, private_key: Path | x25519.Identity | None) -> Iterator[IO[bytes]]:
    """A stream of the backup's content. Raises "backup-unusable" where any of it was changed, moved or cut off.

    `private_key` is the file of it, or the key itself.
    """
    identity = private_key if isinstance(private_key, x25519.Identity) else _read_identity(private_key)
    passed = _Counted()

    def run(inner: IO[bytes]) -> None:
        passed.target = inner
        pyrage.decrypt_io(source, passed, [identity])

    try:
        with _through(run, "wb", "rb") as outer:
            yield outer
    except pyrage.DecryptError as error:
        raise _unopened(where, str(error)) from None
    except _CutStream as cut:
        how = "was cut short" if "truncated" in str(cut) else "was changed, reordered or cut short"
        raise Problem(
            "backup-unusable",
            f"The encrypted backup {how} after {passed.number:,} bytes that are whole.",
            where=str(where),
            remedy="Use another copy of it; nothing was written.",
        ) from None


class _CutStream(Exception):
    """What age says of content that does not hold."""


class _Counted:
    """Passes on what was authenticated, and knows how much that was."""

    target: IO[bytes]
    number = 0

    def write(self, content: bytes) -> int:
        self.number += len(content)
        self.target.write(content)
        return len(content)

    def flush(self) -> None:
        self.target.flush()


@contextlib.contextmanager
def _through(run: Callable[[IO[bytes]], None], inner: str, outer: str) -> Iterator[IO[bytes]]:
    """A pipe with `run` on its inner end in a thread; its failure is raised here, before any that it caused."""
    reading, writing = os.pipe()
    ends: dict[str, int] = {"rb": reading, "wb": writing}
    failed: list[Exception] = []

    def work() -> None:
        with os.fdopen(ends[inner], inner) as stream:
            try:
                run(stream)
            except BrokenPipeError:
                pass  # the other end has enough, and says why
            except OSError as error:
                failed.append(_CutStream(str(error)) if error.errno is None else error)
            except Exception as error:
                failed.append(error)
            finally:
                _close(stream)

    thread = threading.Thread(target=work, name="backup", daemon=True)
    thread.start()
    stream: IO[bytes] = os.fdopen(ends[outer], outer)
    caused: BaseException | None = None
    try:
        yield stream
    except BaseException as error:
        caused = error
    finally:
        _close(stream)
        thread.join()
    if failed:
        raise failed[0]
    if caused is not None:
        raise caused


def _close(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # of what was not taken any more
        stream.close()


def _read_identity(path: Path | None) -> Any:
    if path is None:
        raise Problem(
            "key-unusable",
            "This backup is encrypted.",
            where="--private-key",
            remedy="Name the file of its private key, which is not kept on the machine that wrote the backup.",
        )
    try:
        lines = path.read_text("ascii").splitlines()
        return x25519.Identity.from_str(next(line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")))
    except FileNotFoundError:
        raise Problem(
            "file-missing", "There is no such file.", where=str(path), remedy="Name the file of the private key."
        ) from None
    except (OSError, ValueError, StopIteration, pyrage.IdentityError):
        raise Problem(
            "key-unusable",
            "This file holds no private key for backups.",
            where=str(path),
            remedy="Name the file that tutela register key wrote.",
        ) from None


def _unopened(where: Path, why: str) -> Problem:
    if "No matching keys" in why:
        return Problem(
            "key-unusable",
            "This backup was encrypted for another key.",
            where=str(where),
            remedy="Name the file of the private key that was in use when it was made.",
        )
    return Problem(
        "backup-unusable",
        "The head of the encrypted backup was changed or cut short.",
        where=str(where),
        remedy="Use another copy of it; nothing was written.",
    )
