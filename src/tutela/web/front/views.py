"""The first page, the method in plain words, and the sign of life."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from tutela.catalogue.doctrine import load_doctrine
from tutela.web.shared.desks import areas
from tutela.web.shared.doors import open_to_anybody
from tutela.web.shared.reader import shelf_for
from tutela.web.shared.words import name_kind


def show_first_page(request: HttpRequest) -> HttpResponse:
    """What this is, where to begin, and the presences that have a study."""
    shelf = shelf_for(request)
    studied = shelf.studied()
    presences = shelf.presences()
    with_study = [(presence, name_kind(presence.kind)) for presence in presences if presence.presence_id in studied]
    context = {
        "with_study": with_study,
        "known": len(presences),
        "current": sum(presence.status == "current" for presence in presences),
    }
    return render(request, "front/first.html", context)


def show_method(request: HttpRequest) -> HttpResponse:
    """How the figures come about, from what, on what terms, in which words."""
    return render(request, "front/about.html", {"rings": load_doctrine().rings, "here": "about"})


def show_guide(request: HttpRequest) -> HttpResponse:
    """What each page of the register is for, in the words that stand folded on the page itself."""
    told = [(area.folder, area.tab, area.handbook, area.guides.items()) for area in areas() if area.guides]
    return render(request, "front/guide.html", {"areas": sorted(told), "here": "guide"})


@open_to_anybody
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language in a cookie, and go back to the page that asked; a language not written yet is 404.

    The way back is the referrer, not a part of the address: a page that refuses says the same wherever it stands.
    """
    if code not in dict(settings.LANGUAGES):
        raise Http404
    came_from = urlsplit(request.headers.get("Referer", ""))
    ours = came_from.netloc == request.get_host() and url_has_allowed_host_and_scheme(came_from.path, None)
    response = redirect(urlunsplit(("", "", came_from.path, came_from.query, "")) if ours else "front:first")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
    return response


@open_to_anybody
def send_figures_style(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The style that pages and statements share; it belongs to the statements."""
    return HttpResponse(_figures_style(), content_type="text/css; charset=utf-8")


@open_to_anybody
def send_mark(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The mark, for pages that cannot name it: a statement refers to nothing outside itself."""
    return HttpResponse(_mark(), content_type="image/svg+xml")


@open_to_anybody
def answer_health(request: HttpRequest) -> HttpResponse:
    """200 where the home can be opened; the problem's own status where not."""
    shelf_for(request)
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@cache
def _mark() -> bytes:
    return (files("tutela.web") / "static" / "mark.svg").read_bytes()


@cache
def _figures_style() -> str:
    return (files("tutela.studies") / "pages" / "figures.css").read_text("utf-8")
