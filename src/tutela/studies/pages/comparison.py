"""What changed between two releases as a page: one file that works with the network off and runs no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any, Final

from jinja2 import Environment, Template
from markupsafe import Markup

from tutela.kernel.markings import Marking
from tutela.studies.comparisons import Comparison, Standing
from tutela.studies.pages import comparison_words as words
from tutela.studies.pages.paired_bars import Interval, PairsSpec, draw_pairs
from tutela.studies.releases import ReleaseStudy

ROWS: Final = 20
"""So many rows of each list are shown; how many there are stands above them."""

DRAWN_COUNTRIES: Final = 12
"""Most countries in the picture: those that changed most, in alphabetical order; the table has all."""


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """What a page shows of a comparison: its document, the names of both sides' files, and what rests on it.

    `digest` and `standing` are empty where no home keeps it.
    """

    document: Mapping[str, Any]
    files: Mapping[str, Sequence[str]]
    marking: Marking
    invented: bool
    digest: str = ""
    standing: Sequence[Standing] = ()

    @classmethod
    def of_study(cls, study: ReleaseStudy) -> ComparisonPage:
        """A comparison that may leave for a folder: without rows where a source keeps its rows at home."""
        sides = (study.old.manifest, study.new.manifest)
        rows: dict[str, Any] = {} if study.may_list_rows else {"lists": {}}
        return cls(
            study.document | rows,
            {"old": study.old.files, "new": study.new.files},
            max(side.marking for side in sides),
            all(side.invented for side in sides),
        )

    @classmethod
    def of_kept(cls, comparison: Comparison) -> ComparisonPage:
        """A comparison that a home keeps, for a reader who may see it."""
        manifest = comparison.manifest
        return cls(
            comparison.document,
            comparison.files,
            manifest.marking,
            manifest.invented,
            manifest.content,
            comparison.standing,
        )

    @property
    def title(self) -> str:
        """The question that the page answers."""
        return "What changed between the two releases?"

    @property
    def marking_text(self) -> str:
        """What stands at the top and bottom of the page."""
        return "Invented: no place, person or event is real" if self.invented else self.marking.label


def render_comparison(page: ComparisonPage) -> str:
    """The whole page as HTML, with its own content security policy; everything from files is escaped."""
    style = style_of_comparison()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template("comparison.html").render(
        page=page,
        csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704  # our own file
        body=Markup(render_body(page)),  # noqa: S704  # escaped by render_body
    )


def render_body(page: ComparisonPage) -> str:
    """What stands in the main part of the page, in the file and in the web application alike."""
    ids = count(1)
    shared = page.document["shared"]
    countries = _choose_countries(shared["by_country"])
    return _template("comparison_body.html").render(
        page=page,
        document=page.document,
        shared=shared,
        words=words,
        signed=words.signed,
        country=words.name_country,
        file_of=_find_names(page),
        shape=_shape,
        estimate=_estimate,
        next_id=lambda: f"comparison-{next(ids)}",
        rows=ROWS,
        year_bars=_draw(page, "By year", [(str(item["year"]), item) for item in shared["by_year"]]),
        country_bars=_draw(page, "By country", countries),
        drawn=len(countries),
    )


def style_of_comparison() -> str:
    """The whole style of the file."""
    return _read("figures.css") + _read("statement.css") + own_style()


def own_style() -> str:
    """The rules that the file and the web page share."""
    return _read("comparison.css")


def _choose_countries(by_country: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    changed = [item for item in by_country if item["best"]["difference"]]
    most = sorted(changed, key=lambda item: -abs(item["best"]["difference"]))[:DRAWN_COUNTRIES]
    return sorted((item["country"] or "?", item) for item in most) if len(by_country) > 1 else []


def _draw(page: ComparisonPage, title: str, groups: Sequence[tuple[str, Mapping[str, Any]]]) -> Markup:
    if not groups:
        return Markup("")
    pairs = tuple((label, _interval(item, "before"), _interval(item, "after")) for label, item in groups)
    # What the drawing says aloud is what the table says.
    spoken = "; ".join(f"{label}: {_spell(old)} before, {_spell(new)} after" for label, old, new in pairs)
    sides = (page.document["old"]["vintage"], page.document["new"]["vintage"])
    spec = PairsSpec(f"People killed: {title.lower()}", spoken, sides, pairs)
    return Markup(draw_pairs(spec))  # noqa: S704  # draw_pairs escapes


def _interval(item: Mapping[str, Any], when: str) -> Interval | None:
    best = item["best"][when]
    if best is None:
        return None
    low, high = item["low"][when], item["high"][when]
    return (best if low is None else min(low, best), best, best if high is None else max(high, best))


def _spell(bar: Interval | None) -> str:
    return "not in this source" if bar is None else f"{bar[1]:,.0f}"


def _estimate(totals: Mapping[str, Any], when: str) -> str:
    best, low, high = (totals[name][when] for name in ("best", "low", "high"))
    if best is None:
        return "not in this source"
    return f"{best:,}" if low is None or high is None else f"{best:,} (best; {low:,}\N{EN DASH}{high:,})"


def _shape(value: float | None) -> str:
    """A change has a sign, a word and a shape."""
    return "?" if value is None else "▲" if value > 0 else "▼" if value < 0 else "="


def _find_names(page: ComparisonPage) -> Callable[[str, int], str]:
    def name(side: str, number: int) -> str:
        return page.files[side][number]

    return name


def _template(name: str) -> Template:
    return _environment().from_string(_read(f"templates/{name}"))


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)


@cache
def _read(name: str) -> str:
    return (files("tutela.studies") / "pages" / name).read_text("utf-8")
