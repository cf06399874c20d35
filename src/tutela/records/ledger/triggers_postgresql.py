"""The triggers as PostgreSQL writes them: one function for all tables; who acts is a setting of the transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import models

from tutela.records.ledger.fixing import fixing_of

PREPARE: Final = (
    """
    CREATE OR REPLACE FUNCTION ledger_shift_xacts() RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT coalesce(max(xacts), 0) FROM ledger_shift
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION ledger_record() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before jsonb := CASE TG_OP WHEN 'INSERT' THEN NULL ELSE to_jsonb(OLD) - TG_ARGV[1:] END;
        after jsonb := CASE TG_OP WHEN 'DELETE' THEN NULL ELSE to_jsonb(NEW) - TG_ARGV[1:] END;
        held jsonb := coalesce(after, before);
        written bigint;
    BEGIN
        INSERT INTO ledger_entry (at, xact, act, actor, action, kind, operation, subject_table, subject,
                                  compartment, marking)
        VALUES (clock_timestamp(), pg_current_xact_id()::text::bigint + ledger_shift_xacts(),
                nullif(current_setting('tutela.act', true), ''),
                nullif(current_setting('tutela.actor', true), ''),
                coalesce(current_setting('tutela.action', true), ''),
                'change', lower(TG_OP), TG_TABLE_NAME, held ->> TG_ARGV[0],
                (held ->> 'compartment_id')::bigint, coalesce((held ->> 'marking')::smallint, 0))
        RETURNING id INTO written;
        INSERT INTO ledger_content (entry_id, salt, body)
        VALUES (written, replace(gen_random_uuid()::text, '-', ''),
                CASE TG_OP WHEN 'INSERT' THEN jsonb_build_object('after', after)
                           WHEN 'DELETE' THEN jsonb_build_object('before', before)
                           ELSE jsonb_build_object('before', before, 'after', after) END);
        RETURN NULL;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION ledger_fix() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        states text[] := string_to_array(TG_ARGV[1], ' ');
        before integer := array_position(states, to_jsonb(OLD) ->> TG_ARGV[0]);
    BEGIN
        IF before IS NOT NULL AND (
            TG_OP = 'DELETE'
            OR to_jsonb(OLD) - TG_ARGV[2:] IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV[2:]
            OR coalesce(array_position(states, to_jsonb(NEW) ->> TG_ARGV[0]), 0) < before
        ) THEN
            RAISE EXCEPTION 'what was issued is never changed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION ledger_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION ledger_keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'this row is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION ledger_keep_content() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND coalesce(current_setting('tutela.action', true), '') LIKE '%ledger.erase' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the ledger is never changed' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
)

_FROZEN: Final = ("ledger_entry", "ledger_seal", "ledger_sealedtransaction")


def guards() -> Iterator[tuple[str, str]]:
    """Nothing written is changed or removed; content is removed by an erasure alone."""
    for table in _FROZEN:
        name = f"ledger_keep_{table}"
        yield name, _trigger(name, "BEFORE UPDATE OR DELETE", table, "ROW", "ledger_keep()")
    yield (
        "ledger_keep_content",
        _trigger(
            "ledger_keep_content", "BEFORE UPDATE OR DELETE", "ledger_content", "ROW", "ledger_keep_content()"
        ),
    )
    for table in (*_FROZEN, "ledger_content"):
        name = f"ledger_stay_{table}"
        yield name, _trigger(name, "BEFORE TRUNCATE", table, "STATEMENT", "ledger_keep()")


def watch(model: type[models.Model]) -> dict[str, str]:
    """Triggers that write every change of this table down, whoever makes it; emptying it at once is refused.

    A frozen row is never changed.
    """
    table = model._meta.db_table
    key = model._meta.pk
    assert key is not None
    watch_name, stay_name = f"ledger_watch_{table}", f"ledger_stay_{table}"
    arguments = ", ".join(f"'{column}'" for column in (key.column, *getattr(model, "ledger_hides", ())))
    made = {
        watch_name: _trigger(
            watch_name, "AFTER INSERT OR UPDATE OR DELETE", table, "ROW", f"ledger_record({arguments})"
        ),
        stay_name: _trigger(stay_name, "BEFORE TRUNCATE", table, "STATEMENT", "ledger_keep()"),
        **_fix(model),
    }
    if getattr(model, "ledger_frozen", False):
        name = f"ledger_keep_{table}"
        made[name] = _trigger(name, "BEFORE UPDATE OR DELETE", table, "ROW", "ledger_keep_row()")
    return made


def _fix(model: type[models.Model]) -> dict[str, str]:
    """A trigger that keeps a row as it is from some state on."""
    fixing = fixing_of(model)
    if fixing is None:
        return {}
    table = model._meta.db_table
    arguments = ", ".join(f"'{word}'" for word in (fixing.column, " ".join(fixing.states), *fixing.still))
    name = f"ledger_fix_{table}"
    return {name: _trigger(name, "BEFORE UPDATE OR DELETE", table, "ROW", f"ledger_fix({arguments})")}


def present(cursor: Any) -> dict[str, str]:
    """Our triggers in this database, with their tables."""
    cursor.execute(
        "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgname LIKE 'ledger\\_%%'"
    )
    return dict(cursor.fetchall())


def definitions(cursor: Any) -> dict[str, str]:
    """What PostgreSQL says that our triggers are; a disabled one is none."""
    cursor.execute(
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgname LIKE 'ledger\\_%%'"
    )
    return dict(cursor.fetchall())


def changed_functions(cursor: Any) -> list[str]:
    """Our functions that are not there, or are not as written here: a trigger is no more than what it calls."""
    cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'ledger\\_%'")
    held = {name: body.strip() for name, body in cursor.fetchall()}
    ours = {
        statement.split("FUNCTION ")[1].split("(")[0]: statement.split("$$")[1].strip() for statement in PREPARE
    }
    return sorted(name for name, body in ours.items() if held.get(name) != body)


def drop(name: str, table: str) -> str:
    """SQL that removes one."""
    return f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"'


def same(expected: str, found: str | None) -> bool:
    """Whether the trigger found is the one expected, whatever order PostgreSQL prints its events in."""
    return found is not None and _words(expected) == _words(found)


def _trigger(name: str, when: str, table: str, each: str, call: str) -> str:
    return f'CREATE TRIGGER "{name}" {when} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {call}'


def _words(sql: str) -> list[str]:
    return sorted(sql.replace('"', "").replace("public.", "").split())
