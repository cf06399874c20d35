"""What stands open around a register: keys, files, backups, the mode, the sealer, the clock; a finding each."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from tutela.data.store.homes import Home, require_home
from tutela.kernel.problems import Problem
from tutela.service import postgresql_copies
from tutela.service.backup_keys import find_recipient
from tutela.service.databases import READER, VARIABLE
from tutela.service.notices import HOST, find_post

Found = tuple[str, Literal["good", "missing", "broken"], str]

_BEHIND: Final = timedelta(seconds=30)
"""The sealer is two seconds behind at work; this long means that it is not at work."""

_IDLE: Final = timedelta(seconds=60)
"""The application starts a worker within seconds; a job that waits this long while none works has none."""

_CLOCK_APART: Final = timedelta(seconds=5)


def examine_deployment(home: Path | None) -> list[Found]:
    """Look at everything that a person set up around the register; nothing where there is none."""
    place = require_home(home)
    if VARIABLE not in os.environ and not (place.root / "register.sqlite3").is_file():
        return []
    keys = Path(os.environ.get("TUTELA_KEYS") or place.root / "keys")
    return [
        *_keys(place, keys),
        *_database_file(place),
        *_backups(keys),
        *_mode(),
        *_sealer(),
        *_worker(),
        *_mail(),
        *_clock(),
    ]


def _keys(place: Home, keys: Path) -> Iterator[Found]:
    if not keys.is_dir():
        yield "keys", "missing", f"{keys} is not there yet; it is made when it is first needed."
        return
    open_to_others = [path for path in (keys, *sorted(keys.iterdir())) if _is_open(path) and path.suffix != ".pub"]
    for path in open_to_others:
        yield "keys", "broken", f"{path} can be read by others. Run chmod go= {path}"
    if keys.resolve().is_relative_to(place.root.resolve()):
        yield "keys", "missing", "The keys lie in the home: name a folder on another disk with TUTELA_KEYS."
    elif not open_to_others:
        yield "keys", "good", f"{keys} is for its owner alone"


def _database_file(place: Home) -> Iterator[Found]:
    path = place.root / "register.sqlite3"
    if path.is_file() and _is_open(path):
        yield "register", "broken", f"{path} can be read by others. Run chmod go= {path}"


def _backups(keys: Path) -> Iterator[Found]:
    try:
        recipient = find_recipient(None)
    except Problem as problem:
        yield "backups", "broken", str(problem)
        return
    if recipient is None:
        yield "backups", "missing", "Backups are not encrypted: make a key elsewhere with tutela register key."
    for path in sorted(keys.iterdir()) if keys.is_dir() else ():
        if path.is_file() and path.stat().st_size < 4096 and b"AGE-SECRET-KEY-" in path.read_bytes():
            yield (
                "backups",
                "broken",
                f"{path} opens the backups; keep it outside the host country, not here.",
            )
    if VARIABLE in os.environ and READER in os.environ:
        try:
            postgresql_copies.require_reader()
        except Problem as problem:
            yield "backups", "broken", str(problem)
        else:
            yield "backups", "good", "the role for backups sees every row"
    elif recipient is not None:
        yield "backups", "good", f"encrypted for {recipient}"


def _mode() -> Iterator[Found]:
    from tutela.records.accounts.models import Mode
    from tutela.records.accounts.queries import house_mode

    mode = house_mode()
    if mode != Mode.NORMAL:
        yield (
            "mode",
            "missing",
            f"The register is {mode.label.lower()}. Run tutela register mode normal to open it.",
        )


def _sealer() -> Iterator[Found]:
    from tutela.records.ledger.sealing import unsealed_tail

    waiting, since = unsealed_tail()
    if since is not None and datetime.now(UTC) - since > _BEHIND:
        yield (
            "ledger",
            "missing",
            f"{waiting} entries wait since {since:%Y-%m-%d %H:%M} UTC. Run tutela serve, or tutela audit seal.",
        )
    else:
        yield "ledger", "good", "sealed up to now"


def _worker() -> Iterator[Found]:
    from tutela.records.jobs.queue import waits_for_nobody

    waiting, since = waits_for_nobody()
    if since is not None and datetime.now(UTC) - since > _IDLE:
        waits = f"{waiting} jobs wait since {since:%Y-%m-%d %H:%M} UTC and no worker is there."
        yield "jobs", "missing", f"{waits} Run tutela serve, or tutela work."
    else:
        yield "jobs", "good", "none waits without a worker"


def _mail() -> Iterator[Found]:
    """Mail is asked for only where somebody wants to be told."""
    from tutela.records.accounts.notices import count_wanting

    wanting = count_wanting()
    try:
        post = find_post(os.environ)
    except Problem as problem:
        yield "mail", "broken", str(problem)
        return
    if wanting and post is None:
        yield "mail", "missing", f"{wanting} people chose notices by e-mail, and no mail server is set: {HOST}."
    elif wanting:
        yield "mail", "good", f"{wanting} people are told that something waits"


def _clock() -> Iterator[Found]:
    from django.db import connection

    from tutela.records.ledger.models import Entry, Seal

    now = datetime.now(UTC)
    written = [
        at
        for at in (
            Entry.objects.order_by("-pk").values_list("at", flat=True).first(),
            Seal.objects.order_by("-number").values_list("at", flat=True).first(),
        )
        if at is not None
    ]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            server = cursor.fetchone()[0]
        if abs(server - datetime.now(UTC)) > _CLOCK_APART:
            yield "clock", "broken", "The database's clock and this machine's are apart. Set both by one source."
            return
    if written and max(written) - now > _CLOCK_APART:
        yield "clock", "broken", "The ledger holds a later moment than now: set this machine's clock."


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
