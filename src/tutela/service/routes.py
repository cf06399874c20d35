"""Every route and every operation of the application, for `tutela routes` and for the tables of the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypedDict

import django
from django.urls import URLPattern, URLResolver, get_resolver

from tutela.web.shared.doors import Door, door_of, writes


class Route(TypedDict):
    """One address and what may be done there; `surface` is "page" or "api"."""

    path: str
    name: str
    methods: list[str]
    surface: str


def everything() -> list[Route]:
    """The pages, then the operations of the API."""
    return [*routes(), *operations()]


def routes() -> list[Route]:
    """The pages in the order in which they are tried; a form is taken only where the view is marked for it."""
    _set_up()
    return list(_walk(get_resolver().url_patterns, "/", ""))


def operations() -> list[Route]:
    """The operations of the API, each by its name in the description."""
    _set_up()
    from tutela.api.operations import operations as described

    return [
        {"path": item["path"], "name": f"api:{item['operation']}", "methods": [item["method"]], "surface": "api"}
        for item in described()
    ]


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
    django.setup()


def _walk(patterns: list[URLPattern | URLResolver], path: str, namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, inner)
        elif door_of(pattern.callback) is not Door.TOKEN:
            methods = ["GET", "HEAD", *(["POST"] if writes(pattern.callback) else [])]
            yield {"path": here, "name": namespace + str(pattern.name), "methods": methods, "surface": "page"}
