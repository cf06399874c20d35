"""Near on the map, near by road, and who lives there: the statement's own claims as tables, each with its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from tutela.catalogue.doctrine import Ring, load_doctrine
from tutela.studies.shelf import Study
from tutela.web.presences.headline import make_card
from tutela.web.shared.figures import FigureCard
from tutela.web.shared.words import grouped

Claims = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class WayRow:
    """One ring: one-sided violence within the distance, within the time, and within the distance alone.

    Each cell has the head of its column, the short one of a narrow page, and its figure.
    """

    ring: str
    code: str
    cells: tuple[tuple[str, str, FigureCard], ...]


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """People living within one distance of an open site."""

    distance: str
    code: str
    people: FigureCard


@dataclass(frozen=True, slots=True)
class Nearness:
    """Tables, empty where the statement has none of it, and in sentences what is lacking.

    share    of what is near in a straight line, the part that is far by road;  median  from attacks to the
             nearest site;  how  what was counted as travelling, in the statement's words
    """

    ways: tuple[WayRow, ...]
    share: FigureCard | None
    median: FigureCard | None
    how: str
    people: tuple[PeopleRow, ...]
    lacks: tuple[str, ...]


def make_nearness(study: Study) -> Nearness:
    """What the claims of a study say of minutes and of people."""
    claims = {claim["key"]: claim for claim in study.claims.get("figures", ())}
    rings = [ring for ring in load_doctrine().rings if ring.km > 0]
    ways = tuple(row for ring in rings if (row := _make_way(ring, claims, study.as_of)))
    people = tuple(
        PeopleRow(f"{ring.km:g} km", ring.code, _shorten(key, claims, study.as_of, "claim"))
        for ring in rings
        if (key := f"people_{ring.km:g}") in claims
    )
    lacks = []
    if not ways:
        lacks.append(
            _("How long the way from a site is: no travel times are in this study, or none would say much.")
        )
    if not people:
        lacks.append(_("How many people live near the sites: no number of them is in this study."))
    return Nearness(
        ways=ways,
        share=_find_card("far_share_life", claims, study.as_of),
        median=_find_card("nearest_min_life", claims, study.as_of),
        how=str(claims["nearest_min_life"]["definition"]) if "nearest_min_life" in claims else "",
        people=people,
        lacks=tuple(lacks),
    )


def _make_way(ring: Ring, claims: Claims, as_of: str) -> WayRow | None:
    columns = (
        (_("Within the distance: events"), _("By km"), f"near_{ring.km:g}_life_core_events"),
        (_("Within the time: events"), _("By min"), f"min_{ring.minutes}_life_core_events"),
        (_("Killed"), _("Killed"), f"min_{ring.minutes}_life_core_best"),
        (_("Within the distance, not the time: events"), _("Km alone"), f"far_{ring.code}_life_events"),
        (_("Killed"), _("Killed"), f"far_{ring.code}_life_best"),
    )
    if not all(key in claims for _words, _short, key in columns):
        return None
    label = _("%(km)s km, %(minutes)s min") % {"km": f"{ring.km:g}", "minutes": grouped(ring.minutes)}
    # The first screen may show the same claim: an id stands once on a page.
    cells = tuple((words, short, _shorten(key, claims, as_of, "way")) for words, short, key in columns)
    return WayRow(label, ring.code, cells)


def _shorten(key: str, claims: Claims, as_of: str, beside_of: str) -> FigureCard:
    """A figure under a head that names its unit and its middle: both are taken off."""
    card = make_card(claims[key], claims, as_of, beside_of=beside_of)
    unit, middle = (str(claims[key].get(name) or "") for name in ("unit", "middle"))
    text = card.text.replace(f"({middle}; ", "(")
    return replace(card, text=text.replace(f" {unit}", "") if unit else text)


def _find_card(key: str, claims: Claims, as_of: str) -> FigureCard | None:
    return make_card(claims[key], claims, as_of) if key in claims else None
