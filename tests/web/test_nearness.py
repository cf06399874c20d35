"""Minutes and people on the page of a presence: the statement's claims with their cards, or what is lacking."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import worlds

from tutela.web.presences.nearness import make_nearness


def claim(key: str, printed: str) -> dict[str, Any]:
    return {
        **worlds.make_claims()[0],
        "key": key,
        "printed": printed,
        "label": key,
        "unit": "killed",
        "middle": "best",
    }


def make_study(*, whole: bool = True) -> Any:
    study = worlds.make_study()
    keys = [
        *(f"near_{km}_life_core_events" for km in (5, 50, 100)),
        *(f"min_{minutes}_life_core_{name}" for minutes in (30, 120, 360, 1440) for name in ("events", "best")),
        *(f"far_{code}_life_{name}" for code in ("V1", "V2", "V3", "V4") for name in ("events", "best")),
        *("far_share_life", "nearest_min_life", *(f"people_{km}" for km in (5, 30, 50, 100))),
    ]
    more = [claim(key, f"at least {number} of {key}") for number, key in enumerate(keys)]
    figures = [*study.claims["figures"], *(more if whole else more[:-4])]
    return replace(study, claims={"figures": figures})


def test_every_ring_stands_once_with_its_minutes_and_people() -> None:
    nearness = make_nearness(make_study())
    assert [row.code for row in nearness.ways] == ["V1", "V2", "V3", "V4"]
    assert [row.distance for row in nearness.people] == ["5 km", "30 km", "50 km", "100 km"]
    assert nearness.lacks == ()
    assert nearness.share is not None
    assert nearness.median is not None


def test_a_head_names_the_unit_and_the_cell_only_the_number() -> None:
    study = make_study()
    for item in study.claims["figures"]:
        item["printed"] = "at least 86 killed (best; 86-119)"
    assert make_nearness(study).ways[0].cells[2][2].text == "at least 86 (86-119)"


def test_what_is_lacking_is_said() -> None:
    assert len(make_nearness(worlds.make_study()).lacks) == 2
    assert len(make_nearness(make_study(whole=False)).lacks) == 1


def test_the_page_shows_them_with_cards_of_their_own(show: Any) -> None:
    shelf = replace(worlds.make_demonstration(), studies={"INV-LARGE": make_study()})
    show(shelf)
    from django.test import Client

    page = Client().get("/presences/INV-LARGE", headers={"host": "127.0.0.1:8000"}, follow=True)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Near on the map, near by road" in text
    assert "at least 12" in text
    assert "not people protected" in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert "<script" not in text


def test_the_page_without_them_says_so(ask: Any) -> None:
    text = ask("/presences/INV-LARGE/").content.decode()
    assert "no travel times are in this study" in text
    assert "no number of them is in this study" in text
