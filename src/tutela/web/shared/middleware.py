"""What happens around every page: safe headers, reading only, problems as pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from tutela.kernel.problems import Problem
from tutela.web.shared.doors import is_of_api, takes_forms
from tutela.web.shared.errors import database_page, problem_page

Handler = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""No script at all, nothing from elsewhere, nothing inline."""

WORKER: Final = "/static/built/map-worker.js"
WORKER_POLICY: Final = "default-src 'none'"
"""A worker lives under the policy of its own file: it is handed what it works on, and fetches nothing."""

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with "no-referrer", forms of our own would come from nowhere
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=(), browsing-topics=()",
    "Cache-Control": "no-store",
}

_READING: Final = frozenset({"GET", "HEAD"})


def send_safe_headers(get_response: Handler) -> Handler:
    """Put the headers on every answer, refusals and static files included; a page may set its own policy."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = WORKER_POLICY if request.path_info == WORKER else CONTENT_SECURITY_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return handle


def refuse_what_is_not_reading(get_response: Handler) -> Handler:
    """Refuse foreign host names (a page elsewhere may point its own name here), and forms where none is taken."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.get_host()  # raises DisallowedHost, which becomes the page for 400
        if settings.SECURE_PROXY_SSL_HEADER and not request.is_secure():
            return problem_page(_without_tls())
        if request.method not in _READING and not _is_taken(request):
            problem = Problem(
                "only-reading",
                "Nothing can be changed at this address.",
                remedy="Use the forms of the pages, or the command line: tutela statement build.",
            )
            response = problem_page(problem)
            response["Allow"] = "GET, HEAD"
            return response
        return get_response(request)

    return handle


def _is_taken(request: HttpRequest) -> bool:
    """Whether something may be sent to this address by this method; the API answers for its own methods."""
    return takes_forms(request.path_info) if request.method == "POST" else is_of_api(request.path_info)


def _without_tls() -> Problem:
    return Problem(
        "request-refused",
        "This request did not come through TLS.",
        remedy="The proxy must set X-Forwarded-Proto itself, and forward nothing that came without TLS.",
    )


class ProblemPages:
    """Show a Problem that a view raises as a page with its title and remedy, and its HTTP status."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; Django calls `process_exception` where a view raises."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:  # noqa: ARG002
        """The page for a Problem, or for a database that fails; anything else stays an error of ours."""
        if isinstance(exception, OperationalError | InterfaceError):
            return database_page(exception)
        return problem_page(exception) if isinstance(exception, Problem) else None
