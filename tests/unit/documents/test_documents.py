"""One document, three forms: the same words, the marking on every page, the same bytes for the same input."""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from tutela.data.documents import (
    Document,
    Figure,
    Paragraph,
    Table,
    as_json,
    from_json,
    is_right_to_left,
    to_fragment,
    to_html,
    to_pdf,
    to_pictures,
    to_word,
)
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem

sys.path.insert(0, str(Path(__file__).parent))
from conftest import ARABIC, HOSTILE, make

LONG = Table(("Step", "At"), tuple((f"step {number}", "04:10") for number in range(160)))


def words_of_word(content: bytes) -> str:
    file = docx.Document(BytesIO(content))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in file.paragraphs] + cells)


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x0b", "\ud800", "\uffff"])
def test_control_characters_are_refused_in_every_text(letter):
    for changed in ({"title": f"a{letter}"}, {"blocks": (Table(("a",), ((letter,),)),)}, {"sources": (letter,)}):
        with pytest.raises(ValueError, match="control characters"):
            make(**changed)


def test_a_time_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        make(issued=datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize(("head", "rows"), [((), ()), (("a", "b"), (("one",),))])
def test_a_table_whose_rows_are_not_as_long_as_its_head_is_refused(head, rows):
    with pytest.raises(ValueError, match="as long as its head"):
        Table(head, rows)


def test_a_damaged_picture_is_refused_without_a_word_of_the_document():
    broken = make(blocks=(Paragraph("invented secret"), Figure(b"nothing", "image/png", "A map")))
    with pytest.raises(Problem) as refused:
        to_pdf(broken)
    assert refused.value.code == "document-unwritable"
    assert "secret" not in str(refused.value)


def test_word_names_its_extra_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(Problem, match=r"tutela\[word\]") as refused:
        to_word(make())
    assert refused.value.code == "word-missing"


@pytest.mark.parametrize("write", [to_html, to_pdf, to_word])
def test_the_same_document_gives_the_same_bytes_and_another_time_gives_others(write, document):
    assert write(document) == write(replace(document))
    assert write(document) != write(replace(document, issued=document.issued + timedelta(days=1)))


def test_what_people_wrote_is_text_in_every_form():
    document = make()
    page = to_html(document).decode()
    assert "<script" not in page
    assert HOSTILE in unescape(page)
    assert HOSTILE in words_of_word(to_word(document))
    in_pdf = " ".join(page.extract_text() for page in PdfReader(BytesIO(to_pdf(document))).pages)
    for part in ("<script>alert(1)</script>", "#set page(fill: red)", "{{ open }}", "*bold*"):
        assert part in in_pdf


def test_no_form_reaches_outside(document):
    page = to_html(document).decode()
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<link" not in page
    assert b"/URI" not in to_pdf(document)
    with zipfile.ZipFile(BytesIO(to_word(document))) as parts:
        relations = [parts.read(name) for name in parts.namelist() if name.endswith(".rels")]
    assert not any(b"TargetMode=" in content for content in relations)


def test_the_marking_stands_on_top_and_bottom_of_every_page_with_its_number():
    document = make(blocks=(LONG,))
    pages = PdfReader(BytesIO(to_pdf(document))).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        said = page.extract_text()
        assert said.count("Strictly confidential") == 2
        assert f"Page {number} of {len(pages)}" in said
    assert to_html(document).count(b'class="marking" dir="auto">Strictly confidential<') == 2
    section = docx.Document(BytesIO(to_word(document))).sections[0]
    assert section.header.paragraphs[0].text == "Strictly confidential"
    assert section.footer.paragraphs[0].text == "Strictly confidential"
    assert "NUMPAGES" in section.footer.paragraphs[1]._p.xml


@pytest.mark.parametrize("marking", list(Marking))
def test_every_marking_reads_as_it_is_defined(marking):
    document = make(marking=marking)
    assert marking.label.encode() in to_html(document)
    assert marking.label in PdfReader(BytesIO(to_pdf(document))).pages[0].extract_text()


def test_every_form_says_the_same_words(document):
    page, word = unescape(to_html(document).decode()), words_of_word(to_word(document))
    for said in (
        document.title,
        document.notice,
        "Head of office",
        "Steps taken",
        "decided",
        ARABIC,
        "Who did it.",
    ):
        assert said in page
        assert said in word
    assert "A bar" in page
    assert 'descr="A bar"' in docx.Document(BytesIO(to_word(document))).element.xml


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("12 km", "en", False),
        ("12 km", "ar", False),
        ("12", "ar", False),
        ("67% (30%-90%)", "ar", False),
        ("-", "ar", True),
        ("12", "en", False),
        (ARABIC, "en", True),
    ],
)
def test_the_first_letter_says_from_which_side_a_text_is_read(text, language, expected):
    assert is_right_to_left(text, language) is expected


def test_arabic_is_set_from_the_right_in_every_form():
    document = make("ar")
    assert '<html lang="ar" dir="rtl">' in to_html(document).decode()
    word = docx.Document(BytesIO(to_word(document)))
    assert any("<w:bidi/>" in paragraph._p.xml and "<w:rtl/>" in paragraph._p.xml for paragraph in word.paragraphs)
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(BytesIO(to_pdf(document))).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("NotoSansArabic" in font for font in fonts)


def test_a_fragment_stands_in_a_page_of_the_application_without_style_or_script():
    said = to_fragment(make())
    assert said.startswith('<article class="document"')
    assert "style" not in said.replace("<!", "")
    assert "<html" not in said


def test_blocks_that_were_kept_come_back_as_they_were_and_pictures_are_not_kept_so():
    blocks = tuple(block for block in make().blocks if not isinstance(block, Figure))
    assert from_json(json.loads(json.dumps(as_json(blocks)))) == blocks
    with pytest.raises(TypeError, match="kept as a file"):
        as_json(make().blocks)


def test_pages_can_be_looked_at():
    pictures = to_pictures(make(blocks=(LONG,)))
    assert len(pictures) > 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_the_time_in_the_files_is_the_time_of_issue():
    document = Document("A", Marking.UNCLASSIFIED, datetime(2026, 3, 2, 4, 10, tzinfo=UTC), (Paragraph("b"),))
    with zipfile.ZipFile(BytesIO(to_word(document))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert (
        docx.Document(BytesIO(to_word(document))).core_properties.created.isoformat() == "2026-03-02T04:10:00+00:00"
    )
