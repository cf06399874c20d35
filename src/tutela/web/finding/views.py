"""One box for what one is looking for: sent as a form, so that no word of it stays in an address or a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.incidents.searching import KINDS, LONGEST, MOST_READ, MOST_SHOWN, Findings, Found, search
from tutela.records.missions import queries
from tutela.web.shared.desks import member
from tutela.web.shared.doors import writing
from tutela.web.shared.references import read_reference, write_reference
from tutela.web.shared.words import Word

NAMES: Final[Mapping[str, Word]] = {
    "presence": _("Presences"),
    "population": _("Populations at risk"),
    "site": _("Sites"),
    "incident": _("Incidents"),
    "report": _("Reports"),
    "threat": _("Threats"),
    "plan": _("Plans"),
    "activity": _("Activities"),
}


@writing
def show_search(request: HttpRequest) -> HttpResponse:
    """The box; and, once words were sent, what was found."""
    by = member(request)
    presences = queries.list_presences(by=by)
    sent = request.POST if request.method == "POST" else {}
    words, kind, asked = (str(sent.get(name, "")) for name in ("words", "kind", "presence"))
    findings, problem = None, None
    if request.method == "POST":
        try:
            chosen = read_reference(asked) if asked else None
            findings = search(by=by, words=words, presence=chosen, kind=kind)
        except Problem as refusal:
            if refusal.code != "field-invalid":
                raise
            problem = refusal
    level = max((row.marking for row in presences), default=0)
    level = max([level, *(row.marking for row in (findings.found if findings else ()))])
    context: dict[str, Any] = {
        "here": "search",
        "marking_text": Marking(level).label,
        "marking_class": f"level-{level}",
        "words": words[:LONGEST],
        "longest": LONGEST,
        "problem": problem,
        "findings": findings,
        "groups": _group(findings, {row.pk: row.name for row in presences}) if findings else [],
        "kinds": [(item.code, NAMES[item.code], item.code == kind) for item in KINDS],
        "presences": [(key, row.name, key == asked) for row in presences for key in [write_reference(row.pk)]],
        "unread": [NAMES[code] for code in findings.unread] if findings else [],
        "most_read": MOST_READ,
        "most_shown": MOST_SHOWN,
    }
    return render(request, "finding/search.html", context, status=400 if problem else 200)


def address_of(found: Found) -> str:
    """Where a row is read."""
    ways = {
        "presence": ("missions:presence", [found.key]),
        "population": ("missions:population", [found.presence, found.key]),
        "site": ("missions:site", [found.presence, found.key]),
        "incident": ("watch:incident", [found.key]),
        "report": ("watch:report", [found.key]),
        "plan": ("watch:plan", [found.key]),
        "threat": ("threats:threat", [found.key]),
        "activity": ("missions:activities", [found.presence]),
    }
    return reverse(ways[found.kind][0], args=ways[found.kind][1]) if found.kind in ways else ""


def _group(findings: Findings, presences: Mapping[int, str]) -> list[dict[str, Any]]:
    groups = []
    for item in KINDS:
        lines = [
            {
                "found": found,
                "href": address_of(found),
                "presence": presences.get(found.presence, "") if item.code != "presence" else "",
            }
            for found in findings.found
            if found.kind == item.code
        ]
        if lines:
            groups.append(
                {"code": item.code, "name": NAMES[item.code], "lines": lines, "is_cut": item.code in findings.cut}
            )
    return groups
