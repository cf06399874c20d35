"""Options side by side first; the best plan second; closures last, for those cleared for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.studies.compiling import keep_compiled_at
from tutela.studies.pages.siting_map import draw_siting
from tutela.studies.siting_options import CutsSpec, OptionLimits, study_cuts, study_options
from tutela.studies.sitings import LIMITS, SitingCase, study_siting
from tutela.web.shared.reader import ReadersShelf, shelf_for
from tutela.web.siting.asking import PAGE_GAP, PAGE_PAIRS, PAGE_SECONDS, read_numbers, read_plans, with_numbers


def list_cases(request: HttpRequest) -> HttpResponse:
    """The questions that this reader may see; how to bring one where there is none."""
    shelf = shelf_for(request)
    cases = shelf.siting_cases()
    highest = max((case.marking for case in cases), default=Marking.UNCLASSIFIED)
    context = {"cases": cases, **_marking(shelf, highest, invented=bool(cases) and all(c.invented for c in cases))}
    return render(request, "siting/list.html", context)


def show_options(request: HttpRequest, digest: str) -> HttpResponse:
    """What planners bring, side by side, and each against the best plan that costs no more."""
    _shelf, case, context = _open(request, digest)
    text = request.GET.get("options", "")[:6000]
    plans, error = read_plans(text, case)
    limits = OptionLimits(PAGE_SECONDS / 2, PAGE_GAP)
    options = study_options(case, dict(list(plans.items())[:6]), limits)[0].report["options"] if plans else []
    for option, y in zip(options, plans.values(), strict=False):
        option["map"] = mark_safe(draw_siting(case, y))  # noqa: S308  # drawn from numbers and escaped names
    named = [" ".join(case.name(c).values()) for c in range(len(case.siting.now))]
    return render(
        request,
        "siting/options.html",
        context
        | {"options": options, "text": text, "error": error, "named": named, "tab": "options"}
        | {"limits": LIMITS, "example": "\n".join(f"{_('hubs')},{name.replace(' ', ',')}" for name in named[:2])},
    )


def show_plan(request: HttpRequest, digest: str) -> HttpResponse:
    """Budgets and floors as a form; the plan, its map, how far from the best it may be, and what binds."""
    _shelf, case, context = _open(request, digest)
    budgets, floors = read_numbers(request.GET.dict(), case.spec, case.tables.regions)
    context |= {"budgets": budgets, "floors": floors, "tab": "plan"}
    if any(field.error for field in (*budgets, *floors)):
        return render(request, "siting/plan.html", context, status=400)
    try:
        asked = with_numbers(case, budgets, floors)
        study, _content = study_siting(asked)
    except Problem as problem:
        return render(request, "siting/plan.html", context | {"problem": problem})
    assert study.solution.y is not None
    picture = mark_safe(draw_siting(asked, study.solution.y))  # noqa: S308  # drawn from numbers and escaped names
    said = study.report | {"gap_percent": 100 * study.report["gap"]}
    return render(request, "siting/plan.html", context | {"report": said, "map": picture})


def show_cuts(request: HttpRequest, digest: str) -> HttpResponse:
    """Closures in turn; for readers cleared for what is strictly confidential, unless all is invented."""
    shelf, case, context = _open(request, digest)
    shelf.require_cuts(case)
    names = list(case.spec.budget)
    budget = request.GET.get("budget", names[0] if names else "")
    posts = "posts" if "posts" in case.tables.candidates.columns else ""
    context |= {"names": names, "budget": budget, "tab": "cuts"}
    if not case.spec.invented:
        context |= _marking(shelf, Marking.STRICTLY_CONFIDENTIAL, invented=False)
    try:
        study, _content = study_cuts(case, CutsSpec(budget, posts=posts))
    except Problem as problem:
        return render(request, "siting/cuts.html", context | {"problem": problem})
    return render(request, "siting/cuts.html", context | {"report": study.report})


def _open(request: HttpRequest, digest: str) -> tuple[ReadersShelf, SitingCase, dict[str, Any]]:
    shelf = shelf_for(request)
    case = shelf.load_siting(digest.lower())
    keep_compiled_at(shelf.home)
    if case.siting.cover.n_pairs > PAGE_PAIRS:
        raise Problem(
            "not-possible",
            "This question is too large to be answered while you wait.",
            remedy="Use tutela scenario site with its spec.",
        )
    context = {"digest": digest, "title": case.spec.title or _("Siting"), "here": "siting"}
    return shelf, case, context | _marking(shelf, case.marking, invented=case.spec.invented)


def _marking(shelf: ReadersShelf, marking: Marking, *, invented: bool) -> dict[str, Any]:
    if invented:
        text = _("Invented: places, costs, chances and every figure on this page")
        return {"marking_text": text, "marking_class": "invented", "here": "siting"}
    if shelf.is_demonstration:
        return {"here": "siting"}
    return {"marking_text": marking.label, "marking_class": f"level-{int(marking)}", "here": "siting"}
