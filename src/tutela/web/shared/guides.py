"""Help on each page, in the user's words: what the page is for, in a few sentences."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.web.shared.words import Word


@dataclass(frozen=True, slots=True)
class Guide:
    """What one page is for: the question that it answers, and two or three sentences on how to read and use it."""

    question: Word
    text: Word
