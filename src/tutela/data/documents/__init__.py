"""Reports as neutral documents of blocks, written out as HTML, PDF and Word: the same words in the same order."""

from __future__ import annotations

from tutela.data.documents.blocks import (
    Block,
    Candour,
    Document,
    Facts,
    Figure,
    Heading,
    Labels,
    Listing,
    Paragraph,
    Table,
    as_json,
    from_json,
    is_right_to_left,
)
from tutela.data.documents.html import to_fragment, to_html
from tutela.data.documents.pdf import to_pdf, to_pictures
from tutela.data.documents.word import to_word

__all__ = [
    "Block",
    "Candour",
    "Document",
    "Facts",
    "Figure",
    "Heading",
    "Labels",
    "Listing",
    "Paragraph",
    "Table",
    "as_json",
    "from_json",
    "is_right_to_left",
    "to_fragment",
    "to_html",
    "to_pdf",
    "to_pictures",
    "to_word",
]
