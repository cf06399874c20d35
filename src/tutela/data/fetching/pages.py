"""One page of an event API: what its JSON says, or why it is not taken.

Every value is kept as the text that the API wrote, so that no digit is lost on the way.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tutela.data.fetching.addresses import Query, find_page_number
from tutela.kernel.digests import bytes_digest, canonical_json
from tutela.kernel.problems import Problem

NEEDED: Final = frozenset(
    (
        *("id", "date_start", "date_end", "type_of_violence", "country", "country_id", "side_a", "side_b"),
        *("latitude", "longitude", "where_prec", "low", "best", "high", "deaths_civilians", "code_status"),
    )
)
"""What every event of the API has at least, under these names."""

MOST_EVENTS: Final = 20_000_000
_MOST_COLUMNS: Final = 500
_NO_TEXT: Final = re.compile("[\\ud800-\\udfff\\0]")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_REMEDY: Final = "Check --address. If it is right, UCDP's API has changed, or something stands in between."

Row: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the count of all events that it states, the number of the next page (if it names one), its rows."""

    total: int
    next_number: int | None
    rows: list[Row]

    @property
    def ids(self) -> list[str]:
        """The ids of its events, in its order."""
        return [row["id"] for row in self.rows]

    @property
    def content(self) -> bytes:
        """Its rows in one spelling."""
        return canonical_json(self.rows)

    @property
    def digest(self) -> str:
        """SHA-256 of its rows."""
        return bytes_digest(self.content)


def parse_page(body: bytes, address: str, query: Query, where: str) -> Page:
    """Read a reply's body; raises fetch-failed where it is no page of what was asked for."""
    if body.lstrip()[:1] == b"<":
        raise _failed("The reply is a web page, not the API's JSON.", where)
    try:
        reply = json.loads(body, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _failed("The reply is not valid JSON, or ends in its middle.", where) from None
    if not isinstance(reply, dict) or not isinstance(reply.get("Result"), list):
        raise _failed("The reply is JSON, but no page of events.", where)
    total = _count(reply.get("TotalCount"), where)
    following = _linked(reply, address, query, where)
    rows = [_row(item, f"{where}, row {i}") for i, item in enumerate(reply["Result"], 1)]
    if len(rows) > query.page_rows:
        raise _failed(f"The page has {len(rows):,} rows, {query.page_rows:,} were asked for.", where)
    for i, row in enumerate(rows, 1):
        _check_filters(row, query, f"{where}, row {i}")
    return Page(total, following, rows)


def _refuse_constant(_: str) -> None:
    raise ValueError


def _count(value: object, where: str) -> int:
    if not isinstance(value, str) or not value.isdigit() or len(value) > 9 or int(value) > MOST_EVENTS:
        raise _failed("TotalCount is no count of events.", where)
    return int(value)


def _linked(reply: dict[str, Any], address: str, query: Query, where: str) -> int | None:
    numbers = {}
    for name in ("PreviousPageUrl", "NextPageUrl"):
        link = reply.get(name) or None
        numbers[name] = find_page_number(link, address, query) if isinstance(link, str) else None
        if link is not None and numbers[name] is None:
            raise _failed(f"{name} leads to another host or to another version than the one asked for.", where)
    return numbers["NextPageUrl"]


def _row(item: object, where: str) -> Row:
    if not isinstance(item, dict) or len(item) > _MOST_COLUMNS:
        raise _failed("This is no event.", where)
    row = {name.lower(): _text(value, where) for name, value in item.items()}
    if not all(_NAME.fullmatch(name) for name in row):
        raise _failed("A column's name is none of UCDP's.", where)
    missing = sorted(NEEDED - row.keys())
    if missing or len(row) < len(item):
        raise _failed(f"The event lacks {', '.join(missing)}." if missing else "Two columns have one name.", where)
    if not row["id"]:
        raise _failed("The event has no id.", where)
    return row


def _text(value: object, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        raise _failed("A column holds a list or a structure.", where)
    if _NO_TEXT.search(value):
        raise _failed("A text holds half a character, or a zero byte.", where)
    return value


def _check_filters(row: Row, query: Query, where: str) -> None:
    """Refuse an event that was not asked for: then the filter did not work, and the count means something else."""
    if query.countries and row["country_id"] not in {str(number) for number in query.countries}:
        raise _failed("The event lies in another country than those asked for.", where)
    first, last = row["date_start"][:10], row["date_end"][:10]
    if (query.start and last < query.start.isoformat()) or (query.end and first > query.end.isoformat()):
        raise _failed("The event happened outside the days asked for.", where)


def _failed(message: str, where: str) -> Problem:
    return Problem("fetch-failed", message, where=where, remedy=_REMEDY)
