"""The triggers as SQLite writes them: one for each table and operation; who acts stands in ledger_context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import models

from tutela.records.ledger.fixing import fixing_of

PREPARE: Final = (
    """CREATE TABLE IF NOT EXISTS ledger_context (
        one INTEGER PRIMARY KEY CHECK (one = 1), act TEXT, actor TEXT, action TEXT NOT NULL DEFAULT ''
    )""",
    "INSERT OR IGNORE INTO ledger_context (one) VALUES (1)",
)

_NOW: Final = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
_FROZEN: Final = ("ledger_entry", "ledger_seal", "ledger_sealedtransaction")


def guards() -> Iterator[tuple[str, str]]:
    """Nothing written is changed or removed; content is removed by an erasure alone."""
    for table in _FROZEN:
        for operation in ("UPDATE", "DELETE"):
            name = f"ledger_keep_{table}_{operation.lower()}"
            yield (
                name,
                (
                    f'CREATE TRIGGER "{name}" BEFORE {operation} ON "{table}" BEGIN'
                    " SELECT RAISE(ABORT, 'the ledger is never changed'); END"
                ),
            )
    yield (
        "ledger_keep_content_update",
        (
            'CREATE TRIGGER "ledger_keep_content_update" BEFORE UPDATE ON "ledger_content" BEGIN'
            " SELECT RAISE(ABORT, 'the ledger is never changed'); END"
        ),
    )
    yield (
        "ledger_keep_content_delete",
        (
            'CREATE TRIGGER "ledger_keep_content_delete" BEFORE DELETE ON "ledger_content"'
            " WHEN (SELECT action FROM ledger_context) NOT LIKE '%ledger.erase' BEGIN"
            " SELECT RAISE(ABORT, 'the ledger is never changed'); END"
        ),
    )


def watch(model: type[models.Model]) -> dict[str, str]:
    """Triggers that write every change of this table down, whoever makes it; a frozen row is never changed."""
    table = model._meta.db_table
    made = {}
    for operation, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        name = f"ledger_watch_{table}_{operation}"
        row = rows[-1]
        columns = {field.column for field in model._meta.local_concrete_fields}
        compartment = f'{row}."compartment_id"' if "compartment_id" in columns else "NULL"
        marking = f'{row}."marking"' if "marking" in columns else "0"
        body = ", ".join(
            f"'{'after' if side == 'NEW' else 'before'}', json_object({_columns(model, side)})" for side in rows
        )
        made[name] = (
            f'CREATE TRIGGER "{name}" AFTER {operation.upper()} ON "{table}" BEGIN'
            " INSERT INTO ledger_entry (at, xact, act, actor, action, kind, operation, subject_table,"
            f" subject, compartment, marking) SELECT {_NOW}, 0, act, actor, action, 'change', '{operation}',"
            f" '{table}', {row}.\"{_key(model)}\", {compartment}, {marking} FROM ledger_context;"
            " INSERT INTO ledger_content (entry_id, salt, body) VALUES"
            f" (last_insert_rowid(), lower(hex(randomblob(16))), json_object({body})); END"
        )
    if getattr(model, "ledger_frozen", False):
        made |= _keep(table)
    return made | _fix(model)


def _keep(table: str) -> dict[str, str]:
    """What is written once stays as it was written."""
    made = {}
    for operation in ("UPDATE", "DELETE"):
        name = f"ledger_keep_{table}_{operation.lower()}"
        made[name] = (
            f'CREATE TRIGGER "{name}" BEFORE {operation} ON "{table}" BEGIN'
            " SELECT RAISE(ABORT, 'this row is never changed'); END"
        )
    return made


def _fix(model: type[models.Model]) -> dict[str, str]:
    """Triggers that keep a row as it is from some state on."""
    fixing = fixing_of(model)
    if fixing is None:
        return {}
    table, column = model._meta.db_table, fixing.column
    fixed = [field.column for field in model._meta.local_concrete_fields if field.column not in fixing.still]
    changes = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in fixed)
    order = f"'{' '.join(fixing.states)}'"
    back = f'instr({order}, NEW."{column}") < instr({order}, OLD."{column}")'
    within = f"""OLD."{column}" IN ({", ".join(f"'{state}'" for state in fixing.states)})"""
    made = {}
    for operation, when in (("update", f"{within} AND ({changes} OR {back})"), ("delete", within)):
        name = f"ledger_fix_{table}_{operation}"
        made[name] = (
            f'CREATE TRIGGER "{name}" BEFORE {operation.upper()} ON "{table}" WHEN {when} BEGIN'
            " SELECT RAISE(ABORT, 'what was issued is never changed'); END"
        )
    return made


def present(cursor: Any) -> dict[str, str]:
    """Our triggers in this database, with their tables."""
    cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%'")
    return dict(cursor.fetchall())


def definitions(cursor: Any) -> dict[str, str]:
    """The SQL of our triggers in this database."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger_%'")
    return dict(cursor.fetchall())


def changed_functions(cursor: Any) -> list[str]:  # noqa: ARG001  the same call as for PostgreSQL
    """None: SQLite's triggers hold all of their own text."""
    return []


def drop(name: str, table: str) -> str:  # noqa: ARG001  the same call as for PostgreSQL
    """SQL that removes one."""
    return f'DROP TRIGGER IF EXISTS "{name}"'


def same(expected: str, found: str | None) -> bool:
    """Whether the trigger found is the one expected."""
    return found == expected


def _key(model: type[models.Model]) -> str:
    key = model._meta.pk
    assert key is not None
    return str(key.column)


def _columns(model: type[models.Model], side: str) -> str:
    parts = []
    hidden = getattr(model, "ledger_hides", ())
    for field in model._meta.local_concrete_fields:
        if field.column in hidden:
            continue
        value = f'{side}."{field.column}"'
        if isinstance(field, models.BinaryField):
            value = f"lower(hex({value}))"  # JSON holds no bytes
        parts.append(f"'{field.column}', {value}")
    return ", ".join(parts)
