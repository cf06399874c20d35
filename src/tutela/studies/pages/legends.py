"""Under the map: what the signs mean, the scale, the days, what was not drawn, the sources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from tutela.studies.pages import svg
from tutela.studies.pages.bubbles import EDGES, EXACT, NEAR, UNSAID, Bubbles, look_of
from tutela.studies.pages.frames import Frame, Line
from tutela.studies.pages.grounds import OPACITY, RIVER, ROAD, name_classes, shade_of
from tutela.studies.pages.subjects import MapSpec, drawn_rings

LINE: Final = 17.0
EDGE_NAMES: Final = {
    EXACT: "solid edge: exact place",
    NEAR: "dashed edge: near it",
    UNSAID: "dotted edge: source does not say how exact",
}
Item = tuple[str, str, float]


def draw_legend(spec: MapSpec, frame: Frame, bubbles: Bubbles) -> tuple[str, float]:
    """The legend as markup with its own origin, and its height."""
    items = [*_sign_items(spec, bubbles), *_count_items(bubbles), *_edge_items(bubbles)]
    drawn, y = _flow(items, frame)
    sentences = [*_own_notes(spec, frame, bubbles), *spec.notes, *([spec.attribution] if spec.attribution else [])]
    for sentence in sentences:
        for line in svg.wrap_words(sentence, int(frame.width / 5.6)):
            drawn.append(_write(line, 8.0, y, frame, spec.rtl))
            y += 14.0
        y += 2.0
    drawn.append(_draw_scale(frame))
    return "".join(drawn), y + 4.0


def _sign_items(spec: MapSpec, bubbles: Bubbles) -> list[Item]:
    items: list[Item] = []
    if len(spec.sites.lon):
        square = svg.element("rect", x=2, y=-9, width=7, height=7, fill=svg.INK)
        items.append((square, "site open on this day", 14))
        if spec.rings_km:
            line = svg.element("path", d="M0-6h14", stroke=svg.ACCENT, stroke_width="1.2")
            items.append((line, "distance from any site, analytical", 18))
    items += _line_items(spec)
    names = ((1, spec.core_name), (0, spec.other_name))
    for core, name in names:
        if (bubbles.is_core == core).any():
            circle = svg.element("circle", cx=7, cy=-6, r=5.5, **look_of(bool(core)))
            items.append((circle, name, 17))
    return items


def _line_items(spec: MapSpec) -> list[Item]:
    """Rivers, roads, and the classes of minutes."""
    ground = spec.ground
    kinds: tuple[tuple[Sequence[Line], str, dict[str, str]], ...] = (
        (ground.rivers, "river", {"stroke": RIVER, "stroke_width": "1.2"}),
        (ground.roads, "road", {"stroke": ROAD, "stroke_width": "1.4"}),
        (ground.tracks, "track", {"stroke": ROAD, "stroke_width": "1", "stroke_dasharray": "3 2"}),
    )
    items: list[Item] = [
        (svg.element("path", d="M0-6h14", fill="none", **look), name, 18)
        for lines, name, look in kinds
        if len(lines)
    ]
    if spec.minutes is not None:
        for number, name in enumerate(name_classes(spec.minutes.within_min)):
            box = {"x": 0, "y": -12, "width": 14, "height": 11}
            shade = svg.element("rect", **box, fill=shade_of(number), fill_opacity=OPACITY, stroke=svg.COAST)
            square = svg.element("rect", **box, fill=svg.GROUND) + shade
            items.append((square, name, 18))
    return items


def _count_items(bubbles: Bubbles) -> list[Item]:
    if not len(bubbles.count):
        return []
    most = float(bubbles.count.max())
    steps = sorted({1, *(10**i for i in range(1, 5) if 10**i <= most)})[-3:]
    items = []
    for count in steps:
        radius = bubbles.radius(count)
        circle = svg.element("circle", cx=radius + 1, cy=-6, r=radius, fill="none", stroke=svg.SOFT_INK)
        items.append((circle, f"{count:,} {'event' if count == 1 else 'events'}", 2 * radius + 5))
    return items


def _edge_items(bubbles: Bubbles) -> list[Item]:
    shown = [edge for edge in EDGES if (bubbles.edge == edge).any()]
    return [
        (
            svg.element("circle", cx=7, cy=-6, r=5.5, fill="none", stroke=svg.INK, stroke_dasharray=EDGES[edge]),
            EDGE_NAMES[edge],
            17,
        )
        for edge in shown
    ]


def _flow(items: list[Item], frame: Frame) -> tuple[list[str], float]:
    """Signs side by side, broken into lines; the first line leaves room for the scale."""
    largest = max((width for _, name, width in items if name.endswith(("event", "events"))), default=0.0)
    step = max(LINE + 3, largest)
    drawn, x, y, room = [], 8.0, 24.0, frame.width - 170
    for sign, name, width in items:
        needed = width + 6.1 * len(name) + 16
        if x > 8.0 and x + needed > room:
            x, y, room = 8.0, y + step, frame.width
        label = svg.words(name, x=float(width), y=-2, direction="ltr")
        drawn.append(svg.element("g", sign + label, transform=f"translate({x:.0f} {y:.0f})"))
        x += needed
    return drawn, y + max(LINE, largest / 2 + 8)


def _own_notes(spec: MapSpec, frame: Frame, bubbles: Bubbles) -> list[str]:
    notes = [spec.scope] if spec.scope else []
    if spec.land is None:
        notes.append("No coast is at hand here: the map shows plain ground, with no land, water or borders.")
    if spec.minutes is not None:
        notes.append(f"{spec.minutes.words} Not coloured: what takes longer, and where nobody passes.")
    small = [km for km in spec.rings_km if km not in drawn_rings(spec, frame)]
    if small and len(spec.sites.lon):
        listed = ", ".join(f"{km:g}" for km in small)
        notes.append(f"Too small to draw at this scale: the distance of {listed} km.")
    if bubbles.left_out:
        notes.append(f"Not drawn, because their place is not exact enough: {bubbles.left_out:,} events.")
    if bubbles.off_map:
        notes.append(f"Outside this map: {bubbles.off_map:,} events.")
    return notes


def _write(line: str, x: float, y: float, frame: Frame, rtl: bool) -> str:
    at = frame.width - x if rtl else x
    return svg.words(line, x=at, y=y, fill=svg.SOFT_INK)


def _draw_scale(frame: Frame) -> str:
    longest = 120 / frame.px_per_km
    step = 10 ** math.floor(math.log10(longest))
    km = max(factor * step for factor in (1, 2, 5) if factor * step <= longest)
    width = km * frame.px_per_km
    start = frame.width - width - 46
    bar = svg.element(
        "path", d=f"M{start:.1f} 12v5h{width:.1f}v-5", fill="none", stroke=svg.INK, stroke_width="1.2"
    )
    return bar + svg.words(f"{np.round(km, 3):g} km", x=start + width + 5, y=18, direction="ltr")
