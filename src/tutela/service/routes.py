"""Every route of the application, for `tutela routes` and for the table of the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypedDict

import django
from django.urls import URLPattern, URLResolver, get_resolver

from tutela.web.shared.doors import writes


class Route(TypedDict):
    """One address and what may be done there."""

    path: str
    name: str
    methods: list[str]


def routes() -> list[Route]:
    """All routes in the order in which they are tried; a form is taken only where the view is marked for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
    django.setup()
    return list(_walk(get_resolver().url_patterns, "/", ""))


def _walk(patterns: list[URLPattern | URLResolver], path: str, namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, inner)
        else:
            methods = ["GET", "HEAD", *(["POST"] if writes(pattern.callback) else [])]
            yield {"path": here, "name": namespace + str(pattern.name), "methods": methods}
