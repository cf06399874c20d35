"""What the databases do by themselves: write every change down, and refuse to change what was written.

The registry is the list of models; `install` makes the database equal to it, `missing` says where it is not.
Django's SQLite migrations rebuild tables and drop their triggers without a word, so it runs after every one.
"""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from tutela.records.ledger import triggers_postgresql, triggers_sqlite

UNWATCHED: Final = {
    "ledger.Entry": "the ledger itself",
    "ledger.Content": "the ledger itself",
    "ledger.Seal": "the ledger itself",
    "ledger.SealedTransaction": "the ledger itself",
    "jobs.Pulse": "how far a running job is, twice a second; what becomes of the job is an entry",
    "accounts.Wait": "counts of failures, forgotten after a day; each refusal is an entry of its own",
}
"""Models of ours whose changes are not written down, each with its reason."""

_PACKAGE: Final = "tutela.records."


def watched_models() -> list[type[models.Model]]:
    """Every model of the register whose changes the database writes down, many-to-many tables among them."""
    ours = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith(_PACKAGE)]
    return [model for model in ours if model._meta.label not in UNWATCHED]


def expected(vendor: str) -> dict[str, str]:
    """The SQL of every trigger by name, as this kind of database writes it."""
    dialect = triggers_postgresql if vendor == "postgresql" else triggers_sqlite
    made: dict[str, str] = dict(dialect.guards())
    for model in watched_models():
        made |= dialect.watch(model)
    return made


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers of this database those of the registry."""
    dialect = triggers_postgresql if connection.vendor == "postgresql" else triggers_sqlite
    wanted = expected(connection.vendor)
    with connection.cursor() as cursor:
        for statement in dialect.PREPARE:
            cursor.execute(statement)
        for name, table in dialect.present(cursor).items():
            cursor.execute(dialect.drop(name, table))
        for sql in wanted.values():
            cursor.execute(sql)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers and their functions that this database ought to have and has not, or has otherwise."""
    dialect = triggers_postgresql if connection.vendor == "postgresql" else triggers_sqlite
    with connection.cursor() as cursor:
        held = dialect.definitions(cursor)
        changed: list[str] = dialect.changed_functions(cursor)
    wanted = expected(connection.vendor)
    return sorted(name for name, sql in wanted.items() if not dialect.same(sql, held.get(name))) + changed


def install_after_migrating(using: str = "default", **_: Any) -> None:
    """For Django's signal: put the triggers back, unless the tables themselves are gone (a migration undone)."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if all(
        model._meta.db_table in tables for model in (*watched_models(), *apps.get_app_config("ledger").get_models())
    ):
        install(connection)
