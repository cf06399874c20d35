"""Search over what one may see: the rows are chosen first, then their words are looked at, then put in order.

Words are compared as our own rule folded them (`ledger.searched`) and not by either database's full-text search:
so both databases give the same answer; and row-level security keeps PostgreSQL from using an index of texts before
it knows who reads. The price is a bound: of what grows without end the newest `MOST_READ` rows are looked at, and
the answer says where there were more. Within one presence that bound is seldom met.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db.models import Case, IntegerField, Q, When

from tutela.kernel.markings import Principal
from tutela.kernel.problems import said
from tutela.kernel.searching import split_words
from tutela.records.accounts.principals import Member
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.fields import invalid
from tutela.records.incidents.finding import see_presence
from tutela.records.incidents.models import Incident, Plan, Report, Threat
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.searched import COLUMN
from tutela.records.missions.models import Activity, Population, Presence, Site

MOST_READ: Final = 10_000
"""Rows of one kind that one search looks at: with 20,000, four scans of them were two thirds of its time."""

MOST_SHOWN: Final = 50
"""Findings of one kind that one search shows."""

LONGEST: Final = 100
MOST_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row that is searched: its name, and the columns whose words are read; the first names the row."""

    code: str
    model: type[SealedModel]
    columns: tuple[str, ...]
    when: str = ""
    only: Q = field(default_factory=Q)
    grows: bool = False
    """Whether there may be hundreds of thousands, so that only the newest are looked at."""


KINDS: Final = (
    Kind("presence", Presence, ("name", "key", "note")),
    Kind("population", Population, ("name", "basis")),
    Kind("site", Site, ("name", "key")),
    Kind(
        "incident", Incident, ("title", "place"), "happened_at", Q(merged_into__isnull=True, left=False), grows=True
    ),
    Kind("report", Report, ("summary", "place", "told_by", "contact_code", "source_id"), "said_at", grows=True),
    Kind("threat", Threat, ("title", "perpetrator_name")),
    Kind("plan", Plan, ("title",)),
    Kind("activity", Activity, ("note", "code", "basis"), "day", grows=True),
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
        raise invalid(
            "words",
            said("More than {most_words} words or {longest} characters.", most_words=MOST_WORDS, longest=LONGEST),
            "Write fewer words.",
        )
    chosen = [item for item in KINDS if kind in ("", item.code)]
    if not chosen:
        raise invalid("kind", "This is no kind of row that is searched.", "Choose one of the list.")
    if presence is not None:
        see_presence(by, presence)
    _write_down(by, wanted)
    found: list[Found] = []
    unread, cut = [], []
    for item in chosen:
        hits, is_whole = _find(by, item, presence, wanted)
        found += hits[:MOST_SHOWN]
        unread += [] if is_whole else [item.code]
        cut += [item.code] if len(hits) > MOST_SHOWN else []
    return Findings(tuple(found), tuple(unread), tuple(cut))


def _find(by: Principal, kind: Kind, presence: int | None, wanted: Sequence[str]) -> tuple[list[Found], bool]:
    """The best rows of a kind that have the words, one more than is shown, and whether every row was looked at."""
    own = "pk" if kind.model is Presence else "presence_id"
    rows = kind.model.visible_to(by).filter(kind.only, **({} if presence is None else {own: presence}))
    # Where the newest rows end is read from the keys alone; what lies before it is not looked at.
    keys = rows.order_by("-pk").values_list("pk", flat=True)
    end = keys[MOST_READ : MOST_READ + 1].first() if kind.grows else None
    if end is not None:
        rows = rows.filter(pk__gt=end)
    for word in wanted:
        rows = rows.filter(Q((f"{COLUMN}__contains", f" {word}")))
    rank = Case(When(Q((f"{COLUMN}__startswith", f" {wanted[0]}")), then=0), default=1, output_field=IntegerField())
    columns = dict.fromkeys(("pk", own, "marking", *kind.columns, *([kind.when] if kind.when else [])))
    hits = rows.annotate(rank=rank).order_by("rank", "-pk").values("rank", *columns)[: MOST_SHOWN + 1]
    return [_name(kind, row, row[own]) for row in hits], end is None


def _name(kind: Kind, row: Mapping[str, Any], presence: int) -> Found:
    name = next((row[column] for column in kind.columns if row[column]), "")
    return Found(kind.code, row["pk"], presence, name, row["marking"], row.get(kind.when), row["rank"])


def _write_down(by: Principal, wanted: Sequence[str]) -> None:
    """That they searched, and a keyed digest of the words: it shows a repeated search, and gives away no name."""
    level = max(by.levels.values(), default=0) if isinstance(by, Member) else 0
    key = f"tutela search {settings.SECRET_KEY}".encode()
    digest = hmac.new(key, "\n".join(sorted(wanted)).encode(), hashlib.sha256).hexdigest()[:32]
    record_access("search", "incidents_search", digest, marking=int(level))
