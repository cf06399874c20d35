"""The list of books of reach; the map of a site by mode and season; what reaches a village."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tutela.kernel.markings import Marking
from tutela.web.reach.answers import make_answers
from tutela.web.reach.choices import choose_place, choose_way, offer_ways
from tutela.web.reach.drawings import draw_reach
from tutela.web.shared.reader import ReadersShelf, shelf_for


def list_books(request: HttpRequest) -> HttpResponse:
    """All books of reach that this reader may see; how to make one where there is none."""
    shelf = shelf_for(request)
    books = shelf.reach_books()
    highest = max((book.marking for book in books), default=Marking.UNCLASSIFIED)
    context = {"books": books, "here": "reach", **_marking(shelf, highest, invented=False)}
    return render(request, "reach/list.html", context)


def show_map(request: HttpRequest, digest: str) -> HttpResponse:
    """How far one site, or all together, reach in one mode and season, as areas of minutes."""
    shelf = shelf_for(request)
    book = shelf.load_reach_book(digest.lower())
    way = choose_way(book, request.GET.dict())
    context = {
        "book": book,
        "way": way,
        "offer": offer_ways(book),
        "map_svg": mark_safe(draw_reach(book, way)),  # noqa: S308  # drawn by studies.pages.maps, which escapes
        "here": "reach",
        **_marking(shelf, book.manifest.marking, invented=book.manifest.invented),
    }
    return render(request, "reach/map.html", context)


def show_place(request: HttpRequest, digest: str) -> HttpResponse:
    """What reaches one place: sites, modes, seasons, minutes, chance; who may move; who can act; who hears."""
    shelf = shelf_for(request)
    book = shelf.load_reach_book(digest.lower())
    asked = choose_place(book, request.GET.dict())
    context = {
        "book": book,
        "asked": asked,
        "answers": make_answers(book, asked.place) if asked.place else None,
        "places": [place[0] for place in book.said["places"]],
        "here": "reach",
        **_marking(shelf, book.manifest.marking, invented=book.manifest.invented),
    }
    return render(request, "reach/place.html", context, status=200 if asked.place or not asked.text else 404)


def _marking(shelf: ReadersShelf, marking: Marking, *, invented: bool) -> dict[str, Any]:
    if invented:
        return {
            "marking_text": _("Invented: the country, its sites and every minute on this page"),
            "marking_class": "invented",
        }
    if shelf.is_demonstration:
        return {"marking_text": _("Demonstration"), "marking_class": "invented"}
    return {"marking_text": marking.label, "marking_class": f"level-{int(marking)}"}
