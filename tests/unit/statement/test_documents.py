from __future__ import annotations

from datetime import date

import pytest

from tutela.engine.statement.documents import Bars, Bullets, Document, Grid, Lines, MapHere, Paragraph, Section
from tutela.engine.statement.figures import Figure
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem


def make(*blocks, title="A title", figures=None):
    return Document(
        title,
        "M",
        "Mission",
        date(2020, 12, 31),
        False,
        Marking.CONFIDENTIAL,
        (Section("s", "What?", blocks),),
        figures or {},
    )


def text(key, beside=None):
    return Figure(key, key, "text", "", "", "basis", "a" * 64, value=key, beside=beside)


@pytest.mark.parametrize(
    "block",
    [
        Paragraph("12 were killed"),
        Bullets(("fine", "12")),
        Grid("Caption", ("A",), (("12",),)),
        Grid("Caption 12", ("A",), (("b",),)),
        Grid("Caption", ("A",), (("b",),), "12"),
        Lines("Years", (("2020", "none"),)),
        Bars("12", ()),
        MapHere("12"),
    ],
)
def test_no_block_hides_an_unbound_figure(block):
    with pytest.raises(Problem) as caught:
        make(block)
    assert caught.value.code == "figure-unbound"
    assert caught.value.where == "s"


def test_a_title_with_an_unbound_figure_is_refused():
    with pytest.raises(Problem):
        make(title="The year 2020")


@pytest.mark.parametrize("block", [Paragraph("{figure:lost}"), Bars("Bars", (("a", "lost"),))])
def test_a_figure_that_was_not_computed_is_refused(block):
    with pytest.raises(Problem) as caught:
        make(block)
    assert caught.value.code == "figure-unknown"


def test_what_stands_beside_a_figure_must_be_computed_too():
    with pytest.raises(Problem) as caught:
        make(Paragraph("{figure:a}"), figures={"a": text("a", beside="b")})
    assert caught.value.code == "figure-unknown"
    assert make(Paragraph("{figure:a}"), figures={"a": text("a", beside="b"), "b": text("b")}).figures


def test_a_figure_that_nobody_reads_is_refused():
    with pytest.raises(ValueError, match="never shows: a"):
        make(figures={"a": text("a")})


@pytest.mark.parametrize("rows", [(), (("a", "b"),)])
def test_a_table_is_never_empty_and_always_rectangular(rows):
    with pytest.raises(ValueError, match="table"):
        Grid("Caption", ("One column",), rows)


def test_the_digest_of_the_text_changes_with_a_word():
    assert make(Paragraph("a word")).text_digest == make(Paragraph("a word")).text_digest
    assert make(Paragraph("a word")).text_digest != make(Paragraph("another word")).text_digest
