"""Roads between towns over the easiest ground, paved or tracks, and where they cross rivers.

In the wet season the fords are under water, and tracks on low ground and near rivers are closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from tutela.studies.invented.plane import Points, measure_line, smooth_line, to_degrees
from tutela.studies.invented.relief import Relief, locate_cells
from tutela.studies.invented.rivers import RiverCourse, river_cells
from tutela.studies.invented.towns import Settlements

Numbers = NDArray[np.int64]

WET_MONTHS: Final = (12, 1, 2, 3, 4)
"""The months of the wet season."""

PAVED_TOWNS: Final = 26
TRACK_TOWNS: Final = 300
"""So many of the largest settlements stand on paved roads, and on roads at all."""

_LOW_M: Final = 120
_NEAR_RIVER_KM: Final = 4.0
_INTO_RIVER_KM: Final = 5.0
_ON_A_ROAD: Final = 0.55
_APART_KM: Final = 3.0
_FORD_KM2: Final = 4_000.0
_BRIDGED: Final = 0.12


@dataclass(frozen=True, slots=True)
class Road:
    """A piece of road between two junctions or towns.

    kind   "paved" or "track";  wet   how it is in the wet season: "open", "slow" or "closed"
    """

    road_id: str
    kind: str
    wet: str
    length_km: float
    points: Points


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a road crosses a river; `kind` is "bridge" or "ford", and only a bridge holds in the wet season."""

    crossing_id: str
    name: str
    name_ar: str
    kind: str
    wet: str
    river_id: str
    road_id: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class _Ground:
    """Cells that roads may use, as a graph: `cells` by node, edges from `start` to `end`, their cost in km."""

    cells: Numbers
    start: Numbers
    end: Numbers
    cost: NDArray[np.float64]


def lay_roads(relief: Relief, own: Points, settlements: Settlements) -> tuple[Road, ...]:
    """Roads between the largest settlements, within the country's own land; `own` are the middles of its cells."""
    ground = _grade(relief, locate_cells(own))
    towns = settlements.points[:TRACK_TOWNS]
    nodes = cKDTree(relief.points[ground.cells]).query(towns)[1]
    laid: dict[tuple[int, int], str] = {}
    for kind, count in (("paved", PAVED_TOWNS), ("track", TRACK_TOWNS)):
        cost = ground.cost * np.where(_is_laid(ground, laid), _ON_A_ROAD, 1.0)
        for path in _find_ways(ground, cost, nodes, _choose_links(towns[:count])):
            for link in pairwise(path):
                laid.setdefault((min(link), max(link)), kind)
    points = relief.points[ground.cells].copy()
    points[nodes] = towns
    rivers = cKDTree(relief.points[river_cells(relief)])
    heights = relief.elevation_m.ravel()[ground.cells]
    roads = []
    for chain, kind in _join_links(laid, set(nodes.tolist())):
        line = smooth_line(points[chain])
        low = bool(heights[chain].min() < _LOW_M or rivers.query(points[chain])[0].min() < _NEAR_RIVER_KM)
        wet = "open" if kind == "paved" else "closed" if low else "slow"
        roads.append((kind, wet, line))
    return tuple(
        Road(f"T{i + 1:04d}", kind, wet, round(measure_line(line), 2), to_degrees(line))
        for i, (kind, wet, line) in enumerate(roads)
    )


def find_crossings(
    roads: tuple[Road, ...], rivers: tuple[RiverCourse, ...], settlements: Settlements, rng: np.random.Generator
) -> tuple[Crossing, ...]:
    """Every place where a road crosses a river, called after the nearest settlement that has no other one."""
    courses = [shapely.LineString(course.river.points) for course in rivers]
    found: list[tuple[Road, RiverCourse, tuple[float, float]]] = []
    tree = shapely.STRtree(courses)
    for road in roads:
        line = shapely.LineString(road.points)
        for number in sorted(tree.query(line, predicate="intersects").tolist()):
            for point in shapely.get_parts(shapely.intersection(line, courses[number])):
                middle = shapely.centroid(point)
                found.append((road, rivers[number], (round(middle.x, 5), round(middle.y, 5))))
    found.sort(key=lambda item: (item[0].kind != "paved", item[0].road_id, item[2]))
    kept: list[tuple[Road, RiverCourse, tuple[float, float]]] = []
    for item in found:
        near = [np.hypot(*np.subtract(item[2], other[2])) * 111 for other in kept if other[1] is item[1]]
        if not near or min(near) >= _APART_KM:
            kept.append(item)
    return _name_crossings(kept, settlements, rng)


def _name_crossings(
    kept: list[tuple[Road, RiverCourse, tuple[float, float]]], settlements: Settlements, rng: np.random.Generator
) -> tuple[Crossing, ...]:
    places = cKDTree(settlements.degrees)
    taken: set[int] = set()
    crossings = []
    for number, (road, course, place) in enumerate(kept):
        nearest = places.query(place, k=min(60, len(settlements.names)))[1].tolist()
        town = next((one for one in nearest if one not in taken), nearest[0])
        taken.add(town)
        flow = course.upstream_km2[np.argmin(((course.river.points - place) ** 2).sum(axis=1))]
        bridged = road.kind == "paved" or flow > _FORD_KM2 or rng.random() < _BRIDGED
        name = settlements.names[town]
        crossings.append(
            Crossing(
                crossing_id=f"C{number + 1:03d}",
                name=f"{name.latin} {'bridge' if bridged else 'ford'}",
                name_ar=f"{'جسر' if bridged else 'مخاضة'} {name.arabic}",
                kind="bridge" if bridged else "ford",
                wet="open" if bridged else "closed",
                river_id=course.river.river_id,
                road_id=road.road_id,
                lon=place[0],
                lat=place[1],
            )
        )
    return tuple(crossings)


def _grade(relief: Relief, cells: Numbers) -> _Ground:
    """The graph of neighbouring cells: steep ground costs more, and so does getting into a river."""
    node = np.full(len(relief.points), -1, dtype=np.int64)
    node[cells] = np.arange(len(cells))
    columns = relief.elevation_m.shape[1]
    heights = relief.elevation_m.ravel().astype(np.float64)
    wet = river_cells(relief)
    parts = []
    for step in (1, columns - 1, columns, columns + 1):
        here = cells[node[cells + step] >= 0]
        there = here + step
        km = np.hypot(*(relief.points[there] - relief.points[here]).T)
        cost = km * (1 + 14 * np.abs(heights[there] - heights[here]) / (km * 1000))
        cost = np.where(wet[here] & wet[there], 3 * cost, cost + _INTO_RIVER_KM * (wet[here] | wet[there]))
        parts.append((node[here], node[there], cost))
    start, end, cost = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Ground(cells, start, end, cost)


def _is_laid(ground: _Ground, laid: dict[tuple[int, int], str]) -> NDArray[np.bool_]:
    keys = np.minimum(ground.start, ground.end) * len(ground.cells) + np.maximum(ground.start, ground.end)
    wanted = np.array([a * len(ground.cells) + b for a, b in laid], dtype=np.int64)
    return np.isin(keys, wanted)


def _choose_links(towns: Points) -> list[tuple[int, int]]:
    """Pairs of towns without a third one that is nearer to both: enough to get everywhere, and no more."""
    triangles = Delaunay(towns).simplices
    pairs = {tuple(sorted((int(t[i]), int(t[i - 1])))) for t in triangles for i in range(3)}
    links = []
    for a, b in sorted(pairs):
        between = np.maximum(((towns - towns[a]) ** 2).sum(axis=1), ((towns - towns[b]) ** 2).sum(axis=1))
        if between.min() >= ((towns[a] - towns[b]) ** 2).sum() - 1e-9:
            links.append((a, b))
    return links


def _find_ways(
    ground: _Ground, cost: NDArray[np.float64], nodes: Numbers, links: list[tuple[int, int]]
) -> Iterator[list[int]]:
    """The cheapest way of each link, as lists of nodes; a link over the sea has none."""
    size = len(ground.cells)
    graph = csr_matrix((cost, (ground.start, ground.end)), shape=(size, size))
    wanted: dict[int, list[int]] = {}
    for a, b in links:
        wanted.setdefault(int(nodes[a]), []).append(int(nodes[b]))
    for begin, ends in wanted.items():
        reached, before = dijkstra(graph, directed=False, indices=begin, return_predecessors=True, limit=400.0)
        for end in ends:
            if np.isfinite(reached[end]):
                way = [end]
                while way[-1] != begin:
                    way.append(int(before[way[-1]]))
                yield way


def _join_links(laid: dict[tuple[int, int], str], stops: set[int]) -> list[tuple[list[int], str]]:
    """Links end to end as chains of one kind, from junction, town or change of kind to the next."""
    near: dict[int, list[int]] = {}
    for a, b in sorted(laid):
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)

    def kind(a: int, b: int) -> str:
        return laid[min(a, b), max(a, b)]

    def stops_at(node: int) -> bool:
        return node in stops or len(near[node]) != 2 or kind(node, near[node][0]) != kind(node, near[node][1])

    chains, done = [], set()
    for begin in sorted(node for node in near if stops_at(node)):
        for following in near[begin]:
            if (min(begin, following), max(begin, following)) in done:
                continue
            chain = [begin, following]
            while not stops_at(chain[-1]):
                chain.append(next(node for node in near[chain[-1]] if node != chain[-2]))
            done |= {(min(a, b), max(a, b)) for a, b in pairwise(chain)}
            chains.append((chain, kind(begin, following)))
    return chains
