"""Text whose every figure is bound: what stands in it as a number must be computed or be part of a name.

Text may hold `{figure:KEY}`, which prints a computed figure, and `{term:TEXT}`, a name or a quotation that
happens to hold digits (a resolution's symbol, a day, a place). A brace or backslash inside a term is written
with a backslash before it; `quote_term` does that for names that come from files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tutela.kernel.problems import Problem

RunKind = Literal["text", "figure", "term"]

_MARKED: Final = re.compile(r"\{(figure|term):((?:[^{}\\]|\\.)*)\}", re.DOTALL)
_DIGIT: Final = re.compile(r"\d")
_NUMBER_WORD: Final = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?"
    r"|half|twice|thrice|percent|per cent)\b|%",
    re.IGNORECASE,
)
_COMPARISON: Final = re.compile(
    r"\b(increased|decreased|rose|fell|doubled|halved|tripled|worsened|improved"
    r"|(?:more|fewer|less|higher|lower) than)\b",
    re.IGNORECASE,
)
REFUSED_WORDS: Final = (
    *("safe", "safer", "safest", "safely", "unsafe", "informant", "informants"),
    *("alarming", "alarmingly", "appalling", "barbaric", "brutal", "brutally", "catastrophic", "deadliest"),
    *("devastating", "dramatic", "dramatically", "heinous", "horrific", "massive", "savage", "shocking"),
    *("terrible", "terrifying", "tragic", "tragically", "unprecedented", "vicious"),
)
"""Words of alarm, and the promise that nobody can make. A quoted name may hold them, our own text may not."""

_REFUSED: Final = re.compile(rf"\b({'|'.join(REFUSED_WORDS)})\b", re.IGNORECASE)
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: plain words, the key of a figure, or a term."""

    kind: RunKind
    content: str


def quote_term(text: str) -> str:
    """A name or quotation as a term, whatever characters it holds."""
    escaped = re.sub(r"([{}\\])", r"\\\1", text)
    return f"{{term:{escaped}}}"


def split_runs(text: str) -> tuple[Run, ...]:
    """The runs of a text, in order; nothing is checked but the braces, which must open a figure or a term."""
    return tuple(_iterate_runs(text))


def check_text(text: str, where: str) -> tuple[Run, ...]:
    """The runs of a text that holds no unbound figure, comparison or refused word; `where` names the place.

    Raises Problem "figure-unbound" for a digit, a number word or a comparison outside figures and terms, and
    "word-refused" for a word that the software does not use.
    """
    runs = split_runs(text)
    for run in runs:
        if run.kind == "text":
            _check_words(run.content, where)
    return runs


def _iterate_runs(text: str) -> Iterator[Run]:
    end = 0
    for match in _MARKED.finditer(text):
        yield from _plain(text[end : match.start()])
        kind: RunKind = "figure" if match[1] == "figure" else "term"
        yield Run(kind, re.sub(r"\\(.)", r"\1", match[2], flags=re.DOTALL))
        end = match.end()
    yield from _plain(text[end:])


def _plain(text: str) -> Iterator[Run]:
    if "{" in text or "}" in text:
        raise _unbound("A brace opens or closes nothing", text, None)
    if text:
        yield Run("text", text)


def _check_words(text: str, where: str) -> None:
    checks = ((_DIGIT, "A digit"), (_NUMBER_WORD, "A number in words"), (_COMPARISON, "A comparison"))
    for pattern, name in checks:
        if pattern.search(text):
            raise _unbound(f"{name} is bound to nothing", text, where)
    refused = _REFUSED.search(text)
    if refused:
        raise Problem(
            "word-refused",
            f"The text says {refused[0]!r}.",
            where=where,
            remedy="Say what is recorded and what is not known, without judging it.",
        )


def _unbound(what: str, text: str, where: str | None) -> Problem:
    return Problem(
        "figure-unbound",
        f"{what}: {text.strip()[:_SHOWN]!r}.",
        where=where,
        remedy="Compute it and write {figure:KEY}, or write {term:TEXT} if it is part of a name.",
    )
