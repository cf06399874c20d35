"""The order of rows as a mark: no two exports have the same, so a bare copy still tells whose it was."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeVar

WINDOW: Final = 64
"""Rows change places among as many numbers: near enough to their order in time to be read, and streamed."""

T = TypeVar("T")


def shuffle(seed: bytes, rows: Iterable[tuple[int, T]]) -> list[tuple[int, T]]:
    """Rows in the order of this seed; all rows of a window must come together."""
    return sorted(rows, key=lambda row: _place(seed, row[0]))


def agreement(seed: bytes, references: Sequence[int]) -> float:
    """The share of neighbours in a file, within windows, that stand as this seed would have them; 0.5 by chance.

    Rows that were left out do not matter; a file that was sorted anew tells nothing.
    """
    windows: dict[int, list[int]] = defaultdict(list)
    for reference in references:
        windows[reference // WINDOW].append(reference)
    pairs = [pair for held in windows.values() for pair in pairwise(held)]
    if not pairs:
        return 0.5
    return sum(_place(seed, one) < _place(seed, other) for one, other in pairs) / len(pairs)


def _place(seed: bytes, reference: int) -> tuple[int, bytes]:
    return reference // WINDOW, hmac.digest(seed, str(reference).encode(), "sha256")
