"""Reach in a real browser: from a presence to the map of its sites, and to what reaches a village."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

Open = Callable[..., Page]


def test_from_a_presence_to_its_map_and_to_a_village(open_page: Open) -> None:
    page = open_page("/presences/INV-LARGE/")
    page.get_by_role("link", name="How far its sites reach", exact=True).click()
    assert page.locator("h1").inner_text() == "How far do the sites reach?"
    page.locator("select[name=way]").select_option("foot|dry")
    page.locator("select[name=site]").select_option("INV/mill")
    page.get_by_role("button", name="Show").click()
    assert page.locator("h1").inner_text() == "How far does INV/mill reach?"
    assert page.locator("figure.map svg").bounding_box()["width"] > 300
    page.get_by_role("link", name="What reaches a village?").click()
    page.locator("input[name=place]").fill("oldbridge")
    page.keyboard.press("Enter")
    page.wait_for_url("**/place/?place=oldbridge*")
    assert "Oldbridge" in page.locator("main").inner_text()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["", "{book}/", "{book}/place/?place=Oldbridge"])
def test_no_page_of_reach_scrolls_sideways(open_page: Open, path: str, width: int) -> None:
    page = open_page(f"/reach/{path.format(book='b0' * 32)}", width)
    assert page.locator("h1").count() == 1
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
