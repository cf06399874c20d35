"""The map of a presence: ground, coast, rivers, roads, places, sites, rings and events, as one static drawing.

It draws no borders, no single victims and no density. The same drawing serves page, print and word processor.
"""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np

from tutela.kernel.digests import bytes_digest
from tutela.studies.pages import legends, svg
from tutela.studies.pages.bubbles import draw_bubbles, gather_bubbles
from tutela.studies.pages.frames import Frame, Line, clip_ring, frame_around, path_of, thin_line
from tutela.studies.pages.grounds import draw_lines, draw_minutes
from tutela.studies.pages.labels import Labels
from tutela.studies.pages.subjects import MapEvents, MapGround, MapMinutes, MapSites, MapSpec, drawn_rings

WIDTH: Final = 720.0
HEIGHTS: Final = (360.0, 640.0)
ALONE_KM: Final = 60.0
"""Room around events where there are no rings: a single town would otherwise fill the map."""

MOST_SITE_NAMES: Final = 14


def draw_map(spec: MapSpec) -> str:
    """The map as SVG without styles or scripts; its height depends on the ground and on the legend."""
    frame = frame_of(spec)
    identity = "m" + bytes_digest(repr((spec.title, spec.scope, frame)).encode())[:8]
    bubbles = gather_bubbles(spec.events, frame)
    labels = Labels(frame)
    ground = [*_draw_ground(spec, frame), *draw_minutes(spec.minutes, frame), *draw_lines(spec, frame)]
    ground += [*_draw_rings(spec, frame, identity, labels), *draw_bubbles(bubbles)]
    ground += [*_draw_sites(spec, frame, labels), *_draw_places(spec, frame, labels)]
    clip = svg.element("clipPath", svg.element("rect", width=frame.width, height=frame.height), id=f"{identity}f")
    legend, height = legends.draw_legend(spec, frame, bubbles)
    border = svg.element("rect", width=frame.width, height=frame.height, fill="none", stroke=svg.COAST)
    total = round(frame.height + height)
    return svg.element(
        "svg",
        "".join(
            (
                svg.element("title", escape(spec.title), id=f"{identity}t"),
                svg.element("desc", escape(spec.description), id=f"{identity}d"),
                svg.element("defs", clip),
                svg.element("g", "".join(ground), clip_path=f"url(#{identity}f)"),
                border,
                svg.element("g", legend, transform=f"translate(0 {round(frame.height)})"),
            )
        ),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {round(frame.width)} {total}",
        role="img",
        aria_labelledby=f"{identity}t {identity}d",
        font_family=svg.FONT,
        font_size=11,
        fill=svg.INK,
        direction="rtl" if spec.rtl else None,
    )


def frame_of(spec: MapSpec) -> Frame:
    """The frame that a map will have: what land to fetch for it follows from its box."""
    margin = (max(spec.rings_km, default=0.0) if len(spec.sites.lon) else ALONE_KM) + 15.0
    lon, lat = spec.sites.lon, spec.sites.lat
    if not len(lon):
        lon, lat = spec.events.lon, spec.events.lat
    if not len(lon) and spec.places:
        lon, lat = (np.array([place[i] for place in spec.places], dtype=np.float64) for i in (1, 2))
    if not len(lon):
        lon, lat = np.zeros(1), np.zeros(1)
    if spec.beside:
        more = np.array(spec.beside, dtype=np.float64)
        lon, lat = np.concatenate((lon, more[:, 0])), np.concatenate((lat, more[:, 1]))
    return frame_around(lon, lat, margin, (WIDTH, *HEIGHTS))


def _draw_ground(spec: MapSpec, frame: Frame) -> list[str]:
    back = svg.GROUND if spec.land is None else svg.WATER
    drawn = [svg.element("rect", width=frame.width, height=frame.height, fill=back)]
    kinds = ((spec.land or (), svg.GROUND), (spec.lakes, svg.WATER))
    for rings, colour in kinds:
        shown = [part for ring in rings if len(part := _fit(ring, frame)) >= 3]
        if shown:
            path = path_of(shown)
            drawn.append(
                svg.element("path", d=path, fill=colour, fill_rule="evenodd", stroke=svg.COAST, stroke_width="0.8")
            )
    return drawn


def _fit(ring: Line, frame: Frame) -> Line:
    margin = 8.0
    points = frame.project_ring(np.asarray(ring, dtype=np.float64))
    box = (-margin, -margin, frame.width + margin, frame.height + margin)
    low, high = points.min(axis=0), points.max(axis=0)
    if high[0] < box[0] or high[1] < box[1] or low[0] > box[2] or low[1] > box[3]:
        return np.empty((0, 2))
    return thin_line(clip_ring(points, box), 1.2)


def _draw_rings(spec: MapSpec, frame: Frame, identity: str, labels: Labels) -> list[str]:
    """For each distance the outline of the union of all rings: overlapping circles would hide the ground."""
    drawn = []
    x, y = frame.project(spec.sites.lon, spec.sites.lat)
    for km in drawn_rings(spec, frame):
        radii = [frame.radii(float(lat), km) for lat in spec.sites.lat]
        circles = sorted(
            {
                svg.element("ellipse", cx=float(cx), cy=float(cy), rx=rx, ry=ry)
                for cx, cy, (rx, ry) in zip(x, y, radii, strict=True)
            }
        )
        name = f"{identity}r{km:g}"
        full = svg.element("rect", x=-9, y=-9, width=frame.width + 18, height=frame.height + 18, fill="#fff")
        shape = svg.element("g", "".join(circles), id=name)
        inner = svg.element("use", href=f"#{name}", fill="#000")
        drawn.append(svg.element("defs", shape))
        drawn.append(
            svg.element(
                "mask",
                full + inner,
                id=f"{name}m",
                maskUnits="userSpaceOnUse",
                x=-9,
                y=-9,
                width=frame.width + 18,
                height=frame.height + 18,
            )
        )
        # Twice the width, because the mask hides the inner part of each line.
        use = svg.element("use", href=f"#{name}", fill="none", stroke=svg.ACCENT, stroke_width="1.8")
        drawn.append(svg.element("g", use, mask=f"url(#{name}m)"))
        drawn.append(labels.write_on_ring(f"{km:g} km", np.column_stack((x, y)), np.array(radii)))
    return drawn


def _draw_sites(spec: MapSpec, frame: Frame, labels: Labels) -> list[str]:
    x, y = frame.project(spec.sites.lon, spec.sites.lat)
    drawn = [
        svg.element(
            "rect",
            x=float(px) - 3.5,
            y=float(py) - 3.5,
            width=7,
            height=7,
            fill=svg.INK,
            stroke="#fff",
            stroke_width=1,
        )
        for px, py in sorted(set(zip(np.round(x, 1).tolist(), np.round(y, 1).tolist(), strict=True)))
    ]
    for px, py in zip(x, y, strict=True):
        labels.reserve(float(px), float(py), 5.0)
    named = zip(spec.sites.name, x, y, strict=True)
    for name, px, py in list(named) if len(x) <= MOST_SITE_NAMES else []:
        drawn.append(labels.write(name, (float(px), float(py)), size=11.5, weight=600))
    return drawn


def _draw_places(spec: MapSpec, frame: Frame, labels: Labels) -> list[str]:
    drawn = []
    for name, lon, lat, rank in sorted(spec.places, key=lambda place: (place[3], place[0])):
        x, y = (float(value) for value in np.ravel(frame.project(np.array([lon]), np.array([lat]))))
        if not (0 <= x <= frame.width and 0 <= y <= frame.height):
            continue
        under = spec.ground.names.get(name, "")
        text = labels.write(name, (x, y), size=11.5 if rank <= 1 else 10.5, weight=None, under=under)
        if text:
            drawn.append(svg.element("circle", cx=x, cy=y, r=1.8, fill=svg.SOFT_INK) + text)
    return drawn


__all__ = ["MapEvents", "MapGround", "MapMinutes", "MapSites", "MapSpec", "draw_map", "frame_of"]
