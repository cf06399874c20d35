"""Search over what one may see: the rows are chosen first, then read word by word, then put in order.

Words are compared in Python and not by either database's full-text search: accents and Arabic marks are folded by
one rule, so that both databases give the same answer; and row-level security keeps PostgreSQL from using an index
of texts before it knows who reads. The price is a bound: of each kind the newest `MOST_READ` rows are read, and the
answer says where there were more. Within one presence that bound is seldom met.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import Member
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.fields import invalid
from tutela.records.incidents.finding import see_presence
from tutela.records.incidents.models import Incident, Plan, Report, Threat
from tutela.records.ledger.acts import action, record_access
from tutela.records.missions.models import Activity, Population, Presence, Site

MOST_READ: Final = 20_000
"""Rows of one kind that one search reads."""

MOST_SHOWN: Final = 50
"""Findings of one kind that one search shows."""

LONGEST: Final = 100
MOST_WORDS: Final = 6

_BREAKS: Final = re.compile(r"[^\w]+")
_MARKS: Final = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_SPELLINGS: Final = str.maketrans(
    {"\u0649": "\u064a", "\u0629": "\u0647", "\u0131": "i", "ß": "ss", "œ": "oe", "æ": "ae"}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row that is searched: its name, and the columns whose words are read; the first names the row."""

    code: str
    model: type[SealedModel]
    columns: tuple[str, ...]
    when: str = ""
    only: Q = field(default_factory=Q)


KINDS: Final = (
    Kind("presence", Presence, ("name", "key", "note")),
    Kind("population", Population, ("name", "basis")),
    Kind("site", Site, ("name", "key")),
    Kind("incident", Incident, ("title", "place"), "happened_at", Q(merged_into__isnull=True, left=False)),
    Kind("report", Report, ("summary", "place", "told_by", "contact_code", "source_id"), "said_at"),
    Kind("threat", Threat, ("title", "perpetrator_name")),
    Kind("plan", Plan, ("title",)),
    Kind("activity", Activity, ("note", "code", "basis"), "day"),
)
"""In the order of the answer. Host-State intent, identities and restricted intake are no part of any search."""


@dataclass(frozen=True, slots=True)
class Found:
    """One row that has every word; `text` is what names it, `rank` 0 where its name begins with the words."""

    kind: str
    key: int
    presence: int
    text: str
    marking: int
    when: Any
    rank: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, by kind and then the best first.

    unread   kinds of which only the newest rows were read;  cut  kinds of which there is more than is shown
    """

    found: tuple[Found, ...]
    unread: tuple[str, ...]
    cut: tuple[str, ...]


@action("incidents.search")
def search(*, by: Principal, words: str, presence: int | None = None, kind: str = "") -> Findings:
    """Rows that this person may read in which every word stands, or begins one; nothing is counted beyond them."""
    wanted = split_words(words)
    if not wanted:
        raise invalid("words", "Nothing to search for.", "Write a word, or its beginning.")
    if len(words) > LONGEST or len(wanted) > MOST_WORDS:
        raise invalid("words", f"More than {MOST_WORDS} words or {LONGEST} characters.", "Write fewer words.")
    chosen = [item for item in KINDS if kind in ("", item.code)]
    if not chosen:
        raise invalid("kind", "This is no kind of row that is searched.", "Choose one of the list.")
    if presence is not None:
        see_presence(by, presence)
    _write_down(by, wanted)
    found: list[Found] = []
    unread, cut = [], []
    for item in chosen:
        rows, is_whole = _read(by, item, presence)
        hits = [hit for row in rows if (hit := _match(item, row, wanted)) is not None]
        hits.sort(key=lambda hit: hit.rank)  # stable: the newest first among equals
        found += hits[:MOST_SHOWN]
        unread += [] if is_whole else [item.code]
        cut += [item.code] if len(hits) > MOST_SHOWN else []
    return Findings(tuple(found), tuple(unread), tuple(cut))


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded, each once."""
    return tuple(dict.fromkeys(word for word in _BREAKS.split(fold(text)) if word))


def fold(text: str) -> str:
    """Small letters without accents, vowel marks or lengthening; spellings of one Arabic letter as one."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return bare.translate(_SPELLINGS).casefold()


def _read(by: Principal, kind: Kind, presence: int | None) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """The newest rows of a kind that they may read, and whether these are all."""
    rows = kind.model.visible_to(by).filter(kind.only)
    own = "pk" if kind.model is Presence else "presence_id"
    if presence is not None:
        rows = rows.filter(**{own: presence})
    columns = dict.fromkeys(("pk", own, "marking", *kind.columns, *([kind.when] if kind.when else [])))
    held = list(rows.order_by("-pk").values(*columns)[: MOST_READ + 1])
    return held[:MOST_READ], len(held) <= MOST_READ


def _match(kind: Kind, row: Mapping[str, Any], wanted: Sequence[str]) -> Found | None:
    whole = " ".join(fold(row[column]) for column in kind.columns)
    if not all(word in whole for word in wanted):  # most rows end here, without being split
        return None
    words = _BREAKS.split(whole)
    if not all(any(word.startswith(start) for word in words) for start in wanted):
        return None
    name = next((row[column] for column in kind.columns if row[column]), "")
    rank = 0 if fold(name).startswith(wanted[0]) else 1
    own = row["pk"] if kind.model is Presence else row["presence_id"]
    return Found(kind.code, row["pk"], own, name, row["marking"], row.get(kind.when), rank)


def _write_down(by: Principal, wanted: Sequence[str]) -> None:
    """That they searched, and a keyed digest of the words: it shows a repeated search, and gives away no name."""
    level = max(by.levels.values(), default=0) if isinstance(by, Member) else 0
    key = f"tutela search {settings.SECRET_KEY}".encode()
    digest = hmac.new(key, "\n".join(sorted(wanted)).encode(), hashlib.sha256).hexdigest()[:32]
    record_access("search", "incidents_search", digest, marking=int(level))
