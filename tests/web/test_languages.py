"""The same pages in another language: chosen in the footer, whole, with the same answers, from either side."""

from __future__ import annotations

import re
from html import unescape
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client, override_settings
from test_member_routes import TABLE

GET_ROWS = [row for row in TABLE if row["method"] == "GET" and row["route"] != "front:language"]
HOST = "127.0.0.1:8000"


SAID_BY_OTHERS = {
    "Security Council": "in the titles of sources",
    "Analytical distance from a site that was open on the day of the event": "as the study that is shown wrote it",
}
"""Sentences of ours that stand in what a page shows of a document, and stay as they stand there."""


def visible(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "\n", html)))


@pytest.fixture(scope="module")
def english_sentences() -> list[str]:
    """Strings of the pages whose French is another, long enough that no name or code could hold them."""
    with (files("tutela.web") / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    singles = [message for message in catalog if isinstance(message.id, str) and message.string]
    return [m.id for m in singles if len(m.id) > 15 and "%" not in m.id and m.id not in m.string]


def test_the_pages_in_french_answer_as_the_english_ones_and_leave_no_english(team, english_sentences) -> None:
    adviser = team["adviser"]
    adviser.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    left: dict[str, list[str]] = {}
    for row in GET_ROWS:
        path = row["path"].replace("{user}", str(team.people.users["analyst"].pk))
        response = adviser.get(path.replace("{here}", str(team.people.here)))
        assert (path, response.status_code) == (path, int(row["adviser"]))
        if not response["Content-Type"].startswith("text/html") or response.streaming or not response.content:
            continue
        html = response.content.decode()
        if 'class="bottom"' not in html:  # a statement: documents have a language of their own
            continue
        assert '<html lang="fr" dir="ltr"' in html, path
        shown = visible(html)
        if found := [s for s in english_sentences if s in shown and s not in SAID_BY_OTHERS]:
            left[path] = found
    assert left == {}


def test_the_footer_offers_every_language_in_its_own_name(ask) -> None:
    html = ask("/").content.decode()
    assert '<span lang="en" aria-current="true">English</span>' in html
    assert 'href="/language/fr/" lang="fr" hreflang="fr" rel="nofollow">Français</a>' in html


def test_each_language_keeps_its_own_name_in_every_other(ask) -> None:
    html = ask("/", **{"accept-language": "fr"}).content.decode()
    assert 'lang="en" hreflang="en" rel="nofollow">English</a>' in html
    assert '<span lang="fr" aria-current="true">Français</span>' in html


def test_the_choice_is_kept_in_a_cookie_and_leads_back_to_the_page(ask) -> None:
    answer = ask("/language/fr/", referer=f"http://{HOST}/presences/?kind=envoy")
    cookie = answer.cookies["tutela_language"]
    assert (answer.status_code, answer["Location"]) == (302, "/presences/?kind=envoy")
    assert (cookie.value, bool(cookie["httponly"]), cookie["samesite"]) == ("fr", True, "Strict")


@pytest.mark.parametrize("referer", ["", "http://evil.example/presences/", f"http://{HOST}//evil.example/", "junk"])
def test_it_leads_nowhere_else(ask, referer: str) -> None:
    assert ask("/language/fr/", referer=referer)["Location"] == "/"


def test_a_language_that_is_not_written_is_not_there_and_sets_nothing(ask) -> None:
    answer = ask("/language/de/")
    assert (answer.status_code, answer.cookies) == (404, {})


def test_it_works_before_anybody_signed_in(team) -> None:
    browser = Client()
    browser.get("/language/fr/", headers={"host": HOST})
    html = browser.get("/accounts/sign-in/", headers={"host": HOST}).content.decode()
    assert '<html lang="fr" dir="ltr"' in html


def test_a_browser_that_asks_for_french_is_answered_in_it(ask) -> None:
    assert '<html lang="fr"' in ask("/", **{"accept-language": "fr-CD,fr;q=0.9,en;q=0.5"}).content.decode()


def test_a_language_from_right_to_left_turns_every_page(team) -> None:
    adviser = team["adviser"]
    with override_settings(LANGUAGES=[*settings.LANGUAGES, ("ar", "العربية")]):
        adviser.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
        for path in ("/", "/register/", "/watch/", "/threats/", "/map/", "/search/", "/exports/", "/accounts/"):
            response = adviser.get(path, follow=True)
            assert response.status_code == 200, path
            assert '<html lang="ar" dir="rtl"' in response.content.decode(), path


def test_numbers_are_written_as_the_language_writes_them(team) -> None:
    from django.template import engines
    from django.utils.translation import override

    template = engines["django"].from_string("{{ share|floatformat:1 }}")
    with override("fr"):
        assert template.render({"share": 1.5}) == "1,5"
    with override("en"):
        assert template.render({"share": 1.5}) == "1.5"
