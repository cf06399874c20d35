"""What a report is made of, whatever it is written out as: frozen blocks of plain text, never markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final, Literal

from tutela.kernel.markings import Marking

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def is_right_to_left(text: str, language: str = "") -> bool:
    """Whether this text is read from the right: its first letter decides, and the language where it has none.

    Numbers alone are read from the left, or an interval would stand the other way round.
    """
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    if any(letter.isdigit() for letter in text):
        return False
    return language.partition("-")[0].lower() in _RIGHT_TO_LEFT


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section; level 1 or 2."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; a quiet one says how something was counted."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Points, numbered where their order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what stands for each: what, where, when. An emphatic one is framed: who must not be told."""

    rows: tuple[tuple[str, str], ...]
    emphatic: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with a head; every row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.head or any(len(row) != len(self.head) for row in self.rows):
            msg = "every row of a Table is as long as its head"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as SVG or PNG, with what it shows in words for whoever does not see it."""

    content: bytes
    media_type: Literal["image/svg+xml", "image/png"]
    words: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Candour:
    """What is not known: framed, at the size of everything else, never small print."""

    title: str
    items: tuple[str, ...]


Block = Heading | Paragraph | Listing | Facts | Table | Figure | Candour


@dataclass(frozen=True, slots=True)
class Labels:
    """The document's own words, for whoever writes it in another language."""

    recipient: str = "For"
    issued: str = "Issued"
    as_of: str = "As of"
    sources: str = "Sources"
    page: str = "Page"
    of: str = "of"
    marking: str = ""
    """How the marking reads; by default in English."""


@dataclass(frozen=True, slots=True)
class Document:
    """A report: the same input gives the same bytes in each form.

    issued    when it was made, with its zone; the only time in the files
    as_of     up to when it speaks, as it is to be read
    sources   numbered at the end in this order; a text refers to one as [1]
    """

    title: str
    marking: Marking
    issued: datetime
    blocks: tuple[Block, ...]
    recipient: str = ""
    as_of: str = ""
    language: str = "en"
    sources: tuple[str, ...] = ()
    notice: str = ""
    """A line under the title, as that everything in it is invented, or that it is a draft."""
    labels: Labels = field(default_factory=Labels)

    def __post_init__(self) -> None:
        if self.issued.tzinfo is None:
            msg = "a Document says the zone of its time"
            raise ValueError(msg)
        if any(_is_forbidden(letter) for text in _texts(self) for letter in text):
            msg = "a Document holds no control characters"
            raise ValueError(msg)

    @property
    def marking_words(self) -> str:
        """As it stands on top and at the bottom of every page."""
        return self.labels.marking or self.marking.label

    @property
    def right_to_left(self) -> bool:
        """Whether its language is read from the right."""
        return is_right_to_left("", self.language)

    @property
    def issued_words(self) -> str:
        """The time of issue, in UTC."""
        return f"{self.issued.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    @property
    def particulars(self) -> tuple[tuple[str, str], ...]:
        """For whom, when made, up to when: those that are known."""
        given = (
            (self.labels.recipient, self.recipient),
            (self.labels.issued, self.issued_words),
            (self.labels.as_of, self.as_of),
        )
        return tuple(pair for pair in given if pair[1])


def _is_forbidden(letter: str) -> bool:
    # Word's XML cannot hold them, and bytes that cannot be written in one form are refused in all.
    return letter in "\ufffe\uffff" or (letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Document | Heading | Paragraph | Listing | Facts | Table | Figure | Candour | Labels):
        for part in fields(value):
            yield from _texts(getattr(value, part.name))


_KINDS: Final[dict[str, type[Block]]] = {
    kind.__name__.lower(): kind for kind in (Heading, Paragraph, Listing, Facts, Table, Candour)
}


def as_json(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """Blocks as plain values, to be kept as they were issued; pictures are kept as files."""
    kept = []
    for block in blocks:
        if isinstance(block, Figure):
            msg = "a Figure is kept as a file"
            raise TypeError(msg)
        values = {part.name: _lists(getattr(block, part.name)) for part in fields(block)}
        kept.append({"kind": type(block).__name__.lower(), **values})
    return kept


def from_json(kept: list[dict[str, Any]]) -> tuple[Block, ...]:
    """The blocks that `as_json` wrote, also after a database turned tuples into lists."""
    return tuple(
        _KINDS[item["kind"]](**{name: _tuples(value) for name, value in item.items() if name != "kind"})
        for item in kept
    )


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, tuple) else value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value
