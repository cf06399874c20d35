"""The table that imported rows pass through: filled by COPY where there is one, gone with the transaction."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl
from django.db import connection

from tutela.kernel.searching import join_words
from tutela.records.incidents.models import Batch, Report
from tutela.records.ledger.acts import require_act

TABLE: Final = "incidents_staging"

_COLUMNS: Final = {
    "line": "integer",
    "source": "text",
    "source_id": "text",
    "day": "text",
    "lat": "double precision",
    "lon": "double precision",
    "precision": "text",
    "place": "text",
    "people_low": "integer",
    "people_high": "integer",
    "what": "text",
    "perpetrator": "text",
    "summary": "text",
    "words": "text",
}
_TYPES: Final = {"integer": pl.Int64, "double precision": pl.Float64, "text": pl.String}


@dataclass(frozen=True, slots=True)
class Staged:
    """Columns of equal length, in the order of the table; None where something is not known."""

    line: list[int]
    source: list[str]
    source_id: list[str]
    day: list[str]
    lat: list[float | None]
    lon: list[float | None]
    precision: list[str]
    place: list[str]
    people_low: list[int | None]
    people_high: list[int | None]
    what: list[str]
    perpetrator: list[str]
    summary: list[str]

    def columns(self) -> dict[str, list[Any]]:
        """By name, and the words by which the reports are found."""
        told = zip(self.summary, self.place, self.source_id, strict=True)  # as the words of a report are ordered
        return {item.name: getattr(self, item.name) for item in fields(self)} | {
            "words": list(map(join_words, told))
        }


def stage(rows: Staged) -> None:
    """Put rows into a temporary table; inside an action, in its transaction."""
    require_act()
    spelt = ", ".join(f'"{name}" {kind}' for name, kind in _COLUMNS.items())
    with connection.cursor() as cursor:
        drop_staged()
        if connection.vendor == "postgresql":
            cursor.execute(f'CREATE TEMPORARY TABLE "{TABLE}" (seq bigserial, {spelt}) ON COMMIT DROP')
            names = ", ".join(f'"{name}"' for name in _COLUMNS)
            order = f"COPY \"{TABLE}\" ({names}) FROM STDIN (FORMAT csv, NULL '')"
            with cursor.cursor.copy(order) as copy:
                copy.write(_as_csv(rows))
            return
        cursor.execute(f'CREATE TEMPORARY TABLE "{TABLE}" (seq integer PRIMARY KEY, {spelt})')
        marks = ", ".join(["%s"] * len(_COLUMNS))
        names = ", ".join(f'"{name}"' for name in _COLUMNS)
        columns = rows.columns()
        order = f'INSERT INTO "{TABLE}" ({names}) VALUES ({marks})'  # noqa: S608  names of ours
        cursor.executemany(order, list(zip(*(columns[name] for name in _COLUMNS), strict=True)))


def drop_staged() -> None:
    """Remove the table where there is one."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS {_schema()}"{TABLE}"')


def insert_staged(batch: Batch) -> tuple[int, list[tuple[int, bool]]]:
    """Make reports of what is staged and not there yet.

    Gives how many, and of the others the line and whether the same event stands twice in these files.
    """
    twice = (
        f'EXISTS (SELECT 1 FROM "{TABLE}" e WHERE e.source = s.source AND e.source_id = s.source_id'  # noqa: S608
        " AND e.seq < s.seq)"
    )
    there = (
        "EXISTS (SELECT 1 FROM incidents_report r WHERE r.presence_id = %s AND r.marking = %s"
        " AND r.source = s.source AND r.source_id = s.source_id)"
    )
    with connection.cursor() as cursor:
        name = "" if connection.vendor == "postgresql" else f"{_schema()}incidents_staged"
        cursor.execute(f'CREATE INDEX {name} ON "{TABLE}" (source, source_id, seq)')
        of_batch = [batch.presence_id, batch.marking]
        cursor.execute(
            f"SELECT line, {twice} FROM \"{TABLE}\" s WHERE s.source_id <> '' AND ({twice} OR {there})",  # noqa: S608
            of_batch,
        )
        left = [(int(line), bool(is_twice)) for line, is_twice in cursor.fetchall()]
        names, values, parameters = _targets(batch)
        cursor.execute(
            f'INSERT INTO incidents_report ({names}) SELECT {values} FROM "{TABLE}" s'  # noqa: S608
            f" WHERE s.source_id = '' OR NOT ({twice} OR {there}) ORDER BY s.seq",
            [*parameters, *of_batch],
        )
        return int(cursor.rowcount), left


def _targets(batch: Batch) -> tuple[str, str, list[Any]]:
    """Names of all columns of a report, and for each a staged column, or what is the same for all rows."""
    is_postgresql = connection.vendor == "postgresql"
    moment = "(s.day || ' 00:00:00+00')::timestamptz" if is_postgresql else "s.day || ' 00:00:00'"
    staged = {name: f's."{name}"' for name in _COLUMNS if name not in ("line", "day")}
    staged |= {"happened_at": moment, "said_at": moment}
    given = {
        "compartment": batch.compartment_id,
        "marking": batch.marking,
        "presence": batch.presence_id,
        "batch": batch.pk,
        "kind": Report.Kind.IMPORTED_EVENT,
        "recorded_by": batch.recorded_by,
        "recorded": datetime.now(UTC),
    }
    names, values, parameters = [], [], []
    for field in Report._meta.concrete_fields:
        if field.primary_key:
            continue
        names.append(f'"{field.column}"')
        if field.name in staged:
            values.append(staged[field.name])
            continue
        value = given.get(field.name, field.get_default())
        values.append("%s")
        parameters.append(field.get_db_prep_save(value, connection))
    return ", ".join(names), ", ".join(values), parameters


def _as_csv(rows: Staged) -> bytes:
    """As PostgreSQL reads it: nothing between commas is unknown, two quotes are an empty text."""
    frame = pl.DataFrame(rows.columns(), schema={name: _TYPES[kind] for name, kind in _COLUMNS.items()})
    return frame.write_csv(include_header=False, quote_style="non_numeric").encode()


def _schema() -> str:
    return "" if connection.vendor == "postgresql" else "temp."
