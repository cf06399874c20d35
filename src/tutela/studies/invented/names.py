"""Names of no language: from syllables, in Latin and in Arabic script.

Two ways of speaking, one of the coast and one of the high ground. The names are long and their middles unusual
on purpose: a test compares them with the gazetteers of the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np


@dataclass(frozen=True, slots=True)
class Name:
    """One name in both scripts."""

    latin: str
    arabic: str


@dataclass(frozen=True, slots=True)
class _Speech:
    openings: tuple[str, ...]
    middles: tuple[str, ...]
    ends: tuple[str, ...]


_COAST: Final = _Speech(
    openings=("b", "d", "f", "h", "k", "l", "m", "n", "r", "s", "t", "w", "z", "sh", ""),
    middles=("lm", "rw", "nz", "md", "shl", "lf", "rn", "kl", "nw", "zr", "mr", "fl"),
    ends=("arel", "umo", "ishu", "onda", "elu", "azem", "iwa", "orin", "ulash", "ethu", "amur", "osel"),
)
_HIGH_GROUND: Final = _Speech(
    openings=("dr", "k", "t", "sk", "q", "gh", "z", "br", "r", "j", "th", "kr", "d", ""),
    middles=("rq", "tk", "zk", "ghd", "rth", "shk", "ndr", "kth", "jr", "qt", "dw", "rgh"),
    ends=("ush", "ekk", "uth", "oq", "arun", "esh", "urek", "adj", "itho", "ukar", "enn", "oghar"),
)
_VOWELS: Final = ("a", "e", "i", "o", "u")

_ARABIC: Final = {
    "sh": "ش", "gh": "غ", "th": "ث", "dj": "ج", "b": "ب", "d": "د", "f": "ف", "h": "ه", "j": "ج", "k": "ك",
    "l": "ل", "m": "م", "n": "ن", "q": "ق", "r": "ر", "s": "س", "t": "ت", "w": "و", "z": "ز", "y": "ي",
    "a": "ا", "e": "ي", "i": "ي", "o": "و", "u": "و",
}  # fmt: skip
_ARABIC_FIRST: Final = {"a": "أ", "e": "إي", "i": "إي", "o": "أو", "u": "أو"}


def coin_names(rng: np.random.Generator, high_ground: list[bool], used: frozenset[str] = frozenset()) -> list[Name]:
    """One name for each place, all different in either script and not among those used already.

    True asks for the speech of the high ground.
    """
    taken = set(used)
    names = []
    for high in high_ground:
        name = _coin_name(rng, _HIGH_GROUND if high else _COAST)
        while name.latin in taken or name.arabic in taken:
            name = _coin_name(rng, _HIGH_GROUND if high else _COAST)
        taken |= {name.latin, name.arabic}
        names.append(name)
    return names


def write_arabic(latin: str) -> str:
    """A name in Arabic script, letter for letter; doubled letters are written once."""
    text, written, at = latin.lower(), "", 0
    while at < len(text):
        pair, one = text[at : at + 2], text[at]
        if one == text[at - 1 : at]:
            at += 1
        elif pair in _ARABIC:
            written, at = written + _ARABIC[pair], at + 2
        else:
            is_first = at == 0 or text[at - 1] == " "
            written, at = written + (_ARABIC_FIRST if is_first else _ARABIC).get(one, _ARABIC.get(one, one)), at + 1
    return written


def _coin_name(rng: np.random.Generator, speech: _Speech) -> Name:
    opening, first, middle, end = (
        words[int(rng.integers(len(words)))] for words in (speech.openings, _VOWELS, speech.middles, speech.ends)
    )
    more = _VOWELS[int(rng.integers(len(_VOWELS)))] + speech.middles[int(rng.integers(len(speech.middles)))]
    latin = (opening + first + middle + (more if rng.random() < 0.12 else "") + end).capitalize()
    return Name(latin, write_arabic(latin))
