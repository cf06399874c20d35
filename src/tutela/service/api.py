"""The API among the addresses of the application: its operations, each behind the door of tokens."""

from __future__ import annotations

from django.urls import URLPattern

from tutela.api.operations import patterns
from tutela.web.shared.doors import open_to_tokens


def api_addresses() -> list[URLPattern]:
    """The addresses below the API's own, marked so that no session opens them."""
    found = patterns()
    for pattern in found:
        open_to_tokens(pattern.callback)
    return found
