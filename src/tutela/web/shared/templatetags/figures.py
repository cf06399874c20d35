"""Numbers as pages write them."""

from __future__ import annotations

from django import template

from tutela.web.shared.figures import write_count

register = template.Library()


@register.filter
def count(value: float | None) -> str:
    """A whole number with thousands set apart, or "not in this source"."""
    return write_count(value)
