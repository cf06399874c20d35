"""The invented presence of the register's tests, with the addresses of its pages."""

from __future__ import annotations

from cast import Cast
from django.urls import reverse
from grounds import Ground, lay

from tutela.web.missions.offers import DEEDS, KINDS

PAGES = (
    "presence", "sites", "strengths", "consent", "people", "influence", "activities", "calendar", "stopped",
)  # fmt: skip
WHAT = {
    "site": "site", "capacity": "capacity", "restriction": "restriction", "population": "population",
    "access": "access", "interlocutor": "interlocutor", "activity": "activity", "entry": "entry",
    "stopped": "stopped",
}  # fmt: skip


def lay_ground(people: Cast) -> Ground:
    """One of everything, by the officer."""
    ground = lay(people)
    ground.rows |= {"site": ground.site.pk, "presence": ground.presence.pk}
    return ground


def page(ground: Ground, name: str) -> str:
    """The address of one page of the presence."""
    return reverse(f"missions:{name}", args=[ground.presence.pk])


def write(ground: Ground, deed: str) -> str:
    """The address of a form."""
    wanted = DEEDS[deed]
    if wanted.target == "presence":
        return reverse("missions:write", args=[ground.presence.pk, deed])
    return reverse("missions:write-row", args=[ground.presence.pk, deed, ground.rows[WHAT[wanted.target]]])


def addresses(ground: Ground) -> dict[str, str]:
    """Every page that shows rows, and every form, by a word for it."""
    found = {name: page(ground, name) for name in PAGES}
    found["site"] = reverse("missions:site", args=[ground.presence.pk, ground.rows["site"]])
    found["population"] = reverse("missions:population", args=[ground.presence.pk, ground.rows["population"]])
    for kind in KINDS.keys() & ground.rows.keys():
        found[f"history {kind}"] = reverse("missions:history", args=[ground.presence.pk, kind, ground.rows[kind]])
    return found | {f"write {deed}": write(ground, deed) for deed in DEEDS}
