"""The watch's words for codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import template

from tutela.web.incidents import words

register = template.Library()

_LISTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "what": words.WHATS,
    "status": words.STATUSES,
    "step": words.STEPS,
    "rung": words.RUNGS,
    "reason": words.REASONS,
    "responder": words.RESPONDERS,
    "ring": words.RINGS,
    "precision": words.PRECISIONS,
    "kind": words.REPORT_KINDS,
    "uncovered": words.WHY_UNCOVERED,
    "told": words.HOSTS,
    "perpetrator": words.PERPETRATORS,
    "component": words.COMPONENTS,
    "channel": words.CHANNELS,
}


@register.filter
def word(code: str, name: str) -> str:
    """The word for a code of this list."""
    return words.name_code(_LISTS[name], code) if code else ""
