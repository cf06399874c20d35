"""A share with its interval: how many of how many, and how sure that is."""

from __future__ import annotations

import math
from typing import Final

from tutela.kernel.estimates import Estimate

_Z: Final = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(count: int, of: int, what: str) -> Estimate | None:
    """The share `count` / `of` with its 95 % Wilson interval; None of nothing (E. B. Wilson, JASA 22, 1927)."""
    if of == 0:
        return None
    share = count / of
    squared = _Z * _Z
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = _Z / (1 + squared / of) * math.sqrt(share * (1 - share) / of + squared / (4 * of * of))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Estimate(min(low, share), share, max(high, share), f"{count} of {of} {what}, Wilson interval 95 %")
