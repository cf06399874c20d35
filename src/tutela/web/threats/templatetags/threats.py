"""The threat register's words for codes and grades."""

from __future__ import annotations

from django import template

from tutela.web.shared.words import name_code
from tutela.web.threats.words import LISTS

register = template.Library()


@register.filter
def term(code: str | int, name: str) -> str:
    """The word for a code or a grade of this list."""
    return name_code(LISTS[name], str(code)) if code not in ("", None) else ""


@register.filter
def terms(codes: list[str], name: str) -> str:
    """The words for several codes."""
    return ", ".join(name_code(LISTS[name], code) for code in codes)
