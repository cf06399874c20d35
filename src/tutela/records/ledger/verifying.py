"""Reading the ledger as a stranger would: each leaf, root, link and signature; the first that is wrong is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tutela.records.ledger.chain import (
    NO_CONTENT,
    START,
    Leaf,
    content_digest,
    link,
    make_leaf,
    merkle_root,
    seal_message,
    unpack,
)
from tutela.records.ledger.models import Content, Entry, Seal, SealedTransaction
from tutela.records.ledger.sealing import header_of, unsealed_tail
from tutela.records.ledger.signing import is_signed

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found; `fault` is the first thing that is wrong, `entry` the entry that it is about."""

    seals: int
    transactions: int
    entries: int
    erased: int
    raw: int
    unsealed: int
    unsealed_since: datetime | None
    fault: str = ""
    entry: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing sealed was changed."""
        return not self.fault

    def as_json(self) -> dict[str, Any]:
        """The shape of `audit verify --json`."""
        return {
            "whole": self.is_whole,
            "fault": self.fault or None,
            "entry": self.entry,
            "seals": self.seals,
            "transactions": self.transactions,
            "entries": self.entries,
            "contents_erased": self.erased,
            "raw_writes": self.raw,
            "unsealed": self.unsealed,
            "unsealed_since": self.unsealed_since.isoformat() if self.unsealed_since else None,
        }


class _Fault(Exception):
    """What is wrong, and the first entry that can no longer be relied on."""

    def __init__(self, sentence: str, entry: int | None) -> None:
        super().__init__(sentence)
        self.entry = entry


@dataclass
class _Tally:
    seals: int = 0
    transactions: int = 0
    entries: int = 0
    raw: int = 0
    erased: list[int] = field(default_factory=list)


def verify_ledger(
    keys: Mapping[str, Ed25519PublicKey], progress: Callable[[int, int], None] | None = None
) -> Verdict:
    """Check every sealed entry; `progress` is told transactions done and in all."""
    tally, fault, entry = _Tally(), "", None
    try:
        _check_chain(keys, tally, progress or (lambda _done, _all: None))
        _check_erasures(tally.erased)
        _check_strangers(tally)
    except _Fault as found:
        fault, entry = str(found), found.entry
    unsealed, since = unsealed_tail()
    return Verdict(
        tally.seals, tally.transactions, tally.entries, len(tally.erased), tally.raw, unsealed, since, fault, entry
    )


def _check_chain(keys: Mapping[str, Ed25519PublicKey], tally: _Tally, progress: Callable[[int, int], None]) -> None:
    head, total = START, SealedTransaction.objects.count()
    for number, seal in enumerate(Seal.objects.order_by("number").iterator(), start=1):
        if seal.number != number:
            raise _Fault(f"Seal {number} is missing.", _first_entry(position__gt=tally.transactions))
        rows = SealedTransaction.objects.filter(seal=seal.number).order_by("position")
        for chunk in _chunks(rows.iterator(chunk_size=_AT_ONCE)):
            head = _check_transactions(chunk, head, tally)
            progress(tally.transactions, total)
        if tally.transactions != seal.transactions or head != bytes(seal.head):
            raise _Fault(
                f"The chain does not arrive at seal {number}: a transaction is missing or was changed.",
                _first_after(tally.transactions + 1) or seal.last_entry,
            )
        key = keys.get(seal.key)
        if key is None:
            sentence = f"Seal {number} was signed with the key {seal.key}, which is not among the public keys."
            raise _Fault(sentence, _first_of(seal))
        message = seal_message(seal.number, seal.at, seal.transactions, (seal.last_xact, seal.last_entry), head)
        if not is_signed(key, bytes(seal.signature), message):
            raise _Fault(f"The signature of seal {number} does not hold.", _first_of(seal))
        tally.seals += 1
    if total != tally.transactions:
        first_unnamed = _first_entry(position__gt=tally.transactions)
        raise _Fault("There are sealed transactions that no seal names.", first_unnamed)


def _check_transactions(rows: list[SealedTransaction], head: bytes, tally: _Tally) -> bytes:
    unpacked = []
    for row in rows:
        try:
            unpacked.append(unpack(bytes(row.leaves)))
        except ValueError:
            sentence = f"The leaves of transaction {row.position} were changed."
            raise _Fault(sentence, _first_after(row.position)) from None
    ids = [leaf.entry for leaves in unpacked for leaf in leaves]
    entries, contents = Entry.objects.in_bulk(ids), Content.objects.in_bulk(ids)
    for row, leaves in zip(rows, unpacked, strict=True):
        tally.transactions += 1
        if row.position != tally.transactions:
            raise _out_of_place(row.position, leaves, tally.transactions)
        for leaf in leaves:
            _check_entry(leaf, entries.get(leaf.entry), contents.get(leaf.entry), tally)
        root = merkle_root([leaf.leaf for leaf in leaves])
        head = link(head, row.position, root)
        if root != bytes(row.root) or head != bytes(row.chain):
            first = leaves[0].entry
            raise _Fault(f"The root of transaction {row.position} was changed, from entry {first} on.", first)
    return head


def _check_entry(leaf: Leaf, entry: Entry | None, content: Content | None, tally: _Tally) -> None:
    if entry is None:
        raise _Fault(f"Entry {leaf.entry} was removed.", leaf.entry)
    if make_leaf(header_of(entry), leaf.content).leaf != leaf.leaf:
        raise _Fault(f"Entry {leaf.entry} was changed.", leaf.entry)
    if content is None:
        if leaf.content != NO_CONTENT:
            tally.erased.append(leaf.entry)
    elif content_digest(content.salt, content.body) != leaf.content:
        raise _Fault(f"The content of entry {leaf.entry} was changed.", leaf.entry)
    tally.entries += 1
    tally.raw += entry.actor is None


def _check_erasures(erased: list[int]) -> None:
    """Content goes by an erasure that is itself written down; content that is merely gone is a fault."""
    named = Entry.objects.filter(operation="erase", subject_table="ledger_content")
    written = set(named.values_list("subject", flat=True)) if erased else set()
    for entry in erased:
        if str(entry) not in written:
            raise _Fault(f"The content of entry {entry} was removed, and no erasure names it.", entry)


def _check_strangers(tally: _Tally) -> None:
    """Entries put in later under an old number belong to no transaction: the counts give them away."""
    sealed_or_waiting = tally.entries + unsealed_tail()[0]
    if Entry.objects.count() <= sealed_or_waiting:
        return
    loose = _first_loose()
    if loose is not None:
        raise _Fault(f"Entry {loose} was put in after its time was sealed.", loose)


def _out_of_place(position: int, leaves: list[Leaf], expected: int) -> _Fault:
    """A transaction stands where another one is expected: that one is gone, or this one was put in."""
    if SealedTransaction.objects.filter(position=expected).exists():
        return _Fault(f"Transaction {position} was put in.", leaves[0].entry)
    return _Fault(f"Transaction {expected} is missing.", _first_after(expected))


def _first_after(position: int) -> int | None:
    """The first entry that stands on a transaction that is gone: one that it closed, or else the next one's."""
    return _first_loose() or _first_entry(position__gte=position)


def _first_of(seal: Seal) -> int:
    """The first entry that a seal closed."""
    return _first_entry(seal=seal.number) or seal.last_entry


def _first_entry(**which: int) -> int | None:
    """The first entry of the first of these transactions."""
    row = SealedTransaction.objects.filter(**which).order_by("position").first()
    leaves = _leaves(row) if row is not None else []
    return leaves[0].entry if leaves else None


def _first_loose() -> int | None:
    """The first entry below the last seal that no transaction names."""
    last = Seal.objects.order_by("-number").first()
    if last is None:
        return None
    known = {leaf.entry for row in SealedTransaction.objects.iterator() for leaf in _leaves(row)}
    numbers = Entry.objects.filter(pk__lte=last.last_entry).order_by("pk").values_list("pk", flat=True)
    return next((number for number in numbers.iterator() if number not in known), None)


def _leaves(row: SealedTransaction) -> list[Leaf]:
    try:
        return unpack(bytes(row.leaves))
    except ValueError:
        return []


def _chunks(rows: Iterator[SealedTransaction]) -> Iterator[list[SealedTransaction]]:
    chunk: list[SealedTransaction] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
