"""What kinds of file are kept, how large each may be, and how its first bytes must look. The list is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tutela.kernel.problems import Problem, said

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Media:
    """One kind of file.

    suffix  how its name ends when it is handed out;  ceiling  how many bytes it may have
    begins  what it begins with; nothing for text, which may hold no zero byte instead
    """

    suffix: str
    ceiling: int
    begins: bytes = b""


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."

# No SVG and nothing else that a browser would run by itself; HTML is handed out as an attachment only.
MEDIA: Final[Mapping[str, Media]] = {
    "text/csv": Media("csv", 500 * MEGABYTE),
    "text/plain": Media("txt", 20 * MEGABYTE),
    "text/html": Media("html", 20 * MEGABYTE),
    "application/json": Media("json", 100 * MEGABYTE),
    "application/geo+json": Media("geojson", 500 * MEGABYTE),
    "application/pdf": Media("pdf", 100 * MEGABYTE, b"%PDF-"),
    "application/zip": Media("zip", 500 * MEGABYTE, b"PK"),
    f"{_OFFICE}spreadsheetml.sheet": Media("xlsx", 500 * MEGABYTE, b"PK"),
    f"{_OFFICE}wordprocessingml.document": Media("docx", 100 * MEGABYTE, b"PK"),
    "application/gzip": Media("gz", 500 * MEGABYTE, b"\x1f\x8b"),
    "application/vnd.apache.parquet": Media("parquet", 500 * MEGABYTE, b"PAR1"),
    "image/png": Media("png", 50 * MEGABYTE, b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": Media("jpg", 50 * MEGABYTE, b"\xff\xd8\xff"),
}


def find_media(media_type: str) -> Media:
    """The kind of file by its media type; raises Problem "file-kind" for any that is not on the list."""
    media = MEDIA.get(media_type)
    if media is None:
        raise Problem(
            "file-kind",
            "Files of this kind are not kept.",
            where="media type",
            remedy=said("Bring one of: {value}.", value=", ".join(sorted(kind.suffix for kind in MEDIA.values()))),
        )
    return media


def require_beginning(media: Media, first: bytes) -> None:
    """Refuse a file that is not what it says, by its first bytes."""
    if not first.startswith(media.begins) or (not media.begins and b"\0" in first):
        raise Problem(
            "file-kind",
            said("This is no {suffix} file.", suffix=media.suffix),
            where="content",
            remedy="Say what kind of file it is, or save it again in the program that made it.",
        )
