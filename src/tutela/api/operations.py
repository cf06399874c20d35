"""All operations together: one line for each area, one door before them all."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern
from ninja import NinjaAPI

import tutela
from tutela.api import (
    activities,
    clocks,
    exports,
    incidents,
    jobs,
    loops,
    me,
    plans,
    populations,
    presences,
    reports,
    threats,
)
from tutela.api.entrance import ByToken, by_token
from tutela.api.refusals import PREFIX, teach_refusals

AREAS: Final = (
    me, presences, populations, activities, reports, incidents, clocks, loops, plans, threats, exports, jobs,
)  # fmt: skip
FIRST: Final = f"{PREFIX}1/"
"""The address of this version; what changes so that programs break comes under another."""

api: Final = NinjaAPI(
    title="Tutela",
    version=tutela.__version__,
    description="The register for programs. Rows are called by references; every refusal is a problem.",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    auth=ByToken(),
)
teach_refusals(api)
api.add_decorator(by_token)
for _area in AREAS:
    api.add_router("", _area.router)


@api.get("/openapi.json", include_in_schema=False, operation_id="openapi", url_name="openapi")
def describe(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """What this page's description says, for programs: OpenAPI 3.1."""
    return JsonResponse(description())


def description() -> dict[str, Any]:
    """The description of all operations."""
    return dict(api.get_openapi_schema(path_prefix=FIRST))


def patterns() -> list[URLPattern]:
    """The addresses of the operations; there is none for the root, which would only say that it is one."""
    return [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]


def operations() -> list[dict[str, str]]:
    """Every operation: method, address, name."""
    listed = [
        {"method": method.upper(), "path": address, "operation": operation["operationId"]}
        for address, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]
    return [*listed, {"method": "GET", "path": f"{FIRST}openapi.json", "operation": "openapi"}]


__all__ = ["FIRST", "api", "description", "operations", "patterns"]
