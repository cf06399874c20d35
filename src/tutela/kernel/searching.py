"""How texts are folded for searching: one rule, whoever writes and whichever database keeps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_BREAKS: Final = re.compile(r"[^\w]+")
_MARKS: Final = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_SPELLINGS: Final = str.maketrans(
    {"\u0649": "\u064a", "\u0629": "\u0647", "\u0131": "i", "ß": "ss", "œ": "oe", "æ": "ae"}
)


def fold(text: str) -> str:
    """Small letters without accents, vowel marks or lengthening; spellings of one Arabic letter as one."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return bare.translate(_SPELLINGS).casefold()


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded, each once."""
    return tuple(dict.fromkeys(word for word in _BREAKS.split(fold(text)) if word))


def join_words(texts: Iterable[str]) -> str:
    """The folded words of these texts, a space before each: `" ford"` in it is a word that begins so."""
    return " " + " ".join(word for text in texts if text for word in _BREAKS.split(fold(text)) if word)
