"""A document as a Word file: what most readers work in. Needs the extra `word`."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC
from io import BytesIO
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

_LATIN: Final = "Noto Sans"
_ARABIC: Final = "Noto Sans Arabic"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_WIDE_CM: Final = 17.0


def to_word(document: Document) -> bytes:
    """A .docx in A4 with its marking on every page; the same document gives the same bytes."""
    try:
        import docx
    except ModuleNotFoundError:
        raise Problem(
            "word-missing",
            "The extra `word` is not installed here.",
            remedy="Ask for HTML or PDF, or install tutela[word].",
        ) from None
    file = docx.Document()
    _set_page(file, document)
    pen = Pen(file, document)
    pen.write(document.title, style="Title")
    if document.notice:
        pen.write(document.notice, bold=True)
    pen.pairs(document.particulars)
    for block in document.blocks:
        _WRITERS[type(block)](pen, block)
    if document.sources:
        pen.write(document.labels.sources, style="Heading 1")
        for place, text in enumerate(document.sources, start=1):
            pen.write(f"[{place}] {text}", leads=text)
    made = BytesIO()
    file.save(made)
    return _still(made.getvalue())


class Pen:
    """Writes paragraphs and tables, each on the side from which it is read."""

    def __init__(self, file: Any, document: Document) -> None:
        self.file = file
        self.language = document.language

    def write(
        self, text: str, *, style: str | None = None, bold: bool = False, within: Any = None, leads: str = ""
    ) -> Any:
        """One paragraph; `leads` is the text whose direction counts where something of ours stands before it."""
        made = (within or self.file).add_paragraph(style=style)
        return self.fill(made, text, bold=bold, leads=leads)

    def fill(self, paragraph: Any, text: str, *, bold: bool = False, leads: str = "") -> Any:
        """Text into a paragraph that is there."""
        run = paragraph.add_run(text)
        run.bold = bold or None
        if is_right_to_left(leads or text, self.language):
            turn(paragraph, run)
        return paragraph

    def settle(self, paragraph: Any, text: str) -> None:
        """In a cell, text stands on the side of its document, whichever way it is read."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        if is_right_to_left(text, self.language) != is_right_to_left("", self.language):
            # For a paragraph that is read from the right, "right" is its end.
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def table(
        self, rows: Iterable[tuple[str, ...]], columns: int, *, head: int = 0, bold_first: bool = False
    ) -> Any:
        """A table whose first `head` rows are repeated on each page."""
        made = self.file.add_table(rows=0, cols=columns)
        made.style = "Table Grid"
        if is_right_to_left("", self.language):
            made.table_direction = _table_direction()
        for place, row in enumerate(rows):
            cells = made.add_row().cells
            for column, text in enumerate(row):
                strong = place < head or (bold_first and column == 0)
                self.settle(self.fill(cells[column].paragraphs[0], text, bold=strong), text)
            if place < head:
                _add(made.rows[place]._tr.get_or_add_trPr(), "w:tblHeader", val="true")
            _add(made.rows[place]._tr.get_or_add_trPr(), "w:cantSplit", val="true")
        return made

    def pairs(self, rows: Iterable[tuple[str, str]]) -> Any:
        """Names and what stands for each."""
        from docx.shared import Cm

        kept = tuple(rows)
        if not kept:
            return None
        made = self.table(kept, 2, bold_first=True)
        made.autofit = False
        for row in made.rows:
            for cell, wide in zip(row.cells, (4.5, _WIDE_CM - 4.5), strict=True):
                cell.width = Cm(wide)
        self.file.add_paragraph()
        return made


def turn(paragraph: Any, run: Any) -> None:
    """Set a paragraph from the right, and its letters with the fonts and rules of such scripts."""
    _add(paragraph._p.get_or_add_pPr(), "w:bidi")
    _add(run._r.get_or_add_rPr(), "w:rtl")


def _add(parent: Any, name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made


def _table_direction() -> Any:
    from docx.enum.table import WD_TABLE_DIRECTION

    return WD_TABLE_DIRECTION.RTL


def _set_page(file: Any, document: Document) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2.4)
    for name, size in (("Normal", 10.5), ("Title", 18), ("Heading 1", 13), ("Heading 2", 11)):
        style = file.styles[name]
        style.font.size = Pt(size)
        _set_fonts(style)
    for part in (section.header, section.footer):
        line = part.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(document.marking_words).bold = True
    pages = section.footer.add_paragraph()
    pages.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _add_field(pages, f"{document.labels.page} ", "PAGE")
    _add_field(pages, f" {document.labels.of} ", "NUMPAGES")
    file.core_properties.title = document.title
    file.core_properties.author = file.core_properties.last_modified_by = "Tutela"
    file.core_properties.comments = ""
    moment = document.issued.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    file.core_properties.created = file.core_properties.modified = moment


def _set_fonts(style: Any) -> None:
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for kind, name in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _ARABIC)):
        fonts.set(qn(f"w:{kind}"), name)


def _add_field(paragraph: Any, before: str, code: str) -> None:
    run = paragraph.add_run(before)
    _add(run._r, "w:fldChar", fldCharType="begin")
    _add(run._r, "w:instrText").text = code
    _add(run._r, "w:fldChar", fldCharType="end")


def _write_heading(pen: Pen, block: Heading) -> None:
    pen.write(block.text, style=f"Heading {block.level}")


def _write_paragraph(pen: Pen, block: Paragraph) -> None:
    pen.write(block.text)


def _write_listing(pen: Pen, block: Listing) -> None:
    for item in block.items:
        pen.write(item, style="List Number" if block.numbered else "List Bullet")


def _write_facts(pen: Pen, block: Facts) -> None:
    made = pen.pairs(block.rows)
    if block.emphatic and made is not None:
        _frame(made)


def _write_table(pen: Pen, block: Table) -> None:
    if block.caption:
        pen.write(block.caption).paragraph_format.keep_with_next = True
    pen.table((block.head, *block.rows), len(block.head), head=1)
    pen.file.add_paragraph()


def _write_figure(pen: Pen, block: Figure) -> None:
    from docx.shared import Cm

    content = block.content
    if block.media_type == "image/svg+xml":
        import vl_convert

        content = vl_convert.svg_to_png(content.decode(), ppi=192)
    picture = pen.file.add_picture(BytesIO(content), width=Cm(_WIDE_CM))
    picture._inline.docPr.set("descr", block.words)
    if block.caption:
        pen.write(block.caption)


def _write_candour(pen: Pen, block: Candour) -> None:
    made = pen.file.add_table(rows=1, cols=1)
    made.style = "Table Grid"
    _frame(made)
    cell = made.rows[0].cells[0]
    pen.fill(cell.paragraphs[0], block.title, bold=True)
    for item in block.items:
        pen.write(item, style="List Bullet", within=cell)
    pen.file.add_paragraph()


def _frame(table: Any) -> None:
    """A heavier line around a table than around others."""
    borders = _add(table._tbl.tblPr, "w:tblBorders")
    for side in ("top", "left", "bottom", "right"):
        _add(borders, f"w:{side}", val="single", sz="18", space="0", color="1a1f24")


def _still(content: bytes) -> bytes:
    """The same archive with one time for every part, so that the same document gives the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return made.getvalue()


_WRITERS: Final[Mapping[type[Block], Callable[[Pen, Any], None]]] = {
    Heading: _write_heading,
    Paragraph: _write_paragraph,
    Listing: _write_listing,
    Facts: _write_facts,
    Table: _write_table,
    Figure: _write_figure,
    Candour: _write_candour,
}
