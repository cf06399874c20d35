"""Rows of crates, which no compartment closes: made, opened for a reader of their file, destroyed.

The one module of this app that opens a closed model: the name and the wrapped key of a crate tell nothing to
whoever does not also read the sealed row and the shelf's key.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from tutela.records.files.folder import path_of
from tutela.records.files.models import Crate
from tutela.records.ledger.closed import ClosedQuerySet
from tutela.records.vault.envelopes import seal, unseal


def name_crate(shelf: bytes, key: bytes, digest: str) -> str:
    """A name from the shelf's key, the file's key and its content: the same for nobody else, telling nothing."""
    return hmac.new(
        hashlib.sha256(b"name" + shelf).digest(), key + bytes.fromhex(digest), hashlib.sha256
    ).hexdigest()


def add_crate(name: str, shelf: bytes, key: bytes, expires: datetime | None) -> Crate:
    """The row of a crate that lies in the folder."""
    crate = Crate(name=name, wrapped=seal(shelf, key, _place(name)), expires=expires)
    crate.save(force_insert=True)
    return crate


def key_of(name: str, shelf: bytes) -> bytes | None:
    """The key of a crate, for whoever holds the key of its shelf; None once it was destroyed or has expired."""
    crate = crates().filter(pk=name).first()
    if crate is None or crate.wrapped is None or (crate.expires and crate.expires <= datetime.now(UTC)):
        return None
    return unseal(shelf, bytes(crate.wrapped), _place(name))


def destroy(name: str) -> bool:
    """Destroy the key of a crate; whether it was there. The crate itself goes once that is committed."""
    held = crates().filter(pk=name, wrapped__isnull=False)
    return bool(held.update(wrapped=None, destroyed=datetime.now(UTC)))


def carry_away(name: str) -> None:
    """Take a crate out of the folder."""
    path_of(name).unlink(missing_ok=True)


def crates() -> ClosedQuerySet[Crate]:
    """All rows of crates."""
    rows: ClosedQuerySet[Crate] = Crate.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()


def _place(name: str) -> str:
    return f"files_crate {name} wrapped 1"
