"""Journeys through the first room: by keyboard, with a screen reader's rules, on a phone, from right to left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Page

Open = Callable[..., Page]

PAGES = (
    "/",
    "/about/",
    "/presences/",
    "/presences/?name=no+such+presence",
    "/presences/INV-LARGE/",
    "/presences/INV-ENVOY/",
    "/presences/MINUSCA/",
    "/releases/",
    f"/releases/{'c0' * 32}/",
)
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FOCUSED = (
    """() => { const e = document.activeElement; return e.getAttribute('href') || e.id || e.textContent.trim() }"""
)


def tab_to(page: Page, wanted: str, *, at_most: int = 60) -> None:
    """Press Tab until the element with that address, id or text has the focus; every stop must be seen."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", "the focus cannot be seen"
        if page.evaluate(FOCUSED) == wanted:
            return
    pytest.fail(f"the keyboard does not come to {wanted}")


def test_the_keyboard_alone_leads_from_the_first_page_to_a_figures_card(open_page: Open, address: str) -> None:
    page = open_page("/")
    tab_to(page, "#main", at_most=1)
    page.keyboard.press("Enter")
    tab_to(page, "/presences/INV-LARGE/", at_most=3)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/presences/INV-LARGE/")
    tab_to(page, "at least 61")
    card = page.locator("#card-claim-near_30_life_core_events")
    page.keyboard.press("Enter")
    assert card.is_visible()
    assert "Could not be placed" in card.inner_text()
    assert "tutela trace 3f3f3f3f" in card.inner_text()
    page.keyboard.press("Escape")
    assert page.evaluate("() => !document.querySelector(':popover-open')")
    tab_to(page, "/presences/INV-LARGE/statement/")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/presences/INV-LARGE/statement/")
    assert page.locator("h1").inner_text() == "Statement"


def test_a_touch_opens_the_card_and_another_closes_it(open_page: Open) -> None:
    page = open_page("/presences/INV-LARGE/", 390)
    figure = page.locator("button.figure").first
    figure.click()
    assert page.evaluate("() => document.querySelectorAll(':popover-open').length") == 1
    box = page.locator(":popover-open").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.mouse.click(5, 5)
    assert page.evaluate("() => document.querySelectorAll(':popover-open').length") == 0


def test_the_filter_works_without_a_script(open_page: Open) -> None:
    page = open_page("/presences/")
    page.get_by_label("Name, abbreviation or country").fill("lebanon")
    page.get_by_label("Status").select_option("current")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Filter").click()
    assert page.get_by_role("link", name="UNIFIL", exact=True).is_visible()
    assert page.get_by_role("link", name="MINUSCA", exact=True).count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(open_page: Open, path: str) -> None:
    page = open_page(path, bypass_csp=True)
    for details in page.locator("summary").all():
        details.click()
    page.add_script_tag(content=AXE.read_text("utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"]
    said = [
        f"{item['id']} ({item['impact']}): {node['target']}"
        for item in found["violations"]
        for node in item["nodes"]
    ]
    assert said == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_no_page_scrolls_sideways(open_page: Open, path: str, width: int) -> None:
    page = open_page(path, width)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PAGES)
def test_links_and_buttons_that_stand_alone_are_large_enough_on_a_phone(open_page: Open, path: str) -> None:
    page = open_page(path, 390)
    small = page.evaluate(
        """() => [...document.querySelectorAll('header.top a, .ways a, form button, form input, form select,'
               + ' summary, .steps a, .cards a, .presences a, .headline button.figure, td button.figure')]
               .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
               .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_from_right_to_left_nothing_is_cut_off(open_page: Open, path: str, width: int) -> None:
    with override_settings(LANGUAGE_CODE="ar", LANGUAGES=[("ar", "Arabic")]):
        page = open_page(path, width)
        assert page.evaluate("() => document.dir") == "rtl"
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        name, nav = page.locator("header.top .name").bounding_box(), page.locator("header.top nav").bounding_box()
        assert name is not None
        assert nav is not None
        assert name["x"] > nav["x"]
        assert len(page.screenshot()) > 5_000


def test_on_paper_the_marking_stands_and_the_navigation_does_not(open_page: Open) -> None:
    page = open_page("/presences/INV-LARGE/")
    page.emulate_media(media="print")
    assert page.locator(".bar").first.is_visible()
    assert page.locator(".bar").last.is_visible()
    assert not page.locator("header.top nav").is_visible()
    assert page.locator(".candour").is_visible()


def test_what_changed_between_releases_prints_its_answer_and_both_markings(open_page: Open) -> None:
    page = open_page(f"/releases/{'c0' * 32}/")
    page.emulate_media(media="print")
    assert page.locator(".bar").first.is_visible()
    assert page.locator(".headline").is_visible()
    assert page.locator(".causes").is_visible()
    assert page.locator(".candour").is_visible()
    assert not page.locator("header.top nav").is_visible()


def test_the_keyboard_opens_the_card_of_a_compared_figure_and_a_list(open_page: Open, address: str) -> None:
    page = open_page("/releases/")
    path = f"/releases/{'c0' * 32}/"
    tab_to(page, path)
    page.keyboard.press("Enter")
    page.wait_for_url(address + path)
    tab_to(page, "394 (best; 274\N{EN DASH}934)")
    page.keyboard.press("Enter")
    assert "tutela trace c0c0c0c0c0c0" in page.locator(":popover-open").inner_text()
    page.keyboard.press("Escape")
    tab_to(page, "Added")
    page.keyboard.press("Enter")
    assert page.get_by_text("Events of the later release alone").is_visible()
