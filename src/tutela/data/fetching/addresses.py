"""What is asked of an event API, and at which address; addresses never hold a secret."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from tutela.kernel.problems import Problem

DEFAULT_ADDRESS: Final = "https://ucdpapi.pcr.uu.se/api"
"""Where UCDP documents its API; another one is named with --address."""

TOKEN_VARIABLE: Final = "TUTELA_UCDP_TOKEN"  # noqa: S105  (the name of a setting)
"""The environment setting that holds the token; the option --token-file goes before it."""

PAGE_ROWS: Final = 1000
"""The most rows that UCDP's API puts on a page."""

_PORTS: Final = {"https": 443, "http": 80}
_VERSION: Final = re.compile(r"\d{2}(\.\d{1,2}){1,3}")
_TOKEN: Final = re.compile(r"[!-~]{1,512}")


@dataclass(frozen=True, slots=True)
class Query:
    """Which events are wanted.

    version    of the release: "25.1" of a yearly one, "26.0.7" of a month's candidate events
    countries  Gleditsch and Ward numbers; empty for all
    start, end first and last day, None for open
    """

    version: str
    countries: tuple[int, ...] = ()
    start: date | None = None
    end: date | None = None
    page_rows: int = PAGE_ROWS

    def parameters(self) -> dict[str, str]:
        """The filters in the API's own words."""
        asked = {
            "Country": ",".join(str(number) for number in sorted(set(self.countries))),
            "StartDate": self.start.isoformat() if self.start else "",
            "EndDate": self.end.isoformat() if self.end else "",
        }
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Access:
    """The API's address, and the token that opens it; the token is never shown."""

    address: str
    token: str = field(repr=False)


def check_version(text: str) -> str:
    """The version as UCDP writes it, or a refusal."""
    if _VERSION.fullmatch(text):
        return text
    raise Problem(
        "option-invalid",
        f"{text[:40]!r} is no version of a release.",
        where="VERSION",
        remedy="Write it as UCDP does: 25.1 for a yearly release, 26.0.7 for a month's candidate events.",
    )


def check_address(text: str) -> str:
    """The address without a slash at its end; only https, but for this machine itself."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), None
    if not host or parts.scheme not in _PORTS or not text.isascii() or not text.isprintable() or " " in text:
        raise _refuse("This is no address of an API.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise _refuse("The address holds more than a host and a path.")
    if parts.scheme == "http" and not is_this_machine(host):
        raise _refuse("A token is only sent over https.")
    return text.rstrip("/")


def check_token(text: str, where: str) -> str:
    """The token without the spaces around it; a refusal never shows it."""
    token = text.strip()
    if not _TOKEN.fullmatch(token):
        raise Problem(
            "option-invalid",
            "The token is empty, longer than 512 characters, or holds spaces or signs that no token has.",
            where=where,
            remedy="Put the token there alone, on one line, as UCDP sent it.",
        )
    return token


def is_this_machine(host: str) -> bool:
    """Whether an address leads to the machine that asks."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def page_url(address: str, query: Query, number: int) -> str:
    """The address of one page; it holds no secret."""
    parameters = {"pagesize": str(query.page_rows), "page": str(number), **query.parameters()}
    return f"{address}/gedevents/{query.version}?{urlencode(parameters, safe=',')}"


def find_page_number(linked: str, address: str, query: Query) -> int | None:
    """The number of the page that a reply links to; None where it leads elsewhere or to another version.

    Only the number is used: the page is asked for at the address that the user named. A service behind a proxy
    may therefore write http for https.
    """
    try:
        parts, own = urlsplit(linked), urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    same_host = parts.hostname == own.hostname and port in (None, own.port or _PORTS[own.scheme])
    same_release = parts.path.rstrip("/").lower().endswith(f"/gedevents/{query.version}")
    numbers = parse_qs(parts.query.lower()).get("page", [])
    if parts.scheme not in _PORTS or not same_host or not same_release or len(numbers) != 1:
        return None
    return int(numbers[0]) if re.fullmatch(r"\d{1,7}", numbers[0], re.ASCII) else None


def _refuse(message: str) -> Problem:
    return Problem(
        "option-invalid",
        message,
        where="--address",
        remedy=f"Name it as {DEFAULT_ADDRESS}: https, the host, the path.",
    )
