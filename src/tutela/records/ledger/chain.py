"""The arithmetic of the ledger: leaves, Merkle roots, the chain. Pure functions over bytes; no database.

Leaves and nodes are hashed with different first bytes, so that a node can never pass for a leaf (RFC 6962, 2.1).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

START: Final = bytes(32)
"""The head of a chain with no transaction in it."""

NO_CONTENT: Final = bytes(32)
"""The content digest of an entry that holds nothing besides itself."""

_RECORD: Final = 8 + 32 + 32


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is kept of one entry in its transaction: its id, the digest of its content, the leaf over both."""

    entry: int
    content: bytes
    leaf: bytes


def content_digest(salt: str, body: Any) -> bytes:
    """A digest of what a row held that nobody can guess without its salt."""
    return hashlib.sha256(salt.encode() + b"\0" + canonical(body)).digest()


def make_leaf(header: Sequence[Any], content: bytes) -> Leaf:
    """The leaf of one entry; `header` begins with its id."""
    return Leaf(int(header[0]), content, hashlib.sha256(b"\0" + canonical(list(header)) + content).digest())


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in their order; an odd one out moves up as it is."""
    level = list(leaves)
    if not level:
        raise ValueError("a transaction without an entry has no root")
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\1" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = [*pairs, level[-1]] if len(level) % 2 else pairs
    return level[0]


def link(previous: bytes, position: int, root: bytes) -> bytes:
    """The chain after one more transaction."""
    return hashlib.sha256(b"\2" + previous + position.to_bytes(8, "big") + root).digest()


def seal_message(number: int, at: datetime, transactions: int, last: tuple[int, int], head: bytes) -> bytes:
    """What is signed when a batch is closed."""
    return b"tutela ledger seal\n" + canonical([number, moment(at), transactions, *last, head.hex()])


def pack(leaves: Iterable[Leaf]) -> bytes:
    """Leaves as one run of bytes, 72 each."""
    return b"".join(item.entry.to_bytes(8, "big") + item.content + item.leaf for item in leaves)


def unpack(packed: bytes) -> list[Leaf]:
    """The leaves in a run of bytes; raises ValueError where it is none."""
    if not packed or len(packed) % _RECORD:
        raise ValueError("no run of leaves has this length")
    parts = [packed[start : start + _RECORD] for start in range(0, len(packed), _RECORD)]
    return [Leaf(int.from_bytes(part[:8], "big"), part[8:40], part[40:]) for part in parts]


def moment(at: datetime) -> str:
    """A moment as it is hashed: UTC with microseconds, whatever zone a database gives it back in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
