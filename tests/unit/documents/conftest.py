"""An invented report with one of every block, in English with Arabic in it and in Arabic with English in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tutela.data.documents import (
    Candour,
    Document,
    Facts,
    Figure,
    Heading,
    Labels,
    Listing,
    Paragraph,
    Table,
)
from tutela.kernel.markings import Marking

HOSTILE = '<script>alert(1)</script> #set page(fill: red) $x$ *bold* [link] "quote" {{ open }} {% tag %} @page'
ARABIC = "وقع الحادث عند المخاضة، على بعد 12 km من القاعدة."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><rect width="80" height="9"/></svg>'
WORDS = Labels("إلى", "صدر", "حتى", "المصادر", "صفحة", "من", "سري للغاية")


def make(language: str = "en", **changed: object) -> Document:
    arabic = language == "ar"
    given: dict[str, object] = {
        "title": "تقرير عاجل عن حادث" if arabic else "Flash report: invented ford",
        "marking": Marking.STRICTLY_CONFIDENTIAL,
        "issued": datetime(2026, 3, 2, 4, 10, tzinfo=UTC),
        "recipient": "Head of office",
        "as_of": "2026-03-02 04:00 UTC",
        "language": language,
        "notice": "Invented: no place, person or event in it is real.",
        "labels": WORDS if arabic else Labels(),
        "sources": ("Alert of a community", ARABIC),
        "blocks": (
            Facts((("Must not be told", HOSTILE), ("Where", ARABIC)), emphatic=True),
            Heading("Steps taken"),
            Table(("Step", "At"), (("detected", "04:10"), ("decided", "04:32")), "Times in UTC"),
            Heading("Place", 2),
            Paragraph(ARABIC),
            Paragraph("Counted on 2 March.", quiet=True),
            Listing(("one", ARABIC), numbered=True),
            Listing(("either", "or")),
            Figure(SVG, "image/svg+xml", "A bar", "How long"),
            Candour("What is not known", ("Who did it.", ARABIC)),
        ),
    }
    return Document(**(given | changed))  # type: ignore[arg-type]


@pytest.fixture(params=["en", "ar"])
def document(request: pytest.FixtureRequest) -> Document:
    return make(request.param)
