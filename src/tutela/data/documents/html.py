"""A document as a page that stands by itself, and as a fragment for a page of the application."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from html import escape
from importlib.resources import files
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
)


def to_html(document: Document) -> bytes:
    """One file without scripts, links or anything from outside; its marking stands on each printed page."""
    style = files("tutela.data.documents").joinpath("document.css").read_text("utf-8")
    mark = f'<td class="marking" dir="auto">{escape(document.marking_words)}</td>'
    direction = "rtl" if document.right_to_left else "ltr"
    page, of = (escape(word) for word in (document.labels.page, document.labels.of))
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}" dir="{direction}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(document.title)}</title>\n<style>\n{style}"
        f'@page {{ @bottom-right {{ content: "{_css(page)} " counter(page) " {_css(of)} " counter(pages); }} }}\n'
        "</style>\n</head>\n<body>\n"
        # A table's head and foot are what every browser repeats on each printed page.
        f'<table class="sheet" role="presentation">\n<thead><tr>{mark}</tr></thead>\n'
        f"<tfoot><tr>{mark}</tr></tfoot>\n<tbody><tr><td>\n{to_fragment(document)}\n</td></tr></tbody>\n"
        "</table>\n</body>\n</html>\n"
    ).encode()


def to_fragment(document: Document) -> str:
    """The document's body without its marking: an article whose every text is escaped."""
    particulars = "".join(_fact(name, value) for name, value in document.particulars)
    notice = f'<p class="notice" dir="auto">{escape(document.notice)}</p>\n' if document.notice else ""
    head = (
        f'<article class="document" lang="{escape(document.language)}">\n<header>\n'
        f'<h1 dir="auto">{escape(document.title)}</h1>\n{notice}'
        f'<dl class="particulars">{particulars}</dl>\n</header>'
    )
    parts = [head, *(write_block(block) for block in document.blocks)]
    if document.sources:
        items = "".join(f'<li dir="auto">{escape(text)}</li>' for text in document.sources)
        parts.append(f'<h2 dir="auto">{escape(document.labels.sources)}</h2>\n<ol class="sources">{items}</ol>')
    return "\n".join([*parts, "</article>"])


def write_block(block: Block) -> str:
    """One block."""
    return _WRITERS[type(block)](block)


def _heading(block: Heading) -> str:
    tag = f"h{block.level + 1}"
    return f'<{tag} dir="auto">{escape(block.text)}</{tag}>'


def _paragraph(block: Paragraph) -> str:
    kind = ' class="quiet"' if block.quiet else ""
    return f'<p{kind} dir="auto">{escape(block.text)}</p>'


def _items(items: Iterable[str], tag: str = "ul") -> str:
    return f"<{tag}>" + "".join(f'<li dir="auto">{escape(item)}</li>' for item in items) + f"</{tag}>"


def _listing(block: Listing) -> str:
    return _items(block.items, "ol" if block.numbered else "ul")


def _fact(name: str, value: str) -> str:
    return f'<div><dt dir="auto">{escape(name)}</dt><dd dir="auto">{escape(value)}</dd></div>'


def _facts(block: Facts) -> str:
    kind = "facts emphatic" if block.emphatic else "facts"
    return f'<dl class="{kind}">' + "".join(_fact(name, value) for name, value in block.rows) + "</dl>"


def _table(block: Table) -> str:
    caption = f'<caption dir="auto">{escape(block.caption)}</caption>' if block.caption else ""
    head = "".join(f'<th scope="col" dir="auto">{escape(cell)}</th>' for cell in block.head)
    rows = "\n".join(
        "<tr>" + "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in row) + "</tr>" for row in block.rows
    )
    return (
        f'<div class="wide" tabindex="0"><table class="data">{caption}<thead><tr>{head}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _figure(block: Figure) -> str:
    content = base64.b64encode(block.content).decode()
    caption = f'<figcaption dir="auto">{escape(block.caption)}</figcaption>' if block.caption else ""
    source = f"data:{block.media_type};base64,{content}"
    return f'<figure><img src="{source}" alt="{escape(block.words)}">{caption}</figure>'


def _candour(block: Candour) -> str:
    return f'<section class="candour"><h2 dir="auto">{escape(block.title)}</h2>{_items(block.items)}</section>'


def _css(text: str) -> str:
    """Text inside a string of a style sheet: everything but letters, digits and spaces is escaped."""
    return "".join(letter if letter.isalnum() or letter == " " else f"\\{ord(letter):x} " for letter in text)


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Listing: _listing,
    Facts: _facts,
    Table: _table,
    Figure: _figure,
    Candour: _candour,
}
