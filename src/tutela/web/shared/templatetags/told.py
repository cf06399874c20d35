"""What problems say, on pages."""

from __future__ import annotations

from typing import Any

from django import template

from tutela.records.accounts.told import tell

register = template.Library()


@register.filter
def told(text: Any) -> str:
    """A sentence of a problem in the language of the page."""
    return tell(text if isinstance(text, str) else str(text))
