"""Every refusal as JSON: the problem, what is wrong, where, and the remedy. No value of a case is in one."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db.utils import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member
from tutela.records.accounts.submissions import refuse_unread
from tutela.records.accounts.told import tell_problem
from tutela.records.ledger.acts import by_way_of

PREFIX: Final = "/api/"
_PART: Final = re.compile(r"\w{1,40}")
_log = logging.getLogger("tutela.api")

_BY_STATUS: Final = {
    400: ("request-refused", "The request is malformed.", "Look at the description: openapi.json."),
    403: ("not-allowed", "This is not open to you.", "Ask the owner of this home."),
    404: ("page-missing", "Nothing stands at this address.", "Look at the description: openapi.json."),
    405: ("only-reading", "This address does not take this method.", "Look at Allow, and at openapi.json."),
    413: ("file-too-large", "The body is larger than it may be.", "Send less at once."),
    503: ("house-closed", "The register is closed.", "Ask whoever closed it."),
}


def refuse(problem: Problem) -> HttpResponse:
    """The answer to a problem."""
    response = JsonResponse(tell_problem(problem), status=problem.kind.http_status)
    if problem.kind.http_status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="tutela"'
    return response


def teach_refusals(api: NinjaAPI) -> None:
    """Answer every exception as a problem."""
    handlers: dict[type[Exception], Callable[[Any], Problem]] = {
        Problem: lambda problem: problem,
        **UNREAD,
        Http404: lambda _: _of_status(404),
        DatabaseError: lambda error: _failed("database-unready", error),
        Exception: lambda error: _failed("application-failed", error),
    }
    for kind, describe in handlers.items():
        api.add_exception_handler(kind, functools.partial(_answer, describe))


def answer_as_json(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: below the API's address, what other parts refuse is answered as JSON too."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_ours = request.path_info.startswith(PREFIX)
        if not is_ours or response.status_code < 400 or response.get("Content-Type", "") == "application/json":
            return response
        answer = refuse(_of_status(response.status_code))
        answer.status_code = response.status_code
        if "Allow" in response:
            answer["Allow"] = response["Allow"]
        return answer

    return handle


def _answer(describe: Callable[[Any], Problem], request: HttpRequest, error: Any) -> HttpResponse:
    problem = describe(error)
    by = getattr(request, "auth", None)
    if isinstance(error, tuple(UNREAD)) and isinstance(by, Member):
        # Whatever was read went to an action, which writes its own refusals down.
        with by_way_of(f"token {by.token}"):
            refuse_unread(by=by, problem=problem)
    return refuse(problem)


def _of_status(status: int) -> Problem:
    code, message, remedy = _BY_STATUS.get(status, _BY_STATUS[400])
    return Problem(code, message, remedy=remedy)


def _of_fields(error: ValidationError) -> Problem:
    """The first field that does not fit, by its name and never by what stands in it."""
    first = error.errors[0]
    kind, *place = first.get("loc", ("body",))
    if kind == "body":
        place = place[1:]  # the first is what the body is called in our code
    where = ".".join(str(part) for part in place if _PART.fullmatch(str(part))) or "body"
    if first.get("type") == "extra_forbidden":
        return Problem("field-invalid", "This field is not taken.", where=where, remedy="Leave it out.")
    if first.get("type") == "missing":
        return Problem("field-invalid", "This is needed.", where=where, remedy="Fill it in.")
    return Problem(
        "field-invalid", "What was sent does not fit.", where=where, remedy="Look at the description: openapi.json."
    )


def _failed(code: str, error: Exception) -> Problem:
    # The kind of error alone: its text may hold a value.
    _log.error("an operation failed (%s)", type(error).__name__)
    return Problem(
        code, "This could not be done; nothing was changed.", remedy="Run tutela doctor where it is served."
    )


UNREAD: Final[Mapping[type[Exception], Callable[[Any], Problem]]] = {
    ValidationError: _of_fields,
    RequestDataTooBig: lambda _: _of_status(413),
    SuspiciousOperation: lambda _: _of_status(400),
    HttpError: lambda error: _of_status(error.status_code),
}
"""What is wrong with a request that never became one for an action."""
