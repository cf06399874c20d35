"""The list of presences: what is asked for, what is shown, in an order that ranks nobody."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from tutela.catalogue.doctrine import load_doctrine
from tutela.catalogue.presences import MandateState, Presence, mandate_on
from tutela.web.shared.reader import ReadersShelf
from tutela.web.shared.words import STATUS, Word, name_code, name_country, name_kind


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for; an empty field asks for everything. `study` is "yes" for those with one."""

    name: str = ""
    kind: str = ""
    status: str = ""
    host: str = ""
    study: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Filters:
        """Read the address's query; what the form does not have is passed over."""
        return cls(**{item.name: query.get(item.name, "").strip()[:80] for item in fields(cls)})

    @property
    def are_set(self) -> bool:
        """Whether anything was asked for."""
        return self != Filters()

    def match(self, row: Row) -> bool:
        """Whether this row is asked for."""
        presence = row.presence
        return (
            self.kind in ("", presence.kind)
            and self.status in ("", presence.status)
            and (not self.host or self.host in presence.hosts)
            and (not self.study or row.has_study)
            and _fold(self.name)
            in _fold(" ".join((presence.presence_id, presence.name, *presence.also, *row.hosts)))
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One presence as the list shows it."""

    presence: Presence
    hosts: tuple[str, ...]
    status: str
    mandate: MandateState
    has_study: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Presences of one kind, closed ones last, by abbreviation."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a filter may have."""

    value: str
    label: Word


@dataclass(frozen=True, slots=True)
class Listing:
    """The page: groups in the order of the doctrine's kinds, what was asked, what can be asked."""

    groups: tuple[Group, ...]
    filters: Filters
    shown: int
    total: int
    kinds: tuple[Choice, ...]
    statuses: tuple[Choice, ...]
    hosts: tuple[Choice, ...]


def make_listing(shelf: ReadersShelf, filters: Filters) -> Listing:
    """The list as this reader asked for it."""
    studied = shelf.studied()
    presences = shelf.presences()
    rows = [_describe(presence, shelf, studied) for presence in presences]
    shown = [row for row in rows if filters.match(row)]
    kinds = _kinds_of(presences)
    return Listing(
        groups=tuple(_group(kind, shown) for kind in kinds if any(row.presence.kind == kind for row in shown)),
        filters=filters,
        shown=len(shown),
        total=len(rows),
        kinds=tuple(Choice(kind, name_kind(kind)) for kind in kinds),
        statuses=tuple(Choice(code, label) for code, label in STATUS.items()),
        hosts=_hosts_of(presences),
    )


def _describe(presence: Presence, shelf: ReadersShelf, studied: frozenset[str]) -> Row:
    return Row(
        presence=presence,
        hosts=tuple(name_country(host) for host in presence.hosts),
        status=name_code(STATUS, presence.status),
        mandate=mandate_on(presence, shelf.today),
        has_study=presence.presence_id in studied,
    )


def _group(kind: str, rows: Iterable[Row]) -> Group:
    of_kind = (row for row in rows if row.presence.kind == kind)
    return Group(name_kind(kind), tuple(sorted(of_kind, key=_rank)))


def _rank(row: Row) -> tuple[bool, str]:
    return row.presence.status == "closed", _fold(row.presence.presence_id)


def _kinds_of(presences: Iterable[Presence]) -> list[str]:
    found = {presence.kind for presence in presences}
    known = [kind for kind in load_doctrine().presence_kinds if kind in found]
    return known + sorted(found.difference(known))


def _hosts_of(presences: Iterable[Presence]) -> tuple[Choice, ...]:
    codes = {host for presence in presences for host in presence.hosts}
    return tuple(
        sorted((Choice(code, name_country(code)) for code in codes), key=lambda item: _fold(str(item.label)))
    )


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
