"""The list of comparisons of releases, and one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking
from tutela.studies.pages.comparison import ComparisonPage, own_style, render_body
from tutela.studies.pages.comparison_words import name_country
from tutela.studies.release_sides import write_vintages
from tutela.web.shared.reader import ReadersShelf, shelf_for


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as the list shows it; `narrowed` says what it was narrowed to, if anything."""

    manifest: Manifest
    old: str
    new: str
    narrowed: str


def list_comparisons(request: HttpRequest) -> HttpResponse:
    """All comparisons that this reader may see, the newest first; how to make one where there is none."""
    shelf = shelf_for(request)
    rows = [_describe(manifest) for manifest in shelf.comparisons()]
    highest = max((row.manifest.marking for row in rows), default=Marking.UNCLASSIFIED)
    context = {"rows": rows, "here": "releases", **_marking(shelf, highest, invented=False)}
    return render(request, "releases/list.html", context)


def show_comparison(request: HttpRequest, digest: str) -> HttpResponse:
    """What changed between two releases, and which figures of the home stand on the earlier one."""
    shelf = shelf_for(request)
    comparison = shelf.load_comparison(digest.lower())
    page = ComparisonPage.of_kept(comparison)
    context = {
        "title": page.title,
        "name": comparison.manifest.title,
        "body": mark_safe(render_body(page)),  # noqa: S308  # render_body escapes
        "here": "releases",
        **_marking(shelf, page.marking, invented=page.invented),
    }
    return render(request, "releases/comparison.html", context)


def send_style(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The style that the page shares with the file of the same comparison."""
    return HttpResponse(_style(), content_type="text/css; charset=utf-8")


@cache
def _style() -> str:
    return own_style()


def _describe(manifest: Manifest) -> Row:
    parameters = manifest.parameters
    parts = [", ".join(name_country(code) for code in parameters["countries"])]
    if parameters["from_day"]:
        parts.append(_("from %(day)s") % {"day": parameters["from_day"]})
    if parameters["until"]:
        parts.append(_("until %(day)s") % {"day": parameters["until"]})
    if parameters["coarsest"]:
        parts.append(_("places of precision %(code)s or better") % {"code": parameters["coarsest"]})
    vintages = parameters["vintages"]
    return Row(
        manifest,
        write_vintages(vintages["old"]),
        write_vintages(vintages["new"]),
        ", ".join(part for part in parts if part),
    )


def _marking(shelf: ReadersShelf, marking: Marking, *, invented: bool) -> dict[str, Any]:
    """What the bar at top and bottom says; in the demonstration the frame says it for the list."""
    if invented:
        return {
            "marking_text": _("Invented: both releases and every figure on this page"),
            "marking_class": "invented",
        }
    if shelf.is_demonstration:
        return {}
    return {"marking_text": marking.label, "marking_class": f"level-{int(marking)}"}
