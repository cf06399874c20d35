"""Circles on the ground as shapes on the map, and the ground within a distance of any of several points."""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import numpy as np
import shapely

from tutela.kernel.places import EARTH_RADIUS_KM
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Floats

CORNERS: Final = 360
"""Corners of a drawn circle; with them its edge is within 0.004 % of the radius of where it should be."""

MARGIN: Final = 1e-9
"""How near to a pole, in degrees, a circle may come: beyond it, it is no shape on a map of degrees."""


def draw_circle(lon: float, lat: float, radius_km: float) -> shapely.Geometry:
    """All ground within a great-circle distance of a point, as a polygon of `CORNERS` corners with its area.

    A circle over the 180th meridian comes in two parts. Raises Problem option-invalid where it holds a pole or
    the radius is not above 0.
    """
    angle = radius_km / EARTH_RADIUS_KM
    if not (0 < angle < math.pi / 2 and abs(lat) + math.degrees(angle) < 90 - MARGIN):
        raise Problem(
            "option-invalid",
            f"A circle of {radius_km:g} km around a point at latitude {lat:g} is no shape on a map of degrees.",
            remedy="Give a distance above 0 with which the circle stays clear of the poles.",
        )
    # Corners a little further out than the radius: a polygon through the circle's own points is too small.
    step = 2 * math.pi / CORNERS
    angle *= math.sqrt(step / math.sin(step))
    bearing = np.arange(CORNERS) * step
    north = math.radians(lat)
    sine = math.sin(north) * math.cos(angle) + math.cos(north) * math.sin(angle) * np.cos(bearing)
    east = np.arctan2(
        np.sin(bearing) * math.sin(angle) * math.cos(north),
        math.cos(angle) - math.sin(north) * sine,
    )
    return _fold_over(shapely.Polygon(np.column_stack((lon + np.degrees(east), np.degrees(np.arcsin(sine))))))


def draw_ring(lon: Floats, lat: Floats, radius_km: float) -> shapely.Geometry:
    """All ground within a distance of any of these points, each piece of it once."""
    return shapely.union_all(
        [draw_circle(x, y, radius_km) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    )


def _fold_over(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape with all longitudes in -180..180."""
    west, _, east, _ = shapely.bounds(shape)
    if west >= -180 and east <= 180:
        return shape
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        window = shapely.box(-180 - turn, -90, 180 - turn, 90)
        part = shapely.intersection(shape, window)
        if not part.is_empty:
            parts.append(shapely.transform(part, partial(np.add, np.array([turn, 0.0]))))
    return shapely.union_all(parts)
