"""What the pages of releases say, and what they keep from whom."""

from __future__ import annotations

import re

import pytest
import release_worlds
import worlds
from django.test import Client, override_settings
from test_pages import Tags

from tutela.kernel.markings import Marking
from tutela.web.shared import reader

PAGE = f"/releases/{release_worlds.DIGESTS[Marking.UNCLASSIFIED]}/"
SECRET = f"/releases/{release_worlds.DIGESTS[Marking.CONFIDENTIAL]}/"


def test_a_comparison_above_the_reader_is_refused_and_not_listed(ask) -> None:
    assert ask(SECRET).status_code == 403
    assert b"24.1" not in ask(SECRET).content
    assert SECRET not in ask("/releases/").content.decode()


def test_the_reader_refuses_by_marking_even_where_the_shelf_does_not(show) -> None:
    shelf = worlds.make_demonstration()
    show(shelf)
    readers = reader.ReadersShelf(shelf, worlds.TODAY)
    with pytest.raises(worlds.Problem) as caught:
        readers.load_comparison(release_worlds.DIGESTS[Marking.CONFIDENTIAL])
    assert caught.value.code == "not-allowed"


def test_without_a_comparison_the_page_says_which_command_makes_one(ask) -> None:
    html = ask("/releases/", "owner").content.decode()
    assert "No comparison in this home yet" in html
    assert "tutela events compare OLD NEW" in html
    assert "--old GEDEvent_v23_0_1.csv --old" in html


def test_the_list_leads_to_each_comparison_and_names_both_vintages(ask) -> None:
    html = ask("/releases/").content.decode()
    assert PAGE in html
    assert "candidate 24.0.3" in html
    assert "nothing: all events" in html


def test_the_answer_stands_in_the_first_screen_with_its_parts(ask) -> None:
    html = ask(PAGE).content.decode()
    answer = html[html.index('class="answer"') : html.index('id="standing"')]
    assert "394 (best; 274–934)" in answer
    assert "327 (best; 217–822)" in answer
    assert answer.count("+67") == 2
    assert "events added after the earlier release" in answer
    assert "events with a higher figure than before" in answer
    assert "tutela trace c0c0c0c0c0c0" in answer


def test_what_stands_on_the_earlier_release_is_named_with_its_command(ask) -> None:
    html = ask(PAGE).content.decode()
    standing = html[html.index('id="standing"') : html.index('id="years"')]
    assert "candidate 24.0.3" in standing
    assert "tutela statement build INV-LARGE" in standing
    assert "built as well" in standing


def test_revisions_name_the_lines_of_both_files(ask) -> None:
    html = ask(PAGE).content.decode()
    assert "<bdi>invented-0.csv</bdi>, line 2; <bdi>invented-1.csv</bdi>, line 2" in html
    assert "INV-C009" in html
    assert "Replaced within the earlier release by a later file" in html
    assert "/somewhere/" not in html


def test_nothing_from_a_file_becomes_markup(ask) -> None:
    html = ask(PAGE).content.decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_says_invented_and_the_owner_sees_the_marking(ask, show) -> None:
    assert ask(PAGE).content.decode().count("Invented: both releases and every figure") == 2
    shelf = worlds.make_real_home()
    kept = (release_worlds.make_comparison(Marking.CONFIDENTIAL),)
    show(worlds.FakeShelf(shelf.studies, shelf.principal, is_demonstration=False, kept=kept))
    for path in (SECRET, "/releases/"):
        html = Client().get(path, headers={"host": "localhost"}).content.decode()
        assert html.count(">Confidential</aside>") == 2


def test_a_narrowed_comparison_says_to_what(show) -> None:
    from dataclasses import replace

    whole = release_worlds.make_comparison()
    narrow = {"countries": ["CAF"], "from_day": "2018-01-01", "until": "2019-12-31", "coarsest": 2}
    manifest = replace(whole.manifest, parameters={**whole.manifest.parameters, **narrow})
    document = {**whole.document, "asked_for": {**whole.document["asked_for"], **narrow}}
    show(worlds.FakeShelf(kept=(replace(whole, manifest=manifest, document=document),)))
    listed = Client().get("/releases/", headers={"host": "localhost"}).content.decode()
    words = "Central African Republic, from 2018-01-01, until 2019-12-31, places of precision 2 or better"
    assert words in listed
    page = Client().get(PAGE, headers={"host": "localhost"}).content.decode()
    assert f"of {words}" in page


@pytest.mark.parametrize("path", ["/releases/", PAGE])
def test_the_pages_hold_nothing_inline_and_every_link_resolves(ask, path: str) -> None:
    response = ask(path)
    tags = Tags(response.content.decode())
    assert not {tag for tag, _ in tags.found} & {"script", "style", "iframe", "object", "embed"}
    assert not {name for _, attrs in tags.found for name in attrs if name == "style" or name.startswith("on")}
    ids = tags.values("id")
    assert len(ids) == len(set(ids))
    assert set(tags.values("popovertarget")) <= set(ids)
    for name in ("aria-labelledby",):
        assert {part for value in tags.values(name) for part in value.split()} <= set(ids)
    targets = {link.split("#")[0] for link in tags.values("href") if link.startswith("/")}
    targets -= {"/language/fr/"}  # leads back to the page
    assert {link for link in targets if ask(link).status_code != 200} == set()
    assert "unsafe" not in response["Content-Security-Policy"]


def test_the_shared_style_knows_start_and_end_but_no_left_and_right(ask) -> None:
    style = re.sub(r"/\*.*?\*/", "", ask("/releases/comparison.css").content.decode(), flags=re.DOTALL)
    assert len(style) > 500
    assert not re.findall(r"\b(left|right)\b|url\(|@import", style)


def test_the_direction_follows_the_language(ask) -> None:
    with override_settings(LANGUAGE_CODE="ar", LANGUAGES=[("ar", "Arabic")]):
        assert b'dir="rtl"' in ask(PAGE).content


def test_every_figure_of_a_ring_names_the_releases_that_it_was_made_from(ask) -> None:
    html = ask("/presences/INV-LARGE/").content.decode()
    cards = [card for card in html.split('<span popover id="card-')[1:] if not card.startswith("claim-")]
    assert cards
    for card in cards:
        assert "release of the events: 23.1, by the file&#x27;s name; of the sites: maps to 2020" in card
