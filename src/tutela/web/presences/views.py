"""The list, one presence, its statement and its claims."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tutela.catalogue.presences import Presence, mandate_on
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem, said
from tutela.studies.pages.statement import statement_csp
from tutela.studies.shelf import Study
from tutela.web.presences.abilities import make_abilities
from tutela.web.presences.facts import make_fact_sheet
from tutela.web.presences.headline import make_headline
from tutela.web.presences.listing import Filters, make_listing
from tutela.web.presences.nearness import make_nearness
from tutela.web.presences.vicinity import make_vicinity
from tutela.web.shared.errors import problem_page
from tutela.web.shared.reader import ReadersShelf, shelf_for, unknown_presence
from tutela.web.shared.words import STATUS, name_code, name_country, name_kind


def list_presences(request: HttpRequest) -> HttpResponse:
    """All presences, filtered by what the form asks for."""
    listing = make_listing(shelf_for(request), Filters.from_query(request.GET.dict()))
    return render(request, "presences/list.html", {"listing": listing, "here": "presences"})


def show_presence(request: HttpRequest, presence_id: str) -> HttpResponse:
    """One presence: who was targeted near it, what it can do, what is known about it and what is not."""
    shelf = shelf_for(request)
    presence = shelf.find_presence(presence_id)
    if presence is None:
        return problem_page(unknown_presence(presence_id), shelf.suggest(presence_id))
    study = shelf.find_study(presence.presence_id)
    context = {
        "presence": presence,
        "kind": name_kind(presence.kind),
        "hosts": [name_country(host) for host in presence.hosts],
        "status": name_code(STATUS, presence.status),
        "mandate": mandate_on(presence, shelf.today),
        "sheet": make_fact_sheet(presence),
        "abilities": make_abilities(presence),
        "study": study,
        "map_svg": mark_safe(study.map_svg) if study else "",  # noqa: S308  # drawn by studies.pages.maps, which escapes
        "vicinity": make_vicinity(study) if study else None,
        "headline": make_headline(study) if study else None,
        "nearness": make_nearness(study) if study else None,
        "reach_book": _find_reach_book(shelf, presence),
        "here": "presences",
        **_marking(shelf, presence, study),
    }
    return render(request, "presences/presence.html", context)


def show_statement(request: HttpRequest, presence_id: str) -> HttpResponse:
    """The statement as it was built, under its own content security policy."""
    study = _require_study(request, presence_id)
    response = HttpResponse(study.statement_html)
    response["Content-Security-Policy"] = statement_csp(study.statement_html)
    return response


def send_claims(request: HttpRequest, presence_id: str) -> HttpResponse:
    """Every figure of the statement for machines: value, basis, digest."""
    return JsonResponse(_require_study(request, presence_id).claims)


def _require_study(request: HttpRequest, presence_id: str) -> Study:
    shelf = shelf_for(request)
    presence = shelf.find_presence(presence_id)
    if presence is None:
        raise unknown_presence(presence_id)
    study = shelf.find_study(presence.presence_id)
    if study is None:
        raise Problem(
            "page-missing",
            said("No statement of {name} was built in this home.", name=presence.name),
            remedy=said(
                "Build one: tutela statement build {presence_id} --events FILE --sites FILE --as-of DATE --out DIR",
                presence_id=presence.presence_id,
            ),
        )
    return study


def _find_reach_book(shelf: ReadersShelf, presence: Presence) -> Manifest | None:
    """The newest book of reach that starts from the presence's sites, of those that this reader may see."""
    books = (book for book in shelf.reach_books() if presence.presence_id in book.about.get("presences", ()))
    return next(books, None)


def _marking(shelf: ReadersShelf, presence: Presence, study: Study | None) -> dict[str, Any]:
    """What the bar at top and bottom says about this page."""
    if presence.invented or (study is not None and study.invented):
        return {
            "marking_text": _("Invented: this presence, its country and every figure on this page"),
            "marking_class": "invented",
        }
    if shelf.is_demonstration:
        return {
            "marking_text": _("Demonstration. This presence is real; nothing here was computed for it"),
            "marking_class": "invented",
        }
    marking = study.marking if study is not None else Marking.UNCLASSIFIED
    return {"marking_text": marking.label, "marking_class": f"level-{int(marking)}"}
