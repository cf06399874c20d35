"""Where something is: a place that somebody gave, held against the populations and sites that they may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from tutela.kernel.markings import Principal
from tutela.kernel.places import Place
from tutela.records.accounts.principals import refused
from tutela.records.incidents.fields import Where, choice, invalid, point, text
from tutela.records.incidents.finding import chunks
from tutela.records.incidents.models import Incident, Precision, Report
from tutela.records.missions.models import Population, Presence, Site

RADIUS_KM: Final = {"point": 0.5, "settlement": 5.0, "district": 30.0, "region": 100.0}
"""How far off a place of this precision may be; ours, and shown with whatever rests on it."""


@dataclass(frozen=True, slots=True)
class Located:
    """Columns of a place, and the least marking of a row that holds it."""

    columns: dict[str, Any]
    marking: int
    called: str
    """The name that was given, or that of the population or site."""


def locate(by: Principal, presence: Presence, where: Where) -> Located:
    """The columns of a place; takes the point of the population or site where no other was given."""
    lat, lon = point(where.lat, where.lon)
    precision = choice(where.precision, Precision.values, "precision")
    marking, known = presence.marking, ""
    for key, model in ((where.population, Population), (where.site, Site)):
        if key is None:
            continue
        row = model.visible_to(by).filter(pk=key, presence_id=presence.pk).first()
        if row is None:
            raise refused()
        marking = max(marking, row.marking)
        if lat is None and row.lat is not None:
            lat, lon, precision = row.lat, row.lon, str(Precision.SETTLEMENT)
        known = known or row.name
    name = text(where.name, "place", 120)
    if lat is None and not name and where.population is None and where.site is None:
        raise invalid("place", "Where is not said.", "Name the place, or choose a population, a site or a point.")
    columns = {
        "lat": lat,
        "lon": lon,
        "precision": precision,
        "place": name,
        "population_id": where.population,
        "site_id": where.site,
    }
    return Located(columns, marking, name or known[:120])


def say_where(by: Principal, rows: Sequence[Incident | Report]) -> dict[int, str]:
    """Where each of these rows is, in words: its place, else its population or site, by the number of the row.

    A population or site is named only where it is marked no higher than the row that speaks of it.
    """
    held: dict[tuple[str, int], tuple[str, int]] = {}
    for key, model in (("population_id", Population), ("site_id", Site)):
        for keys in chunks(number for row in rows if (number := getattr(row, key)) is not None):
            known = model.visible_to(by).filter(pk__in=keys).values_list("pk", "name", "marking")
            held |= {(key, number): (name, marking) for number, name, marking in known}
    said = {}
    for row in rows:
        known_here = (held.get((key, getattr(row, key) or 0)) for key in ("population_id", "site_id"))
        named = next((name for name, marking in filter(None, known_here) if marking <= row.marking), "")
        said[row.pk] = row.place or named or _("place not named")
    return said


def distance_km(one: Any, other: Any) -> float | None:
    """Great-circle kilometres between two rows with a point, or None where one has none."""
    if None in (one.lat, one.lon, other.lat, other.lon):
        return None
    return Place(one.lon, one.lat).distance_km(Place(other.lon, other.lat))
