"""What every page has, and what each one says."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
import worlds
from django.test import override_settings

PAGES = (
    "/",
    "/about/",
    "/presences/",
    "/presences/?kind=nothing-of-the-kind",
    "/presences/INV-LARGE/",
    "/presences/INV-ENVOY/",
    "/presences/INV-SMALL/",
    "/presences/MINUSCA/",
    "/presences/NOWHERE/",
    "/nothing/",
)
OTHERS = (
    "/figures.css",
    "/healthz",
    "/static/tutela.css",
    "/static/built/pico.css",
    "/presences/INV-LARGE/claims.json",
)
BUDGET_BYTES = 100_000


class Tags(HTMLParser):
    """Collects tags with their attributes, and complains about tags left open or closed twice."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"option", "li"} and self.open[-1] != tag:
            return
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.found if (value := attributes.get(name)) is not None]


@pytest.mark.parametrize("path", [*PAGES, *OTHERS, "/presences/INV-LARGE/statement/"])
def test_every_answer_carries_the_safe_headers(ask, path: str) -> None:
    response = ask(path)
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in response
    assert "Set-Cookie" not in response


@pytest.mark.parametrize("path", PAGES)
def test_pages_allow_nothing_inline_and_are_never_stored(ask, path: str) -> None:
    response = ask(path)
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"
    tags = Tags(response.content.decode())
    names = {tag for tag, _ in tags.found}
    assert not names & {"script", "style", "iframe", "object", "embed"}
    attributes = {name for _, attrs in tags.found for name in attrs}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_fetched_from_elsewhere(ask, path: str) -> None:
    tags = Tags(ask(path).content.decode())
    for attribute in ("href", "src", "action", "srcset", "poster"):
        assert all(value.startswith(("/", "#")) and not value.startswith("//") for value in tags.values(attribute))


@pytest.mark.parametrize("path", ["/static/tutela.css", "/static/built/pico.css", "/figures.css"])
def test_style_sheets_fetch_nothing(ask, path: str) -> None:
    response = ask(path)
    body = b"".join(response) if response.streaming else response.content
    assert response["Content-Type"].startswith("text/css")
    assert len(body) > 500
    assert not re.findall(rb"url\(|@import", body)


@pytest.mark.parametrize("path", PAGES)
def test_every_internal_link_resolves(ask, path: str) -> None:
    tags = Tags(ask(path).content.decode())
    targets = {link for link in tags.values("href") if link.startswith("/")}
    assert targets
    broken = {link for link in targets if ask(link.split("#")[0]).status_code != 200}
    broken -= {"/language/fr/"}  # leads back to the page
    assert broken <= {"/presences/INV-SPM/"}  # above this reader's clearance


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_frame(ask, path: str) -> None:
    html = ask(path).content.decode()
    tags = Tags(html)
    assert [tag for tag, _ in tags.found].count("h1") == 1
    assert ("html", {"lang": "en", "dir": "ltr", "data-theme": "light"}) in tags.found
    ids = tags.values("id")
    assert len(ids) == len(set(ids))
    assert tags.values("href").index("#main") < tags.values("href").index("/")
    assert "main" in ids
    assert set(tags.values("popovertarget")) <= set(ids)
    assert set(tags.values("aria-labelledby")) <= set(ids)


def test_the_direction_follows_the_language(ask) -> None:
    with override_settings(LANGUAGE_CODE="ar", LANGUAGES=[("ar", "Arabic")]):
        assert b'<html lang="ar" dir="rtl"' in ask("/").content


def test_our_style_knows_start_and_end_but_no_left_and_right() -> None:
    style = (files("tutela.web") / "static" / "tutela.css").read_text("utf-8")
    rules = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    assert not re.findall(r"\b(left|right)\b", rules)
    assert not re.findall(r"(?<![\w-])(width|height|margin-top|margin-bottom|padding-top)\s*:", rules)


def test_the_first_page_with_its_styles_is_light(ask) -> None:
    tags = Tags(html := ask("/").content.decode())
    styles = [attrs["href"] for tag, attrs in tags.found if tag == "link" and attrs["rel"] == "stylesheet"]
    weight = len(html.encode()) + sum(len(b"".join(ask(str(path)))) for path in styles)
    assert 10_000 < weight < BUDGET_BYTES


# What each page says


def test_the_demonstration_says_that_it_is_one_at_top_and_bottom(ask) -> None:
    assert ask("/").content.decode().count("Demonstration: an invented country") == 2
    assert ask("/presences/INV-LARGE/").content.decode().count("Invented: this presence, its country") == 2
    assert ask("/presences/MINUSCA/").content.decode().count("This presence is real") == 2


def test_real_work_carries_its_marking_at_top_and_bottom(ask) -> None:
    html = ask("/presences/MINUSCA/", "owner").content.decode()
    assert html.count(">Confidential</aside>") == 2
    assert "Demonstration" not in html
    assert ask("/presences/MONUSCO/", "owner").content.decode().count(">Unclassified</aside>") == 2


def test_a_study_is_answered_in_the_first_screen_with_its_interval_and_what_has_no_place(ask) -> None:
    html = ask("/presences/INV-LARGE/").content.decode()
    answer = html[html.index('class="answer"') : html.index('class="pair"')]
    assert ">at least 61<" in answer
    assert ">at least 142 (best; 120–260)<" in answer
    assert "without an exact place:" in answer
    assert ">12 %<" in answer
    assert "12 % of the events in the host country" in answer
    assert "tutela trace " + worlds.DIGEST[:16] in answer
    assert "<svg" in html


def test_the_headline_says_what_the_statements_claims_say(ask) -> None:
    html = ask("/presences/INV-LARGE/").content.decode()
    headline = html[html.index('class="headline"') : html.index("</dl>")]
    printed = [claim["printed"] for claim in worlds.make_claims() if claim["key"] != "unplaced_life"]
    assert re.findall(r'class="figure"[^>]*>([^<]+)<', headline) == printed


def test_a_study_without_those_claims_still_answers(show) -> None:
    from django.test import Client

    shelf = worlds.make_demonstration()
    shelf.studies["INV-LARGE"].claims["figures"].clear()
    show(shelf)
    html = Client().get("/presences/INV-LARGE/", headers={"host": "localhost"}).content.decode()
    assert "Events within 30 km of an open site</dt><dd>212</dd>" in html


def test_every_ring_stands_with_what_is_outside_and_the_share_without_a_place(ask) -> None:
    html = ask("/presences/INV-LARGE/").content.decode()
    rings = html[html.index('id="rings"') : html.index('id="unknown"')]
    assert [rings.count(f">{km} km <") for km in (5, 30, 50, 100)] == [1, 1, 1, 1]
    assert rings.count(">12 %<") == 4
    assert ">Killed, at least<" in rings
    assert "1,220 (best; 1,180–1,340)" in rings


def test_a_sum_with_a_missing_number_is_a_lower_bound(ask) -> None:
    assert "at least 44 (best; 4–164)<" in ask("/presences/INV-LARGE/").content.decode()


def test_none_and_not_in_this_source_are_never_a_zero(ask) -> None:
    html = ask("/presences/INV-LARGE/").content.decode()
    communal = html[html.index("Communal group") :][:400]
    assert "none in this source" in communal
    assert ">0<" not in html


def test_a_source_without_civilians_says_so(show) -> None:
    from django.test import Client

    shelf = worlds.make_demonstration()
    for ring in shelf.studies["INV-LARGE"].vicinity["rings"]:
        for tally in (ring["inside"], *ring["by_year"].values()):
            tally["civilians"] = None
        ring["unplaceable"]["precision"] = "unknown"
    show(shelf)
    html = Client().get("/presences/INV-LARGE/", headers={"host": "localhost"}).content.decode()
    assert ">not in this source<" in html
    assert "How many of the people killed were civilians is not in this source." in html
    assert "the source does not say how exact its places are" in html


def test_a_presence_without_a_site_shows_what_it_can_do_and_no_empty_table(ask) -> None:
    html = ask("/presences/INV-ENVOY/").content.decode()
    assert "What it does and can do, without force" in html
    assert "Good offices" in html
    assert ">at least 77<" in html
    assert "Ring by ring" not in html
    assert "Observation and patrol" not in html
    assert "Show or use of force" not in html
    assert not re.findall(r"<tbody>\s*</tbody>", html)


def test_without_a_study_the_page_says_why_and_what_to_run(ask) -> None:
    html = ask("/presences/MINUSCA/").content.decode()
    assert "Not studied in this home yet" in html
    assert "tutela statement build MINUSCA --events FILE --sites FILE --as-of DATE --out DIR" in html


def test_facts_name_source_and_day_and_what_is_not_known(ask) -> None:
    html = ask("/presences/MINUSCA/").content.decode()
    assert "S/RES/2800 (2025)" in html
    assert "2025-11-13" in html
    assert "last known, confirm" in html
    assert "Not known:" in html
    assert "unverified" in ask("/presences/INV-LARGE/").content.decode()


def test_the_statement_is_sent_as_it_was_built(ask) -> None:
    response = ask("/presences/INV-LARGE/statement/")
    assert response.content.decode() == worlds.make_study().statement_html
    assert response["Content-Type"].startswith("text/html")


# The list


def shown(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/presences/([^/]+)/"', html)


def test_the_list_holds_every_presence_once(ask) -> None:
    ids = shown(ask("/presences/").content.decode())
    assert sorted(ids) == sorted(item.presence_id for item in worlds.make_demonstration().presences())
    assert len(ids) > 46


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=minusca", ["MINUSCA"]),
        ("name=korrim", ["INV-LARGE"]),
        ("kind=SPM_ENVOY_GOOD_OFFICES&study=yes", ["INV-ENVOY"]),
        ("host=CAF&kind=PKO_MULTIDIMENSIONAL_POC&status=current", ["MINUSCA"]),
        ("name=no+such+presence", []),
        ("colour=green&name=MONUSCO", ["MONUSCO"]),
    ],
)
def test_the_list_shows_what_was_asked_for(ask, query: str, expected: list[str]) -> None:
    assert shown(ask(f"/presences/?{query}").content.decode()) == expected


def test_the_search_passes_over_accents_and_case(ask) -> None:
    plain = shown(ask("/presences/?name=cote+d").content.decode())
    assert plain == shown(ask("/presences/?name=CÔTE+D").content.decode())
    assert plain


def test_an_empty_list_says_what_to_do(ask) -> None:
    html = ask("/presences/?name=no+such+presence").content.decode()
    assert "No presence matches" in html
    assert "0 of " in html


def test_a_register_for_practice_says_so_on_every_page(team) -> None:
    with override_settings(PRACTICE=True):
        for path in ("/watch/", "/search/", "/exports/", "/accounts/"):
            page = team["adviser"].get(path).content.decode()
            assert page.count("Practice: an invented country, and nothing in it is real") == 2, path
    assert "Practice:" not in team["adviser"].get("/watch/").content.decode()
