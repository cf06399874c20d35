"""Events on a map: circles whose area is the count and whose edge says how exact the place is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.kernel.tables import Floats
from tutela.studies.pages import svg
from tutela.studies.pages.frames import Frame
from tutela.studies.pages.subjects import MapEvents

MOST: Final = 1200
"""Circles on one map; beyond that neighbours are drawn as one."""

LEAST_PX: Final = 2.4
GREATEST_PX: Final = 22.0

EXACT, NEAR, UNSAID, IMPRECISE = range(4)
EDGES: Final = {EXACT: None, NEAR: "3 2", UNSAID: "1 1.6"}
"""Dashes of the edge: solid where the place is exact, dashed where near, dotted where the source does not say."""


@dataclass(frozen=True, slots=True)
class Bubbles:
    """Circles to draw, the largest first; `left_out` events have no exact place, `off_map` lie outside."""

    x: Floats
    y: Floats
    count: Floats
    edge: Floats
    is_core: Floats
    px_per_root: float
    left_out: int
    off_map: int

    def radius(self, count: float) -> float:
        """Radius in pixels; the area is the count, up to the greatest circle."""
        return min(max(self.px_per_root * math.sqrt(count), LEAST_PX), GREATEST_PX)


def gather_bubbles(events: MapEvents, frame: Frame) -> Bubbles:
    """One circle for all events of one place, sort and exactness, neighbours joined until few enough remain."""
    edge = np.select(
        [events.precision == 0, events.precision == 1, events.precision == 2], [UNSAID, EXACT, NEAR], IMPRECISE
    )
    edge[~(np.isfinite(events.lon) & np.isfinite(events.lat))] = IMPRECISE
    shown = edge != IMPRECISE
    x, y = frame.project(events.lon[shown], events.lat[shown])
    inside = (x >= 0) & (x <= frame.width) & (y >= 0) & (y <= frame.height)
    keys = np.column_stack((x, y, edge[shown], events.is_core[shown]))[inside]
    count = events.count[shown][inside]
    step = 0.5
    while True:
        rounded = np.column_stack((np.round(keys[:, :2] / step) * step, keys[:, 2:]))
        groups, index = np.unique(rounded, axis=0, return_inverse=True)
        if len(groups) <= MOST:
            break
        step *= 2
    sums: Floats = np.bincount(index.reshape(-1), weights=count, minlength=len(groups)).astype(np.float64)
    order = np.argsort(-sums, kind="stable")
    groups, sums = groups[order], sums[order]
    # Without a scale of its own a map of few events would be all dots, one of many all discs.
    px_per_root = min(4.0, GREATEST_PX / math.sqrt(max(float(sums.max(initial=1.0)), 1.0)))
    left_out, off_map = int((~shown).sum()), int((~inside).sum())
    scale = max(px_per_root, 0.8)
    return Bubbles(groups[:, 0], groups[:, 1], sums, groups[:, 2], groups[:, 3], scale, left_out, off_map)


def draw_bubbles(bubbles: Bubbles) -> list[str]:
    """The circles, other violence under the core."""
    layers = []
    for core in (0, 1):
        for edge, dashes in EDGES.items():
            rows = np.flatnonzero((bubbles.is_core == core) & (bubbles.edge == edge))
            circles = [
                svg.element(
                    "circle", cx=float(bubbles.x[i]), cy=float(bubbles.y[i]), r=bubbles.radius(bubbles.count[i])
                )
                for i in rows
            ]
            if circles:
                layers.append(svg.element("g", "".join(circles), **look_of(bool(core)), stroke_dasharray=dashes))
    return layers


def look_of(is_core: bool) -> dict[str, object]:
    """Fill and edge of a sort of events: told apart by lightness too, for grey printers."""
    if is_core:
        return {"fill": svg.BLUE, "fill_opacity": "0.5", "stroke": "#00324f", "stroke_width": "1.1"}
    return {"fill": "#ffffff", "fill_opacity": "0.35", "stroke": "#5d666b", "stroke_width": "0.9"}
