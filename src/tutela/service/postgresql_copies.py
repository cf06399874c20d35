"""The register in PostgreSQL, copied whole into a file and back, by PostgreSQL's own programs.

Row-level security hides rows from the application and from the owner of the tables alike, so the copy is made by a
role of its own that goes around it and changes nothing. What the programs say is not repeated: it may hold a row.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutela.kernel.problems import Problem
from tutela.service.databases import OWNER, READER, VARIABLE, describe_database


def dump(to: Path) -> None:
    """Copy the whole database into a file, as of one moment, while the application runs."""
    described = _described(READER, "a role that bypasses row-level security", "to back the register up")
    _require_bypass(described)
    _run("pg_dump", described, ["--format=custom", "--no-owner", "--no-privileges", f"--file={to}"])


def require_reader() -> None:
    """Refuse a role for backups that would leave rows out."""
    _require_bypass(_described(READER, "a role that bypasses row-level security", "to back the register up"))


def require_owner() -> None:
    """Refuse where nobody is named who may take the tables away."""
    _ask(_described(OWNER, "the role that owns the database", "to empty it"), "SELECT 1")


def require_empty() -> None:
    """Refuse to restore into a database that holds any table."""
    described = _described(OWNER, "the role that owns the database", "to restore into it")
    rows = _ask(
        described, "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    if rows[0][0]:
        raise Problem(
            "out-not-writable",
            "The database is not empty.",
            where=VARIABLE,
            remedy="Make a new database, and name it with this setting and its owner's; nothing was changed.",
        )


def load(source: Path) -> None:
    """Fill the empty database from such a file, in one transaction; tables belong to the owner afterwards."""
    described = _described(OWNER, "the role that owns the database", "to restore into it")
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", described, [*options, f"--dbname={described['NAME']}", str(source)])


def clear() -> None:
    """Remove what `load` made, from a database that was empty before it."""
    described = _described(OWNER, "the role that owns the database", "to empty it again")
    _ask(described, "DROP OWNED BY CURRENT_USER CASCADE")


def _described(variable: str, role: str, purpose: str) -> dict[str, Any]:
    address = os.environ.get(variable)
    if not address:
        raise Problem(
            "not-possible",
            f"The register lies in PostgreSQL; {role} is needed {purpose}.",
            where=variable,
            remedy="Set it as docs/guide/backups.md says.",
        )
    try:
        return describe_database({VARIABLE: address})
    except Problem as problem:
        raise Problem(problem.code, problem.message, where=variable, remedy=problem.remedy) from None


def _require_bypass(described: Mapping[str, Any]) -> None:
    query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    if not _ask(described, query)[0][0]:
        raise Problem(
            "not-possible",
            "This role does not go around row-level security, so it would leave rows out of the backup.",
            where=READER,
            remedy="Give it BYPASSRLS, as docs/guide/backups.md says.",
        )


def _ask(described: Mapping[str, Any], query: str) -> list[tuple[Any, ...]]:
    import psycopg

    try:
        with psycopg.connect(
            host=described["HOST"],
            port=described["PORT"] or None,
            user=described["USER"],
            password=described["PASSWORD"] or None,
            dbname=described["NAME"],
        ) as session:
            cursor = session.execute(query.encode())
            return cursor.fetchall() if cursor.description else []
    except psycopg.Error:
        raise Problem(
            "database-unready",
            "The database does not answer to this role.",
            where=described["USER"],
            remedy="Is it running, does the role exist, and may it connect?",
        ) from None


def _run(program: str, described: Mapping[str, Any], options: list[str]) -> None:
    path = _find(program)
    env = {**os.environ, "PGDATABASE": described["NAME"], "PGUSER": described["USER"], "PGHOST": described["HOST"]}
    env |= {
        name: value
        for name, value in (("PGPORT", described["PORT"]), ("PGPASSWORD", described["PASSWORD"]))
        if value
    }
    _require_version(path, described)
    done = subprocess.run([path, "--no-password", *options], env=env, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise Problem(
            "not-possible",
            f"{program} did not come to its end.",
            where=VARIABLE,
            remedy="Is there space, and may this role reach every table? Nothing was kept.",
        )


def _find(program: str) -> str:
    """The program on the path, or of the newest PostgreSQL that Debian installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    found = str(folders[-1]) if folders else shutil.which(program)
    if found is None:
        raise Problem(
            "not-possible",
            f"PostgreSQL's program {program} is not on this machine.",
            where=program,
            remedy="Install the package postgresql-client of the server's version.",
        )
    return found


def _require_version(path: str, described: Mapping[str, Any]) -> None:
    server = int(_ask(described, "SHOW server_version_num")[0][0]) // 10_000
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    numbers = [int(word.partition(".")[0]) for word in said.split() if word[0].isdigit()]
    if not numbers or numbers[0] < server:
        raise Problem(
            "not-possible",
            f"PostgreSQL's programs here are older than the server, which is of version {server}.",
            where=path,
            remedy=f"Install postgresql-client-{server}.",
        )
