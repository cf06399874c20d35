"""The levels of a forecast: how events find their units. A cell, a country, a province, the vicinity of a site.

A level says where each event may have been (`find_places`, shares that add up to 1), and which units each such
point counts for (`find_units`). Vicinities overlap: there one death counts in each unit that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.engine.outlook.cells import centres_of, find_rings, number_cells, with_surroundings
from tutela.engine.outlook.panels import Ids, Mask, Neighbours
from tutela.engine.reach.areas import Areas, find_areas
from tutela.kernel.grids import Grid
from tutela.kernel.places import chord_of_km, unit_vectors
from tutela.kernel.tables import Events, Floats, Text

ALGORITHM: Final = 1
"""Raised when the same events would find other units."""

_EXACT: Final = (0, 1, 2)
_NEVER: Final = 7
_NONE: Final = np.arange(0)


@dataclass(frozen=True, slots=True)
class UnitNames:
    """What units are called, in their order.

    code   lasts from one forecast to the next, "" on the grid, where the number does;  label  what people say
    lat, lon   in degrees, NaN where a unit has no one place
    """

    code: Text
    label: Text
    lat: Floats
    lon: Floats

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, slots=True)
class Found:
    """The units of a level, and which of them each point counts for: `point[i]` lies in unit `unit[i]`."""

    units: Ids
    names: UnitNames
    point: Ids
    unit: Ids
    neighbours: tuple[Neighbours, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """Where events may have been: points on the ground, or points that are nothing but a code (`codes`)."""

    areas: Areas
    codes: Text | None = None

    @property
    def lon(self) -> Floats:
        """Of each point, in degrees."""
        return self.areas.lon

    @property
    def lat(self) -> Floats:
        """Of each point, in degrees."""
        return self.areas.lat


class Level(Protocol):
    """One way to tell where."""

    @property
    def name(self) -> str:
        """What panels and forecasts call it."""

    def find_places(self, events: Events, known: Mask) -> Places:
        """Where each event may have been, learnt from the known ones alone."""

    def find_units(self, places: Places) -> Found:
        """The units, and which points lie in which."""

    def fixed(self, found: Found) -> Self:
        """The same level with exactly these units, whatever events come."""


@dataclass(frozen=True, slots=True)
class GridLevel:
    """PRIO-GRID cells: those given, or those with an event and all that touch them."""

    cells: tuple[int, ...] = ()
    name: str = "grid"

    def find_places(self, events: Events, known: Mask) -> Places:
        """By points."""
        return _place_by_points(events, known)

    def find_units(self, places: Places) -> Found:
        """Each point in its cell."""
        cell = number_cells(places.lon, places.lat)
        cells = np.array(self.cells, dtype=np.int64) if self.cells else with_surroundings(np.unique(cell))
        cells = np.unique(cells[cells > 0])
        point, unit = _match(cell, cells)
        return Found(cells, name_cells(cells), point, unit, find_rings(cells) if len(cells) else ())

    def fixed(self, found: Found) -> Self:
        """These cells."""
        return replace(self, cells=tuple(int(cell) for cell in found.units))


@dataclass(frozen=True, slots=True)
class CountryLevel:
    """Countries as the source has them: an event needs no place, only its country.

    codes   those that there are, all that have an event otherwise;  names  of the countries, by code
    """

    codes: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    name: str = "country"

    def find_places(self, events: Events, known: Mask) -> Places:
        """By the country's own code."""
        return _place_by_codes(events.country, known & (events.country != ""))

    def find_units(self, places: Places) -> Found:
        """One unit for each code."""
        codes = _codes_of(places)
        kept = np.array(self.codes or np.unique(codes), dtype=np.str_)
        point, unit = _match(codes, kept)
        spoken = dict(self.names)
        labels = np.array([spoken.get(str(code), str(code)) for code in kept], dtype=np.str_)
        return Found(np.arange(len(kept)), _placeless(kept, labels), point, unit)

    def fixed(self, found: Found) -> Self:
        """These countries."""
        return replace(self, codes=tuple(map(str, found.names.code)))


@dataclass(frozen=True, slots=True)
class ProvinceLevel:
    """Provinces by the names that events bear (adm_1), spelt as the source does.

    An event that knows its country alone is shared out over the country's provinces, as many events as are known
    there. A code is COUNTRY/name.
    """

    codes: tuple[str, ...] = ()
    name: str = "admin-1"

    def find_places(self, events: Events, known: Mask) -> Places:
        """By name; by the country's known events where the name is missing."""
        named = known & (events.country != "") & (events.adm_1 != "")
        pairs = zip(events.country.tolist(), events.adm_1.tolist(), strict=True)
        code = np.array([f"{country}/{name}" for country, name in pairs], dtype=np.str_)
        vague = known & ~named & (events.country != "") & (events.precision != _NEVER)
        return _place_by_codes(code, named, np.flatnonzero(vague), events.country)

    def find_units(self, places: Places) -> Found:
        """One unit for each name."""
        codes = _codes_of(places)
        kept = np.array(self.codes or np.unique(codes), dtype=np.str_)
        point, unit = _match(codes, kept)
        labels = [f"{name} ({country})" for country, _, name in (str(code).partition("/") for code in kept)]
        return Found(np.arange(len(kept)), _placeless(kept, np.array(labels, dtype=np.str_)), point, unit)

    def fixed(self, found: Found) -> Self:
        """These provinces."""
        return replace(self, codes=tuple(map(str, found.names.code)))


@dataclass(frozen=True, slots=True)
class ShapeLevel:
    """Provinces by their boundaries as a file has them: those that count at the origin, all of them, always.

    shapes   polygons in degrees, one for each code; where two overlap, a point counts in the first by code
    """

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    shapes: tuple[shapely.Geometry, ...]
    name: str = "admin-1"

    def find_places(self, events: Events, known: Mask) -> Places:
        """By points."""
        return _place_by_points(events, known)

    def find_units(self, places: Places) -> Found:
        """Each point in the polygon that covers it; a point in none counts nowhere, and that is said."""
        tree = shapely.STRtree(self.shapes)
        point, unit = tree.query(shapely.points(places.lon, places.lat), predicate="intersects")
        order = np.lexsort((unit, point))
        first = order[np.unique(point[order], return_index=True)[1]]
        middles = shapely.point_on_surface(np.array(self.shapes))
        names = UnitNames(
            np.array(self.codes, dtype=np.str_),
            np.array(self.labels, dtype=np.str_),
            shapely.get_y(middles),
            shapely.get_x(middles),
        )
        return Found(np.arange(len(self.codes)), names, point[first], unit[first])

    def fixed(self, found: Found) -> Self:  # noqa: ARG002
        """Itself: its units never depended on events."""
        return self


@dataclass(frozen=True, slots=True)
class VicinityLevel:
    """What lies around sites as they stand at the origin, in all months: kilometres on the sphere, or minutes.

    names        of the units: sites, or presences, whose vicinity is that of all their sites together
    owner        the unit of each site;  lon, lat  of the sites
    within_km    used unless `cells` are given: the cells of a grid that each site reaches in time
    """

    names: UnitNames
    owner: Ids
    lon: Floats
    lat: Floats
    within_km: float = np.nan
    reached: tuple[Grid, Ids, Ids] | None = None
    name: str = "vicinity"

    def find_places(self, events: Events, known: Mask) -> Places:
        """By points."""
        return _place_by_points(events, known)

    def find_units(self, places: Places) -> Found:
        """Each point in every vicinity that it lies in, once."""
        if self.reached is None:
            point, site = _pair_within(places, (self.lon, self.lat), self.within_km)
        else:
            grid, cells, sites = self.reached
            point, site = _pair_by_cell(grid.find_cells(places.lon, places.lat), cells, sites)
        width = max(1, len(self.names))
        pairs = np.unique(point * width + self.owner[site])
        return Found(np.arange(len(self.names)), self.names, pairs // width, pairs % width)

    def fixed(self, found: Found) -> Self:  # noqa: ARG002
        """Itself: its units never depended on events."""
        return self


def name_cells(cells: Ids) -> UnitNames:
    """Cells by the degrees of their middle."""
    lon, lat = centres_of(cells)
    label = [
        f"{abs(y):.2f} {'N' if y >= 0 else 'S'}, {abs(x):.2f} {'E' if x >= 0 else 'W'}"
        for y, x in zip(lat, lon, strict=True)
    ]
    return UnitNames(np.full(len(cells), "", "U1"), np.array(label, dtype=np.str_), lat, lon)


def _place_by_points(events: Events, known: Mask) -> Places:
    exact = np.isin(events.precision, _EXACT) & np.isfinite(events.lon) & np.isfinite(events.lat)
    vague = ~exact & (events.precision != _NEVER)
    return Places(find_areas(events, np.flatnonzero(exact & known), np.flatnonzero(vague & known)))


def _codes_of(places: Places) -> Text:
    if places.codes is None:
        msg = "these places have no codes"
        raise ValueError(msg)
    return places.codes


def _place_by_codes(code: Text, named: Mask, vague: Ids = _NONE, group: Text | None = None) -> Places:
    """One point for each code; vague rows share those of their group, as many named rows as bear each code."""
    codes, place = np.unique(code[named], return_inverse=True)
    slot = np.full(len(code), -1, dtype=np.int64)
    slot[named] = place
    ends, entries, weights = [np.arange(len(codes) + 1)], [np.arange(len(codes))], [np.ones(len(codes))]
    group = code if group is None else group
    for name in np.unique(group[vague]):
        held, counts = np.unique(slot[named & (group == name)], return_counts=True)
        if len(held):
            slot[vague[group[vague] == name]] = sum(map(len, ends)) - 1
            ends.append(ends[-1][-1:] + len(held))
            entries.append(held)
            weights.append(counts / counts.sum())
    nowhere = np.full(len(codes), np.nan)
    areas = Areas(slot, np.concatenate(ends), np.concatenate(entries), np.concatenate(weights), nowhere, nowhere)
    return Places(areas, codes)


def _match(values: NDArray[np.generic], kept: NDArray[np.generic]) -> tuple[Ids, Ids]:
    """For each value that is kept, its place and the place of the kept one; `kept` may be in any order."""
    if not len(kept):
        return np.arange(0), np.arange(0)
    order = np.argsort(kept, kind="stable")
    place = np.minimum(np.searchsorted(kept, values, sorter=order), len(kept) - 1)
    point = np.flatnonzero(kept[order[place]] == values)
    return point, order[place[point]]


def _placeless(codes: Text, labels: Text) -> UnitNames:
    nowhere = np.full(len(codes), np.nan)
    return UnitNames(codes, labels, nowhere, nowhere)


def _pair_within(places: Places, sites: tuple[Floats, Floats], within_km: float) -> tuple[Ids, Ids]:
    """Points and the sites within a great-circle distance of them, the boundary inside."""
    chord = chord_of_km(within_km)
    points, tree = unit_vectors(places.lon, places.lat), cKDTree(unit_vectors(*sites))
    near: Iterable[list[int]] = tree.query_ball_point(points, chord * (1 + 1e-12), return_sorted=True)
    held = list(near)
    sizes = np.array([len(part) for part in held], dtype=np.int64)
    return np.repeat(np.arange(len(held)), sizes), np.array([site for part in held for site in part], np.int64)


def _pair_by_cell(cell: Ids, cells: Ids, sites: Ids) -> tuple[Ids, Ids]:
    """Points and the sites that reach their cell; `cells` and `sites` are pairs."""
    order = np.argsort(cells, kind="stable")
    low, high = (np.searchsorted(cells[order], cell, side=side) for side in ("left", "right"))
    sizes = np.where(cell >= 0, high - low, 0)
    which = np.repeat(np.arange(len(cell)), sizes)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return which, sites[order[low[which] + rank]]
