"""The second wall: row-level security in PostgreSQL, which holds where a query in Python forgot who reads.

The application connects as a role that owns nothing, so FORCEd policies bind it. A transaction that did not say
who acts sees no row, or fails. Writing follows the same rule as reading, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

APP_ROLE: Final = "tutela_app"
"""The role that the application connects as; whoever migrates owns the tables."""

_FUNCTIONS: Final = (
    # In plpgsql, which keeps its plan: every query asks this once for each marking.
    """
    CREATE OR REPLACE FUNCTION accounts_readable(wanted integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        actor text := current_setting('tutela.actor');
    BEGIN
        IF actor !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
            RETURN '{}';  -- nobody who has an account
        END IF;
        -- Joined, not looked for in a list: with 500 compartments each look walked 500 words, three times a query.
        RETURN (SELECT coalesce(array_agg(m.compartment_id), '{}')
        FROM accounts_membership m
        JOIN accounts_compartment c ON c.id = m.compartment_id AND c.mode <> 'closed'
        JOIN accounts_user u ON u.id = m.user_id AND u.is_active
        -- The bounds of a token, or of what is shown to whoever forces somebody, as the application told them.
        JOIN (SELECT DISTINCT unnest(string_to_array(current_setting('tutela.within'), ',')) AS id) AS w
             ON w.id = m.compartment_id::text
        WHERE m.user_id = actor::uuid
          AND m.level >= wanted
          AND wanted <= coalesce(nullif(current_setting('tutela.ceiling'), ''), '-1')::integer
          AND m.valid_from <= now() AND (m.valid_until IS NULL OR m.valid_until > now())
          AND NOT EXISTS (SELECT 1 FROM accounts_house h WHERE h.mode = 'closed'));
    END $$
    """,
    # Where anybody with an account may drop a report without reading there: restricted intake, while it is open.
    """
    CREATE OR REPLACE FUNCTION accounts_drop_boxes() RETURNS bigint[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT coalesce(array_agg(c.id), '{}')
        FROM accounts_compartment c
        WHERE c.kind = 'restricted' AND c.mode = 'normal'
          AND EXISTS (SELECT 1 FROM accounts_user u
                      WHERE u.is_active AND u.id::text = current_setting('tutela.actor'))
          AND NOT EXISTS (SELECT 1 FROM accounts_house h WHERE h.mode <> 'normal')
    $$
    """,
)

_DROPPED: Final = "marking = 2 AND compartment_id = ANY ((SELECT accounts_drop_boxes())::bigint[])"
"""What may be put into a drop box; it is no way of reading there, nor of changing what lies in it."""

_VISIBLE: Final = " OR ".join(
    f"(marking = {marking} AND compartment_id IN (SELECT unnest(accounts_readable({marking}))))"
    for marking in (0, 1, 2)
)
"""A sub-select, so that PostgreSQL hashes it: as an array it was walked from its start for every row, and with 500
compartments that was half of a search."""

_GRANTS: Final = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # What was written stays written, whatever the application is made to do.
    "REVOKE UPDATE, DELETE ON ledger_entry, ledger_seal, ledger_sealedtransaction FROM {role}",
    "REVOKE UPDATE ON ledger_content FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations, ledger_shift FROM {role}",
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put grants and policies in place; needs the owner of the tables."""
    with connection.cursor() as cursor:
        for statement in _FUNCTIONS:
            cursor.execute(statement)
        if _has_role(cursor):
            for statement in _GRANTS:
                cursor.execute(statement.format(role=APP_ROLE))
        for table in _sealed_tables():
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            cursor.execute(f'DROP POLICY IF EXISTS sealed ON "{table}"')
            cursor.execute(f'CREATE POLICY sealed ON "{table}" USING ({_VISIBLE}) WITH CHECK ({_VISIBLE})')
            cursor.execute(f'DROP POLICY IF EXISTS dropped ON "{table}"')
        for table in _drop_boxes():
            cursor.execute(f'CREATE POLICY dropped ON "{table}" FOR INSERT WITH CHECK ({_DROPPED})')


@contextmanager
def reading_past_policies(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """Let the owner of these tables reach every row, to take away what was erased; it ends with the transaction."""
    if connections["default"].vendor != "postgresql":
        yield
        return
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """What stands open: sealed tables without their forced policy, a role that may go around it."""
    if connection.vendor != "postgresql":
        return []
    faults = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
            " WHERE relrowsecurity AND relforcerowsecurity AND polname = 'sealed'"
        )
        closed = {name for (name,) in cursor.fetchall()}
        faults += [f"{table} has no forced policy" for table in _sealed_tables() if table not in closed]
        cursor.execute(
            "SELECT polname, relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
            " WHERE polname <> 'sealed' AND (polname <> 'dropped' OR polcmd <> 'a' OR relname <> ALL (%s))",
            [_drop_boxes()],
        )
        faults += [f"{table} has a policy too many: {name}" for name, table in cursor.fetchall()]
        cursor.execute("SELECT rolsuper OR rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user")
        bypasses, name = cursor.fetchone()
        if bypasses:
            faults.append(f"the role {name} goes around row-level security")
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        if cursor.fetchone()[0]:
            faults.append(f"the role {name} owns tables")
    return sorted(faults)


def act_as_nobody(using: str = "default", **_: Any) -> None:
    """For Django's signal: whoever migrates is nobody to the policies, which would fail where nobody says who acts.

    A new key into a sealed table is held against that table as its owner, whom forced policies bind; PostgreSQL
    asks the policy even while it plans. Nobody reads no row, and a new table has none that could miss its own.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tutela.actor', '', false)")


def install_after_migrating(using: str = "default", **_: Any) -> None:
    """For Django's signal."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    tables = set(connection.introspection.table_names())
    if {*_sealed_tables(), "accounts_membership", "ledger_entry"} <= tables:
        install(connection)


def _has_role(cursor: Any) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
    return cursor.fetchone() is not None


def _drop_boxes() -> list[str]:
    from tutela.records.accounts.sealed import drop_boxes

    return drop_boxes()


def _sealed_tables() -> list[str]:
    from tutela.records.accounts.sealed import sealed_tables  # models are not there yet when this app is read

    return sealed_tables()
