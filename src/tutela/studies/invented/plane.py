"""Kilometres on a plane around the invented country, and rings of points on it.

A ring is an (n, 2) array without a repeated last point; outlines run anticlockwise. The plane is
equirectangular: over the country it is true to about 1 %, which is enough to draw an invented coast on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.places import EARTH_RADIUS_KM

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]

CENTRE_LON: Final = -115.0
CENTRE_LAT: Final = -12.0
"""Open ocean in the South Pacific, more than 1,500 km from any land."""

_KM_PER_DEGREE: Final = EARTH_RADIUS_KM * math.pi / 180
_KM_PER_DEGREE_LON: Final = _KM_PER_DEGREE * float(np.cos(np.radians(CENTRE_LAT)))
_SLABS: Final = 256


def to_degrees(points_km: Points) -> Points:
    """Points of the plane as longitude and latitude, rounded to about a metre."""
    lon = CENTRE_LON + points_km[..., 0] / _KM_PER_DEGREE_LON
    lat = CENTRE_LAT + points_km[..., 1] / _KM_PER_DEGREE
    return np.asarray(np.round(np.stack((lon, lat), axis=-1), 5), dtype=np.float64)


def to_plane(degrees: Points) -> Points:
    """Longitude and latitude as kilometres east and north of the centre."""
    x = (degrees[..., 0] - CENTRE_LON) * _KM_PER_DEGREE_LON
    y = (degrees[..., 1] - CENTRE_LAT) * _KM_PER_DEGREE
    return np.stack((x, y), axis=-1)


def measure_area(ring: Points) -> float:
    """The area inside a ring in the square of its unit, positive where it runs anticlockwise."""
    following = np.roll(ring, -1, axis=0)
    return float(np.sum(ring[:, 0] * following[:, 1] - following[:, 0] * ring[:, 1]) / 2)


def find_inside(points: Points, rings: Sequence[Points]) -> Mask:
    """Which points lie inside the rings, by the even-odd rule.

    Points and edges are sorted into slabs by their second coordinate, so each point meets few edges.
    """
    inside = np.zeros(len(points), dtype=bool)
    if not rings or not len(points):
        return inside
    start = np.concatenate(rings)
    end = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    bounds = np.linspace(low.min(), high.max(), _SLABS + 1)
    slab = np.searchsorted(bounds, points[:, 1], side="right") - 1
    for i in np.unique(slab[(slab >= 0) & (slab < _SLABS)]):
        rows = np.flatnonzero(slab == i)
        edges = np.flatnonzero((low <= bounds[i + 1]) & (high >= bounds[i]))
        inside[rows] = _count_crossings(points[rows], start[edges], end[edges]) % 2 == 1
    return inside


def _count_crossings(points: Points, start: Points, end: Points) -> NDArray[np.int64]:
    x, y = points[:, 0, None], points[:, 1, None]
    spans = (start[:, 1] > y) != (end[:, 1] > y)
    rise = np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    at = start[:, 0] + (end[:, 0] - start[:, 0]) * (y - start[:, 1]) / rise
    count: NDArray[np.int64] = np.sum(spans & (x < at), axis=1)
    return count


def cut_rings(rings: Iterable[Points], normal: Points, offset: float) -> list[Points]:
    """The parts of simple rings on the side of a straight line where `point @ normal < offset`."""
    return [part for ring in rings for part in _cut_ring(ring, normal, offset)]


def _cut_ring(ring: Points, normal: Points, offset: float) -> list[Points]:
    depth = offset - ring @ normal
    inside = depth > 0
    if inside.all() or not inside.any():
        return [ring] if inside.all() else []
    following = np.roll(np.arange(len(ring)), -1)
    edges = np.flatnonzero(inside != inside[following])
    share = depth[edges] / (depth[edges] - depth[following[edges]])
    points = ring[edges] + share[:, None] * (ring[following[edges]] - ring[edges])
    # Along the line, crossings pair up: between the first and the second lies land, then a gap, and so on.
    order = np.argsort(points @ np.array((-normal[1], normal[0])), kind="stable")
    partner = np.empty(len(edges), dtype=np.int64)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    waiting = {int(c) for c in np.flatnonzero(~inside[edges])}
    parts = []
    while waiting:
        part, crossing = [], min(waiting)
        while crossing in waiting:
            waiting.remove(crossing)
            leaving = (crossing + 1) % len(edges)
            length = (edges[leaving] - edges[crossing]) % len(ring)
            chain = (edges[crossing] + 1 + np.arange(length)) % len(ring)
            part += [points[crossing, None], ring[chain], points[leaving, None]]
            crossing = int(partner[leaving])
        parts.append(np.concatenate(part))
    return parts


def add_points(ring: Points, step_km: float) -> Points:
    """The ring with points added on it until no edge is longer than the step."""
    following = np.roll(ring, -1, axis=0)
    counts = np.maximum(1, np.ceil(np.hypot(*(following - ring).T) / step_km)).astype(np.int64)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    share = (np.arange(counts.sum()) - first) / np.repeat(counts, counts)
    edge = np.repeat(np.arange(len(ring)), counts)
    result: Points = ring[edge] + share[:, None] * (following - ring)[edge]
    return result


def smooth_line(points: Points, parts: int = 3) -> Points:
    """A line with more points, bending softly through every one of its own (Catmull and Rom)."""
    if len(points) < 3:
        return points
    ends = np.concatenate((2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]))
    before, start, end, after = ends[:-3], ends[1:-2], ends[2:-1], ends[3:]
    pieces = []
    for share in np.arange(parts) / parts:
        bend = 2 * before - 5 * start + 4 * end - after
        turn = 3 * (start - end) + after - before
        pieces.append(start + 0.5 * share * ((end - before) + share * (bend + share * turn)))
    result: Points = np.concatenate((np.stack(pieces, axis=1).reshape(-1, 2), points[-1:]))
    return result


def measure_line(points: Points) -> float:
    """The length of a line in the unit of its points."""
    return float(np.hypot(*np.diff(points, axis=0).T).sum())
