"""What may leave the register: tables that the apps above describe, column by column. What is not here stays.

There is no table of restricted intake, of identities, of what the host State intends or of reach by influence,
and none can be added by a deployment: tables are registered by apps of this house alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

import h3
from django.db.models import DateTimeField, Max, Q

from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member
from tutela.records.accounts.sealed import SealedModel
from tutela.records.ledger.closed import ClosedQuerySet

Value = str | int | float | date | datetime | bool | None

Rule = Q | Callable[[Member], Q]
"""Which rows are meant; a function of who reads where rows of other tables decide it."""

COARSE_CELL: Final = 5
"""Resolution of H3 whose cells, of about 250 square kilometres, stand for a place in an unclassified file."""


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    TIME = "time"
    YES_NO = "yes or no"
    LIST = "list"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field of the model, its title, what stands in it; `link` names a row of another table."""

    field: str
    title: str
    kind: Kind = Kind.TEXT
    link: type[SealedModel] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table that may leave.

    day       the field by which it is narrowed to days, if any
    people    whether its places are those of people: in an unclassified file they are coarsened
    left_out  rows that never leave, by reason
    """

    name: str
    title: str
    model: type[SealedModel]
    columns: tuple[Column, ...]
    day: str = ""
    people: bool = False
    left_out: tuple[tuple[str, Rule], ...] = ()

    @property
    def has_places(self) -> bool:
        """Whether it can be drawn on a map."""
        return any(column.kind is Kind.LATITUDE for column in self.columns)

    def rules(self, by: Member) -> list[tuple[str, Q]]:
        """What never leaves, by reason, as this member reads it."""
        return [(reason, rule if isinstance(rule, Q) else rule(by)) for reason, rule in self.left_out]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows: of one compartment, up to a marking, of one presence or all, between two days."""

    compartment: int
    marking: int
    presence: int | None = None
    since: date | None = None
    until: date | None = None


_tables: Final[dict[str, Table]] = {}


def register_table(table: Table) -> None:
    """Let a table leave; called when the apps are ready."""
    _tables[table.name] = table


def tables() -> Mapping[str, Table]:
    """All tables that may leave, by name."""
    return dict(sorted(_tables.items()))


def find_table(name: str) -> Table:
    """The table of this name."""
    if name not in _tables:
        raise Problem(
            "field-invalid", "There is no such table to export.", where="table", remedy="Choose one of the list."
        )
    return _tables[name]


def rows_of(by: Member, table: Table, choice: Choice) -> ClosedQuerySet[Any]:
    """All rows of the choice that this member reads, above the marking of the file too."""
    rows: ClosedQuerySet[Any] = table.model.visible_to(by).filter(compartment_id=choice.compartment)
    if choice.presence is not None:
        field = "pk" if table.name == "presences" else "presence_id"
        rows = rows.filter(**{field: choice.presence})
    if table.day and choice.since:
        rows = rows.filter(**{f"{table.day}__gte": _start_of(table, choice.since)})
    if table.day and choice.until:
        rows = rows.filter(**{f"{table.day}__lt": _start_of(table, choice.until + timedelta(days=1))})
    return rows


def _start_of(table: Table, day: date) -> date:
    """The day, or where the field is a time, its beginning in UTC."""
    is_time = isinstance(table.model._meta.get_field(table.day), DateTimeField)
    return datetime.combine(day, time(), UTC) if is_time else day


def account(by: Member, table: Table, choice: Choice) -> tuple[int, dict[str, int], int]:
    """Rows that will leave, rows that will not by reason, and the number of the last row that counts."""
    rows = rows_of(by, table, choice)
    top = rows.aggregate(top=Max("pk"))["top"] or 0
    rows = rows.filter(pk__lte=top)
    excluded = {"marked above what this file may hold": rows.filter(marking__gt=choice.marking).count()}
    rows = rows.filter(marking__lte=choice.marking)
    for reason, condition in table.rules(by):
        excluded[reason] = rows.filter(condition).count()
        rows = rows.exclude(condition)
    return rows.count(), {reason: number for reason, number in excluded.items() if number}, int(top)


def page(by: Member, table: Table, choice: Choice, span: tuple[int, int]) -> list[tuple[int, list[Value]]]:
    """The rows whose numbers lie in a span, first and last included, as values in the order of the columns."""
    rows = rows_of(by, table, choice).filter(marking__lte=choice.marking, pk__gte=span[0], pk__lte=span[1])
    for _, condition in table.rules(by):
        rows = rows.exclude(condition)
    found = list(rows.order_by("pk").values("pk", "marking", *(column.field for column in table.columns)))
    links = {column.field: _names(by, column, found) for column in table.columns if column.link}
    coarse = table.people and choice.marking == 0
    return [(row["pk"], list(_values(table, row, links, coarse=coarse))) for row in found]


def _names(by: Member, column: Column, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Names of the rows that a column points to, as far as they are read."""
    assert column.link is not None
    numbers = {row[column.field] for row in rows} - {None}
    field = "title" if hasattr(column.link, "title") else "name"
    return dict(column.link.visible_to(by).filter(pk__in=numbers).values_list("pk", field))


def _values(
    table: Table, row: Mapping[str, Any], links: Mapping[str, Mapping[int, str]], *, coarse: bool
) -> Iterator[Value]:
    point = _coarsened(table, row) if coarse else None
    for column in table.columns:
        value = row[column.field]
        if column.link is not None:
            yield links[column.field].get(value, "")
        elif value is not None and point and column.kind in (Kind.LATITUDE, Kind.LONGITUDE):
            yield point[0] if column.kind is Kind.LATITUDE else point[1]
        elif column.kind is Kind.LIST:
            yield "; ".join(_said(item) for item in value or [])
        else:
            yield value


def _said(item: Any) -> str:
    if isinstance(item, dict):
        return ", ".join(str(part) for part in item.values() if part not in (None, ""))
    return str(item)


def _coarsened(table: Table, row: Mapping[str, Any]) -> tuple[float, float] | None:
    """The middle of the cell that holds the place, to two digits."""
    fields = {column.kind: column.field for column in table.columns}
    if Kind.LATITUDE not in fields or None in (row[fields[Kind.LATITUDE]], row[fields[Kind.LONGITUDE]]):
        return None
    cell = h3.latlng_to_cell(row[fields[Kind.LATITUDE]], row[fields[Kind.LONGITUDE]], COARSE_CELL)
    lat, lon = h3.cell_to_latlng(cell)
    return round(lat, 2), round(lon, 2)
