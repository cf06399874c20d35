"""Keeping files, reading one, destroying one; the sweep that takes away what expired or belongs to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import FOUNDER
from tutela.records.accounts.principals import Member, refused
from tutela.records.files.crates import CHUNK, CrateReader, CrateWriter
from tutela.records.files.folder import (
    crates_lying,
    files_folder,
    is_settled,
    lay_down,
    note_erased,
    noted_erased,
    path_of,
    remove_partials,
)
from tutela.records.files.media import find_media
from tutela.records.files.models import KeptFile, ShelfKey
from tutela.records.files.shelves import add_crate, carry_away, crates, destroy, key_of, name_crate
from tutela.records.ledger.acts import action, record_access
from tutela.records.vault.envelopes import make_key, open_root_key, seal, unseal

SWEEPER: Final = "sweeper"
"""The actor of the sweep: it destroys what has expired, and reads nothing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept file, as its readers know it."""

    number: int
    compartment: int
    marking: Marking
    media_type: str
    size: int
    digest: str
    purpose: str
    kept_by: str
    kept: datetime
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep took away, and how many crates are missing that should be there."""

    expired: int
    orphans: int
    missing: int


class Packing:
    """A file on its way into the register: write into `crate`, then `keep`; left before that, nothing stays."""

    def __init__(self, by: Principal, compartment: int, marking: int, media_type: str) -> None:
        media = find_media(media_type)
        self.by, self.compartment, self.marking, self.media_type = by, compartment, marking, media_type
        self._shelf = open_shelf(by=by, compartment=compartment, marking=marking)
        self._key = make_key()
        self.crate = CrateWriter(files_folder(), self._key, media)

    def __enter__(self) -> Packing:
        return self

    def __exit__(self, *_: object) -> None:
        self.crate.discard()

    def keep(self, purpose: str, expires: datetime | None = None) -> Kept:
        """Close the crate and enter it; from here on it is a file of the register."""
        digest = self.crate.seal()
        if not self.crate.size:
            raise Problem("file-empty", "There is nothing in the file.", remedy="Choose the file again.")
        name = name_crate(self._shelf, self._key, digest)
        row = KeptFile(
            compartment_id=self.compartment,
            marking=int(self.marking),
            crate_id=name,
            media_type=self.media_type,
            size=self.crate.size,
            digest=digest,
            purpose=purpose.strip()[:200],
            kept_by=self.by.actor,
            expires=expires,
        )
        lay_down(self.crate.path, name)
        return _enter(by=self.by, row=row, shelf=self._shelf, key=self._key)


def keep(
    *, by: Principal, compartment: int, marking: int, content: bytes | BinaryIO, media_type: str, purpose: str
) -> Kept:
    """Keep a file as it is, under lock, for those who read there up to its marking."""
    if not purpose.strip():
        raise Problem("field-invalid", "A file needs its purpose.", where="purpose", remedy="Write what it is for.")
    with Packing(by, compartment, marking, media_type) as packing:
        if isinstance(content, bytes):
            packing.crate.write(content)
        else:
            while part := content.read(CHUNK):
                packing.crate.write(part)
        return packing.keep(purpose)


@action("files.shelve")
def open_shelf(*, by: Principal, compartment: int, marking: int) -> bytes:
    """The key of a shelf, for whoever may put something there now; made with the first file."""
    require_keeper(by, compartment, marking)
    return _shelf_key(by, compartment, marking)


@action("files.keep")
def _enter(*, by: Principal, row: KeptFile, shelf: bytes, key: bytes) -> Kept:
    require_keeper(by, row.compartment_id, row.marking)
    row.crate = add_crate(str(row.crate_id), shelf, key, row.expires)
    row.save(force_insert=True)
    return as_kept(row)


@action("files.open")
def open_kept(*, by: Principal, number: int) -> CrateReader:
    """A kept file as a stream, for those who read it; that they did is an entry. Whoever opens it closes it."""
    row = _find(by, number)
    key = key_of(str(row.crate_id), _shelf_key(by, row.compartment_id, row.marking))
    if key is None:
        raise Problem(
            "not-possible",
            "This file was destroyed; only the note that it was here is left.",
            remedy="Ask whoever made it for a new one.",
        )
    record_access("open", "files_keptfile", str(row.pk), compartment=row.compartment_id, marking=row.marking)
    return CrateReader(path_of(str(row.crate_id)), key)


@action("files.describe")
def describe(*, by: Principal, number: int) -> Kept:
    """What a kept file is, for those who read it."""
    return as_kept(_find(by, number))


@action("files.find_same")
def find_same(*, by: Principal, compartment: int, digest: str) -> tuple[int, ...]:
    """The numbers of files with this very content in a compartment, as far as one reads there."""
    rows = KeptFile.visible_to(by).filter(compartment_id=compartment, digest=digest)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


@action("files.erase")
def erase(*, by: Principal, number: int) -> None:
    """Destroy the key of a file that one kept oneself; no backup brings it back. There is no way back."""
    row = _find(by, number)
    if row.kept_by != by.actor:
        raise refused()
    require_keeper(by, row.compartment_id, row.marking)
    name = str(row.crate_id)
    if destroy(name):
        # Before the commit: a list that names too much is put right by hand, a name too few comes back.
        note_erased(name)
        record_access("erase", "files_keptfile", str(row.pk), compartment=row.compartment_id, marking=row.marking)
        transaction.on_commit(partial(carry_away, name))


@action("files.erase_again")
def erase_again(*, by: Principal) -> int:
    """Apply the list of erased files to a register that was restored; gives how many were there again."""
    if by.actor != FOUNDER:
        raise refused()
    again = [name for name in noted_erased() if destroy(name)]
    for name in again:
        transaction.on_commit(partial(carry_away, name))
    return len(again)


def sweep() -> Swept:
    """Destroy what has expired, remove what no row names, say how many crates are missing."""
    expired = _destroy_expired(by=Principal(SWEEPER))
    orphans = remove_partials()
    lying = set(crates_lying())
    living, gone = _census(by=Principal(SWEEPER))
    for name in lying - living:
        if name in gone or is_settled(path_of(name)):
            carry_away(name)
            orphans += name not in gone
    return Swept(expired, orphans, len(living - set(crates_lying())))


@action("files.sweep")
def _destroy_expired(*, by: Principal) -> int:
    if by.actor != SWEEPER:
        raise refused()
    due = crates().filter(expires__lte=datetime.now(UTC), wrapped__isnull=False)
    names = list(due.values_list("pk", flat=True))
    for name in names:
        destroy(name)
        transaction.on_commit(partial(carry_away, name))
    return len(names)


@action("files.census")
def _census(*, by: Principal) -> tuple[set[str], set[str]]:
    """Names of the crates that should lie in the folder, and of those that should not."""
    if by.actor != SWEEPER:
        raise refused()
    rows = crates()
    living = set(rows.filter(wrapped__isnull=False).values_list("pk", flat=True))
    return living, set(rows.filter(wrapped__isnull=True).values_list("pk", flat=True))


def require_keeper(by: Principal, compartment: int, marking: int) -> None:
    """Refuse unless they may put a file there now."""
    if not isinstance(by, Member) or not by.writes(compartment, marking):
        raise refused()


def as_kept(row: KeptFile) -> Kept:
    """The row as others may have it."""
    return Kept(
        row.pk,
        row.compartment_id,
        Marking(row.marking),
        row.media_type,
        row.size,
        row.digest,
        row.purpose,
        row.kept_by,
        row.kept,
        row.expires,
    )


def _find(by: Principal, number: int) -> KeptFile:
    """Fetch and authorise in one step."""
    row = KeptFile.visible_to(by).filter(pk=number).first()
    if row is None:
        raise refused()
    return row


def _shelf_key(by: Principal, compartment: int, marking: int) -> bytes:
    root = open_root_key(Path(settings.KEYS_FOLDER))
    place = f"shelf {compartment} {int(marking)}"
    held = ShelfKey.visible_to(by).filter(compartment_id=compartment, marking=int(marking))
    found = held.first()
    if found is not None:
        return unseal(root, bytes(found.wrapped), place)
    key = make_key()
    row = ShelfKey(compartment_id=compartment, marking=int(marking), wrapped=seal(root, key, place))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody else's came first, and is the one
        return unseal(root, bytes(held.get().wrapped), place)
    return key
