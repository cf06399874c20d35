"""Names on a map, written where they hide nothing; what finds no room is left out."""

from __future__ import annotations

import unicodedata

import numpy as np

from tutela.studies.pages import svg
from tutela.studies.pages.frames import Frame, Line

Box = tuple[float, float, float, float]


class Labels:
    """The room that is left on a map. Whoever writes first has the choice."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._taken: list[Box] = []
        self._names: dict[str, tuple[float, float]] = {}

    def reserve(self, x: float, y: float, half: float) -> None:
        """Keep a square free of names."""
        self._taken.append((x - half, y - half, x + half, y + half))

    def write(self, name: str, at: tuple[float, float], *, size: float, weight: int | None, under: str = "") -> str:
        """The name beside its point, or "" where there is no room or a near point has the name already.

        `under` is the same name in another script: written below it in smaller letters where there is room.
        """
        x, y = at
        known = self._names.get(name.casefold())
        if known is not None and abs(known[0] - x) + abs(known[1] - y) < 40:
            return ""
        for second in (under, "") if under else ("",):
            width = max(0.56 * size * len(name), 0.5 * size * len(second)) + 2
            height = size * (2.1 if second else 1.15)
            options = (
                (x + 6, y - height / 2, "start"),
                (x - 6 - width, y - height / 2, "end"),
                (x - width / 2, y - height - 5, "middle"),
                (x - width / 2, y + 5, "middle"),
            )
            for left, top, anchor in options:
                box = (left, top, left + width, top + height)
                if not self._is_free(box):
                    continue
                self._taken.append(box)
                self._names[name.casefold()] = at
                tx = {"start": left, "end": left + width, "middle": x}[anchor]
                first = self._spell(name, (tx, top + size * 0.9), anchor, size, weight)
                if not second:
                    return first
                return first + self._spell(second, (tx, top + size * 1.85), anchor, size * 0.88, None)
        return ""

    def write_on_ring(self, name: str, centres: Line, radii: Line) -> str:
        """The name on the outline of a union of ellipses, where no other ellipse covers it; "" without room."""
        size = 10.0
        width = 0.6 * size * len(name)
        for angle in (-90.0, 90.0, -60.0, 60.0, 0.0, 180.0):
            turn = np.radians(angle)
            points = centres + radii * np.array([np.cos(turn), np.sin(turn)])
            for i in np.argsort(-radii[:, 0] * 0 + points[:, 1], kind="stable"):
                x, y = float(points[i, 0]), float(points[i, 1])
                box = (x - width / 2, y - size / 2, x + width / 2, y + size / 2)
                apart = (points[i] - centres) / radii
                is_covered = bool(((apart**2).sum(axis=1) < 1 - 1e-6).any())
                if not is_covered and self._is_free(box):
                    self._taken.append(box)
                    return self._spell(name, (x, y + 3.5), "middle", size, None, svg.ACCENT)
        return ""

    def _is_free(self, box: Box) -> bool:
        if box[0] < 2 or box[1] < 2 or box[2] > self._frame.width - 2 or box[3] > self._frame.height - 2:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in self._taken
        )

    def _spell(
        self, name: str, at: tuple[float, float], anchor: str, size: float, weight: int | None, fill: str = svg.INK
    ) -> str:
        is_rtl = runs_right_to_left(name)
        if is_rtl:
            # Where a line of such letters starts is its right end.
            anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
        return svg.words(
            name,
            x=at[0],
            y=at[1],
            text_anchor=anchor,
            font_size=size,
            font_weight=weight,
            fill=fill,
            stroke="#ffffff",
            stroke_width="2.4",
            stroke_linejoin="round",
            paint_order="stroke",
            direction="rtl" if is_rtl else "ltr",
        )


def runs_right_to_left(name: str) -> bool:
    """Whether the first letter with a direction is one of those that run from right to left."""
    sides = (unicodedata.bidirectional(letter) for letter in name)
    return next((side for side in sides if side in ("L", "R", "AL")), "L") != "L"
