"""What the pages of reach say, and what they keep from whom."""

from __future__ import annotations

import reach_worlds
from django.utils import translation

from tutela.kernel.markings import Marking
from tutela.web.reach.choices import WayChoice
from tutela.web.reach.drawings import draw_reach

MAP = f"/reach/{reach_worlds.DIGESTS[Marking.UNCLASSIFIED]}/"
SECRET = f"/reach/{reach_worlds.DIGESTS[Marking.CONFIDENTIAL]}/"


def test_a_book_above_the_reader_is_refused_and_not_listed(ask) -> None:
    for path in (SECRET, f"{SECRET}place/?place=Oldbridge"):
        assert ask(path).status_code == 403
        assert b"Oldbridge" not in ask(path).content
    assert SECRET not in ask("/reach/").content.decode()


def test_without_a_book_the_page_says_which_command_makes_one(ask) -> None:
    assert "tutela reach-table --sites" in ask("/reach/", "owner").content.decode()


def test_the_map_is_drawn_for_every_way_and_site(ask) -> None:
    html = ask(MAP).content.decode()
    assert "up to 30 minutes" in html
    assert "No promise that anybody may move" in html
    for way in ("motorised|dry", "foot|dry", "air: helicopter, then foot|dry"):
        answer = ask(f"{MAP}?way={way}&site=INV/mill")
        assert answer.status_code == 200
        assert "How far does INV/mill reach?" in answer.content.decode()


def test_the_map_runs_as_its_page_does() -> None:
    book, way = reach_worlds.make_book(), WayChoice("foot", "dry", "INV/mill")
    assert 'direction="rtl"' not in draw_reach(book, way)
    with translation.override("ar"):
        assert 'direction="rtl"' in draw_reach(book, way)


def test_a_way_or_a_site_that_the_book_lacks_is_no_page(ask) -> None:
    assert ask(f"{MAP}?way=camel|dry").status_code == 404
    assert ask(f"{MAP}?site=INV/none").status_code == 404


def test_three_times_stand_side_by_side_for_a_place(ask) -> None:
    html = ask(f"{MAP}place/?place=oldbridge").content.decode()
    heads = html[html.index("<thead>") : html.index("</thead>")]
    assert [heads.index(word) for word in ("Can arrive", "May move", "Can act")] == sorted(
        heads.index(word) for word in ("Can arrive", "May move", "Can act")
    )
    assert "by vehicle, dry season" in html
    assert "70 of 100 times (50 to 90)" in html
    assert "not stated" in html
    assert "1 in reach; the nearest is" in html
    assert "air: helicopter, then foot" in html


def test_what_was_brought_is_never_markup(ask) -> None:
    for path in (
        MAP,
        f"{MAP}place/",
        f"{MAP}place/?place=oldbridge",
        f"{MAP}place/?place=<script>alert(3)</script>",
    ):
        assert b"<script>alert" not in ask(path).content


def test_a_place_that_nobody_reaches_says_so_and_one_off_the_ground_says_something_else(ask) -> None:
    assert "Nobody is there within 90 minutes" in ask(f"{MAP}place/?place=Farwall").content.decode()
    assert "outside the surfaces" in ask(f"{MAP}place/?place=3.5, 7").content.decode()


def test_an_unknown_place_offers_what_is_spelt_nearly_so(ask) -> None:
    answer = ask(f"{MAP}place/?place=Oldbrigde")
    assert answer.status_code == 404
    assert "Oldbridge" in answer.content.decode()


def test_a_presence_leads_to_the_book_of_its_sites_and_to_none_that_its_reader_may_not_see(ask) -> None:
    page = ask("/presences/INV-LARGE/").content.decode()
    assert page.count(f'href="{MAP}"') == 2
    assert SECRET not in page
    assert "/reach/b0" not in ask("/presences/INV-ENVOY/").content.decode()
