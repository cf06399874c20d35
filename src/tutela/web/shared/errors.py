"""Every refusal and failure as a page: what is wrong, and what to do. Never a traceback."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from tutela.kernel.problems import Problem

if TYPE_CHECKING:
    from tutela.catalogue.presences import Presence


_log: Final = logging.getLogger("tutela.pages")


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


def database_page(error: Exception) -> HttpResponse:
    """503: the register does not answer, or cannot write; of what it says, the kind alone is logged."""
    _log.error("the register's database failed (%s)", type(error).__name__)
    return problem_page(database_problem(error))


def database_problem(error: Exception) -> Problem:
    """What to tell of a failure of the database; what was not acknowledged was not written."""
    reason = error.__cause__ or error
    if getattr(reason, "sqlstate", None) == "53100" or "disk is full" in str(reason):
        return Problem(
            "database-unready",
            "The disk of the register is full; nothing was changed.",
            remedy="Whoever keeps the machine makes room. What was kept before is unchanged.",
        )
    return Problem(
        "database-unready",
        "The register's database does not answer; nothing was changed.",
        remedy="Try again in a minute. Where it is served, tutela doctor says what is missing.",
    )


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """500: what went wrong is on the server's own output, not here."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):  # where a session is kept, outside every view
        return database_page(error)
    return problem_page(
        Problem(
            "application-failed",
            "This page could not be made; nothing was changed.",
            remedy="What happened stands where tutela serve runs. Report it with the version of Tutela.",
        )
    )
