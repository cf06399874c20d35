"""Two bars for each label, earlier and later beside each other, with their intervals as a fading end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Final

from tutela.kernel.digests import bytes_digest
from tutela.studies.pages import svg
from tutela.studies.pages.charts import WIDTH, draw_axis, nice_top

PLOT: Final = 170.0
START: Final = 74.0
TOP: Final = 34.0

_WIDEST: Final = 22.0
_LABEL_PX: Final = 40.0

Interval = tuple[float, float, float]
"""Low, best, high."""


@dataclass(frozen=True, slots=True)
class PairsSpec:
    """What is drawn: a pair for each label, None where that release does not cover it.

    names       what the two bars are, the earlier first;  description  the figures in words, to be read aloud
    """

    title: str
    description: str
    names: tuple[str, str]
    pairs: tuple[tuple[str, Interval | None, Interval | None], ...]


def draw_pairs(spec: PairsSpec) -> str:
    """Upright bars in pairs: the earlier in outline, the later filled; ∅ where a release does not cover it."""
    identity = "p" + bytes_digest(repr(spec).encode())[:8]
    highest = max((bar[2] for _, *pair in spec.pairs for bar in pair if bar), default=1.0)
    top = nice_top(highest)
    step = (WIDTH - START - 8) / max(len(spec.pairs), 1)
    width = min(step * 0.38, _WIDEST)
    parts = [*_draw_legend(spec.names), *draw_axis(top, plot=PLOT, start=START, above=TOP)]
    every = max(1, math.ceil(_LABEL_PX / step))
    for i, (label, old, new) in enumerate(spec.pairs):
        x = START + i * step + (step - 2 * width) / 2
        parts += _draw_bar(old, (x, width), top, None)
        parts += _draw_bar(new, (x + width, width), top, f"url(#{identity}g)")
        if i % every == 0:
            parts.append(svg.words(label, x=x + width, y=TOP + PLOT + 16, text_anchor="middle"))
    stops = "".join(
        svg.element("stop", offset=offset, stop_color=svg.BLUE, stop_opacity=opacity)
        for offset, opacity in ((0, "0.85"), (1, "0.12"))
    )
    fade = svg.element("linearGradient", stops, id=f"{identity}g", x1=0, y1=1, x2=0, y2=0)
    heads = svg.element("title", escape(spec.title), id=f"{identity}t")
    heads += svg.element("desc", escape(spec.description), id=f"{identity}d")
    return svg.element(
        "svg",
        heads + svg.element("defs", fade) + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:.0f} {TOP + PLOT + 24:.0f}",
        role="img",
        aria_labelledby=f"{identity}t {identity}d",
        font_family=svg.FONT,
        font_size=11,
        fill=svg.INK,
        direction="ltr",
    )


def _draw_legend(names: tuple[str, str]) -> list[str]:
    outline = {"fill": "#ffffff", "stroke": svg.SOFT_INK, "stroke_width": "1.2"}
    middle = START + (WIDTH - START) / 2
    return [
        svg.element("rect", x=START, y=3, width=11, height=11, **outline),
        svg.words(f"earlier: {names[0]}", x=START + 17, y=13),
        svg.element("rect", x=middle, y=3, width=11, height=11, fill=svg.BLUE, fill_opacity="0.85"),
        svg.words(f"later: {names[1]}", x=middle + 17, y=13),
    ]


def _draw_bar(bar: Interval | None, place: tuple[float, float], top: float, fade: str | None) -> list[str]:
    """One bar: solid to the low number, fading (or dashed) to the high one, a tick at the best."""
    x, width = place
    base = TOP + PLOT
    if bar is None:
        return [svg.words("∅", x=x + width / 2, y=base - 4, text_anchor="middle", fill=svg.SOFT_INK)]
    low, best, high = (value / top * PLOT for value in bar)
    is_later = fade is not None
    solid = {"fill": svg.BLUE, "fill_opacity": "0.85"} if is_later else {"fill": "#ffffff", "stroke": svg.SOFT_INK}
    open_ = {"fill": fade} if is_later else {"fill": "none", "stroke": svg.SOFT_INK, "stroke_dasharray": "2 2"}
    parts = []
    if low > 0:
        parts.append(svg.element("rect", x=x, y=base - low, width=width, height=low, **solid))
    if high > low:
        parts.append(svg.element("rect", x=x, y=base - high, width=width, height=high - low, **open_))
    if high > 0:
        tick = f"M{x:.1f} {base - best:.1f}h{width:.1f}"
        parts.append(svg.element("path", d=tick, stroke=svg.INK, stroke_width=2))
    return parts
