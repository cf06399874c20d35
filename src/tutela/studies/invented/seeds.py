"""One stream of chance for each part of the country, so that a change in one part does not shift the others."""

from __future__ import annotations

from typing import Final

import numpy as np

PARTS: Final = (
    "coast",
    "regions",
    "towns",
    "names",
    "actors",
    "attacks",
    "records",
    "sites",
    "relief",
    "rivers",
    "roads",
    "populations",
    "network",
    "posts",
    "alerts",
    "landcover",
    "earlier release",
)
"""The parts in the order of their streams: append, never reorder."""


def spawn_generator(seed: int, part: str) -> np.random.Generator:
    """The generator of one part of the country that grows from this seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(PARTS.index(part),)))
