"""The page of two releases as one file: escaped, without a script, in words that say what was not compared."""

from __future__ import annotations

import base64
import hashlib
import re
import runpy
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from tutela.kernel.markings import Marking
from tutela.studies.pages.comparison import ComparisonPage, render_comparison
from tutela.studies.pages.comparison_words import headline, name_country, signed
from tutela.studies.pages.paired_bars import PairsSpec, draw_pairs


@pytest.fixture(scope="module")
def comparison(root: Any) -> Any:
    return runpy.run_path(str(root / "tests" / "web" / "release_worlds.py"))["make_comparison"]()


@pytest.fixture(scope="module")
def html(comparison: Any) -> str:
    return render_comparison(ComparisonPage.of_kept(comparison))


def alter(comparison: Any, **document: Any) -> ComparisonPage:
    return ComparisonPage.of_kept(replace(comparison, document={**comparison.document, **document}))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_it_runs_no_script_and_asks_for_nothing(html):
    assert "<script" not in html
    assert not re.findall(r"(?:src|href)=\"(?!#)", html)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert policy is not None
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in policy[1]
    assert policy[1].startswith("default-src &#39;none&#39;")


def test_every_tag_is_closed_and_every_id_stands_once(html):
    ids: list[str] = []
    open_: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            ids.extend(value for name, value in attrs if name == "id" and value)
            if tag not in ("meta", "link", "br"):
                open_.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert open_.pop() == tag

    Tags().feed(html)
    assert open_ == []
    assert len(ids) == len(set(ids))


def test_the_marking_stands_at_top_and_bottom(comparison, html):
    assert html.count("<span>Invented: no place, person or event is real</span>") == 2
    real = ComparisonPage.of_kept(
        replace(comparison, manifest=replace(comparison.manifest, invented=False, marking=Marking.CONFIDENTIAL))
    )
    assert render_comparison(real).count("<span>Confidential</span>") == 2


def test_rows_that_may_not_leave_are_not_in_the_file_and_it_says_so(comparison):
    text = text_of(render_comparison(alter(comparison, lists={})))
    assert "Rows are not listed here" in text
    assert "Invented Front" not in text
    assert "INV-" not in text.replace("INV-LARGE", "")


def test_a_release_without_deaths_has_no_difference_and_no_zero(comparison):
    nothing = {"before": None, "after": 5, "difference": None}
    shared = comparison.document["shared"]
    totals = {**shared["totals"], **dict.fromkeys(("best", "low", "high"), nothing)}
    years = [{**year, "best": nothing, "low": nothing} for year in shared["by_year"]]
    page = alter(comparison, shared={**shared, "totals": totals, "by_year": years})
    text = text_of(render_comparison(page))
    assert "no difference can be given" in text
    assert "not in this source" in text
    assert headline(page.document)[0].startswith("One of the releases does not count")


def test_releases_that_say_the_same_say_so(comparison):
    shared = comparison.document["shared"]
    same = {"before": 5, "after": 5, "difference": 0}
    quiet = [{**part, "events": 0, "best": 0} for part in shared["difference_of_best"]]
    totals = dict.fromkeys(shared["totals"], same)
    page = alter(comparison, shared={**shared, "totals": totals, "difference_of_best": quiet})
    assert "nothing: no figure of what both cover changed" in text_of(render_comparison(page))
    assert len(headline(page.document)) == 1
    assert "no change" in headline(page.document)[0]


def test_one_country_has_no_picture_of_countries_and_no_year_no_picture(comparison):
    shared = comparison.document["shared"]
    page = alter(comparison, shared={**shared, "by_country": shared["by_country"][:1], "by_year": []})
    html = render_comparison(page)
    assert "Country by country" not in html
    assert "Year by year" not in html


def test_countries_without_a_change_are_in_the_table_and_not_in_the_picture(comparison):
    shared = comparison.document["shared"]
    first, second = shared["by_country"]
    still = {**second, "best": {**second["best"], "difference": 0}}
    page = alter(comparison, shared={**shared, "by_country": [first, still]})
    assert "1 of the 2 countries that both releases cover" in text_of(render_comparison(page))
    page = alter(comparison, shared={**shared, "by_country": [still, still]})
    assert "In none of the 2 countries" in text_of(render_comparison(page))


def test_where_nothing_stands_on_the_earlier_release_it_says_so(comparison):
    page = ComparisonPage.of_kept(replace(comparison, standing=()))
    assert "None in this home that you may read" in render_comparison(page)
    loose = replace(page, digest="")
    assert "still stand on the earlier release" not in render_comparison(loose)
    assert "tutela trace" not in render_comparison(loose)


def test_what_one_side_alone_covers_is_said_and_not_added_up(comparison):
    only = {"events": 1, "best": None, "countries": list("ABCDEFGHIJ"), "years": [2020, 2021]}
    page = alter(comparison, only_in_one={"old": only, "new": {**only, "events": 0}})
    said = headline(page.document)[-1]
    assert said.startswith(
        "Only the earlier release covers 1 event (A, B, C, D, E, F, G, H and 2 more; 2020 to 2021)"
    )
    assert "not compared" in said
    assert said in text_of(render_comparison(page))


def test_words_of_numbers_and_countries():
    assert (signed(None), signed(3), signed(-3), signed(0)) == ("not known", "+3", "\N{MINUS SIGN}3", "no change")
    assert (name_country(""), name_country("CAF"), name_country("Q9")) == (
        "no country",
        "Central African Republic",
        "Q9",
    )


def test_pairs_are_drawn_beside_each_other_and_what_is_not_covered_is_no_bar_of_zero():
    spec = PairsSpec(
        "A <title>", "2019: 3", ("old", "<new>"), (("2019", (1, 3, 5), (0, 0, 0)), ("2020", None, (2, 2, 2)))
    )
    drawn = draw_pairs(spec)
    assert drawn.count("∅") == 1
    assert "&lt;new&gt;" in drawn
    assert "&lt;title&gt;" in drawn
    assert "style=" not in drawn
    assert drawn == draw_pairs(spec)
    assert "<svg" in draw_pairs(PairsSpec("none", "", ("a", "b"), ()))
    assert draw_pairs(PairsSpec("one", "", ("a", "b"), (("2020", (0, 1, 1), None),))).count("2,500") == 0
