"""Every refusal and failure as a page: what is wrong, and what to do. Never a traceback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.template import loader

from tutela.kernel.problems import Problem

if TYPE_CHECKING:
    from tutela.catalogue.presences import Presence


def problem_page(problem: Problem, suggestions: Sequence[Presence] = ()) -> HttpResponse:
    """The page for a problem, with the HTTP status of its kind.

    It is rendered without the request: a refused request learns nothing about the home.
    """
    context = {"problem": problem, "suggestions": suggestions}
    content = loader.render_to_string("shared/problem.html", context)
    return HttpResponse(content, status=problem.kind.http_status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """400: a foreign host name, or a request that is malformed."""
    return problem_page(
        Problem(
            "request-refused",
            "The pages are shown only under their own address.",
            remedy="Open the address that tutela serve printed, or the one that its proxy serves.",
        )
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """403."""
    return problem_page(Problem("not-allowed", "This is not open to you.", remedy="Ask the owner of this home."))


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403: a form that this application did not show, or showed too long ago."""
    return problem_page(
        Problem(
            "request-refused",
            "This form was not sent from the page that showed it, or the page is too old. Nothing was changed.",
            remedy="Open the page again and send it from there, with cookies of this address allowed.",
        )
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404, without repeating the address."""
    return problem_page(
        Problem("page-missing", "Nothing stands at this address.", remedy="Begin at the first page or in the list.")
    )


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """500: what went wrong is on the server's own output, not here."""
    return problem_page(
        Problem(
            "application-failed",
            "This page could not be made; nothing was changed.",
            remedy="What happened stands where tutela serve runs. Report it with the version of Tutela.",
        )
    )
