"""The statement as a page: one file that works with the network off, runs no script and prints its marking."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Final

from jinja2 import Environment
from markupsafe import Markup

from tutela.engine.statement.binding import split_runs
from tutela.engine.statement.claims import plain_text
from tutela.engine.statement.documents import Bars, Document
from tutela.engine.statement.figures import format_day
from tutela.studies.pages.charts import BarsSpec, draw_bars

RIGHT_TO_LEFT: Final = ("ar", "fa", "he", "ur")
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def render_statement(document: Document, map_svg: str, *, lang: str = "en") -> str:
    """The whole page as HTML; `map_svg` must come from `draw_map`, everything else is escaped here."""
    style = _style()
    ids = count(1)

    def next_id(key: str) -> str:
        return f"card-{next(ids)}-{key}"

    def plain(text: str) -> str:
        return plain_text(text, document)

    def bars(block: Bars) -> Markup:
        return _draw(block, document)

    page = _environment().from_string(_read("templates/statement.html"))
    return page.render(
        document=document,
        figures=document.figures,
        as_of=format_day(document.as_of),
        marking_text=marking_of(document),
        lang=lang,
        dir="rtl" if lang.split("-")[0] in RIGHT_TO_LEFT else "ltr",
        csp=_policy(style),
        style=Markup(style),  # noqa: S704  # our own file
        map_svg=Markup(map_svg),  # noqa: S704  # drawn by draw_map, which escapes
        split=split_runs,
        kind_of=lambda block: type(block).__name__,
        next_id=next_id,
        plain=plain,
        bars=bars,
    )


def statement_csp(html: str) -> str:
    """The policy under which a statement's page may be sent: its own style by digest, and nothing else."""
    found = _STYLE.search(html)
    return _policy(found[1] if found else "")


def marking_of(document: Document) -> str:
    """What stands at the top and bottom of every page."""
    if document.invented:
        return "Invented country: no place, person or event is real"
    return f"{document.marking.label} - {document.edition} edition"


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _draw(block: Bars, document: Document) -> Markup:
    figures = [(plain_text(label, document), document.figures[key]) for label, key in block.bars]
    # What the drawing says aloud is what the figures say.
    spoken = "; ".join(f"{label}: {figure.printed}" for label, figure in figures)
    spec = BarsSpec(
        title=plain_text(block.caption, document),
        description=spoken,
        bars=tuple((label, figure.estimate) for label, figure in figures),
        unit=figures[0][1].unit,
    )
    return Markup(draw_bars(spec))  # noqa: S704  # draw_bars escapes


@cache
def _style() -> str:
    return _read("figures.css") + _read("statement.css")


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, trim_blocks=True)


@cache
def _read(name: str) -> str:
    return (files("tutela.studies") / "pages" / name).read_text("utf-8")
