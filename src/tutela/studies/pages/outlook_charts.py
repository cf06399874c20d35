"""Drawings of a forecast: the fan of one unit, how often what was said happened, and cells on plain ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

from tutela.kernel.digests import bytes_digest
from tutela.studies.pages import svg
from tutela.studies.pages.charts import WIDTH, draw_axis, nice_top
from tutela.studies.pages.frames import KM_PER_DEGREE, Frame, Line, clip_ring, frame_around, path_of

PLOT: Final = 220.0
START: Final = 44.0
HALF: Final = 0.25
"""Half the side of a cell, in degrees."""

FILLS: Final = ((0.05, "#e9e4c9"), (0.2, "#c3b369"), (0.5, "#7c7b78"), (0.8, "#414d6b"), (2.0, "#00224e"))
"""Cividis by chance, up to and without the first number; the number itself stands in the cell."""


@dataclass(frozen=True, slots=True)
class FanSpec:
    """What was counted, and for each month to come the five quantiles."""

    title: str
    description: str
    unit: str
    now: str
    counted: Sequence[tuple[str, float]]
    months: Sequence[tuple[str, tuple[float, float, float, float, float]]]


def draw_fan(spec: FanSpec) -> str:
    """Bars of what was counted, then 90 % and 50 % of the draws as bands, and a line through the middles."""
    number = len(spec.counted) + len(spec.months)
    step = (WIDTH - START - 8) / max(number, 1)
    highest = max([value for _, value in spec.counted] + [line[4] for _, line in spec.months], default=1.0)
    top = nice_top(highest)

    def y(value: float) -> float:
        return PLOT + 16 - min(value, top) / top * PLOT

    def x(place: int) -> float:
        return START + (place + 0.5) * step

    first = len(spec.counted)
    parts = [svg.words(spec.unit, x=0, y=10, fill=svg.SOFT_INK), *draw_axis(top, plot=PLOT, start=START)]
    for place, (_, value) in enumerate(spec.counted):
        if value > 0:
            parts.append(
                svg.element(
                    "rect", x=x(place) - step * 0.3, y=y(value), width=step * 0.6, height=PLOT + 16 - y(value),
                    fill=svg.SOFT_INK,
                )
            )  # fmt: skip
    for low, high, opacity in ((0, 4, "0.22"), (1, 3, "0.45")):
        for place, (_, line) in enumerate(spec.months):
            tall = max(y(line[low]) - y(line[high]), 1.5)
            parts.append(
                svg.element(
                    "rect", x=x(first + place) - step * 0.4, y=y(line[low]) - tall, width=step * 0.8, height=tall,
                    fill=svg.BLUE, fill_opacity=opacity,
                )
            )  # fmt: skip
    for place, (_, line) in enumerate(spec.months):
        parts.append(
            svg.element(
                "path", d=f"M{x(first + place) - step * 0.4:.1f} {y(line[2]):.1f}h{step * 0.8:.1f}", stroke=svg.INK,
                stroke_width=2,
            )
        )  # fmt: skip
    if spec.counted and spec.months:
        at = START + first * step
        parts.append(svg.element("path", d=f"M{at:.1f} 10V{PLOT + 16:.0f}", stroke=svg.INK, stroke_dasharray="3 3"))
        parts.append(svg.words(spec.now, x=at + 4, y=18, fill=svg.SOFT_INK))
    parts += _months([month for month, _ in (*spec.counted, *spec.months)], x, step)
    return _picture(spec.title, spec.description, parts, PLOT + 44, repr(spec))


@dataclass(frozen=True, slots=True)
class CalibrationSpec:
    """For each bin what was said, what happened with its interval, and of how many."""

    title: str
    description: str
    across: str
    up: str
    bins: Sequence[tuple[float, float, float, float, int]]


def draw_calibration(spec: CalibrationSpec) -> str:
    """Said across, happened upwards: on the line a chance is worth what it says. Lines are 90 % intervals."""
    side, start = 240.0, 44.0

    def x(value: float) -> float:
        return start + value * side

    def y(value: float) -> float:
        return 12 + side - value * side

    parts = [
        svg.element("path", d=f"M{x(0)} {y(0)}L{x(1)} {y(1)}", stroke=svg.PALE, stroke_dasharray="4 3"),
        svg.element("path", d=f"M{x(0)} {y(1)}V{y(0)}H{x(1)}", stroke=svg.SOFT_INK, fill="none"),
    ]
    for share in (0.0, 0.5, 1.0):
        parts.append(svg.words(f"{share:.0%}", x=x(share), y=y(0) + 15, text_anchor="middle", fill=svg.SOFT_INK))
        parts.append(svg.words(f"{share:.0%}", x=start - 5, y=y(share) + 4, text_anchor="end", fill=svg.SOFT_INK))
    for said, happened, low, high, _of in spec.bins:
        parts.append(
            svg.element("path", d=f"M{x(said):.1f} {y(low):.1f}V{y(high):.1f}", stroke=svg.BLUE, stroke_width=2)
        )
        parts.append(svg.element("circle", cx=x(said), cy=y(happened), r=4, fill=svg.INK))
    parts.append(svg.words(spec.across, x=x(0.5), y=y(0) + 32, text_anchor="middle"))
    parts.append(svg.words(spec.up, x=start, y=9))
    return _picture(spec.title, spec.description, parts, side + 52, repr(spec), width=side + start + 24)


@dataclass(frozen=True, slots=True)
class CellsSpec:
    """Cells with their chance (middle in degrees), places of the presence by name, and the land if it is there."""

    title: str
    description: str
    cells: Sequence[tuple[float, float, float]]
    people: Sequence[tuple[str, float, float]]
    sites: Sequence[tuple[str, float, float]]
    land: Sequence[Line] = ()


def frame_cells(spec: CellsSpec) -> Frame:
    """The part of the Earth that the drawing shows."""
    lon = np.array([cell[0] for cell in spec.cells] + [place[1] for place in (*spec.people, *spec.sites)])
    lat = np.array([cell[1] for cell in spec.cells] + [place[2] for place in (*spec.people, *spec.sites)])
    return frame_around(lon, lat, 60.0, (WIDTH, 260.0, 560.0))


def draw_cells(spec: CellsSpec) -> str:
    """Squares by chance with the number in them, people as circles and sites as squares set on a corner."""
    frame = frame_cells(spec)
    around = (-20.0, -20.0, frame.width + 20, frame.height + 20)
    rings = [clip_ring(frame.project_ring(ring), around) for ring in spec.land]
    rings = [ring for ring in rings if len(ring) > 2]
    parts = [svg.element("rect", width=frame.width, height=frame.height, fill=svg.WATER if rings else svg.GROUND)]
    if rings:
        parts.append(svg.element("path", d=path_of(rings), fill=svg.GROUND, stroke=svg.COAST, fill_rule="evenodd"))
    size = HALF * frame.px_per_degree
    for lon, lat, chance in spec.cells:
        (x,), (y,) = frame.project(np.array([lon]), np.array([lat]))
        wide = size * frame.squeeze
        fill = next(colour for edge, colour in FILLS if chance < edge)
        parts.append(
            svg.element(
                "rect", x=float(x - wide), y=float(y - size), width=2 * wide, height=2 * size, fill=fill,
                stroke=svg.INK, stroke_width=0.6,
            )
        )  # fmt: skip
        if wide > 11:
            ink = "#ffffff" if chance >= 0.2 else svg.INK
            label = f"{chance:.0%}"
            parts.append(svg.words(label, x=float(x), y=float(y - size + 12), text_anchor="middle", fill=ink))
    for marks, is_site in ((spec.people, False), (spec.sites, True)):
        for name, lon, lat in marks:
            (x,), (y,) = frame.project(np.array([lon]), np.array([lat]))
            parts.append(_mark(float(x), float(y), is_site=is_site))
            parts.append(
                svg.words(
                    name, x=float(x) + 7, y=float(y) + 4, paint_order="stroke", stroke="#ffffff", stroke_width=2.5
                )
            )
    parts += _scale(frame)
    return _picture(spec.title, spec.description, parts, frame.height, repr((spec.title, spec.cells)))


def _mark(x: float, y: float, *, is_site: bool) -> str:
    if is_site:
        return svg.element(
            "path", d=f"M{x:.1f} {y - 5.5:.1f}l5.5 5.5l-5.5 5.5l-5.5 -5.5z", fill=svg.ACCENT, stroke="#ffffff"
        )
    return svg.element("circle", cx=x, cy=y, r=4.0, fill="#ffffff", stroke=svg.INK, stroke_width=1.6)


def _scale(frame: Frame) -> list[str]:
    km = next((size for size in (500, 200, 100, 50, 20, 10) if size * frame.px_per_km < frame.width / 4), 5)
    wide = km / KM_PER_DEGREE * frame.px_per_degree
    y = frame.height - 12
    return [
        svg.element("path", d=f"M12 {y - 4:.0f}v4h{wide:.1f}v-4", stroke=svg.INK, fill="none"),
        svg.words(f"{km} km", x=16 + wide, y=y),
    ]


def _months(names: list[str], x: Callable[[int], float], step: float) -> list[str]:
    every = max(1, int(-(-52 // step)))
    return [
        svg.words(name, x=x(place), y=PLOT + 34, text_anchor="middle", fill=svg.SOFT_INK)
        for place, name in enumerate(names)
        if place % every == 0
    ]


def _picture(
    title: str, description: str, parts: list[str], height: float, key: str, *, width: float = WIDTH
) -> str:
    identity = "o" + bytes_digest(key.encode())[:8]
    heads = svg.element("title", escape(title), id=f"{identity}t")
    heads += svg.element("desc", escape(description), id=f"{identity}d")
    return svg.element(
        "svg",
        heads + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
        aria_labelledby=f"{identity}t {identity}d",
        font_family=svg.FONT,
        font_size=11,
        fill=svg.INK,
    )
