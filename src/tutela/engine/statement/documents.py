"""A statement as a document: sections of text, and the figures that the text is bound to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tutela.engine.statement.binding import Run, check_text
from tutela.engine.statement.figures import Figure
from tutela.kernel.digests import recipe_digest
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str

    def texts(self) -> Iterator[str]:
        """All text in it."""
        yield self.text


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]

    def texts(self) -> Iterator[str]:
        """All text in it."""
        yield from self.items


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the first cell of a row is its name. Figures in its cells print without their unit."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.rows or any(len(row) != len(self.head) for row in self.rows):
            msg = f"the table {self.caption!r} is empty or not rectangular"
            raise ValueError(msg)

    def texts(self) -> Iterator[str]:
        """All text in it."""
        yield self.caption
        yield from self.head
        for row in self.rows:
            yield from row
        yield self.note


@dataclass(frozen=True, slots=True)
class Lines:
    """Short entries of one kind, read in any order and set side by side (figures by year)."""

    caption: str
    items: tuple[tuple[str, str], ...]

    def texts(self) -> Iterator[str]:
        """All text in it."""
        yield self.caption
        for label, text in self.items:
            yield label
            yield text


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of figures with their intervals: a label and the key of a figure for each bar."""

    caption: str
    bars: tuple[tuple[str, str], ...]

    def texts(self) -> Iterator[str]:
        """All text in it, with the figures that it draws."""
        yield self.caption
        for label, key in self.bars:
            yield label
            yield f"{{figure:{key}}}"


@dataclass(frozen=True, slots=True)
class MapHere:
    """Where the map stands, and what it shows in words."""

    caption: str

    def texts(self) -> Iterator[str]:
        """All text in it."""
        yield self.caption


Block = Paragraph | Bullets | Grid | Lines | Bars | MapHere


@dataclass(frozen=True, slots=True)
class Section:
    """One question in the users' words, and its answer. `is_candour` frames what is not known."""

    key: str
    question: str
    blocks: tuple[Block, ...]
    is_candour: bool = False

    def texts(self) -> Iterator[str]:
        """All text in it, in reading order."""
        yield self.question
        for block in self.blocks:
            yield from block.texts()


@dataclass(frozen=True, slots=True)
class Document:
    """A statement. It cannot be built with an unbound figure, an unknown key or a refused word.

    Every figure stands in the text at least once, so that `claims.json` holds nothing that nobody reads.
    """

    title: str
    presence_id: str
    presence_name: str
    as_of: date
    invented: bool
    marking: Marking
    sections: tuple[Section, ...]
    figures: Mapping[str, Figure] = field(default_factory=dict)
    edition: str = "internal"

    def __post_init__(self) -> None:
        used: set[str] = set()
        for where, run in self.runs():
            if run.kind == "figure":
                self._require(run.content, where)
                used.add(run.content)
        for key in tuple(used):
            beside = self.figures[key].beside
            if beside is not None:
                self._require(beside, key)
                used.add(beside)
        idle = sorted(set(self.figures) - used)
        if idle:
            msg = f"figures that the text never shows: {', '.join(idle)}"
            raise ValueError(msg)

    def runs(self) -> Iterator[tuple[str, Run]]:
        """All runs with the key of their section, checked; "title" for those of the title."""
        for where, text in self._texts():
            for run in check_text(text, where):
                yield where, run

    @property
    def text_digest(self) -> str:
        """The digest of the words as written, figures by key: it changes when the wording does."""
        return recipe_digest({"text": [list(pair) for pair in self._texts()]})

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "title", self.title
        for section in self.sections:
            for text in section.texts():
                yield section.key, text

    def _require(self, key: str, where: str) -> None:
        if key not in self.figures:
            raise Problem(
                "figure-unknown",
                f"The text names the figure {key!r}.",
                where=where,
                remedy="Compute it, or take it out of the text.",
            )
