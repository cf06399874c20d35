from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from tutela.studies.pages.statement import render_statement, statement_csp
from tutela.studies.statements import compose_statement, draw_statement_map

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Tags, ids and text; refuses tags that do not close where they should."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.crossed, self.headings = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def find(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def document(world):
    return compose_statement(world.sources())


@pytest.fixture(scope="module")
def html(world, document):
    return render_statement(document, draw_statement_map(world.sources(), document))


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_hostile_names_stay_text(html):
    assert "<script" not in html
    assert "<b>M</b>" not in html
    assert "Beta &lt;script&gt;" in html
    assert "Mission &lt;b&gt;M&lt;/b&gt;" in html


def test_nothing_is_loaded_run_or_styled_in_place(page, html):
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    for tag, attrs in page.tags:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")]
        assert attrs.get("href", "#").startswith("#")
    assert "url(http" not in html
    assert "@import" not in html


def test_the_policy_allows_exactly_the_style_that_the_page_has(page, html):
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(attrs["content"] for attrs in page.find("meta") if attrs.get("http-equiv"))
    assert policy == statement_csp(html)
    assert policy.startswith("default-src 'none'")
    assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert statement_csp("no style at all") != policy


def test_the_page_is_well_formed_and_its_ids_are_unique(page):
    assert not page.crossed
    assert not page.open
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    buttons = page.find("button")
    assert {attrs["popovertarget"] for attrs in buttons} <= set(ids)
    assert len(buttons) > 50


def test_headings_are_in_order_tables_have_captions_and_heads(page, html):
    assert page.headings[0] == 1
    assert set(page.headings[1:]) == {2}
    assert html.count("<table>") == html.count("<caption>") > 5
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.find("th"))
    assert page.find("html")[0] == {"lang": "en", "dir": "ltr"}
    assert page.find("a")[0] == {"class": "skip", "href": "#content"}


def test_the_marking_stands_at_top_and_bottom(world, html):
    assert html.count("Confidential - internal edition</span>") == 2
    presence = world.presence(invented=True)
    invented = compose_statement(world.sources(presence=presence))
    text = render_statement(invented, "")
    assert text.count("Invented country: no place, person or event is real</span>") == 2
    assert "marking-invented" in text


def test_every_figure_carries_basis_definition_digest_and_what_was_not_placed(document, html):
    figure = document.figures["head_year_best"]
    shown = unescape(html[html.index('data-figure="head_year_best"') :][:2500])
    assert shown.split(">")[1].split("<")[0] == figure.printed
    for said in (figure.basis, figure.definition, f"tutela trace {figure.digest[:12]}", "17 % of the events"):
        assert said in shown
    assert set(re.findall(r'data-figure="([^"]+)"', html)) | {"unplaced_year", "unplaced_life"} >= {
        key for key in document.figures if not key.startswith("in_")
    }


def test_candour_is_framed_and_no_smaller_than_the_rest(html):
    assert re.search(r'<section id="unknown" class="candour"', html)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    rules = [
        body
        for names, body in re.findall(r"([^{}]+)\{([^{}]*)\}", style)
        if ".candour" in names and "h2" not in names
    ]
    assert rules
    assert not any("font-size" in body or "color" in body for body in rules)


def test_styles_know_start_and_end_and_never_left_and_right(html):
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert not re.search(r"[\w-]*(?:^|[-\s])(?:left|right)\s*:", style)
    assert "red" not in re.findall(r":\s*([a-z]+);", style)


def test_a_right_to_left_language_turns_the_page(document):
    assert '<html lang="ar" dir="rtl">' in render_statement(document, "", lang="ar")


def test_a_presence_without_sites_renders(world):
    sources = world.sources(sites=world.no_sites(), presence=world.presence("UNCT_RCO", facts={}))
    document = compose_statement(sources)
    html = render_statement(document, draw_statement_map(sources, document))
    assert not Page(html).crossed
    assert "0 reached" not in html


def test_an_edition_is_written_on_the_page(document):
    assert "internal edition: not for release" in render_statement(replace(document, edition="internal"), "")
