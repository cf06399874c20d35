"""What stands on a map of a presence: incidents, sites and populations, as exactly as a reader may know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import h3
from django.db.models import Count, Q

from tutela.kernel.accounting import Accounting
from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.principals import Member
from tutela.records.incidents.fields import choice, invalid, statuses, whats
from tutela.records.incidents.finding import see_presence
from tutela.records.incidents.models import Incident
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Presence, Site, SiteState

MOST_SIGNS: Final = 2_000
"""Signs on one map; beyond that, incidents are shown as counts of hexagons."""

COARSE: Final = 5
"""Hexagons whose middle stands for every place inside: about 250 square km, 17 to 20 km from side to side."""

_FINEST: Final = 8
_KM_PER_DEGREE: Final = 111.195
_COLUMNS: Final = ("pk", "title", "what", "status", "happened_at", "lat", "lon", "precision", "marking")
_WORKING: Final = (SiteState.OPEN, SiteState.REDUCED, SiteState.CLOSING)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which incidents: from a time until another, of one kind, at one status; rejected ones only if asked for.

    box   west, south, east, north in degrees, east below west where it crosses the antimeridian
    """

    since: datetime | None = None
    until: datetime | None = None
    what: str = ""
    status: str = ""
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """One circle: a single incident, or how many of one status lie in a hexagon (then `incident` is None)."""

    lat: float
    lon: float
    number: int
    status: str
    precision: str
    incident: int | None = None
    title: str = ""
    what: str = ""
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A site or a population on the map; `is_working` False for sites that are closed, denied or evacuated."""

    key: int
    name: str
    kind: str
    lat: float
    lon: float
    is_working: bool = True


@dataclass(frozen=True, slots=True)
class MapView:
    """One map. `accounting` says how many incidents stand on it and why others do not.

    hexagons   the resolution of the H3 cells that counts stand for; None where every incident has its own sign
    is_coarse  incidents and populations stand in the middle of a hexagon, for this reader reads no exact places
    unplaced   sites and populations without a point
    """

    presence: Presence
    signs: tuple[Sign, ...]
    sites: tuple[Mapped, ...]
    populations: tuple[Mapped, ...]
    accounting: Accounting
    marking: int
    hexagons: int | None
    is_coarse: bool
    unplaced: int


@action("incidents.map")
def map_of(*, by: Principal, presence: int, wanted: Wanted) -> MapView:
    """What of a presence stands on its map: all sites and populations that they may read, wherever they lie."""
    home = see_presence(by, presence, Incident)
    is_coarse = reads_coarsely(by, home)
    signs, accounting, marking, hexagons = _gather(by, home, wanted, is_coarse=is_coarse)
    places: list[list[Mapped]] = []
    unplaced = 0
    people = Population.visible_to(by).filter(presence_id=presence).exclude(status=Population.Status.LEFT)
    for rows, coarse in ((Site.visible_to(by).filter(presence_id=presence), False), (people, is_coarse)):
        held: list[Site | Population] = list(rows.order_by("name", "pk"))
        unplaced += sum(row.lat is None or row.lon is None for row in held)
        places.append([_map_place(row, coarse=coarse) for row in held if None not in (row.lat, row.lon)])
        marking = max(marking, *(row.marking for row in held), 0)
    return MapView(
        home, signs, tuple(places[0]), tuple(places[1]), accounting, marking, hexagons, is_coarse, unplaced
    )


@action("incidents.map_signs")
def map_signs(*, by: Principal, presence: int, wanted: Wanted) -> tuple[tuple[Sign, ...], int | None]:
    """The circles alone, for a part of the map that somebody moved to, and the resolution of their hexagons."""
    home = see_presence(by, presence, Incident)
    signs, _, _, hexagons = _gather(by, home, wanted, is_coarse=reads_coarsely(by, home))
    return signs, hexagons


def reads_coarsely(by: Principal, presence: Presence) -> bool:
    """Whether this reader is shown no exact places: nothing above unclassified is theirs to read there."""
    return not (isinstance(by, Member) and by.reads(presence.compartment_id, Marking.CONFIDENTIAL))


def coarsen(lat: float, lon: float, resolution: int = COARSE) -> tuple[float, float]:
    """The middle of the hexagon around a point: the same for every point in it."""
    middle_lat, middle_lon = h3.cell_to_latlng(h3.latlng_to_cell(lat, lon, resolution))
    return round(middle_lat, 4), round(middle_lon, 4)


def _gather(
    by: Principal, home: Presence, wanted: Wanted, *, is_coarse: bool
) -> tuple[tuple[Sign, ...], Accounting, int, int | None]:
    """Circles, what is left out and why, the highest marking among them, the resolution of hexagons."""
    rows, excluded = _choose(by, home, wanted)
    placed = rows.filter(lat__isnull=False, lon__isnull=False)
    if wanted.box is not None:
        placed = placed.filter(_inside(wanted.box))
    else:
        excluded["no point is known"] = rows.filter(Q(lat__isnull=True) | Q(lon__isnull=True)).count()
    found = list(placed.order_by("-happened_at", "-pk").values_list(*_COLUMNS)[: MOST_SIGNS + 1])
    if len(found) <= MOST_SIGNS:
        marking = max((row[8] for row in found), default=0)
        signs = tuple(_sign(row, coarse=is_coarse) for row in found)
        number, hexagons = len(found), None
    else:
        spots = placed.order_by().values_list("lat", "lon", "status", "marking").annotate(n=Count("pk"))
        counted = list(spots)
        marking, number = max(row[3] for row in counted), sum(row[4] for row in counted)
        signs, hexagons = _crowd(counted, finest=COARSE if is_coarse else _FINEST)
    left = {reason: n for reason, n in excluded.items() if n}
    return signs, Accounting("map", number + sum(left.values()), number, left), marking, hexagons


def _choose(by: Principal, home: Presence, wanted: Wanted) -> tuple[Any, dict[str, int]]:
    """The rows that were asked for, wherever they lie; rejected ones are counted apart unless asked for."""
    if wanted.since and wanted.until and wanted.until <= wanted.since:
        raise invalid("until", "The last day is before the first.", "Change the two over.")
    rows = Incident.visible_to(by).filter(presence_id=home.pk, merged_into__isnull=True, left=False)
    if wanted.since is not None:
        rows = rows.filter(happened_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(happened_at__lt=wanted.until)
    if wanted.what:
        rows = rows.filter(what=choice(wanted.what, whats(), "what"))
    if wanted.status:
        return rows.filter(status=choice(wanted.status, statuses(), "status")), {}
    standing = rows.exclude(status="rejected")
    return standing, {"rejected": rows.filter(status="rejected").count() if wanted.box is None else 0}


def _inside(box: Box) -> Q:
    west, south, east, north = box
    if not (-90 <= south < north <= 90 and -180 <= west <= 180 and -180 <= east <= 180):
        raise invalid("box", "This is no part of the Earth.", "Give west, south, east and north in degrees.")
    across = Q(lon__gte=west) | Q(lon__lte=east) if east < west else Q(lon__gte=west, lon__lte=east)
    return Q(lat__gte=south, lat__lte=north) & across


def _sign(row: Sequence[Any], *, coarse: bool) -> Sign:
    key, title, what, status, at, lat, lon, precision, _ = row
    if coarse:
        lat, lon = coarsen(lat, lon)
        precision = precision if precision in ("region", "unknown") else "district"
    return Sign(lat, lon, 1, status, precision, key, title, what, at)


def _crowd(counted: Sequence[tuple[float, float, str, int, int]], *, finest: int) -> tuple[tuple[Sign, ...], int]:
    """How many of each status in each hexagon, by the finest hexagons of which there are few enough."""
    resolution = finest
    totals: Counter[tuple[str, str]] = Counter()
    for lat, lon, status, _, number in counted:
        totals[h3.latlng_to_cell(lat, lon, finest), status] += number
    while len(totals) > MOST_SIGNS and resolution > 0:
        resolution -= 1
        finer, totals = totals, Counter()
        for (cell, status), number in finer.items():
            totals[h3.cell_to_parent(cell, resolution), status] += number
    beside = h3.average_hexagon_edge_length(resolution, unit="km") / _KM_PER_DEGREE / 2
    held: dict[str, list[tuple[str, int]]] = {}
    for (cell, status), number in sorted(totals.items()):
        held.setdefault(cell, []).append((status, number))
    signs = []
    for cell, counts in held.items():
        lat, lon = h3.cell_to_latlng(cell)
        for place, (status, number) in enumerate(counts):  # side by side, or one would hide the other
            across = (place - (len(counts) - 1) / 2) * beside
            signs.append(Sign(round(lat, 4), round(lon + across, 4), number, status, "hexagon"))
    return tuple(signs), resolution


def _map_place(row: Site | Population, *, coarse: bool) -> Mapped:
    assert row.lat is not None
    assert row.lon is not None
    lat, lon = coarsen(row.lat, row.lon) if coarse else (row.lat, row.lon)
    return Mapped(row.pk, row.name, row.kind, lat, lon, not isinstance(row, Site) or row.status in _WORKING)
