"""From the bytes of a file to the bytes of the table in it: gzip and zip are unpacked, bombs never."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from tutela.kernel.problems import Problem

MEBI: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold: whole bytes, and times its packed size once it is larger than `free`."""

    content: int = 2048 * MEBI
    ratio: int = 200
    free: int = 16 * MEBI


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The bytes of a table, and the SHA-256 of the file as it lies there."""

    content: bytes
    file_digest: str


def unpack_file(path: Path, limits: Limits = LIMITS) -> Unpacked:
    """Read a file; of gzip, or a zip archive with one file in it, what is inside.

    What a file is, its first bytes say, not its name. Unpacking stops at the limit, so that a small file
    cannot fill the memory.
    """
    packed = _read_whole(path, limits)
    digest = hashlib.sha256(packed).hexdigest()
    if packed.startswith(_GZIP):
        return Unpacked(_collect(_inflate(packed, path), len(packed), path, limits), digest)
    if packed.startswith((_ZIP, _EMPTY_ZIP)):
        return Unpacked(_unzip(packed, path, limits), digest)
    return Unpacked(packed, digest)


def _read_whole(path: Path, limits: Limits) -> bytes:
    try:
        size = path.stat().st_size
        if size > limits.content:
            raise _too_large(path, limits)
        return path.read_bytes()
    except FileNotFoundError:
        raise Problem(
            "file-missing", "There is no such file.", where=str(path), remedy="Check the path and its spelling."
        ) from None
    except IsADirectoryError:
        raise Problem(
            "file-unreadable", "This is a folder, not a file.", where=str(path), remedy="Name the file in it."
        ) from None
    except (OSError, ValueError):
        raise Problem(
            "file-unreadable",
            "The system does not let this file be read.",
            where=ascii(str(path)) if "\0" in str(path) else str(path),
            remedy="Check its path and permissions.",
        ) from None


def _inflate(packed: bytes, path: Path) -> Iterator[bytes]:
    rest = packed
    while rest.startswith(_GZIP):  # a gzip file may have several members
        member = zlib.decompressobj(wbits=31)
        try:
            piece = member.decompress(rest, MEBI)
            while piece or not member.eof:
                yield piece
                if member.eof:
                    break
                if not member.unconsumed_tail:
                    raise _truncated(path)
                piece = member.decompress(member.unconsumed_tail, MEBI)
        except zlib.error:
            raise _damaged(path, "gzip") from None
        rest = member.unused_data


def _unzip(packed: bytes, path: Path, limits: Limits) -> bytes:
    try:
        archive = zipfile.ZipFile(io.BytesIO(packed))
        members = [item for item in archive.infolist() if not item.is_dir() and not _is_mac_litter(item.filename)]
        if any(item.filename == "[Content_Types].xml" for item in members):
            raise Problem(
                "file-not-a-table",
                "This is a spreadsheet or document of an office program, not a CSV file.",
                where=str(path),
                remedy="Open it there and save the sheet as CSV (UTF-8, comma).",
            )
        if len(members) != 1:
            raise Problem(
                "file-not-a-table",
                f"The zip archive holds {len(members)} files; which one is meant is not said.",
                where=str(path),
                remedy="Unpack it and name the file that holds the table.",
            )
        if members[0].flag_bits & 1:
            raise Problem(
                "file-unreadable",
                "The zip archive is locked with a password.",
                where=str(path),
                remedy="Unpack it and name the file in it.",
            )
        with archive.open(members[0]) as file:
            return _collect(_pieces(file), len(packed), path, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise _damaged(path, "zip") from None


def _is_mac_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.endswith(".DS_Store")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(MEBI):
        yield piece


def _collect(pieces: Iterator[bytes], packed_size: int, path: Path, limits: Limits) -> bytes:
    content = bytearray()
    allowed = min(limits.content, max(limits.free, packed_size * limits.ratio))
    for piece in pieces:
        content += piece
        if len(content) > allowed:
            raise _too_large(path, limits, packed=True)
    return bytes(content)


def _too_large(path: Path, limits: Limits, *, packed: bool = False) -> Problem:
    size = f"{limits.content // MEBI:,} MiB"
    if packed:
        size = f"{size}, or than {limits.ratio} times its packed size"
    return Problem(
        "file-too-large",
        f"The file is larger than {size}; reading stopped there.",
        where=str(path),
        remedy="If it is a real table, unpack it and split it by country or year.",
    )


def _truncated(path: Path) -> Problem:
    return Problem(
        "file-truncated",
        "The packed file ends before its end mark.",
        where=str(path),
        remedy="Download or copy it again, whole.",
    )


def _damaged(path: Path, form: str) -> Problem:
    return Problem(
        "file-truncated",
        f"The {form} file is damaged or ends too soon: it cannot be unpacked.",
        where=str(path),
        remedy="Download or copy it again, whole.",
    )
