"""Bars with their intervals as a fading end, never as a bare bar with a hidden whisker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Final

from tutela.kernel.digests import bytes_digest
from tutela.kernel.estimates import Estimate
from tutela.studies.pages import svg

WIDTH: Final = 720.0
PLOT: Final = 150.0
START: Final = 48.0


@dataclass(frozen=True, slots=True)
class BarsSpec:
    """A bar for each label; None where the source has no number."""

    title: str
    description: str
    bars: tuple[tuple[str, Estimate | None], ...]
    unit: str


def draw_bars(spec: BarsSpec) -> str:
    """Upright bars: solid to the low number, fading to the high one, with a tick at the middle."""
    identity = "b" + bytes_digest(repr(spec).encode())[:8]
    top = nice_top(max((estimate.high for _, estimate in spec.bars if estimate), default=1.0))
    step = (WIDTH - START - 8) / max(len(spec.bars), 1)
    parts = [svg.words(spec.unit, x=0, y=10, fill=svg.SOFT_INK), *draw_axis(top)]
    every = max(1, math.ceil(36 / step))
    for i, (label, estimate) in enumerate(spec.bars):
        x = START + i * step
        parts += _draw_bar(estimate, (x, min(step * 0.72, 46.0)), top, identity)
        if i % every == 0 or (i == len(spec.bars) - 1 and i % every >= every / 2):
            parts.append(svg.words(label, x=x + min(step * 0.72, 46.0) / 2, y=PLOT + 32, text_anchor="middle"))
    stops = svg.element("stop", offset=0, stop_color=svg.BLUE, stop_opacity="0.85") + svg.element(
        "stop", offset=1, stop_color=svg.BLUE, stop_opacity="0.08"
    )
    fade = svg.element("linearGradient", stops, id=f"{identity}g", x1=0, y1=1, x2=0, y2=0)
    heads = svg.element("title", escape(spec.title), id=f"{identity}t") + svg.element(
        "desc", escape(spec.description), id=f"{identity}d"
    )
    return svg.element(
        "svg",
        heads + svg.element("defs", fade) + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:.0f} {PLOT + 42:.0f}",
        role="img",
        aria_labelledby=f"{identity}t {identity}d",
        font_family=svg.FONT,
        font_size=11,
        fill=svg.INK,
    )


def nice_top(highest: float) -> float:
    """The end of an axis: 1, 2 or 5 times a power of ten, not below the highest number.

    >>> nice_top(37)
    50.0
    """
    if highest <= 1:
        return 1.0
    step = 10.0 ** math.floor(math.log10(highest))
    return next(factor * step for factor in (1.0, 2.0, 5.0, 10.0) if factor * step >= highest)


def draw_axis(top: float, *, plot: float = PLOT, start: float = START, above: float = 16.0) -> list[str]:
    """Lines at nothing, half way and the top, each with its number: `plot` high, from `start` on, under `above`."""
    parts = []
    for share in (0.0, 0.5, 1.0):
        if share == 0.5 and top < 2:
            continue
        y = above + plot * (1 - share)
        parts.append(svg.element("path", d=f"M{start} {y:.1f}H{WIDTH:.0f}", stroke="#d5dadc"))
        number = f"{top * share:,.0f}" if top * share == round(top * share) else f"{top * share:g}"
        parts.append(svg.words(number, x=start - 6, y=y + 4, text_anchor="end", fill=svg.SOFT_INK))
    return parts


def _draw_bar(estimate: Estimate | None, place: tuple[float, float], top: float, identity: str) -> list[str]:
    x, width = place
    base = PLOT + 16
    if estimate is None:
        return [svg.words("∅", x=x + width / 2, y=base - 4, text_anchor="middle", fill=svg.SOFT_INK)]

    def height(value: float) -> float:
        return value / top * PLOT

    low, mid, high = height(estimate.low), height(estimate.mid), height(estimate.high)
    parts = []
    if low > 0:
        parts.append(
            svg.element("rect", x=x, y=base - low, width=width, height=low, fill=svg.BLUE, fill_opacity="0.85")
        )
    if high > low:
        parts.append(
            svg.element("rect", x=x, y=base - high, width=width, height=high - low, fill=f"url(#{identity}g)")
        )
    if high > 0:
        parts.append(
            svg.element(
                "path", d=f"M{x - 1.5:.1f} {base - mid:.1f}h{width + 3:.1f}", stroke=svg.INK, stroke_width=2
            )
        )
    return parts
