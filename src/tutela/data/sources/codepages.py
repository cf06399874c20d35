"""Text in the one-byte encoding of Western office programs, where a reader allows it."""

from __future__ import annotations

import re
from typing import Final, Literal

Encoding = Literal["utf-8", "windows-1252"]

_MARKS_IN_WORDS: Final = re.compile(r"[a-zA-Z][\u0081-\u009f‚ƒ„…†‡ˆ‰Š‹Œ“”•™][a-z]")
"""Signs that no word has inside: they come out where text of MS-DOS or an old Mac is read as Windows-1252."""


def to_utf8(content: bytes, encodings: tuple[Encoding, ...]) -> tuple[bytes, Encoding]:
    """The text in UTF-8, and what it was in; text that is in none of these encodings comes back as it is.

    Windows-1252 is tried only where the bytes are no UTF-8, and only believed where every byte has a meaning in
    it and no word has signs inside that belong to the older code pages.
    """
    if "windows-1252" not in encodings or _is_utf8(content) or b"\0" in content:
        return content, "utf-8"
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return content, "utf-8"
    if _MARKS_IN_WORDS.search(text):
        return content, "utf-8"
    return text.encode(), "windows-1252"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
