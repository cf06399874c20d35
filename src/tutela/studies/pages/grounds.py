"""Under the signs of a map: rivers, roads and tracks, thin and quiet, and how many minutes ground is away."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from tutela.studies.pages import svg
from tutela.studies.pages.frames import Frame, Line, path_of
from tutela.studies.pages.subjects import MapMinutes, MapSpec

RIVER: Final = "#8fb3c4"
ROAD: Final = "#b09c7c"
SHADES: Final = ("#2c7a82", "#66a5ab", "#9fc9cb", "#cfe4e2")
"""From the shortest class of minutes to the longest; with more classes the last shade repeats."""

PITCH_PX: Final = 3.0
"""The side of the squares that minutes are drawn by, so that a fine raster costs no more than a coarse one."""

OPACITY: Final = "0.6"
_MARGIN_PX: Final = 8.0
_THIN_PX: Final = 0.5


def draw_lines(spec: MapSpec, frame: Frame) -> list[str]:
    """Rivers, then tracks, then roads, as one path each."""
    ground = spec.ground
    kinds = (
        (ground.rivers, {"stroke": RIVER, "stroke_width": "0.9"}),
        (ground.tracks, {"stroke": ROAD, "stroke_width": "0.7", "stroke_dasharray": "3 2"}),
        (ground.roads, {"stroke": ROAD, "stroke_width": "1.1"}),
    )
    drawn = []
    for lines, look in kinds:
        path = path_of([part for line in lines for part in _fit(line, frame)], closed=False)
        if path:
            drawn.append(svg.element("path", d=path, fill="none", stroke_linejoin="round", **look))
    return drawn


def draw_minutes(minutes: MapMinutes | None, frame: Frame) -> list[str]:
    """One area for each class of minutes, in squares; what takes longer, or is not passed, stays as it is."""
    if minutes is None:
        return []
    classes = _classify(minutes, frame)
    drawn = []
    for number in range(len(minutes.within_min)):
        outlines = _outline(classes == number)
        if outlines:
            drawn.append(
                svg.element(
                    "path",
                    d=path_of(outlines),
                    fill=shade_of(number),
                    fill_opacity=OPACITY,
                    fill_rule="evenodd",
                    shape_rendering="crispEdges",
                )
            )
    return drawn


def shade_of(number: int) -> str:
    """The shade of a class of minutes."""
    return SHADES[min(number, len(SHADES) - 1)]


def name_classes(within_min: Sequence[float]) -> list[str]:
    """The classes in words."""
    named = [f"up to {within_min[0]:g} minutes"]
    return named + [f"{low:g} to {high:g} minutes" for low, high in pairwise(within_min)]


def _fit(line: Line, frame: Frame) -> list[Line]:
    """The parts of an open line inside the frame, in pixels, without points that nobody sees."""
    points = frame.project_ring(np.asarray(line, dtype=np.float64))
    box = (-_MARGIN_PX, -_MARGIN_PX, frame.width + _MARGIN_PX, frame.height + _MARGIN_PX)
    inside = shapely.simplify(shapely.clip_by_rect(shapely.LineString(points), *box), _THIN_PX)
    parts = [shapely.get_coordinates(part) for part in shapely.get_parts(inside)]
    return [part for part in parts if len(part) >= 2]


def _classify(minutes: MapMinutes, frame: Frame) -> NDArray[np.int64]:
    """For each square of the frame the number of its class, -1 for none."""
    x = np.arange(PITCH_PX / 2, frame.width, PITCH_PX)
    y = np.arange(PITCH_PX / 2, frame.height, PITCH_PX)
    lon, lat = frame.unproject(*np.meshgrid(x, y))
    cells = minutes.grid.find_cells(lon, lat)
    found = np.where(cells >= 0, minutes.minutes[cells], np.nan)
    number = np.searchsorted(np.array(minutes.within_min), found)  # NaN sorts beyond all
    classes: NDArray[np.int64] = np.where(number < len(minutes.within_min), number, -1)
    return classes


def _outline(inside: NDArray[np.bool_]) -> list[Line]:
    """The closed lines around the squares that are inside; holes are lines of their own."""
    edges = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (row, begin), (_, end) = np.nonzero(edges == 1), np.nonzero(edges == -1)
    runs = shapely.box(begin, row, end, row + 1)
    parts = shapely.get_parts(shapely.simplify(shapely.union_all(runs), 0.0))
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)] if len(runs) else []
    return [shapely.get_coordinates(ring) * PITCH_PX for ring in rings]
