"""Small words for drawing: elements with presentation attributes only, since the pages refuse inline styles."""

from __future__ import annotations

from html import escape
from typing import Final

FONT: Final = "system-ui, 'Noto Sans', 'Noto Sans Arabic', sans-serif"
INK: Final = "#1b1f22"
SOFT_INK: Final = "#4a5257"
GROUND: Final = "#f4f2ec"
WATER: Final = "#e3ebee"
COAST: Final = "#8b979d"
ACCENT: Final = "#0b5563"
BLUE: Final = "#0072b2"
PALE: Final = "#9aa3a8"


def element(name: str, content: str | None = None, /, **attributes: object) -> str:
    """An element; underscores in attribute names become hyphens, numbers get one decimal, None is left out.

    `content` is markup that was escaped already.
    """
    spelt = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_spell(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{spelt}/>" if content is None else f"<{name}{spelt}>{content}</{name}>"


def words(content: str, **attributes: object) -> str:
    """A text element; `content` is escaped here."""
    return element("text", escape(content), **attributes)


def wrap_words(content: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken at spaces; a longer word stands alone."""
    lines = [""]
    for word in content.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _spell(value: object) -> str:
    if isinstance(value, float):
        return (
            f"{value:.1f}".removesuffix(".0").replace("-0", "0")
            if abs(value) < 0.05
            else f"{value:.1f}".removesuffix(".0")
        )
    return escape(str(value), quote=True)
