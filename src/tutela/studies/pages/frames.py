"""From degrees to the paper: a flat frame around what a map must show, true in scale at its middle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.places import EARTH_RADIUS_KM

KM_PER_DEGREE: Final = math.pi * EARTH_RADIUS_KM / 180
Line = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """Plate carrée, narrowed by the cosine of the middle latitude: straight, plain, and true near the middle."""

    lon: float
    lat: float
    px_per_degree: float
    width: float
    height: float

    @property
    def squeeze(self) -> float:
        """Pixels of a degree of longitude against one of latitude."""
        return max(math.cos(math.radians(self.lat)), 0.1)

    @property
    def px_per_km(self) -> float:
        """Scale at the middle of the map."""
        return self.px_per_degree / KM_PER_DEGREE

    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees, with a little to spare; east may run on beyond 180."""
        across = self.width / 2 / self.px_per_degree / self.squeeze * 1.05
        up = self.height / 2 / self.px_per_degree * 1.05
        if across >= 180.0:
            return (-180.0, max(self.lat - up, -90.0), 180.0, min(self.lat + up, 90.0))
        west = (self.lon - across + 180.0) % 360.0 - 180.0
        return (west, max(self.lat - up, -90.0), west + 2 * across, min(self.lat + up, 90.0))

    def project(self, lon: Line, lat: Line) -> tuple[Line, Line]:
        """Pixels from the top start corner; longitudes are taken the short way round from the middle."""
        across = (np.asarray(lon, dtype=np.float64) - self.lon + 180.0) % 360.0 - 180.0
        x = self.width / 2 + across * self.px_per_degree * self.squeeze
        y = self.height / 2 - (np.asarray(lat, dtype=np.float64) - self.lat) * self.px_per_degree
        return x, y

    def project_ring(self, ring: Line) -> Line:
        """A closed line, kept whole where it crosses the edge of the world."""
        lon = np.degrees(np.unwrap(np.radians(ring[:, 0])))
        turns = round((self.lon - (lon.min() + lon.max()) / 2) / 360.0)
        across = lon + 360.0 * turns - self.lon
        x = self.width / 2 + across * self.px_per_degree * self.squeeze
        y = self.height / 2 - (ring[:, 1] - self.lat) * self.px_per_degree
        return np.column_stack((x, y))

    def unproject(self, x: Line, y: Line) -> tuple[Line, Line]:
        """Degrees of points on the paper; longitudes within -180 and 180."""
        across = (np.asarray(x, dtype=np.float64) - self.width / 2) / self.px_per_degree / self.squeeze
        lat = self.lat - (np.asarray(y, dtype=np.float64) - self.height / 2) / self.px_per_degree
        return (self.lon + across + 180.0) % 360.0 - 180.0, lat

    def radii(self, lat: float, distance_km: float) -> tuple[float, float]:
        """Half-axes in pixels of a circle on the ground around a point at that latitude."""
        degrees = distance_km / KM_PER_DEGREE
        shrink = max(math.cos(math.radians(lat)), 0.05)
        return degrees / shrink * self.px_per_degree * self.squeeze, degrees * self.px_per_degree


def frame_around(lon: Line, lat: Line, margin_km: float, size: tuple[float, float, float]) -> Frame:
    """The frame that shows these points with a margin; `size` is width, least and greatest height in pixels."""
    width, least, greatest = size
    middle = _middle_longitude(lon)
    across = (lon - middle + 180.0) % 360.0 - 180.0
    middle += (across.min() + across.max()) / 2
    middle_lat = float((lat.min() + lat.max()) / 2)
    squeeze = max(math.cos(math.radians(middle_lat)), 0.1)
    margin = margin_km / KM_PER_DEGREE
    wide = max(float(across.max() - across.min()) * squeeze + 2 * margin, 0.2)
    high = max(float(lat.max() - lat.min()) + 2 * margin, 0.2)
    height = min(max(width * high / wide, least), greatest)
    return Frame(float(middle), middle_lat, min(width / wide, height / high), width, height)


def clip_ring(ring: Line, box: tuple[float, float, float, float]) -> Line:
    """The part of a closed line inside a box (Sutherland and Hodgman); empty where nothing is."""
    left, top, right, bottom = box
    points: list[tuple[float, float]] = [(float(x), float(y)) for x, y in ring]
    for axis, limit, sign in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
        points = list(_clip_edge(points, axis, limit, sign))
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def thin_line(line: Line, least_px: float) -> Line:
    """Without points nearer than that to the last one kept: nobody sees them and they cost bytes."""
    kept = [0]
    for i in range(1, len(line)):
        if abs(line[i, 0] - line[kept[-1], 0]) + abs(line[i, 1] - line[kept[-1], 1]) >= least_px:
            kept.append(i)
    return line[kept]


def path_of(rings: Sequence[Line], *, closed: bool = True) -> str:
    """The `d` of a path of lines, in tenths of a pixel, each point relative to the last."""
    end = "z" if closed else ""
    parts = []
    for ring in rings:
        tenths = np.round(ring * 10).astype(np.int64)
        steps = np.diff(tenths, axis=0)
        moves = " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps.tolist())
        parts.append(f"M{tenths[0, 0] / 10:g} {tenths[0, 1] / 10:g}l{moves}{end}")
    return "".join(parts)


def _middle_longitude(lon: Line) -> float:
    angles = np.radians(lon)
    return math.degrees(math.atan2(float(np.sin(angles).sum()), float(np.cos(angles).sum())))


def _clip_edge(
    points: list[tuple[float, float]], axis: int, limit: float, sign: int
) -> Iterator[tuple[float, float]]:
    for i, point in enumerate(points):
        before = points[i - 1]
        is_in, was_in = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
        if is_in != was_in:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            yield (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1]))
        if is_in:
            yield point
