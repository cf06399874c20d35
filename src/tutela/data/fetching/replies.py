"""One request to an API and its reply: bounded in size, time and tries; a token goes to one host and nowhere else.

No message holds anything that the other side wrote: it may repeat the token.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import IO, Any, Final
from urllib.parse import urlsplit

import tutela
from tutela.data.fetching.addresses import TOKEN_VARIABLE, is_this_machine
from tutela.kernel.problems import Problem

TOKEN_HEADER: Final = "x-ucdp-access-token"  # noqa: S105  (the name of a header)

_CHUNK: Final = 1 << 16
_PASSING: Final = frozenset({408, 429, *range(500, 600)} - {501, 505})
_AGAIN: Final = "Run the same command again later: the pages that came are kept, and it goes on from there."


@dataclass(frozen=True, slots=True)
class Manners:
    """How patiently, and how much, is asked.

    attempts              at most for one page
    timeout_seconds       of silence, after which a try is given up;  page_seconds  in all for one try
    backoff_seconds       before the second try, doubled before each further one
    crowded_seconds       the same where the API says 400 in the middle, as it does to callers that ask too often
    longest_wait_seconds  that an API may ask for with Retry-After
    pause_seconds         between two pages
    reply_bytes           at most in one reply
    """

    attempts: int = 5
    timeout_seconds: float = 60
    page_seconds: float = 300
    backoff_seconds: float = 2
    crowded_seconds: float = 30
    longest_wait_seconds: float = 300
    pause_seconds: float = 1
    reply_bytes: int = 64 << 20
    sleep: Callable[[float], None] = time.sleep


MANNERS: Final = Manners()


@dataclass(frozen=True, slots=True)
class Asked:
    """One page that is asked for.

    where    its address and number, for messages
    spare    statuses that are an answer here, not an end
    is_first nothing came yet: a 400 is about the question, not about asking too often
    """

    url: str
    where: str
    token: str = field(repr=False)
    spare: frozenset[int] = frozenset()
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: 200 with a body, or one of the statuses that were spared."""

    status: int
    body: bytes = b""


class _Setback(Exception):
    """Something that may be over at the next try."""

    def __init__(self, message: str, status: int = 0, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.wait_seconds = wait_seconds


def get_reply(asked: Asked, manners: Manners = MANNERS) -> Reply:
    """Ask for one page until it comes; raises fetch-refused for a refused token, fetch-failed for all else."""
    for attempt in range(1, manners.attempts + 1):
        try:
            return _try(asked, manners)
        except _Setback as setback:
            if attempt == manners.attempts:
                if setback.status in asked.spare:
                    return Reply(setback.status)
                raise _failed(f"{setback.message}; it was asked {attempt} times.", asked, _AGAIN) from None
            base = manners.crowded_seconds if setback.status == 400 else manners.backoff_seconds
            wait = max(base * 2 ** (attempt - 1), setback.wait_seconds or 0)
        if wait > manners.longest_wait_seconds:
            raise _failed(f"The API asks to wait {wait:,.0f} seconds.", asked, _AGAIN)
        manners.sleep(wait)
    raise AssertionError("at least one attempt is made")  # pragma: no cover


def _try(asked: Asked, manners: Manners) -> Reply:
    # An unredirected header, and no redirects at all: the token goes to the host that the user named.
    request = urllib.request.Request(asked.url)  # noqa: S310  (the scheme was checked with the address)
    request.add_header("Accept", "application/json")
    request.add_header("User-Agent", f"tutela/{tutela.__version__}")
    request.add_unredirected_header(TOKEN_HEADER, asked.token)
    try:
        with _opener(asked.url).open(request, timeout=manners.timeout_seconds) as response:
            if response.status != 200:
                raise _failed(f"The API answered with {response.status}.", asked, "Check VERSION and --address.")
            return Reply(200, _read_body(response, asked, manners))
    except urllib.error.HTTPError as error:
        with error:
            return _judge_status(error.code, error.headers, asked)
    except (http.client.HTTPException, OSError) as error:
        raise _judge_connection(error, asked) from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """Follow nothing: the redirect itself becomes the error."""


def _opener(url: str) -> urllib.request.OpenerDirector:
    host = urlsplit(url).hostname or ""
    # A request to this machine goes through no proxy, which would see it unencrypted.
    proxies = [urllib.request.ProxyHandler({})] if is_this_machine(host) else []
    return urllib.request.build_opener(_NoRedirects, *proxies)


def _judge_status(status: int, headers: Message, asked: Asked) -> Reply:
    if status in (401, 403):
        raise Problem(
            "fetch-refused",
            f"The API does not accept the token ({status}).",
            where=asked.where,
            remedy=f"Check the token in {TOKEN_VARIABLE} or --token-file; UCDP gives them out on request.",
        )
    if 300 <= status < 400:
        raise _failed(
            f"The API sends callers to another address ({status}), where the token is not taken.",
            asked,
            "If the API has moved, name its new address with --address.",
        )
    if status in _PASSING or (status == 400 and not asked.is_first):
        raise _Setback(f"The API answered with {status}", status, _asked_wait(headers))
    if status in asked.spare:
        return Reply(status)
    remedy = "Check that UCDP has released this VERSION, and the --address." if asked.is_first else _AGAIN
    raise _failed(f"The API answered with {status}.", asked, remedy)


def _judge_connection(error: Exception, asked: Asked) -> Exception:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _failed(
            "The API's certificate is not one that this machine trusts.",
            asked,
            "Ask whoever runs the network; the token was not sent.",
        )
    if isinstance(cause, socket.gaierror):
        return _failed("The API's host cannot be found.", asked, f"Check the network and --address. {_AGAIN}")
    if isinstance(cause, TimeoutError):
        return _Setback("The API fell silent")
    return _Setback("The connection failed or broke off")


def _asked_wait(headers: Message) -> float | None:
    """Seconds that Retry-After asks for: a number, or a day and time beside the API's own Date."""
    text = str(headers.get("Retry-After", "")).strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(str(headers.get("Date", "")))
    except (TypeError, ValueError):
        return None
    return max(wait.total_seconds(), 0)


def _read_body(response: http.client.HTTPResponse, asked: Asked, manners: Manners) -> bytes:
    until = time.monotonic() + manners.page_seconds
    said = response.headers.get("Content-Length", "")
    promised = int(said[:20]) if said.isascii() and said.isdigit() else None
    body = bytearray()
    while len(body) <= manners.reply_bytes and (promised or 0) <= manners.reply_bytes:
        chunk = response.read1(_CHUNK)
        if not chunk:
            break
        body += chunk
        if time.monotonic() > until:
            raise _Setback("The reply came too slowly")
    else:
        raise _failed(
            f"The reply is larger than {manners.reply_bytes >> 20:,} MB.", asked, "Check --address: no page is."
        )
    if promised is not None and len(body) != promised:
        raise _Setback("The reply broke off")
    return bytes(body)


def _failed(message: str, asked: Asked, remedy: str) -> Problem:
    return Problem("fetch-failed", message, where=asked.where, remedy=remedy)
