"""A square picture that a phone reads, drawn as one path; it names nothing outside the page."""

from __future__ import annotations

import qrcode  # type: ignore[import-untyped]  # it has no types
from django.utils.html import format_html
from django.utils.safestring import SafeString

_BORDER = 4
"""White modules around it: phones need them."""


def draw_square(text: str, label: str) -> SafeString:
    """The picture of this text as SVG, for a page; `label` says what it is to those who do not see it."""
    code = qrcode.QRCode(border=_BORDER, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" width="220" height="220" role="img"'
        ' aria-label="{1}" shape-rendering="crispEdges"><rect width="{0}" height="{0}" fill="#fff"/>'
        '<path d="{2}" fill="#000"/></svg>',
        len(rows),
        label,
        dark,
    )
