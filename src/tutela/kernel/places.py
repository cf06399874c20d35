"""Points on the ground and the distance between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM: Final = 6371.0088
"""Radius of the mean Earth sphere (IUGG), on which all distances are measured."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees, longitude first. Longitudes run from -180 to 180, latitudes from -90 to 90."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            msg = "a Place needs a longitude in -180..180 and a latitude in -90..90"
            raise ValueError(msg)

    def distance_km(self, other: Place) -> float:
        """Great-circle distance in kilometres."""
        return float(distances_km(self.lon, self.lat, other.lon, other.lat))


def distances_km(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> NDArray[np.float64]:
    """Great-circle distances in kilometres between points in degrees, broadcast (haversine).

    Good to a millimetre for near points, where the law of cosines is not.
    """
    lon_a, lat_a, lon_b, lat_b = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lon_a, lat_a, lon_b, lat_b))
    half = np.square(np.sin((lat_b - lat_a) / 2)) + np.cos(lat_a) * np.cos(lat_b) * np.square(
        np.sin((lon_b - lon_a) / 2)
    )
    result: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return result


def unit_vectors(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
    """Points on the unit sphere, shape (n, 3), from degrees: straight-line search finds great-circle neighbours."""
    lon, lat = np.radians(np.asarray(lon, dtype=np.float64)), np.radians(np.asarray(lat, dtype=np.float64))
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def chord_of_km(distance_km: float) -> float:
    """The straight line through the unit sphere that belongs to a great-circle distance in kilometres."""
    return 2 * math.sin(min(distance_km / EARTH_RADIUS_KM, math.pi) / 2)
