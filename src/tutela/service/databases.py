"""Which database the register lies in: a file of the home, or PostgreSQL where TUTELA_DATABASE names one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tutela.kernel.problems import Problem

VARIABLE: Final = "TUTELA_DATABASE"
"""postgresql://USER:PASSWORD@HOST:PORT/NAME; ?host=/folder for a socket. Unset: SQLite in the home."""

OWNER: Final = "TUTELA_DATABASE_OWNER"
"""As TUTELA_DATABASE, for the role that owns the tables: used to make and to change them, and for nothing else."""

READER: Final = "TUTELA_DATABASE_BACKUP"
"""As TUTELA_DATABASE, for a role with BYPASSRLS and pg_read_all_data: used for backups, and for nothing else."""

_BUSY_SECONDS: Final = 20


def describe_database(environment: Mapping[str, str]) -> dict[str, Any]:
    """Django's description of the database that this environment names."""
    address = environment.get(VARIABLE, "")
    return _postgresql(address) if address else _sqlite(environment.get("TUTELA_HOME") or "build/home")


def _sqlite(home: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{home}/register.sqlite3",
        "OPTIONS": {
            # A transaction takes the right to write when it begins, or waits: it never fails half-way for it.
            "transaction_mode": "IMMEDIATE",
            "timeout": _BUSY_SECONDS,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON",
        },
    }


def _postgresql(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    name = parts.path.lstrip("/")
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise Problem(
            "option-invalid",
            f"{VARIABLE} does not name a PostgreSQL database.",
            where=VARIABLE,
            remedy="Write postgresql://USER@HOST/NAME, or take the setting away to use SQLite.",
        )
    socket = parse_qs(parts.query).get("host", [""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": socket or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
