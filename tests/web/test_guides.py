"""Help stands folded on every page of the register, in a few sentences, and leads to the guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import get_resolver

from tutela.web.shared.desks import Area, areas

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


def _areas() -> list[Area]:
    get_resolver().url_patterns  # noqa: B018  every area is known once its addresses are
    return list(areas())


def pages_of(area: Area) -> set[str]:
    """The names of every address of an area."""
    found = get_resolver().namespace_dict
    namespace = {"missions": "missions", "watch": "watch"}.get(area.folder, area.folder)
    _prefix, resolver = found[namespace]
    return {str(name) for name in resolver.reverse_dict if isinstance(name, str)}


def test_the_register_the_watch_and_the_threats_have_help() -> None:
    assert {area.folder for area in _areas()} >= {"missions", "watch", "threats"}


@pytest.mark.parametrize("area", [area for area in _areas() if area.guides], ids=lambda area: area.folder)
def test_every_page_has_help_and_no_help_has_lost_its_page(area: Area) -> None:
    assert set(area.guides) == pages_of(area)


@pytest.mark.parametrize("area", _areas(), ids=lambda area: area.folder)
def test_help_is_a_question_and_at_most_three_sentences(area: Area) -> None:
    for name, guide in area.guides.items():
        assert str(guide.question).endswith("?"), name
        assert 1 <= len(re.findall(r"[.?](?:\s|$)", str(guide.text))) <= 4, name
        assert len(str(guide.text)) <= 320, name


@pytest.mark.parametrize("area", _areas(), ids=lambda area: area.folder)
def test_the_handbook_is_there(area: Area) -> None:
    assert not area.guides or (GUIDE / area.handbook).is_file()


def test_the_help_is_on_the_page_folded_and_leads_to_its_place_in_the_guide(team) -> None:
    client = team["adviser"]
    guide = client.get("/guide/").content.decode()
    for path, key in (("/watch/", "watch-first"), ("/threats/", "threats-first"), ("/register/", "missions-list")):
        text = client.get(path).content.decode()
        assert "What is this page for?" in text and f'href="/guide/#{key}"' in text
        assert f'id="{key}"' in guide
