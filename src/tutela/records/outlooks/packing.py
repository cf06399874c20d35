"""Draws as a row keeps them: each value, and how often it stands there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def pack_draws(draws: Sequence[float]) -> list[float]:
    """Sorted draws as each value and how often it stands there, one after the other.

    >>> pack_draws([0, 0, 0, 2, 5, 5])
    [0.0, 3.0, 2.0, 1.0, 5.0, 2.0]
    """
    values, times = np.unique(np.asarray(draws, dtype=np.float64), return_counts=True)
    return [float(part) for pair in zip(values, times, strict=True) for part in pair]


def unpack_draws(packed: Sequence[float]) -> list[float]:
    """The draws again.

    >>> unpack_draws([0.0, 3.0, 2.0, 1.0])
    [0.0, 0.0, 0.0, 2.0]
    """
    return [value for value, times in zip(packed[::2], packed[1::2], strict=True) for _ in range(int(times))]
