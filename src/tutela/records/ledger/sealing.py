"""The sealer: closes what was committed into the chain, behind the requests, so that none of them waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from django.db import connection, transaction

from tutela.records.ledger.chain import (
    NO_CONTENT,
    START,
    Leaf,
    content_digest,
    link,
    make_leaf,
    merkle_root,
    moment,
    pack,
    seal_message,
)
from tutela.records.ledger.models import Content, Entry, Seal, SealedTransaction
from tutela.records.ledger.signing import Signer

BATCH: Final = 5_000
"""Entries a seal; a transaction is never split, so one with more entries makes a larger seal."""

_LOCK: Final = 7_210_954_437
"""Number of the advisory lock: one sealer at a time."""


def seal_committed(signer: Signer, now: datetime | None = None) -> int:
    """Close everything that was committed; gives the number of transactions closed. Safe to run twice at once."""
    total = 0
    while closed := _seal_batch(signer, now or datetime.now(UTC)):
        total += closed
    return total


def unsealed_tail() -> tuple[int, datetime | None]:
    """How many entries are not sealed yet, and since when the oldest of them waits."""
    waiting = _after(Seal.objects.order_by("-number").first())
    oldest = waiting.order_by(*_order()).values_list("at", flat=True).first()
    return waiting.count(), oldest


def header_of(entry: Entry) -> list[Any]:
    """What of an entry goes under its leaf."""
    return [
        entry.pk,
        moment(entry.at),
        entry.xact,
        entry.act,
        entry.actor,
        entry.action,
        entry.kind,
        entry.operation,
        entry.subject_table,
        entry.subject,
        entry.compartment,
        entry.marking,
    ]


def leaves_of(entries: Iterable[Entry], contents: dict[int, Content]) -> list[Leaf]:
    """The leaf of each entry, with the digest of its content where it has one."""
    made = []
    for entry in entries:
        held = contents.get(entry.pk)
        made.append(make_leaf(header_of(entry), content_digest(held.salt, held.body) if held else NO_CONTENT))
    return made


def _seal_batch(signer: Signer, now: datetime) -> int:
    with transaction.atomic(durable=True):
        if not _alone():
            return 0
        last = Seal.objects.order_by("-number").first()
        groups = _whole_transactions(last)
        if not groups:
            return 0
        contents = Content.objects.in_bulk([entry.pk for group in groups for entry in group])
        head, position = (bytes(last.head), last.transactions) if last else (START, 0)
        rows = []
        for group in groups:
            leaves = leaves_of(group, contents)
            root = merkle_root([item.leaf for item in leaves])
            position += 1
            head = link(head, position, root)
            rows.append(SealedTransaction(position=position, leaves=pack(leaves), root=root, chain=head))
        newest = groups[-1][-1]
        seal = Seal(
            number=(last.number if last else 0) + 1,
            at=now,
            transactions=position,
            last_xact=newest.xact,
            last_entry=max(entry.pk for group in groups for entry in group),
            head=head,
            key=signer.name,
        )
        message = seal_message(seal.number, now, position, (seal.last_xact, seal.last_entry), head)
        seal.signature = signer.sign(message)
        seal.save(force_insert=True)
        for row in rows:
            row.seal = seal
        SealedTransaction.objects.bulk_create(rows)
        return len(rows)


def _alone() -> bool:
    if connection.vendor != "postgresql":
        return True  # SQLite has one writer
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _whole_transactions(last: Seal | None) -> list[list[Entry]]:
    """The next transactions that nobody can add to any more, in the order of the chain."""
    waiting = _after(last)
    if connection.vendor == "postgresql":
        # Every transaction below the horizon has ended: nothing can appear under it later.
        waiting = waiting.extra(
            where=["xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ledger_shift_xacts()"]
        )
    groups: list[list[Entry]] = []
    taken = 0
    for _, group in groupby(_stream(waiting), key=transaction_key):
        groups.append(list(group))
        taken += len(groups[-1])
        if taken >= BATCH:
            break
    return groups


def transaction_key(entry: Entry) -> tuple[int, str]:
    """Entries with one key were committed together; raw writes on SQLite count one by one."""
    if entry.xact:
        return entry.xact, ""
    return 0, entry.act or f"raw {entry.pk}"


def _stream(entries: Any) -> Iterator[Entry]:
    iterated: Iterator[Entry] = entries.order_by(*_order()).iterator(chunk_size=2_000)
    return iterated


def _after(last: Seal | None) -> Any:
    if last is None:
        return Entry.objects.all()
    if connection.vendor == "postgresql":
        return Entry.objects.filter(xact__gt=last.last_xact)
    return Entry.objects.filter(pk__gt=last.last_entry)


def _order() -> tuple[str, ...]:
    return ("xact", "id") if connection.vendor == "postgresql" else ("id",)
