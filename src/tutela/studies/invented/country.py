"""The invented country: land, people, armed actors, eight years of events, and six kinds of presence.

It lies in the open South Pacific, far from any land, so that no map of it can be mistaken. The same size and
seed give the same country, to the last digit; the land, the presences and their sites do not depend on the size.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.catalogue.presences import Presence
from tutela.data.sources.readings import Origin
from tutela.kernel.digests import content_digest, recipe_digest
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Sites
from tutela.studies.invented.activities import InventedActivity, list_activities
from tutela.studies.invented.actors import InventedActor, hold_ground, name_actors
from tutela.studies.invented.attacks import FIRST_DAY, LAST_DAY, Ground, roll_attacks
from tutela.studies.invented.coast import raise_coast
from tutela.studies.invented.communities import Communities, build_communities
from tutela.studies.invented.names import coin_names, write_arabic
from tutela.studies.invented.plane import to_degrees
from tutela.studies.invented.presences import name_presences
from tutela.studies.invented.records import RegionNames, record_attacks
from tutela.studies.invented.regions import Regions, divide_land
from tutela.studies.invented.seeds import spawn_generator
from tutela.studies.invented.sites import place_sites
from tutela.studies.invented.terrain import Terrain, build_terrain
from tutela.studies.invented.towns import COUNTS, Settlements, Size, Town, settle_land

ALGORITHM: Final = 2
"""Raised when the same size and seed would give another country."""

NAME: Final = "Ardumel"
NAME_FR: Final = "Ardoumel"
CODE: Final = "XIA"
NEIGHBOUR: Final = "Tolmerra"
NEIGHBOUR_CODE: Final = "XIB"
"""Codes that ISO 3166 leaves to users: no country will ever have them."""

COUNTRY_NAMES: Final = {CODE: NAME, NEIGHBOUR_CODE: NEIGHBOUR}

EVENTS: Final[dict[Size, int]] = {"small": 1_600, "medium": 12_500, "large": 104_000}
"""Events asked for in each size; about so many come out."""

Ring = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Region:
    """A province or district: rings in degrees, largest first; `within` is the province of a district."""

    code: str
    name: str
    name_ar: str
    within: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True)
class InventedCountry:
    """Everything about the country.

    land        rings of all land, the neighbour's too: what a map draws;  territory  rings of the country alone
    border      points of the land border, (n, 2)
    towns       the settlements that this size names, largest first
    """

    name: str
    name_fr: str
    name_ar: str
    code: str
    neighbour: str
    neighbour_code: str
    size: str
    seed: int
    first_day: date
    last_day: date
    land: tuple[Ring, ...]
    territory: tuple[Ring, ...]
    border: Ring
    towns: tuple[Town, ...]
    provinces: tuple[Region, ...]
    districts: tuple[Region, ...]
    actors: tuple[InventedActor, ...]
    events: Events
    sites: Sites
    presences: tuple[Presence, ...]
    activities: tuple[InventedActivity, ...]
    terrain: Terrain
    communities: Communities
    origin: Origin

    @property
    def map_places(self) -> tuple[tuple[str, float, float, int], ...]:
        """Name, longitude, latitude and rank of every town."""
        return tuple((town.name, town.lon, town.lat, town.rank) for town in self.towns)

    def activities_of(self, presence_id: str) -> tuple[InventedActivity, ...]:
        """What one presence did."""
        return tuple(item for item in self.activities if item.presence_id == presence_id)

    @cached_property
    def digest(self) -> str:
        """One digest over all parts: two countries with the same one are the same."""
        outlines: dict[str, Any] = {"land": self.land, "territory": self.territory}
        outlines |= {region.code: region.rings for region in (*self.provinces, *self.districts)}
        facts = {
            item.presence_id: [item.name, item.kind, [[k, f.value, f.as_of] for k, f in sorted(item.facts.items())]]
            for item in self.presences
        }
        return recipe_digest(
            {
                "algorithm": ALGORITHM,
                "events": content_digest(self.events.columns()),
                "sites": content_digest(self.sites.columns()),
                "outlines": {name: [ring.tolist() for ring in rings] for name, rings in outlines.items()},
                "towns": [[town.name, town.name_ar, town.lon, town.lat, town.people] for town in self.towns],
                "regions": [
                    [region.code, region.name, region.name_ar] for region in (*self.provinces, *self.districts)
                ],
                "actors": [[actor.name, actor.perpetrator, actor.rival] for actor in self.actors],
                "presences": facts,
                "activities": [[item.presence_id, item.code, item.count] for item in self.activities],
                "terrain": self.terrain.parts,
                "communities": self.communities.parts,
            }
        )


def build_country(size: str, seed: int = 1) -> InventedCountry:
    """Invent the country of a size ("small", "medium" or "large") and a seed that is not negative.

    Raises Problem "option-invalid" for another size or seed.
    """
    wanted = _check_size(size, seed)
    coast = raise_coast(spawn_generator(seed, "coast"))
    regions = divide_land(coast, spawn_generator(seed, "regions"))
    naming = spawn_generator(seed, "names")
    settlements = settle_land(regions, coast.bay, spawn_generator(seed, "towns"), naming)
    provinces, districts = _name_regions(regions, settlements, naming)
    acting = spawn_generator(seed, "actors")
    rivals = tuple(region.name for region in districts if region.within == provinces[1].name)[:2]
    actors = name_actors(NAME, NEIGHBOUR, (rivals[0], rivals[1]), acting)
    ground = Ground(regions, settlements, hold_ground(regions, settlements, acting))
    names = RegionNames(
        CODE, tuple(r.name for r in provinces), tuple(r.name for r in districts), regions.province_of
    )
    attacks = roll_attacks(ground, EVENTS[wanted], spawn_generator(seed, "attacks"))
    events = record_attacks(attacks, ground, names, actors, spawn_generator(seed, "records"))
    sites = place_sites(CODE, ground, spawn_generator(seed, "sites"))
    return InventedCountry(
        name=NAME,
        name_fr=NAME_FR,
        name_ar=write_arabic(NAME),
        code=CODE,
        neighbour=NEIGHBOUR,
        neighbour_code=NEIGHBOUR_CODE,
        size=size,
        seed=seed,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        land=tuple(to_degrees(ring) for ring in coast.rings),
        territory=tuple(to_degrees(ring) for ring in regions.territory),
        border=to_degrees(regions.border),
        towns=_list_towns(settlements, regions, names, COUNTS[wanted]),
        provinces=provinces,
        districts=districts,
        actors=actors,
        events=events,
        sites=sites,
        presences=name_presences((NAME, NEIGHBOUR), (CODE, NEIGHBOUR_CODE), sites),
        activities=list_activities(),
        terrain=build_terrain(coast, regions, settlements, seed, _list_names(settlements, provinces)),
        communities=build_communities(ground, sites, events, seed),
        origin=_name_origin(size, seed),
    )


def _name_origin(size: str, seed: int) -> Origin:
    return Origin(
        name=f"{NAME}, an invented country",
        vintage=f"seed {seed}, {size}",
        licence="CC0-1.0",
        attribution="Invented by Tutela; no place, person or event is real",
        invented=True,
    )


def _list_names(settlements: Settlements, provinces: tuple[Region, ...]) -> frozenset[str]:
    """Every name in use, in both scripts."""
    named = [name for item in settlements.names for name in (item.latin, item.arabic)]
    return frozenset((*named, *(name for item in provinces for name in (item.name, item.name_ar))))


def _check_size(size: str, seed: int) -> Size:
    if size not in COUNTS:
        raise Problem(
            "option-invalid",
            "There is no invented country of this size.",
            where="size",
            remedy=f"Take one of {', '.join(COUNTS)}.",
        )
    if seed < 0:
        raise Problem(
            "option-invalid", "The seed is below zero.", where="seed", remedy="Take 0 or a higher number."
        )
    return size


def _name_regions(
    regions: Regions, settlements: Settlements, naming: np.random.Generator
) -> tuple[tuple[Region, ...], tuple[Region, ...]]:
    """Provinces have names of their own; a district is called after its largest settlement."""
    coined = coin_names(naming, [False] * len(regions.provinces), frozenset(n.latin for n in settlements.names))
    provinces = tuple(
        Region(f"{CODE}{i + 1:02d}", name.latin, name.arabic, "", tuple(to_degrees(ring) for ring in rings))
        for i, (name, rings) in enumerate(zip(coined, regions.provinces, strict=True))
    )
    districts = []
    for k, rings in enumerate(regions.districts):
        seat = settlements.names[int(np.flatnonzero(settlements.district == k)[0])]
        province = provinces[int(regions.province_of[k])]
        first = int(np.flatnonzero(regions.province_of == regions.province_of[k])[0])
        outline = tuple(to_degrees(ring) for ring in rings)
        districts.append(
            Region(f"{province.code}{k - first + 1:02d}", seat.latin, seat.arabic, province.name, outline)
        )
    return provinces, tuple(districts)


def _list_towns(settlements: Settlements, regions: Regions, names: RegionNames, count: int) -> tuple[Town, ...]:
    towns = []
    for i in range(min(count, len(settlements.points))):
        district = int(settlements.district[i])
        towns.append(
            Town(
                name=settlements.names[i].latin,
                name_ar=settlements.names[i].arabic,
                lon=float(settlements.degrees[i, 0]),
                lat=float(settlements.degrees[i, 1]),
                people=int(settlements.people[i]),
                province=names.provinces[int(regions.province_of[district])],
                district=names.districts[district],
                rank=i + 1,
            )
        )
    return tuple(towns)
