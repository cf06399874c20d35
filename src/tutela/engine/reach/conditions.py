"""The same ground under conditions: night, insecurity, closures, convoys; as usual, or as one draw has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.engine.reach.friction import Friction, Surface, minutes_per_metre
from tutela.kernel.problems import Problem

ALGORITHM: Final = 1
"""Raised when the same conditions and seed would give another surface."""

PATCH_CELLS: Final = 8
"""The side of a patch of ground that is slower or faster as a whole, in cells."""


@dataclass(frozen=True, slots=True)
class Span:
    """The least, the usual and the most that a value may be: drawn from the triangle over them."""

    low: float
    value: float
    high: float

    def draw(self, dice: np.random.Generator, size: tuple[int, ...] = ()) -> NDArray[np.float64]:
        """One value, or as many as asked for."""
        if self.low == self.high:
            return np.full(size, self.value)
        return np.asarray(dice.triangular(self.low, self.value, self.high, size or None))


ONE: Final = Span(1.0, 1.0, 1.0)
NOTHING: Final = Span(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds while people travel.

    pace, patch   how far all times, and those of one patch of ground, may be off
    factors   what multiplies the time, each where its mask says, or everywhere (None): night, insecurity
    closed   where nobody passes;  cap_kmh   nowhere faster, None for no cap
    ready   minutes before anybody leaves
    """

    pace: Span = ONE
    patch: Span = ONE
    factors: tuple[tuple[Span, NDArray[np.bool_] | None], ...] = ()
    closed: NDArray[np.bool_] | None = None
    cap_kmh: Span | None = None
    ready: Span = NOTHING
    words: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ground as it is then, and how long it takes to get ready."""

    surface: Surface
    ready_minutes: float


def usual_outcome(surface: Surface, conditions: Conditions) -> Outcome:
    """Every span at its usual value."""
    return _settle(surface, conditions, lambda span: span.value, 1.0)


def draw_outcome(surface: Surface, conditions: Conditions, seed: int, number: int) -> Outcome:
    """Draw `number` of a seed: the same whatever was drawn before it, and on whatever machine."""
    dice = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
    rows, cols = (-(-side // PATCH_CELLS) for side in surface.grid.shape)
    patches = conditions.patch.draw(dice, (rows, cols)).astype(np.float32)
    lying = np.repeat(np.repeat(patches, PATCH_CELLS, 0), PATCH_CELLS, 1)
    rough = lying[: surface.grid.n_rows, : surface.grid.n_cols]
    return _settle(surface, conditions, lambda span: float(span.draw(dice)), rough)


def _settle(
    surface: Surface, conditions: Conditions, pick: Callable[[Span], float], patches: Friction | float
) -> Outcome:
    friction = surface.friction * np.float32(pick(conditions.pace)) * patches
    for span, mask in conditions.factors:
        factor = np.float32(pick(span))
        friction = friction * factor if mask is None else np.where(mask, friction * factor, friction)
    if conditions.cap_kmh is not None:
        slowest = minutes_per_metre(np.array(pick(conditions.cap_kmh)))
        friction = np.maximum(friction, slowest.astype(np.float32))  # NaN stays NaN
    if conditions.closed is not None:
        friction = np.where(conditions.closed, np.nan, friction)
    if np.isnan(friction).all():
        raise Problem(
            "surface-unusable",
            "Under these conditions no cell of the surface can be passed.",
            where="closed",
            remedy="Close less of the ground.",
        )
    ready = pick(conditions.ready)
    settled = Surface(surface.grid, friction.astype(np.float32), surface.mode, surface.season)
    return Outcome(settled, ready)
