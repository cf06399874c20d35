"""Near in information: who hears an alarm from a place, where nobody moves. Never added to travel times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.kernel.places import distances_km
from tutela.kernel.tables import Floats, Table, Text

KINDS: Final = ("alert-network", "phone", "liaison-post", "radio", "other")
"""What carries an alarm."""


@dataclass(frozen=True, slots=True)
class Contacts(Table):
    """Points that an alarm can be given to, a row each; `reach_km` is how far from it people still can."""

    kind: Text
    name: Text
    lon: Floats
    lat: Floats
    reach_km: Floats


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one kind: how many points reach a place, the nearest, how far it is; inside is within its reach."""

    kind: str
    inside: int
    nearest: str
    distance_km: float


def find_contacts(contacts: Contacts, lon: float, lat: float) -> tuple[Heard, ...]:
    """For each kind that was brought, in the order of `KINDS`, what of it reaches the place."""
    distance = distances_km(lon, lat, contacts.lon, contacts.lat)
    heard = []
    for kind in KINDS:
        rows = np.flatnonzero(contacts.kind == kind)
        if not len(rows):
            continue
        nearest = rows[np.argmin(distance[rows])]
        inside = int((distance[rows] <= contacts.reach_km[rows]).sum())
        heard.append(Heard(kind, inside, str(contacts.name[nearest]), float(distance[nearest])))
    return tuple(heard)
