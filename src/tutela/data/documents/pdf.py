"""A document as PDF, set by typst from a wheel: with the fonts that were built in, and nothing from outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import as_file, files
from typing import Any, Final

from tutela.data.documents.blocks import (
    Block,
    Candour,
    Document,
    Facts,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Table,
    is_right_to_left,
)
from tutela.kernel.problems import Problem

_ENDINGS: Final = {"image/svg+xml": "svg", "image/png": "png"}


def to_pdf(document: Document) -> bytes:
    """A tagged PDF in A4; the same document gives the same bytes."""
    return _compile(document, "pdf")[0]


def to_pictures(document: Document, ppi: float = 72) -> list[bytes]:
    """Each page of that PDF as PNG."""
    return _compile(document, "png", ppi=ppi)


def _compile(document: Document, form: str, **options: Any) -> list[bytes]:
    import typst  # 40 MB that only whoever makes a PDF needs

    template = files("tutela.data.documents").joinpath("document.typ").read_bytes()
    content = json.dumps(_describe(document), ensure_ascii=False, sort_keys=True).encode()
    compile_text: Any = typst.compile  # whose stubs know no input of several files
    given = {"main.typ": template, "document.json": content, **_pictures(document)}
    with as_file(files("tutela.data").joinpath("built")) as fonts:
        options |= {"font_paths": [str(fonts)], "ignore_system_fonts": any(fonts.glob("*.ttf"))}
        try:
            made = compile_text(given, format=form, timestamp=int(document.issued.timestamp()), **options)
        except typst.TypstError:
            # The text of the error may hold lines of the document.
            raise Problem(
                "document-unwritable",
                "The PDF could not be set.",
                remedy="Ask for it as HTML or Word; look whether a picture in it is damaged.",
            ) from None
    return list(made) if isinstance(made, list) else [made]


def _pictures(document: Document) -> dict[str, bytes]:
    return {_name(place, block): block.content for place, block in _figures(document)}


def _figures(document: Document) -> Iterable[tuple[int, Figure]]:
    return [(place, block) for place, block in enumerate(document.blocks) if isinstance(block, Figure)]


def _name(place: int, figure: Figure) -> str:
    return f"figure-{place}.{_ENDINGS[figure.media_type]}"


def _describe(document: Document) -> dict[str, Any]:
    def run(text: str) -> dict[str, Any]:
        return {"text": text, "rtl": is_right_to_left(text, document.language)}

    def runs(texts: Iterable[str]) -> list[dict[str, Any]]:
        return [run(text) for text in texts]

    blocks = []
    for place, block in enumerate(document.blocks):
        told = _DESCRIBERS[type(block)](block, run, runs)
        if isinstance(block, Figure):
            told["file"] = _name(place, block)
        blocks.append(told)
    return {
        "title": run(document.title),
        "language": document.language.partition("-")[0],
        "rtl": document.right_to_left,
        "marking": document.marking_words,
        "notice": run(document.notice),
        "particulars": [runs(pair) for pair in document.particulars],
        "blocks": blocks,
        "sources": runs(document.sources),
        "sources_title": run(document.labels.sources),
        "page": document.labels.page,
        "of": document.labels.of,
    }


Run = Callable[[str], dict[str, Any]]
Runs = Callable[[Iterable[str]], list[dict[str, Any]]]
Describer = Callable[[Any, Run, Runs], dict[str, Any]]

_DESCRIBERS: Final[Mapping[type[Block], Describer]] = {
    Heading: lambda block, run, _: {"kind": "heading", "level": block.level, "text": run(block.text)},
    Paragraph: lambda block, run, _: {"kind": "paragraph", "quiet": block.quiet, "text": run(block.text)},
    Listing: lambda block, _, runs: {"kind": "listing", "numbered": block.numbered, "items": runs(block.items)},
    Facts: lambda block, _, runs: {
        "kind": "facts",
        "emphatic": block.emphatic,
        "rows": [runs(row) for row in block.rows],
    },
    Table: lambda block, run, runs: {
        "kind": "table",
        "caption": run(block.caption),
        "head": runs(block.head),
        "rows": [runs(row) for row in block.rows],
    },
    Figure: lambda block, run, _: {"kind": "figure", "words": block.words, "caption": run(block.caption)},
    Candour: lambda block, run, runs: {"kind": "candour", "title": run(block.title), "items": runs(block.items)},
}
